from __future__ import annotations

import numpy as np
import pytest

from faded.landscape.posterior import Landscape
from faded.store.engine import Store
from tests.ui import believable
from tests.ui.believable import SPACE, STRATA


@pytest.fixture
def made(store: Store) -> believable.Believable:
    return believable.explored(store)


@pytest.fixture
def landscape() -> Landscape:
    """Everything fails at darkness 0.8; there, pictures turned by -90 degrees are known to be invalid."""
    hidden = np.zeros((len(STRATA), SPACE.n_cells), dtype=np.bool_)
    hidden[:, (SPACE.cells[:, 1] == 3) & (SPACE.cells[:, 0] == 0)] = True
    found = Landscape(SPACE, STRATA, 0.5, hidden)
    found.trials[:] = 30
    found.failures[:, SPACE.cells[:, 1] == 3] = 30
    found.refit(12)
    return found
