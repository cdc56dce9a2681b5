from __future__ import annotations

import numpy as np
import pytest

from faded.landscape.posterior import Landscape, Posterior
from faded.landscape.slices import cut
from tests.ui.believable import SPACE, STRATA


@pytest.fixture
def landscape() -> Landscape:
    """Random trials everywhere; the darkest and palest settings are known to be invalid."""
    rng = np.random.default_rng(3)
    hidden = np.zeros((len(STRATA), SPACE.n_cells), dtype=np.bool_)
    hidden[:, (SPACE.grid[:, 1] == 0.8) & (SPACE.grid[:, 2] == 0)] = True
    found = Landscape(SPACE, STRATA, 0.5, hidden)
    found.trials[:] = rng.integers(0, 6, found.trials.shape)
    found.failures[:] = rng.binomial(found.trials.astype(int), 0.4)
    found.refit(4)
    return found


def by_hand(landscape: Landscape, table: np.ndarray, where: np.ndarray, row: slice) -> float:
    """Average one place the slow way: over every counted (stratum, cell) that lies there."""
    use = ~landscape.excluded[row] & where
    return float(table[row][use].mean())


def test_a_cut_averages_what_is_neither_drawn_nor_pinned(landscape: Landscape) -> None:
    found = landscape.posterior()
    here = cut(landscape, found, ["darkening", "rotation"], {}, None)
    assert here.rate.shape == here.trials.shape == (4, 7)
    for j, i in ((0, 0), (3, 6), (1, 3), (0, 3)):
        where = (SPACE.cells[:, 1] == j) & (SPACE.cells[:, 0] == i)
        assert here.rate[j, i] == pytest.approx(by_hand(landscape, found.mean, where, slice(None)))
        assert here.high[j, i] == pytest.approx(by_hand(landscape, found.high90, where, slice(None)))
        counted = ~landscape.excluded & where
        assert here.trials[j, i] == landscape.trials[counted].sum()


def test_a_pinned_concept_is_held_at_its_level(landscape: Landscape) -> None:
    found = landscape.posterior()
    here = cut(landscape, found, ["rotation", "darkening"], {"saturation": 1}, "yield")
    cell = SPACE.index((2, 1, 1))
    assert here.rate[2, 1] == found.mean[1, cell]
    assert (here.low[2, 1], here.high[2, 1]) == (found.low90[1, cell], found.high90[1, cell])
    assert here.trials[2, 1] == landscape.trials[1, cell]


def test_three_axes_come_in_the_order_that_was_asked_for(landscape: Landscape) -> None:
    found = landscape.posterior()
    here = cut(landscape, found, ["saturation", "rotation", "darkening"], {}, "stop")
    assert here.rate.shape == (3, 7, 4)
    assert here.rate[2, 5, 1] == found.mean[0, SPACE.index((5, 1, 2))]


def test_what_is_left_out_is_said_and_the_clean_control_is_named(landscape: Landscape) -> None:
    here = cut(landscape, landscape.posterior(), ["darkening", "saturation"], {"rotation": 3}, None)
    assert here.left_out[3, 0]
    assert not here.control[3, 0]
    assert here.control[0, 2]
    assert not here.enough[here.left_out].any()
    assert here.left_out.sum() == 2


def test_a_place_needs_data_in_most_of_its_settings(landscape: Landscape) -> None:
    found = landscape.posterior()
    few = found.enough.copy()
    few[:, SPACE.cells[:, 1] == 2] = False
    known = Posterior(found.mean, found.low90, found.high90, found.probability, few)
    here = cut(landscape, known, ["darkening"], {}, None)
    assert here.enough.tolist() == [True, True, False, True]
