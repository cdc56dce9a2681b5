from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from faded.store.engine import Store, open_store
from tests.ui import believable


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(tmp_path / "faded")
    yield opened
    opened.close()


@pytest.fixture
def made(store: Store) -> believable.Believable:
    return believable.explored(store)
