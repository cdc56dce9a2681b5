"""A space that is too large to be listed: the landscape looks at some of its cells."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from scipy.special import expit, ndtri

from faded.concepts.spec import LISTED, ConceptSpace, ConceptSpec
from faded.domain import FadedError, Kind
from faded.landscape.cells import ABSENT, Cells
from faded.landscape.modes import modes
from faded.landscape.posterior import Landscape
from faded.landscape.reader import read_map
from faded.landscape.rebuild import Trial, left_out, looked_at, rebuild
from faded.landscape.safe import safe_ranges
from faded.landscape.slices import cut
from tests.landscape.test_slices import SPACE as SMALL

SPACE = ConceptSpace(
    tuple(ConceptSpec(f"c{i}", Kind.ORDINAL, (0.0, 1.0, 2.0, 3.0, 4.0), 0.0, f"c{i} at {{value:g}}") for i in range(9))
)
STRATA = ("a", "b", "c")


def rates(levels: np.ndarray) -> np.ndarray:
    """Single concepts alone matter, strata differ, and every setting has a bit of its own."""
    own = 0.4 * ndtri((SPACE.indices(levels) * 0.6180339887 % 1) * 0.998 + 0.001)
    logit = -3 + 1.2 * levels[:, 0] + 0.8 * levels[:, 4] + own
    return expit(np.stack([logit, logit - 1, logit + 1]))


def only_together(levels: np.ndarray) -> np.ndarray:
    """Two concepts fail where one of them is far from neutral and the other is not; neither matters alone."""
    odd = (levels[:, 2] >= 2) != (levels[:, 7] >= 2)
    return np.tile(np.where(odd, 0.85, 0.1), (len(STRATA), 1))


def nothing(numbers: np.ndarray) -> np.ndarray:
    return np.zeros((len(STRATA), len(numbers)), dtype=np.bool_)


def asked(
    truth: Callable[[np.ndarray], np.ndarray],
    trials: int,
    seed: int = 0,
    batch: int = 100,
    log: list[Trial] | None = None,
) -> Landscape:
    """Ask settings at random, every one of another sample."""
    rng = np.random.default_rng(seed)
    landscape = Landscape(SPACE, STRATA, 0.5, nothing)
    for _ in range(trials // batch):
        cells, strata = rng.integers(SPACE.n_cells, size=batch), rng.integers(len(STRATA), size=batch)
        failed = rng.random(batch) < truth(SPACE.levels(cells))[strata, np.arange(batch)]
        landscape.add(strata, cells, failed)
        landscape.refit()
        if log is not None:
            ids = [f"s{len(log) + i}" for i in range(batch)]
            log += zip(ids, [STRATA[s] for s in strata], cells.tolist(), failed.tolist(), strict=True)
    return landscape


def test_columns_are_found_whatever_came_in_between() -> None:
    cells = Cells(SPACE)
    assert not cells.all and cells.find([3]).tolist() == [ABSENT]
    cells.append(np.array([900_000, 7, 12]))
    cells.append(cells.missing([7, 1_000_000, 5]))
    assert cells.find([5, 7, 12, 900_000, 1_000_000, 8]).tolist() == [3, 1, 2, 0, 4, ABSENT]
    assert SPACE.indices(cells.levels).tolist() == cells.numbers.tolist()
    cells.keep(np.array([True, False, True, True, True]))
    assert cells.find([7, 12, 1_000_000]).tolist() == [ABSENT, 1, 3]


def test_rates_of_settings_that_nobody_asked_are_known_with_honest_intervals() -> None:
    landscape = asked(rates, 3000)
    numbers = np.random.default_rng(1).integers(SPACE.n_cells, size=400)
    wider = landscape.looking_at(numbers)
    found, columns = wider.posterior(), wider.cells.find(numbers)
    truth = rates(SPACE.levels(numbers))
    assert np.corrcoef(found.mean[:, columns].ravel(), truth.ravel())[0, 1] > 0.95
    inside = (found.low90[:, columns] <= truth) & (truth <= found.high90[:, columns])
    assert 0.85 < inside.mean() < 0.97
    assert landscape.cells.find(numbers).tolist().count(ABSENT) == len(set(numbers.tolist()))
    assert found.enough[:, columns].all()


def test_pairs_of_concepts_have_effects_where_trials_call_for_them_and_only_there() -> None:
    apart = [asked(rates, 2000, seed) for seed in range(5)]
    assert [landscape.fit.design.pairs for landscape in apart] == [()] * 5
    together = asked(only_together, 2000)
    assert together.fit.design.pairs == ((7, 2),)
    numbers = np.random.default_rng(1).integers(SPACE.n_cells, size=400)
    wider = together.looking_at(numbers)
    mean = wider.posterior().mean[:, wider.cells.find(numbers)]
    truth = only_together(SPACE.levels(numbers))
    assert np.corrcoef(mean.ravel(), truth.ravel())[0, 1] > 0.9


def test_a_setting_that_is_forgotten_had_no_trial() -> None:
    landscape = asked(rates, 300)
    n = len(landscape.cells)
    landscape.consider([1, 2, 3])
    kept = landscape.forget(landscape.cells.numbers == 2)
    assert kept.sum() == len(landscape.cells) == n + 1
    assert landscape.cells.find([1, 2, 3]).tolist() == [ABSENT, n, ABSENT]
    assert landscape.trials.sum() == 300 and landscape.trials.shape == landscape.alpha.shape == (3, n + 1)


def test_a_saved_landscape_goes_on_alike() -> None:
    one, other = asked(only_together, 1000, 3), asked(rates, 100, 4)
    other.load_state_dict(one.state_dict())
    for landscape in (one, other):
        landscape.add([0, 1], [3, 4], [True, False])
        landscape.refit()
    assert np.array_equal(one.posterior().probability, other.posterior().probability)
    assert one.fit.design.pairs == other.fit.design.pairs


def test_it_is_rebuilt_from_what_the_store_keeps() -> None:
    log: list[Trial] = []
    landscape = asked(only_together, 2000, log=log)
    summary = {"space": SPACE.to_json(), "strata": list(STRATA), "bound": 0.5, "eligible": [2000] * 3}
    again = rebuild(summary | looked_at(landscape), log)
    assert again.trials.sum() == 2000
    assert again.fit.design.pairs == landscape.fit.design.pairs == ((7, 2),)
    mean, found = landscape.posterior().mean, again.posterior()
    columns = again.cells.find(landscape.cells.numbers)
    assert np.abs(found.mean[:, columns] - mean).max() < 0.05
    assert {m.key for m in modes(again, suspected=False)} == {m.key for m in modes(landscape, suspected=False)}


def test_what_is_invalid_is_left_out_of_what_is_rebuilt() -> None:
    def invalid(numbers: np.ndarray) -> np.ndarray:
        return np.arange(len(STRATA))[:, None] * 2 == SPACE.levels(numbers)[:, 0]

    landscape = Landscape(SPACE, STRATA, 0.5, invalid)
    cells = np.random.default_rng(0).integers(SPACE.n_cells, size=50)
    landscape.consider(cells)
    summary = {"space": SPACE.to_json(), "strata": list(STRATA), "bound": 0.5} | looked_at(landscape)
    again = rebuild(summary, [])
    again.consider(cells)
    assert again.known_invalid.sum() == landscape.known_invalid.sum() == invalid(np.unique(cells)).sum() > 0
    at = int(cells[SPACE.levels(cells)[:, 0] == 2][0])
    assert [left_out(summary, SPACE, s, at) for s in range(3)] == [False, True, False]


@pytest.mark.parametrize("pins", [{}, {"c4": 3}])
def test_a_cut_averages_over_settings_of_the_others_and_counts_every_trial(pins: dict[str, int]) -> None:
    landscape = asked(rates, 3000)
    rate = cut(landscape, landscape.posterior(), ["c0"], pins, None)
    levels = SPACE.levels(np.random.default_rng(5).integers(SPACE.n_cells, size=20_000))
    for name, level in pins.items():
        levels[:, int(name[1:])] = level
    truth = [rates(np.where(np.arange(9) == 0, level, levels)).mean() for level in range(5)]
    assert np.abs(rate.rate - truth).max() < 0.06
    there = landscape.cells.levels
    counted = landscape.trials[:, np.all([there[:, int(n[1:])] == level for n, level in pins.items()] or True, axis=0)]
    assert rate.trials.sum() == counted.sum() > 0


def test_everything_pinned_is_one_setting() -> None:
    landscape = asked(rates, 1000)
    pins = {f"c{i}": 0 for i in range(1, 9)}
    found = cut(landscape, landscape.posterior(), ["c0"], pins, "a")
    assert found.control.tolist() == [True, False, False, False, False]
    wider = landscape.looking_at([SPACE.index((4, *[0] * 8))])
    column = wider.cells.find(SPACE.index((4, *[0] * 8)))
    assert found.rate[4] == pytest.approx(wider.posterior().mean[0, column])
    assert [len(r.levels) for r in safe_ranges(landscape, landscape.posterior(), None, average=False)] == [5] * 9


def test_its_map_is_read_of_settings_that_change_two_concepts_at_most() -> None:
    landscape = asked(only_together, 4000)
    said = read_map(landscape, landscape.posterior(), None)
    assert said.most_changed == said.most_together == 2
    assert said.settings == 9 * 4 + 36 * 16 and said.known == said.settings  # the clean control is left out
    assert said.each is None and said.jointly is None
    assert said.as_near == 2 and {one.levels for one in said.nearest} == {2}
    assert {tuple(name for name, value in one.values.items() if value) for one in said.nearest} == {("c2",), ("c7",)}
    assert said.nearest[0].words in {"C2 at 2", "C7 at 2"}
    assert said.interactions == 0 and len(said.nearest[0].values) == 9
    assert read_map(landscape, landscape.posterior(), "a").stratum == "a"


def test_its_map_says_what_fails_only_together() -> None:
    def both(levels: np.ndarray) -> np.ndarray:
        return np.tile(np.where((levels[:, 2] >= 2) & (levels[:, 7] >= 2), 0.97, 0.03), (len(STRATA), 1))

    landscape = asked(both, 6000)
    said = read_map(landscape, landscape.posterior(), None)
    assert said.interactions > 0
    nearest = {name: value for name, value in said.together[0].values.items() if value}
    assert set(nearest) == {"c2", "c7"}


def test_a_list_of_its_settings_is_refused() -> None:
    with pytest.raises(FadedError, match=f"1,953,125 settings.*up to {LISTED:,}.*fewer concepts or levels"):
        _ = SPACE.cells
    assert SMALL.listed
