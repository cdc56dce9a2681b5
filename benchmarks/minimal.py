"""How small the failing settings are that a search finds, and at how many queries.

    python -m benchmarks.minimal --json -

Every eligible sample of an exhaustive grid is searched once. The default search is compared with breadth-first search,
whose answers are the oracle's, with delta debugging, and with PPO walking in small increments, with and without
learning. Levels are summed over the samples that fail somewhere; one of which nothing was found counts as the farthest
setting of the grid. Queries are those spent on all eligible samples, learning among them: who fails nowhere is not
known beforehand. Figures are medians over seeds; the headline is signs6. Finished runs are kept and not repeated while
the code and the grid they came from are unchanged.
"""

from __future__ import annotations

import json
import multiprocessing
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from functools import lru_cache, partial
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from agents.ppo import Args, PPOAgent
from agents.rollout import drive
from benchmarks import minimal_rivals
from benchmarks.common import arguments, cache_folder, code_hash, emit, say, write_whole
from benchmarks.grids import PROBLEMS, SIGNS6, Grid, Problem, make_grid
from benchmarks.minimal_rivals import BreadthFirst, DeltaDebugging
from faded.exploration.hunt import NOTHING, HuntConfig
from faded.exploration.increments import Increments
from faded.exploration.microscopic import MicroscopicEnv
from faded.exploration.smallest import SmallestSearch

IntArray = NDArray[np.int64]

HEADLINE = SIGNS6
SEEDS = range(5)
OURS, BREADTH_FIRST, DELTA_DEBUGGING = "search", "breadth_first", "delta_debugging"
CODE = ("agents", "concepts", "exploration")
"""Packages that decide what a run does."""
ROLLOUT = 16
"""Steps of a rollout of PPO: as many as an episode has at most."""
UNLIMITED = 10**9

Found = tuple[IntArray, IntArray]
"""By row of the frame: the cell found, `NOTHING` where none was, and the queries spent on the sample."""


def _search(grid: Grid, seed: int) -> Found:
    search = SmallestSearch(grid.space, grid.frame, grid.ask, HuntConfig(seed=seed))
    search.run(UNLIMITED)
    return search.hunt.smallest, search.hunt.asked_of


def _ppo(grid: Grid, seed: int, args: Args) -> Found:
    env = MicroscopicEnv(grid.space, grid.frame, grid.ask, HuntConfig(seed=seed))
    agent = PPOAgent(env.single_observation_space.shape[0], [env.n_actions], env.num_envs, seed, args)
    drive(env, agent, UNLIMITED, should_stop=lambda: env.passed)
    return env.hunt.smallest, env.hunt.asked_of


def _rival(grid: Grid, seed: int, rival: type[BreadthFirst] | type[DeltaDebugging]) -> Found:
    search = rival(grid.space)
    cells = np.full(len(grid.discrepancy), NOTHING, dtype=np.int64)
    queries = np.zeros(len(cells), dtype=np.int64)
    for row in np.flatnonzero(grid.frame.eligible).tolist():
        failed = (grid.discrepancy[row] > 0).tolist()
        done = search(failed.__getitem__, grid.frame.known_invalid[grid.frame.stratum[row]].tolist())
        cells[row], queries[row] = done.cell, done.queries
    return cells, queries


SEARCHERS: dict[str, tuple[Callable[[Grid, int], Found], Sequence[int]]] = {
    OURS: (_search, SEEDS),
    "ppo": (partial(_ppo, args=Args(num_steps=ROLLOUT)), range(3)),
    "ppo_no_learning": (partial(_ppo, args=Args(num_steps=ROLLOUT, learning_rate=0.0)), range(3)),
    BREADTH_FIRST: (partial(_rival, rival=BreadthFirst), range(1)),
    DELTA_DEBUGGING: (partial(_rival, rival=DeltaDebugging), range(1)),
}
"""Searches, each with its seeds; the last two have no chance in them."""


@dataclass(frozen=True)
class Score:
    """How one search went.

    Attributes:
        levels_over_oracle: Summed levels found over the oracle's, over the samples that fail somewhere.
        found: Share of these samples for which a failing setting was found.
        exact: Share of them for which one was found that has no more levels than the oracle's.
        queries: Queries a sample, over all eligible ones.
        queries_on_failing: Queries a sample, over those that fail somewhere.
    """

    levels_over_oracle: float
    found: float
    exact: float
    queries: float
    queries_on_failing: float


def score(grid: Grid, found: Found) -> Score:
    """Score what a search found against the exhaustive grid."""
    cells, queries = found
    steps = Increments.of(grid.space).steps
    eligible = np.flatnonzero(grid.frame.eligible)
    fails = (grid.discrepancy > 0) & ~grid.frame.known_invalid[grid.frame.stratum]
    failing = eligible[fails[eligible].any(axis=1)]
    oracle = np.where(fails[failing], steps, steps.max()).min(axis=1)
    had = cells[failing] != NOTHING
    if not fails[failing[had], cells[failing[had]]].all():
        raise ValueError("A search gave a setting under which its sample does not fail.")
    levels = np.where(had, steps[cells[failing]], steps.max())
    return Score(
        levels_over_oracle=float(levels.sum() / oracle.sum()),
        found=float(had.mean()),
        exact=float((had & (levels == oracle)).mean()),
        queries=float(queries[eligible].mean()),
        queries_on_failing=float(queries[failing].mean()),
    )


@lru_cache(maxsize=1)
def _grid(problem: Problem, assets: Path) -> Grid:
    return make_grid(problem, assets)


def do_run(problem: Problem, searcher: str, seed: int, assets: Path) -> Score:
    """Do one run, or read its result from the cache."""
    torch.set_num_threads(1)
    grid = _grid(problem, assets)
    code = code_hash(CODE, __file__, str(minimal_rivals.__file__))
    file = cache_folder("minimal", f"{grid.key}-{code}") / f"{problem.name}-{searcher}-{seed}.json"
    if file.exists():
        return Score(**json.loads(file.read_text()))
    run, _ = SEARCHERS[searcher]
    done = score(grid, run(grid, seed))
    write_whole(file, lambda part: part.write_text(json.dumps(asdict(done))))
    return done


def summarise(problem: str, scores: Mapping[str, Sequence[Score]]) -> tuple[dict[str, float], dict[str, object]]:
    """Return a problem's figures, and the medians of every search beside them."""
    medians = {
        name: {key: float(np.median([asdict(s)[key] for s in runs])) for key in asdict(runs[0])}
        for name, runs in scores.items()
    }
    ours = medians[OURS]
    figures = {
        f"{problem}_levels_over_oracle": ours["levels_over_oracle"],
        f"{problem}_queries_over_bfs": ours["queries"] / medians[BREADTH_FIRST]["queries"],
        f"{problem}_queries_over_delta_debugging": ours["queries"] / medians[DELTA_DEBUGGING]["queries"],
        f"{problem}_found": ours["found"],
    }
    seeds = {name: [round(s.levels_over_oracle, 4) for s in runs] for name, runs in scores.items()}
    rounded = {name: {k: round(v, 4) for k, v in found.items()} for name, found in medians.items()}
    return {k: round(v, 4) for k, v in figures.items()}, {"medians": rounded, "levels_over_oracle_by_seed": seeds}


def main(argv: Sequence[str] | None = None) -> int:
    """Make the grids, do the runs, print the result."""
    given = arguments("Smallest failing settings, by search.", argv)
    figures: dict[str, float] = {}
    details: dict[str, object] = {}
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(given.processes, mp_context=context) as pool:
        for problem in PROBLEMS:
            pool.submit(make_grid, problem, given.assets).result()
            waiting = {
                name: [pool.submit(do_run, problem, name, seed, given.assets) for seed in seeds]
                for name, (_, seeds) in SEARCHERS.items()
            }
            scores = {name: [future.result() for future in futures] for name, futures in waiting.items()}
            found, details[problem.name] = summarise(problem.name, scores)
            figures |= found
            say(f"{problem.name}: {found}")
    for name in ("levels_over_oracle", "queries_over_bfs", "queries_over_delta_debugging"):
        figures[name] = figures[f"{HEADLINE}_{name}"]
    result = {"benchmark": "minimal", "headline": HEADLINE, "seeds": len(SEEDS), "figures": figures}
    emit({**result, "details": details}, given.json)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
