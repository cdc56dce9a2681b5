import pytest

from faded.store.engine import open_store
from tests.store.helpers import new_round


@pytest.fixture
def store(tmp_path):
    store = open_store(tmp_path / "workspace")
    yield store
    store.close()


@pytest.fixture
def round_id(store):
    return new_round(store)
