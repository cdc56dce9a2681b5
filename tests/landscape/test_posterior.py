from __future__ import annotations

import numpy as np
import pytest
from scipy.special import expit

from faded.concepts.spec import ConceptSpace, ConceptSpec
from faded.domain import Kind
from faded.landscape.design import level_factor
from faded.landscape.posterior import Landscape

SPACE = ConceptSpace(
    (
        ConceptSpec("rotation", Kind.ORDINAL, (-30.0, -15.0, 0.0, 15.0, 30.0), 0.0, "turned by {value}"),
        ConceptSpec("darkening", Kind.ORDINAL, (0.0, 0.2, 0.4, 0.6), 0.0, "darkened by {value}"),
    )
)
STRATA = ("a", "b", "c")


def additive_rates() -> np.ndarray:
    turned, dark = SPACE.cells[:, 0], SPACE.cells[:, 1]
    return expit(np.array([[-1.5], [0.0], [-3.0]]) + 0.8 * np.abs(turned - 2) + 0.7 * (dark - 1.5))


def filled(bound: float, queries: int, seed: int, skip: tuple[int, int] | None = None) -> Landscape:
    rng = np.random.default_rng(seed)
    landscape = Landscape(SPACE, STRATA, bound, np.zeros((3, SPACE.n_cells), dtype=bool))
    strata, cells = rng.integers(3, size=queries), rng.integers(SPACE.n_cells, size=queries)
    if skip is not None:
        kept = (strata != skip[0]) | (cells != skip[1])
        strata, cells = strata[kept], cells[kept]
    landscape.add(strata, cells, rng.random(len(cells)) < additive_rates()[strata, cells])
    landscape.refit(12)
    return landscape


def test_a_cell_never_asked_is_estimated_from_its_neighbours() -> None:
    worst = SPACE.index((4, 3))
    landscape = filled(0.5, 1500, 0, skip=(1, worst))
    posterior = landscape.posterior()
    assert landscape.trials[1, worst] == 0
    assert abs(posterior.mean[1, worst] - additive_rates()[1, worst]) < 0.1
    assert posterior.probability[1, worst] > 0.9


def test_borrowing_beats_own_trials_alone() -> None:
    landscape = filled(0.5, 300, 1)
    alone = (landscape.failures + 1) / (landscape.trials + 2)
    rates = additive_rates()
    assert np.abs(landscape.posterior().mean - rates).mean() < 0.6 * np.abs(alone - rates).mean()


def test_intervals_cover_what_they_promise() -> None:
    covered = []
    for seed in range(6):
        posterior = filled(0.5, 400, seed).posterior()
        rates = additive_rates()
        covered.append((posterior.low90 <= rates) & (rates <= posterior.high90))
    assert np.mean(covered) > 0.85


def test_nothing_asked_is_said_to_be_not_enough() -> None:
    landscape = Landscape(SPACE, STRATA, 0.5, np.zeros((3, SPACE.n_cells), dtype=bool))
    assert not landscape.posterior().enough.any()
    assert filled(0.5, 600, 0).posterior().enough.all()


def test_invalid_settings_and_the_clean_control_are_no_modes() -> None:
    invalid = np.zeros((3, SPACE.n_cells), dtype=bool)
    invalid[0, 7] = True
    landscape = Landscape(SPACE, STRATA, 0.1, invalid)
    landscape.add([0] * 9 + [1] * 9, [7] * 9 + [SPACE.index((2, 0))] * 9, [True] * 18)
    landscape.refit(5)
    assert landscape.probability()[0, 7] == 0
    assert landscape.probability()[1, SPACE.index((2, 0))] == 0


@pytest.mark.parametrize(
    ("kind", "closer", "farther"), [(Kind.ORDINAL, 1, 5), (Kind.CIRCULAR, 5, 2), (Kind.NOMINAL, 0, 1)]
)
def test_levels_share_strength_by_their_kind(kind: Kind, closer: int, farther: int) -> None:
    factor = level_factor(ConceptSpec("x", kind, (-120.0, -60.0, 0.0, 60.0, 120.0, 180.0), 0.0, "{value}"))
    correlation = factor @ factor.T
    assert correlation[0, closer] > correlation[0, farther] + 0.2
    if kind is Kind.NOMINAL:
        assert correlation[0, 1] == correlation[0, 5]


def test_the_ends_of_circular_levels_that_do_not_reach_round_are_far_apart() -> None:
    factor = level_factor(ConceptSpec("x", Kind.CIRCULAR, (-30.0, 0.0, 30.0), 0.0, "{value}"))
    correlation = factor @ factor.T
    assert correlation[0, 1] > correlation[0, 2] + 0.2


def test_a_saved_landscape_goes_on_alike() -> None:
    one, other = filled(0.5, 200, 3), filled(0.5, 5, 4)
    other.load_state_dict(one.state_dict())
    for landscape in (one, other):
        landscape.add([0, 1], [3, 4], [True, False])
        landscape.refit()
    assert np.array_equal(one.posterior().probability, other.posterior().probability)
