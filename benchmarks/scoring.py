"""How discovery is scored: one run of one explorer against an exhaustive grid, by one rule for all.

A mode is established by its own trials alone. The oracle's modes are those that the exhaustive grid itself
establishes, in strata of at least 20 samples; an established mode is right if its exhaustive rate is above the bound.
Q50 is the number of queries until half of the oracle's modes are established at precision 0.8 or better. A run goes on
after that until it has spent 5% of the grid's queries, where its estimates are compared with the exhaustive rates.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaincinv
from scipy.stats import spearmanr

from benchmarks.grids import Grid
from faded.landscape.modes import established
from faded.landscape.posterior import Landscape

CAP = 60_000
"""A run that has not got there by then counts as this many queries."""
PRECISION = 0.8
LEAST_STRATUM = 20
"""Strata with fewer samples are left out of the oracle."""
SHARE = 0.05
"""Estimates are compared when this share of the grid's queries is spent."""
POINTS = tuple(np.unique(np.geomspace(200, CAP, 120).astype(int)).tolist())
"""Queries at which the recall is kept for the curves."""
TAILS = (0.05, 0.95)

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class Estimates:
    """What an explorer says of the rates; all arrays of shape (n_strata, n_cells).

    Attributes:
        mean: The rates.
        low: Lower ends of 90% intervals.
        high: Upper ends of them.
    """

    mean: FloatArray
    low: FloatArray
    high: FloatArray


def from_trials(trials: FloatArray, failures: FloatArray) -> Estimates:
    """Estimate every rate from its own trials under a uniform prior."""
    a, b = 1 + failures, 1 + trials - failures
    low, high = (np.asarray(betaincinv(a, b, tail), dtype=np.float64) for tail in TAILS)
    return Estimates(a / (a + b), low, high)


def from_landscape(landscape: Landscape) -> Estimates:
    """Estimate every rate by the landscape's posterior."""
    found = landscape.posterior()
    return Estimates(found.mean, found.low90, found.high90)


@dataclass(frozen=True)
class Score:
    """How one run went.

    Attributes:
        q50: Queries until half of the oracle's modes were established at precision 0.8, or the cap.
        reached: Whether it got there.
        recall: Share of the oracle's modes established at the end.
        precision: Share of the established modes that are right at the end; 0 where there are none.
        area: Mean over the capped run of the recall reached so far, relative to one half and at most 1.
        spearman: Rank correlation of the estimated rates with the exhaustive ones, here and below at 5% of the grid.
        mae: Mean absolute error of the rates.
        coverage: Share of the exhaustive rates within their 90% intervals.
        interval_score: Mean interval score of the 90% intervals (Gneiting and Raftery 2007, equation 43); lower is
            better.
        queries: Queries asked.
        curve: Recall at `POINTS`, as far as the run went.
    """

    q50: int
    reached: bool
    recall: float
    precision: float
    area: float
    spearman: float
    mae: float
    coverage: float
    interval_score: float
    queries: int
    curve: list[float]

    def to_json(self) -> dict[str, float | list[float]]:
        """Return the fields as JSON values."""
        return asdict(self)

    def numbers(self) -> dict[str, float]:
        """Return the fields that are numbers."""
        return {k: float(v) for k, v in asdict(self).items() if k != "curve"}


class Oracle:
    """What the exhaustive grid says.

    Args:
        grid: The grid.
        bound: The registered bound.
    """

    def __init__(self, grid: Grid, bound: float) -> None:
        failures, trials = grid.tallies()
        excluded = Landscape(grid.space, grid.frame.strata, bound, grid.frame.known_invalid).excluded
        self.bound = bound
        self.queries = int(grid.frame.eligible.sum()) * grid.space.n_cells
        self.scored: NDArray[np.bool_] = (trials >= LEAST_STRATUM) & ~excluded
        self.rates = failures / np.maximum(trials, 1)
        self.modes: NDArray[np.bool_] = established(failures, trials, bound) & self.scored
        self.right: NDArray[np.bool_] = (self.rates > bound) & self.scored

    def recall_precision(self, trials: FloatArray, failures: FloatArray) -> tuple[float, float]:
        """Return recall of the oracle's modes and precision of the established ones; (0, 0) while there are none."""
        found = established(failures, trials, self.bound) & self.scored
        if not found.any():
            return 0.0, 0.0
        return float((found & self.modes).sum() / self.modes.sum()), float(self.right[found].mean())

    def compare(self, estimates: Estimates) -> dict[str, float]:
        """Compare estimated rates with the exhaustive ones."""
        truth = self.rates[self.scored]
        mean, low, high = (a[self.scored] for a in (estimates.mean, estimates.low, estimates.high))
        outside = np.maximum(low - truth, 0) + np.maximum(truth - high, 0)
        return {
            "spearman": float(spearmanr(mean, truth).statistic),
            "mae": float(np.abs(mean - truth).mean()),
            "coverage": float((outside == 0).mean()),
            "interval_score": float((high - low + 2 / 0.1 * outside).mean()),
        }


class Referee:
    """Watches a run, says when it is over, and scores it.

    Args:
        oracle: What is true.
        cap: Queries at which a run is over in any case.
    """

    def __init__(self, oracle: Oracle, cap: int = CAP) -> None:
        self.oracle = oracle
        self._cap = cap
        self._enough = min(int(SHARE * oracle.queries), cap)
        self._curve: list[tuple[int, float, float]] = []
        self._q50: int | None = None
        self._compared: dict[str, float] | None = None
        self.over = False

    def watch(self, queries: int, trials: FloatArray, failures: FloatArray, say: Callable[[], Estimates]) -> bool:
        """Take note of a step; return whether the run goes on.

        Args:
            queries: Queries asked so far, learning and control queries among them.
            trials: Trials so far on distinct samples, shape (n_strata, n_cells).
            failures: Failed ones.
            say: Asks the explorer for its estimates; called once a run.
        """
        recall, precision = self.oracle.recall_precision(trials, failures)
        self._curve.append((queries, recall, precision))
        if self._q50 is None and recall >= 0.5 and precision >= PRECISION:
            self._q50 = queries
        if self._compared is None and queries >= self._enough:
            self._compared = self.oracle.compare(say())
        self.over = queries >= self._cap or (self._q50 is not None and self._compared is not None)
        return not self.over

    def score(self) -> Score:
        """Return how the run went.

        Raises:
            RuntimeError: it is not over: an explorer stopped by itself.
        """
        if not self.over or self._compared is None:
            raise RuntimeError(f"The explorer stopped by itself after {len(self._curve)} steps: let it go on.")
        queries, recalls, precisions = (np.array(column) for column in zip(*self._curve, strict=True))
        steps = np.diff([0, *queries, self._cap])
        so_far = np.array([0.0, *recalls])
        if self._q50 is not None:  # what came after reaching it is not held against a run
            so_far[1 + int(np.searchsorted(queries, self._q50)) :] = 1.0
        place = np.searchsorted(queries, POINTS, side="right")
        curve = np.array([0.0, *recalls])[place[np.array(POINTS) <= queries[-1]]]
        return Score(
            q50=self._cap if self._q50 is None else self._q50,
            reached=self._q50 is not None,
            recall=float(recalls[-1]),
            precision=float(precisions[-1]),
            area=float((steps * np.minimum(so_far / 0.5, 1.0)).sum() / self._cap),
            **self._compared,
            queries=int(queries[-1]),
            curve=curve.round(4).tolist(),
        )
