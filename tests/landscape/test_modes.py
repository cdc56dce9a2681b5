from __future__ import annotations

import numpy as np
import pytest

from faded.concepts.spec import ConceptSpace, ConceptSpec
from faded.domain import Kind, Mode, ModeKey
from faded.landscape.modes import established, modes, rank_modes
from faded.landscape.posterior import Landscape
from faded.landscape.worth import Worth

SPACE = ConceptSpace((ConceptSpec("darkening", Kind.ORDINAL, (0.2, 0.4, 0.6, 0.8), 0.0, "darkened by {value}"),))


def landscape_with(trials: list[int], failures: list[int], bound: float) -> Landscape:
    landscape = Landscape(SPACE, ("a",), bound, np.zeros((1, 4), dtype=bool))
    for cell, (n, f) in enumerate(zip(trials, failures, strict=True)):
        landscape.add([0] * n, [cell] * n, [i < f for i in range(n)])
    landscape.refit(8)
    return landscape


@pytest.mark.parametrize(
    ("failures", "trials", "bound", "expected"),
    [
        (3, 3, 0.5, True),
        (2, 3, 0.5, False),
        (5, 6, 0.5, True),
        (2, 2, 0.3, False),
        (2, 3, 0.3, True),
        (3, 3, 0.7, False),
        (6, 6, 0.7, True),
    ],
)
def test_established_by_own_trials(failures: int, trials: int, bound: float, expected: bool) -> None:
    assert bool(established(failures, trials, bound)) is expected


def test_modes_are_established_or_suspected_and_say_which() -> None:
    found = {m.key.cell: m for m in modes(landscape_with([40, 40, 40, 2], [2, 20, 36, 2], 0.5))}
    assert (2,) in found and found[(2,)].established
    assert found[(2,)].low < 0.9 < found[(2,)].high
    assert (0,) not in found and (1,) not in found
    assert (3,) in found and not found[(3,)].established, "two failures next to a mode are a suspicion, no more"


def test_ranking_prefers_severe_modes_and_then_variety() -> None:
    def mode(stratum: str, level: int, rate: float) -> Mode:
        return Mode(ModeKey((level,), stratum), 5, 5, rate, rate - 0.2, rate + 0.1, 0.95, True)

    ranked = rank_modes([mode("a", 1, 0.8), mode("a", 2, 0.9), mode("b", 3, 0.7)])
    assert [(m.key.stratum, m.key.cell) for m in ranked] == [("a", (2,)), ("b", (3,)), ("a", (1,))]
    seen = [ModeKey((2,), "a")]
    assert rank_modes([mode("a", 2, 0.9), mode("b", 3, 0.7)], seen)[0].key.stratum == "b"
    weights = {ModeKey((3,), "b"): 2.0}
    assert rank_modes([mode("a", 2, 0.9), mode("b", 3, 0.7)], (), weights)[0].key.stratum == "b"


def test_a_few_modes_are_ordered_as_all_of_them_are() -> None:
    rng = np.random.default_rng(0)
    found = [
        Mode(ModeKey((cell,), stratum), 5, 5, rate, rate - 0.2, rate + 0.1, 0.95, True)
        for stratum in "abc"
        for cell, rate in enumerate(rng.uniform(0.5, 0.9, 12))
    ]
    seen = [ModeKey((3,), "b")]
    assert rank_modes(found, seen, limit=7) == rank_modes(found, seen)[:7]
    assert rank_modes(found, seen, limit=100) == rank_modes(found, seen)


def test_worth_finishes_what_is_nearly_established_and_leaves_what_is_sure() -> None:
    landscape = landscape_with([4, 50, 50, 2], [0, 1, 48, 2], 0.5)
    worth = Worth(0.5, 60)(landscape)
    none_left, nearly = worth[0, 2], worth[0, 3]
    assert nearly > 0.3
    assert none_left < 0.001
    assert worth[0, 1] < 0.001
    assert Worth(0.5, 60).value(landscape, np.array([0]), np.array([2])) > 0.95


def test_worth_returns_to_an_established_mode_that_its_neighbours_make_doubtful() -> None:
    landscape = landscape_with([50, 3, 50, 50], [1, 3, 1, 1], 0.5)
    assert Worth(0.5, 60).value(landscape, np.array([0]), np.array([1])) < 0
    assert Worth(0.5, 60)(landscape)[0].argmax() == 1
