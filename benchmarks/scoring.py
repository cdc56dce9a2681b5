"""How discovery is scored: one run of one explorer against an exhaustive grid.

A mode is established by its own trials alone. The oracle's modes are those that the exhaustive grid itself
establishes, in strata of at least 20 samples; an established mode is right if its exhaustive rate is above the bound.
Q50 is the number of queries until half of the oracle's modes are established at precision 0.8 or better.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray
from scipy.stats import spearmanr

from agents.base import Agent
from agents.ppo import Args, PPOAgent
from agents.random import RandomAgent
from agents.rollout import Event, drive
from agents.thompson import ThompsonAgent
from benchmarks.grids import Grid
from faded.exploration.env import ExploreConfig, ExploreEnv
from faded.landscape.modes import established, established_table
from faded.landscape.posterior import Landscape

CAP = 60_000
"""A run that has not got there by then counts as this many queries."""
PRECISION = 0.8
LEAST_STRATUM = 20
"""Strata with fewer samples are left out of the oracle."""

MakeAgent = Callable[[ExploreEnv, int], Agent]


def _ppo(env: ExploreEnv, seed: int, args: Args) -> Agent:
    return PPOAgent(env.single_observation_space.shape[0], env.space.shape, env.num_envs, seed, args)


def _thompson(env: ExploreEnv, seed: int, leave: float) -> Agent:
    return ThompsonAgent(env.space.shape, partial(env.sample_scores, leave))


def _uniform(env: ExploreEnv, seed: int) -> Agent:
    return RandomAgent(env.space.shape, seed)


EXPLORERS: dict[str, MakeAgent] = {
    "ppo": partial(_ppo, args=Args()),
    "ppo_no_learning": partial(_ppo, args=Args(learning_rate=0.0)),
    "thompson_0.9": partial(_thompson, leave=0.9),
    "thompson_0.97": partial(_thompson, leave=0.97),
    "thompson_0.99": partial(_thompson, leave=0.99),
    "uniform": _uniform,
}
"""Thompson sampling on the same posterior (levels share strength), by when it leaves a mode."""


@dataclass(frozen=True)
class Score:
    """How one run went.

    Attributes:
        q50: Queries until half of the oracle's modes were established at precision 0.8, or the cap.
        reached: Whether it got there.
        recall: Share of the oracle's modes established at the end.
        precision: Share of the established modes that are right at the end; 0 where there are none.
        area: Mean over the capped run of the recall reached so far, relative to one half and at most 1.
        spearman: Rank correlation of the posterior's mean rates with the exhaustive ones at the end.
        mae: Mean absolute error of the rates.
        interval_score: Mean interval score of the 90% intervals (Gneiting and Raftery 2007, equation 43); lower is
            better.
    """

    q50: int
    reached: bool
    recall: float
    precision: float
    area: float
    spearman: float
    mae: float
    interval_score: float

    def to_json(self) -> dict[str, float]:
        """Return the fields as JSON values."""
        return asdict(self)


class Oracle:
    """What the exhaustive grid says.

    Args:
        grid: The grid.
        bound: The registered bound.
    """

    def __init__(self, grid: Grid, bound: float) -> None:
        failures, trials = grid.tallies()
        scored = (trials >= LEAST_STRATUM) & ~Landscape(
            grid.space, grid.frame.strata, bound, grid.frame.known_invalid
        ).excluded
        self.scored: NDArray[np.bool_] = scored
        self.rates = failures / np.maximum(trials, 1)
        self.modes: NDArray[np.bool_] = established(failures, trials, bound) & scored
        self.right: NDArray[np.bool_] = (self.rates > bound) & scored

    def recall_precision(self, landscape: Landscape) -> tuple[float, float]:
        """Return recall of the oracle's modes and precision of the established ones; (0, 0) while there are none."""
        found = established_table(landscape) & self.scored
        if not found.any():
            return 0.0, 0.0
        return float((found & self.modes).sum() / self.modes.sum()), float(self.right[found].mean())


def score_run(grid: Grid, bound: float, explorer: str, seed: int) -> Score:
    """Run one explorer until Q50 or the cap."""
    env = ExploreEnv(grid.space, grid.frame, grid.ask, ExploreConfig(bound=bound, seed=seed))
    oracle = Oracle(grid, bound)
    curve: list[tuple[int, float, float]] = []

    def watch(event: Event) -> None:
        curve.append((event.queries, *oracle.recall_precision(env.landscape)))

    def there() -> bool:
        return bool(curve) and curve[-1][1] >= 0.5 and curve[-1][2] >= PRECISION

    queries = drive(env, EXPLORERS[explorer](env, seed), CAP, watch, there)
    reached = there()
    steps = np.diff([0, *(q for q, _, _ in curve), CAP])
    recalls = np.array([0.0, *(r for _, r, _ in curve)])
    return Score(
        q50=queries if reached else CAP,
        reached=reached,
        recall=curve[-1][1],
        precision=curve[-1][2],
        area=float((steps * np.minimum(recalls / 0.5, 1.0)).sum() / CAP),
        **_estimates(oracle, env.landscape),
    )


def _estimates(oracle: Oracle, landscape: Landscape) -> dict[str, float]:
    """Compare the posterior's rates with the exhaustive ones."""
    posterior = landscape.posterior()
    truth = oracle.rates[oracle.scored]
    mean, low, high = (a[oracle.scored] for a in (posterior.mean, posterior.low90, posterior.high90))
    outside = np.maximum(low - truth, 0) + np.maximum(truth - high, 0)
    return {
        "spearman": float(spearmanr(mean, truth).statistic),
        "mae": float(np.abs(mean - truth).mean()),
        "interval_score": float((high - low + 2 / 0.1 * outside).mean()),
    }
