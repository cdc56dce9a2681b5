from __future__ import annotations

import numpy as np
import pytest

from faded.domain import ModeKey
from faded.landscape.impact import Impact, impacts
from faded.landscape.modes import established_table
from faded.landscape.posterior import SURE, Landscape
from tests.ui.believable import SPACE, STRATA

SHARES = {"stop": 0.4, "yield": 0.3, "no entry": 0.1, "turn left": 0.1, "turn right": 0.05, "crossing": 0.05}
FIRST, SECOND = (0, 0, 2), (6, 3, 0)


@pytest.fixture
def landscape() -> Landscape:
    """One setting fails in two strata, another in one, and nothing else fails."""
    found = Landscape(SPACE, STRATA, 0.5, np.zeros((len(STRATA), SPACE.n_cells), dtype=np.bool_))
    found.trials[:] = 40
    for stratum, cell, failures in ((0, FIRST, 40), (1, FIRST, 30), (1, SECOND, 40)):
        found.failures[stratum, SPACE.index(cell)] = failures
    found.refit(12)
    return found


def found_in(landscape: Landscape, refused: tuple[ModeKey, ...] = ()) -> list[Impact]:
    posterior = landscape.posterior()
    is_mode = established_table(landscape) | (posterior.probability >= SURE)
    return impacts(landscape, posterior, is_mode, SHARES, refused)


def test_frequency_is_the_share_of_the_strata_and_severity_their_rate(landscape: Landscape) -> None:
    first, second = found_in(landscape)
    posterior = landscape.posterior()
    assert (first.cell, first.strata) == (SPACE.index(FIRST), (0, 1))
    assert first.frequency == pytest.approx(0.7)
    rates = posterior.mean[[0, 1], first.cell]
    assert first.severity == pytest.approx((0.4 * rates[0] + 0.3 * rates[1]) / 0.7)
    assert first.low < first.severity < first.high
    assert second.frequency == pytest.approx(0.3)
    assert first.harm == pytest.approx(0.4 * rates[0] + 0.3 * rates[1])
    assert first.harm > second.harm


def test_refused_modes_count_in_neither(landscape: Landscape) -> None:
    first, second = found_in(landscape, (ModeKey(FIRST, "stop"),))
    assert {first.cell, second.cell} == {SPACE.index(FIRST), SPACE.index(SECOND)}
    assert first.frequency == second.frequency == pytest.approx(0.3)
    assert first.cell == SPACE.index(SECOND)  # the same strata, a higher rate
    (left,) = found_in(landscape, (ModeKey(FIRST, "stop"), ModeKey(FIRST, "yield")))
    assert left.cell == SPACE.index(SECOND)
