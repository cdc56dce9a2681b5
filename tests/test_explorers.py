"""The rivals of discovery on a small planted grid: they keep to the budget, repeat themselves, and are scored."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np
import pytest

from benchmarks.arena import Arena, Task
from benchmarks.bandits import thompson, ucb
from benchmarks.discovery import summarise
from benchmarks.explorers import AFTER_SCREENING, EXPLORERS, LEARNING, LIBRARIES, NO_LEARNING, OURS
from benchmarks.grids import Grid
from benchmarks.scoring import Oracle, Referee, Score, from_trials
from faded.exploration.screening import plan
from tests.exploration.tables import SPACE, planted

BUDGET = 330
"""No multiple of a batch with its control queries."""


def toy() -> Grid:
    frame, ask, _ = planted()
    return Grid(SPACE, frame, ask.discrepancy, "toy")


class Notes(Referee):
    """Keeps the tallies as well."""

    def watch(self, queries, trials, failures, say):  # type: ignore[no-untyped-def]
        self.trials, self.failures = trials.copy(), failures.copy()
        return super().watch(queries, trials, failures, say)


def run(name: str, seed: int) -> tuple[Score, Notes]:
    grid = toy()
    referee = Notes(Oracle(grid, 0.5), BUDGET)
    EXPLORERS[name](Task(grid, 0.5, seed, BUDGET), referee)
    return referee.score(), referee


@pytest.mark.parametrize("name", [name for name in EXPLORERS if not name.endswith(("0.97", "0.99"))])
def test_an_explorer_spends_its_budget_and_repeats_itself(name: str) -> None:
    if name in LIBRARIES and importlib.util.find_spec(LIBRARIES[name]) is None:
        pytest.skip(f"{LIBRARIES[name]} is missing: it is in requirements-bench.txt")
    score, notes = run(name, 1)
    again, repeated = run(name, 1)
    assert score == again
    np.testing.assert_array_equal(notes.trials, repeated.trials)
    assert score.queries == BUDGET and 0.4 * BUDGET < notes.trials.sum() <= BUDGET
    assert 0 <= score.coverage <= 1 and score.interval_score > 0


def test_ours_after_a_screening_asks_the_design_first() -> None:
    made = plan(SPACE, 2000, 64, 1)
    assert made is not None and len(made.actions) == 192
    designed = np.bincount(SPACE.indices(made.actions[:64]), minlength=SPACE.n_cells)
    counts = {}
    for name in (AFTER_SCREENING, OURS):
        notes = Notes(Oracle(toy(), 0.5), 1)  # over after one batch: 64 queries and 7 of control
        EXPLORERS[name](Task(toy(), 0.5, 1, 2000), notes)
        counts[name] = np.minimum(notes.trials.sum(axis=0), designed).sum()
    assert counts[AFTER_SCREENING] > 50 > 30 > counts[OURS], "all but those that are known to be invalid"


@pytest.mark.parametrize("choose", [ucb, thompson])
def test_a_bandit_of_cells_finds_more_than_uniform_settings_and_leaves_what_it_is_sure_of(choose) -> None:  # type: ignore[no-untyped-def]
    arena = Arena(Task(toy(), 0.5, 0, 3000))
    for _ in range(42):
        cells, before = choose(arena, 0.97), arena.settled(0.97)[arena.strata]
        usable = (arena.open() & ~before).any(axis=1)
        assert not before[np.arange(len(cells)), cells][usable].any()
        arena.step(cells)
    assert arena.queries == 42 * 64 * 10 // 9 and arena.trials.sum() > 0.9 * arena.queries
    assert arena.failures.sum() / arena.trials.sum() > 0.15, "a uniform setting fails in one case of nine"


def test_half_of_the_modes_count_only_at_the_asked_precision() -> None:
    oracle = Oracle(toy(), 0.5)
    exact = np.where(oracle.modes, 20.0, 0.0)
    wrong = np.where(oracle.scored, 20.0, 0.0)
    scores = []
    for failures in (exact, wrong):
        referee = Referee(oracle, 5000)
        estimates = from_trials(wrong, failures)
        assert referee.watch(100, 0 * exact, 0 * exact, lambda e=estimates: e)
        referee.watch(700, wrong, failures, lambda e=estimates: e)
        if not referee.over:
            referee.watch(5000, wrong, failures, lambda e=estimates: e)
        scores.append(referee.score())
    assert scores[0].q50 == 700 and scores[0].precision == 1.0
    assert scores[0].area == pytest.approx((5000 - 700) / 5000)
    assert scores[1].q50 == 5000 and not scores[1].reached and scores[1].recall == 1.0 and scores[1].precision < 0.8


def scored(q50: int) -> Score:
    return Score(q50, True, 0.5, 0.9, 0.5, 0.8, 0.1, 0.9, 0.4, 10_000, [0.0, 0.1, 0.5])


def test_the_best_rival_is_named_and_our_ppo_is_none() -> None:
    at = {name: 4000 for name in EXPLORERS} | {
        OURS: 1000,
        LEARNING: 900,
        NO_LEARNING: 900,
        "ucb_per_cell_0.9": 2000,
        "thompson_0.97": 2500,
    }
    scores = {name: [scored(q50 + 10 * seed) for seed in range(3)] for name, q50 in at.items()}
    figures, details = summarise("toy", scores)
    assert details["best_rival"] == "ucb_per_cell_0.9" and details["best_thompson"] == "thompson_0.97"
    assert figures["toy_q50_over_best_rival"] == pytest.approx(1010 / 2010, abs=1e-4)
    assert figures["toy_q50_over_thompson"] == pytest.approx(1010 / 2510, abs=1e-4)
    low, high = details["intervals90"]["toy_q50_over_uniform"]  # type: ignore[index]
    assert low <= figures["toy_q50_over_uniform"] <= high
    assert figures["toy_interval_coverage"] == 0.9 and figures["toy_spearman"] == 0.8


def test_of_variants_only_the_best_is_drawn(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib", reason="matplotlib is missing: it is in requirements-bench.txt")
    from benchmarks.curves import best_of_families, draw

    scores = {"thompson_0.97": [scored(3000)], OURS: [scored(2000)], "thompson_0.9": [scored(4000)]}
    assert best_of_families(scores) == [OURS, "thompson_0.97"]
    assert 1_000 < draw("toy", scores, tmp_path).stat().st_size < 150_000
