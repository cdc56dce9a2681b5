"""How many queries discovery takes: our explorer against uniform, Thompson sampling, and itself without learning.

    python -m benchmarks.discovery --json -

Three problems, five seeds, exhaustive grids made once and cached. Figures are medians over seeds; a ratio of two
explorers is the ratio of medians. Finished runs are kept in the cache and not repeated while the code and the grid
they came from are unchanged.
"""

from __future__ import annotations

import json
import multiprocessing
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import torch

from benchmarks import scoring
from benchmarks.common import arguments, cache_folder, code_hash, emit, say
from benchmarks.grids import PROBLEMS, Grid, Problem, make_grid
from benchmarks.scoring import EXPLORERS, Score, score_run

SEEDS = range(5)
OURS = "ppo"
NO_LEARNING = "ppo_no_learning"
UNIFORM = "uniform"
THOMPSON = "thompson_"
CODE = ("agents", "concepts", "exploration", "landscape")
"""Packages that decide what a run does."""


@dataclass(frozen=True)
class Run:
    """One run to be done."""

    problem: Problem
    explorer: str
    seed: int
    assets: Path


@lru_cache(maxsize=1)
def _grid(problem: Problem, assets: Path) -> Grid:
    return make_grid(problem, assets)


def do_grid(problem: Problem, assets: Path) -> str:
    """Make a problem's grid where it is missing."""
    return make_grid(problem, assets).key


def do_run(run: Run) -> Score:
    """Do one run, or read its result from the cache."""
    torch.set_num_threads(1)
    grid = _grid(run.problem, run.assets)
    folder = cache_folder("discovery", f"{grid.key}-{code_hash(CODE, str(scoring.__file__))}")
    file = folder / f"{run.problem.name}-{run.explorer}-{run.seed}.json"
    if file.exists():
        return Score(**json.loads(file.read_text()))
    score = score_run(grid, run.problem.bound, run.explorer, run.seed)
    unfinished = file.with_suffix(".part")
    unfinished.write_text(json.dumps(score.to_json()))
    unfinished.rename(file)
    return score


def summarise(problem: str, scores: dict[str, list[Score]]) -> tuple[dict[str, float], dict[str, object]]:
    """Return a problem's figures, and the details beside them."""
    q50 = {name: float(np.median([s.q50 for s in runs])) for name, runs in scores.items()}
    rival = min((name for name in q50 if name.startswith(THOMPSON)), key=lambda name: q50[name])
    figures = {
        f"{problem}_q50_over_uniform": q50[OURS] / q50[UNIFORM],
        f"{problem}_precision": float(np.median([s.precision for s in scores[OURS]])),
        f"{problem}_q50_over_thompson": q50[OURS] / q50[rival],
        f"{problem}_q50_over_no_learning": q50[OURS] / q50[NO_LEARNING],
    }
    details: dict[str, object] = {
        name: {
            "q50": [s.q50 for s in runs],
            "reached": sum(s.reached for s in runs),
            "median": {k: float(np.median([s.to_json()[k] for s in runs])) for k in runs[0].to_json()},
        }
        for name, runs in scores.items()
    }
    return {k: round(v, 4) for k, v in figures.items()}, {"best_thompson": rival, **details}


def main(argv: Sequence[str] | None = None) -> int:
    """Make the grids, do the runs, print the result."""
    given = arguments("Queries that discovery takes, by explorer.", argv)
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(given.processes, mp_context=context) as pool:
        for made in [pool.submit(do_grid, p, given.assets) for p in PROBLEMS]:
            made.result()
        runs = [Run(p, e, s, given.assets) for p in PROBLEMS for e in EXPLORERS for s in SEEDS]
        waiting = {pool.submit(do_run, run): run for run in runs}
        results = _gather((waiting[f], f.result()) for f in as_completed(waiting))
    figures: dict[str, float] = {}
    details: dict[str, object] = {}
    for problem in PROBLEMS:
        of_problem = {e: [results[problem.name, e, s] for s in SEEDS] for e in EXPLORERS}
        found, details[problem.name] = summarise(problem.name, of_problem)
        figures |= found
    emit({"benchmark": "discovery", "seeds": len(SEEDS), "figures": figures, "details": details}, given.json)
    return 0


def _gather(done: Iterable[tuple[Run, Score]]) -> dict[tuple[str, str, int], Score]:
    results = {}
    for run, score in done:
        results[run.problem.name, run.explorer, run.seed] = score
        state = f"Q50 {score.q50}" if score.reached else f"not by {score.q50} (recall {score.recall:.2f})"
        say(f"{run.problem.name} {run.explorer} seed {run.seed}: {state}, precision {score.precision:.2f}")
    return results


if __name__ == "__main__":
    raise SystemExit(main())
