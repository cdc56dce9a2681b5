"""How many queries discovery takes: our explorer against every rival, and how well each knows the rates afterwards.

    python -m benchmarks.discovery --json -

Four problems, ten seeds, exhaustive grids made once and cached. Figures are medians over seeds; a ratio of two
explorers is the ratio of medians; intervals are 90%, a bootstrap over seeds. Finished runs are kept in the cache and
not repeated while the code and the grid they came from are unchanged. The libraries of some rivals are in
requirements-bench.txt.
"""

from __future__ import annotations

import json
import multiprocessing
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from statistics import median

import numpy as np
import torch

import agents.dqn
from benchmarks.arena import Task
from benchmarks.common import Arguments, arguments, cache_folder, code_hash, emit, say, write_whole
from benchmarks.explorers import (
    AFTER_SCREENING,
    AS_THEY_COME,
    EXPLORERS,
    LEARNING,
    ON_TALLIES,
    OURS,
    OWN,
    THOMPSON,
    UNIFORM,
    check_libraries,
)
from benchmarks.grids import PROBLEMS, Grid, Problem, make_grid
from benchmarks.scoring import CAP, Oracle, Referee, Score
from faded.exploration import stream
from faded.landscape import modes

SEEDS = range(10)
RESAMPLES = 1_000
ALL = "all"
CODE = ("agents", "concepts", "exploration", "landscape")
"""Packages that decide what a run does that uses our explorer or posterior."""
HARNESS = (
    "arena",
    "bandits",
    "explorers",
    "scoring",
    "trials",
    "with_optuna",
    "with_sklearn",
    "with_stable_baselines3",
)
"""Modules beside this one that decide it, too."""

Scores = dict[str, list[Score]]
"""By explorer, in the order of the seeds."""


@dataclass(frozen=True)
class Run:
    """One run to be done."""

    problem: Problem
    explorer: str
    seed: int
    assets: Path


@lru_cache(maxsize=1)
def _grid(problem: Problem, assets: Path) -> tuple[Grid, Oracle]:
    grid = make_grid(problem, assets)
    return grid, Oracle(grid, problem.bound)


@lru_cache(maxsize=2)
def _code(on_tallies: bool) -> str:
    harness = [str(Path(__file__).with_name(f"{name}.py")) for name in HARNESS]
    if on_tallies:
        return code_hash((), *harness, *(str(m.__file__) for m in (agents.dqn, stream, modes)))
    return code_hash(CODE, *harness)


def do_grid(problem: Problem, assets: Path) -> str:
    """Make a problem's grid where it is missing."""
    return make_grid(problem, assets).key


def do_run(run: Run) -> Score:
    """Do one run, or read its result from the cache."""
    torch.set_num_threads(1)
    grid, oracle = _grid(run.problem, run.assets)
    folder = cache_folder("discovery", f"{grid.key}-{_code(run.explorer in ON_TALLIES)}")
    file = folder / f"{run.problem.name}-{run.explorer}-{run.seed}.json"
    if file.exists():
        return Score(**json.loads(file.read_text()))
    referee = Referee(oracle)
    EXPLORERS[run.explorer](Task(grid, run.problem.bound, run.seed, CAP), referee)
    score = referee.score()
    write_whole(file, lambda part: part.write_text(json.dumps(score.to_json())))
    return score


def run_all(given: Arguments) -> dict[str, Scores]:
    """Do all runs of the problems asked for, two at a time; return scores by problem."""
    check_libraries()
    problems = [p for p in PROBLEMS if given.task in (ALL, p.name)]
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(given.processes, mp_context=context) as pool:
        for made in [pool.submit(do_grid, p, given.assets) for p in problems]:
            made.result()
        runs = [Run(p, e, s, given.assets) for p in problems for e in EXPLORERS for s in SEEDS]
        waiting = {pool.submit(do_run, run): run for run in runs}
        results = _gather((waiting[f], f.result()) for f in as_completed(waiting))
    return {p.name: {e: [results[p.name, e, s] for s in SEEDS] for e in EXPLORERS} for p in problems}


def summarise(problem: str, scores: Scores) -> tuple[dict[str, float], dict[str, object]]:
    """Return a problem's figures, and the details beside them: intervals, the best rival, every explorer."""
    rivals = [name for name in scores if name not in OWN]
    q50 = {name: float(np.median([s.q50 for s in runs])) for name, runs in scores.items()}
    best = min(rivals, key=lambda name: q50[name])
    best_thompson = min((name for name in rivals if name.startswith(THOMPSON)), key=lambda name: q50[name])
    over = {"uniform": UNIFORM, "thompson": best_thompson, "best_rival": best, "ppo": LEARNING}
    over |= {"as_they_come": AS_THEY_COME, "after_screening": AFTER_SCREENING}
    wanted: dict[str, Callable[[Scores], float]] = {
        f"{problem}_q50_over_{label}": lambda s, other=other: _median(s, OURS, "q50") / _median(s, other, "q50")  # type: ignore[misc]
        for label, other in over.items()
    }
    kinds = {"precision": "precision", "spearman": "spearman", "interval_coverage": "coverage"}
    for label, field in (kinds | {"interval_score": "interval_score"}).items():
        wanted[f"{problem}_{label}"] = lambda s, field=field: _median(s, OURS, field)  # type: ignore[misc]
    figures = {name: round(figure(scores), 4) for name, figure in wanted.items()}
    details: dict[str, object] = {
        "best_rival": best,
        "best_thompson": best_thompson,
        "intervals90": {name: bootstrap(scores, figure) for name, figure in wanted.items()},
        "best_rival_by_interval_score": min(rivals, key=lambda name: _median(scores, name, "interval_score")),
    }
    for name, runs in scores.items():
        details[name] = {
            "q50": [s.q50 for s in runs],
            "q50_interval90": bootstrap(scores, lambda s, name=name: _median(s, name, "q50")),  # type: ignore[misc]
            "reached": sum(s.reached for s in runs),
            "median": {field: round(_median(scores, name, field), 4) for field in runs[0].numbers()},
        }
    return figures, details


def _median(scores: Scores, explorer: str, field: str) -> float:
    return float(median(getattr(s, field) for s in scores[explorer]))


def bootstrap(scores: Scores, figure: Callable[[Scores], float]) -> list[float]:
    """Return the 90% interval of a figure: seeds are drawn anew, the same ones for every explorer."""
    rng = np.random.default_rng(0)
    n = len(next(iter(scores.values())))
    draws = rng.integers(n, size=(RESAMPLES, n))
    found = [figure({e: [runs[i] for i in draw] for e, runs in scores.items()}) for draw in draws.tolist()]
    return [round(float(end), 4) for end in np.quantile(found, [0.05, 0.95])]


def asked_for(argv: Sequence[str] | None) -> Arguments:
    """Read the command line; `--task` names one problem where not all are wanted."""
    return arguments("Queries that discovery takes, by explorer.", argv, tasks=(ALL, *(p.name for p in PROBLEMS)))


def main(argv: Sequence[str] | None = None) -> int:
    """Make the grids, do the runs, print the result."""
    given = asked_for(argv)
    figures: dict[str, float] = {}
    details: dict[str, object] = {}
    for problem, scores in run_all(given).items():
        found, details[problem] = summarise(problem, scores)
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
