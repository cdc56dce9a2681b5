"""Where every rival plays: the stream of samples, a grid's answers, and the count of queries; no score, no reward.

The stream, the control queries (a tenth of all, uniform) and what counts as a trial are those of a campaign, so that
all explorers meet the same terms; but no posterior is fitted and no worth computed, which most rivals have no use for.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import betainc

from benchmarks.grids import Grid
from faded.exploration.env import CONTROL_EVERY
from faded.exploration.stream import Stream
from faded.landscape.posterior import Landscape

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]

BATCH = 64
"""Samples that wait for settings at a time, as in a campaign."""


@dataclass(frozen=True)
class Task:
    """One run to be made.

    Attributes:
        grid: Where answers come from.
        bound: A mode is an induced rate above it.
        seed: Of the stream and of the explorer.
        budget: Queries that may be asked.
    """

    grid: Grid
    bound: float
    seed: int
    budget: int


class Arena:
    """The stream, the answers and the tallies.

    Args:
        task: The run to be made.

    Attributes:
        space: The concepts.
        trials: Trials on distinct samples, control queries among them, shape (n_strata, n_cells).
        failures: Failed ones, the same shape.
        queries: Queries so far, control queries among them.
        rng: For the explorer's own draws.
        added: Trials of the last step: rows of the frame, numbers of cells, outcomes; each of shape (n,).
        excluded: Where nothing can be found, the same shape: known-invalid settings and the clean control.
    """

    def __init__(self, task: Task) -> None:
        self.task = task
        self.space = task.grid.space
        frame = task.grid.frame
        stream, control, explorer, draws = (
            np.random.default_rng(s) for s in np.random.SeedSequence(task.seed).spawn(4)
        )
        self._eligible = np.flatnonzero(frame.eligible)
        self._stream = Stream(self._eligible, frame.stratum[self._eligible], stream, draws)
        self._control_rng, self.rng = control, explorer
        features = frame.features[self._eligible].astype(np.float64)
        spread = np.maximum(features.std(axis=0), 1e-6)
        self._features = ((frame.features - features.mean(axis=0)) / spread).astype(np.float32)
        self._stratum = frame.stratum
        self._invalid = frame.known_invalid
        self.excluded = Landscape(self.space, frame.strata, task.bound, frame.known_invalid).excluded
        self._failed = task.grid.discrepancy > 0
        self._asked = np.zeros(self._failed.shape, dtype=np.bool_)
        self.added: tuple[IntArray, IntArray, BoolArray]
        self.trials: FloatArray = np.zeros(self._invalid.shape)
        self.failures: FloatArray = np.zeros(self._invalid.shape)
        self.queries = 0
        self._controls = 0
        self._rows = self._stream.take(BATCH)

    @property
    def features(self) -> NDArray[np.float32]:
        """Standardised features of the waiting samples, shape (BATCH, n_features)."""
        return np.asarray(self._features[self._rows])

    @property
    def strata(self) -> IntArray:
        """Strata of the waiting samples, shape (BATCH,)."""
        return np.asarray(self._stratum[self._rows])

    def open(self) -> BoolArray:
        """Say which cells can add a trial to each waiting sample, shape (BATCH, n_cells)."""
        return np.asarray(~self.excluded[self.strata] & ~self._asked[self._rows])

    def settled(self, leave: float) -> BoolArray:
        """Say where own trials give P(rate > bound) >= `leave` under a uniform prior, shape (n_strata, n_cells)."""
        return np.asarray(
            1 - betainc(1 + self.failures, 1 + self.trials - self.failures, self.task.bound) >= leave, dtype=np.bool_
        )

    def step(self, cells: IntArray) -> tuple[BoolArray, BoolArray]:
        """Ask one cell per waiting sample and the control queries due, within the budget; then take the next samples.

        Returns:
            Which of the waiting samples failed, and for which a trial was added; both of shape (BATCH,).
        """
        total = self.queries - self._controls + BATCH
        total = min(total + total // (CONTROL_EVERY - 1), self.task.budget)
        n_control = max(total // CONTROL_EVERY - self._controls, 0)
        n_agent = total - self.queries - n_control
        control_rows = self._control_rng.choice(self._eligible, size=n_control)
        control_cells = self._control_rng.integers(self.space.n_cells, size=n_control)
        rows = np.concatenate([self._rows[:n_agent], control_rows])
        chosen = np.concatenate([cells[:n_agent], control_cells])
        _, firsts = np.unique(rows * self.space.n_cells + chosen, return_index=True)
        counted = np.zeros(len(rows), dtype=np.bool_)
        counted[firsts] = True
        strata = self._stratum[rows]
        counted &= ~self._asked[rows, chosen] & ~self._invalid[strata, chosen]
        failed = counted & self._failed[rows, chosen]
        self._asked[rows[counted], chosen[counted]] = True
        self.added = rows[counted], chosen[counted], failed[counted]
        where = (strata[counted], chosen[counted])
        np.add.at(self.trials, where, 1.0)
        np.add.at(self.failures, where, failed[counted].astype(np.float64))
        self.queries = total
        self._controls += n_control
        self._rows = self._stream.take(BATCH)
        out = np.zeros((2, BATCH), dtype=np.bool_)
        out[0, :n_agent], out[1, :n_agent] = failed[:n_agent], counted[:n_agent]
        return out[0], out[1]
