from __future__ import annotations

import numpy as np
import pytest

from benchmarks.grids import Grid
from benchmarks.minimal import SEARCHERS, Score, score, summarise
from benchmarks.minimal_rivals import BreadthFirst, DeltaDebugging, ddmin
from faded.concepts.spec import ConceptSpace, ConceptSpec
from faded.domain import Kind
from faded.exploration.hunt import NOTHING
from tests.exploration.thresholds import LEVELS, SPACE, oracle, thresholds

VALID = [False] * SPACE.n_cells


def levels_of(cell: int) -> tuple[float, ...]:
    return tuple(SPACE.grid[cell])


def test_breadth_first_goes_by_shells_and_finds_the_smallest() -> None:
    asked: list[int] = []
    done = BreadthFirst(SPACE)(lambda cell: bool(asked.append(cell)) or levels_of(cell) == (-1, 1, 0), VALID)
    assert levels_of(done.cell) == (-1, 1, 0) and done.queries == len(asked)
    assert [levels_of(c) for c in asked[:4]] == [(-1, 0, 0), (0, 0, 1), (0, 1, 0), (1, 0, 0)]
    assert LEVELS[asked].tolist() == sorted(LEVELS[asked])
    never = BreadthFirst(SPACE)(lambda cell: False, VALID)
    assert (never.cell, never.queries) == (NOTHING, SPACE.n_cells - 1)


def test_breadth_first_asks_nothing_that_is_invalid() -> None:
    invalid = (SPACE.grid[:, 0] < 0).tolist()
    assert BreadthFirst(SPACE)(lambda cell: False, invalid).queries == invalid.count(False) - 1


def test_ddmin_of_the_paper_on_hand_made_cases() -> None:
    tests: list[list[int]] = []

    def fails(kept: list[int]) -> bool:
        tests.append(kept)
        return {1, 7} <= set(kept)

    assert ddmin(list(range(1, 9)), fails) == [1, 7]
    # Halves, then quarters, the first of whose complements that fails lacks 3 and 4, and so on: by hand from figure 3.
    assert tests[:6] == [[1, 2, 3, 4], [5, 6, 7, 8], [1, 2], [3, 4], [5, 6], [7, 8]]
    assert tests[6:9] == [[3, 4, 5, 6, 7, 8], [1, 2, 5, 6, 7, 8], [1, 2]]
    assert ddmin([1, 2, 3, 4], lambda kept: 3 in kept) == [3]
    assert ddmin([5], lambda kept: True) == [5]


def test_delta_debugging_leaves_out_increments_until_none_can_go() -> None:
    def fails(cell: int) -> bool:
        turn, dark, _ = levels_of(cell)
        return turn >= 1 and dark >= 2

    done = DeltaDebugging(SPACE)(fails, VALID)
    assert levels_of(done.cell) == (1, 2, 0)
    assert 2 < done.queries < 30
    assert DeltaDebugging(SPACE)(lambda cell: False, VALID).queries == 2  # both corners


def test_delta_debugging_stays_on_a_grid_without_neutral() -> None:
    space = ConceptSpace(
        (
            ConceptSpec("dark", Kind.ORDINAL, (0.1, 0.2, 0.3), 0.0, ""),
            ConceptSpec("kind", Kind.NOMINAL, (0.0, 1.0, 2.0), 1.0, ""),
        )
    )
    done = DeltaDebugging(space)(lambda cell: space.grid[cell][0] >= 0.2, [False] * 9)
    assert tuple(space.grid[done.cell]) == (0.2, 1.0)


def test_a_search_is_scored_on_the_samples_that_fail_somewhere() -> None:
    frame, table = thresholds(20)
    table.discrepancy[0] = 0
    grid = Grid(SPACE, frame, table.discrepancy, "")
    rows = np.arange(1, 20)[frame.eligible[1:]]
    best = BreadthFirst(SPACE)
    cells = np.full(20, NOTHING)
    for row in rows:
        invalid = frame.known_invalid[frame.stratum[row]].tolist()
        cells[row] = best((table.discrepancy[row] > 0).tolist().__getitem__, invalid).cell
    perfect = score(grid, (cells, np.full(20, 3)))
    assert (perfect.levels_over_oracle, perfect.found, perfect.exact, perfect.queries) == (1, 1, 1, 3)
    smallest = oracle(frame, table)
    cells[rows[0]] = NOTHING
    worse = score(grid, (cells, np.full(20, 3)))
    lost = LEVELS.max() - smallest[rows[0]]
    assert worse.levels_over_oracle == pytest.approx(1 + lost / smallest[rows].sum())
    assert worse.found == 1 - 1 / len(rows)
    cells[rows[0]] = SPACE.control_index
    with pytest.raises(ValueError, match="does not fail"):
        score(grid, (cells, np.full(20, 3)))


def test_figures_are_medians_over_seeds_and_ratios_of_them() -> None:
    scores = {name: [Score(1.2, 0.9, 0.8, queries, 4.0) for queries in (8.0, 2.0, 4.0)] for name in SEARCHERS}
    scores["breadth_first"] = [Score(1.0, 1.0, 1.0, 40.0, 30.0)]
    scores["delta_debugging"] = [Score(1.5, 0.9, 0.7, 5.0, 6.0)]
    figures, details = summarise("signs", scores)
    assert figures == {
        "signs_levels_over_oracle": 1.2,
        "signs_queries_over_bfs": 0.1,
        "signs_queries_over_delta_debugging": 0.8,
        "signs_found": 0.9,
    }
    assert details["medians"]["ppo"]["queries"] == 4.0
