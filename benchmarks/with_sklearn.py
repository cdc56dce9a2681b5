"""Bayesian optimisation: a Gaussian process over the concepts' levels, and expected improvement.

The process is scikit-learn's. The settings are finitely many, so expected improvement is not searched for its maximum
but computed for every cell; within a batch what is chosen counts as if it had come out as expected (the believer of
Ginsbourger et al. 2010).
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence

import numpy as np
from scipy.stats import norm
from sklearn.exceptions import ConvergenceWarning
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import ConstantKernel, Matern

from benchmarks.arena import FloatArray, Task
from benchmarks.scoring import Estimates, Referee
from benchmarks.trials import AT_ONCE, PER_TRIAL, optimise
from faded.concepts.spec import ConceptSpace
from faded.domain import Kind

TRIALS = 400
"""Its cost is cubic in them. After that it goes on uniformly; its estimates are those of the last model."""
STARTUP = 32
"""Random trials before the first model."""
NOISE = 0.25 / PER_TRIAL
"""The most that the share of failures of a trial can vary."""
FITS = 10
"""The kernel is fitted anew after so many batches."""
Z90 = 1.6448536269514722


def explore(task: Task, referee: Referee, name: str) -> None:
    """Make one run."""
    search = _Search(task.grid.space, len(task.grid.frame.strata), task.seed)
    optimise(task, referee, TRIALS, search.ask, search.tell, search.estimates)


class _Search:
    def __init__(self, space: ConceptSpace, n_strata: int, seed: int) -> None:
        self._points = _coordinates(space)
        self._n_strata = n_strata
        self._rng = np.random.default_rng(seed)
        self._kernel = ConstantKernel(0.1, (1e-3, 1e1)) * Matern(np.ones(self._points.shape[1]), (1e-1, 1e2), nu=2.5)
        self._cells: list[int] = []
        self._values: list[float] = []
        self._waiting: list[int] = []
        self._batches = 0

    def ask(self) -> list[int]:
        """Return the cells of the next batch."""
        if len(self._cells) < STARTUP:
            self._waiting = self._rng.integers(len(self._points), size=AT_ONCE).tolist()
            return self._waiting
        if self._batches % FITS == 0:
            self._kernel = self._fit(self._cells, self._values, learn=True).kernel_
        self._batches += 1
        cells, values = list(self._cells), list(self._values)
        self._waiting = []
        for _ in range(AT_ONCE):
            mean, spread = self._predict(cells, values)
            gain = mean - mean[cells].max()
            scaled = gain / spread
            improvement = gain * norm.cdf(scaled) + spread * norm.pdf(scaled)
            best = int(improvement.argmax())
            self._waiting.append(best)
            cells.append(best)
            values.append(float(mean[best]))
        return self._waiting

    def tell(self, values: Sequence[float]) -> None:
        """Take the shares of failures of the last batch."""
        self._cells += self._waiting
        self._values += values

    def estimates(self) -> Estimates:
        """Return the process's rates, the same in every stratum."""
        mean, spread = self._predict(self._cells, self._values)
        low, high = mean - Z90 * spread, mean + Z90 * spread
        tables = [np.tile(np.clip(a, 0, 1), (self._n_strata, 1)) for a in (mean, low, high)]
        return Estimates(*tables)

    def _predict(self, cells: list[int], values: list[float]) -> tuple[FloatArray, FloatArray]:
        mean, spread = self._fit(cells, values, learn=False).predict(self._points, return_std=True)
        return mean + np.mean(values), np.maximum(spread, 1e-6)

    def _fit(self, cells: list[int], values: list[float], learn: bool) -> GaussianProcessRegressor:
        process = GaussianProcessRegressor(
            self._kernel, alpha=NOISE, optimizer="fmin_l_bfgs_b" if learn else None, random_state=0
        )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            return process.fit(self._points[cells], np.array(values) - np.mean(values))


def _coordinates(space: ConceptSpace) -> FloatArray:
    """Return every cell's place: an ordinal level by its rank from 0 to 1, a circular one on a circle, others apart."""
    columns: list[FloatArray] = []
    for k, spec in enumerate(space.specs):
        n = len(spec.levels)
        rank = space.cells[:, k]
        if spec.kind is Kind.ORDINAL:
            columns.append((rank / (n - 1))[:, None])
        elif spec.kind is Kind.CIRCULAR:
            angle = 2 * np.pi * rank / n
            columns.append(np.stack([np.cos(angle), np.sin(angle)], axis=1) / 2)
        else:
            columns.append(np.eye(n)[rank])
    return np.concatenate(columns, axis=1)
