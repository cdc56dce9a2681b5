"""What one more query is worth, for every stratum and cell.

The product of exploration is a set of established modes. A true one counts 1, a false one costs `FALSE_COST`, so the
value of a cell that is established now is P(true) - FALSE_COST * P(false), and of any other cell nothing. Asking
`h` more times changes what own trials establish; the worth of a cell is the greatest expected gain in value per query
over h up to `HORIZON`. The expectation is over the landscape's posterior, so it borrows strength, while what counts as
established is decided by own trials alone.

Three things follow without a rule of their own: a mode nearly established is finished first; an established mode is
left as soon as more trials would not pay; and one that the rest of the landscape makes doubtful is asked again until
the doubt is settled either way.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binom

from faded.landscape.modes import failures_needed
from faded.landscape.posterior import Landscape

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

HORIZON = 12
"""Queries that the worth looks ahead: at a bound of 0.7 it takes six failures in a row to establish a mode. The best
of 8, 12 and 20 on the grids of docs/exploration.md."""

FALSE_COST = 1.5
"""What a false mode costs in units of a true one; the best of 1, 1.5, 2.5 and 4 on the grids of docs/exploration.md."""

NODES = 40
"""Rates at which the posterior is evaluated: the midpoints of equal parts of [0, 1]."""


class Worth:
    """Computes the worth of one more query; the tables that do not change are made once.

    Args:
        bound: The registered bound.
        most: The most trials that any stratum and cell can have: samples of the largest stratum.
    """

    def __init__(self, bound: float, most: int) -> None:
        self._needed = failures_needed(bound, most + HORIZON)
        self._rates = (np.arange(NODES) + 0.5) / NODES
        self._logs = np.log(self._rates), np.log1p(-self._rates)
        self._value = np.where(self._rates > bound, 1.0, -FALSE_COST)
        aheads, needs = np.divmod(np.arange((HORIZON + 1) * (HORIZON + 2)), HORIZON + 2)
        self._tails = np.asarray(binom.sf(needs - 1, aheads, self._rates[:, None]))

    def __call__(self, landscape: Landscape) -> FloatArray:
        """Return the greatest expected gain in value per query, at least 0, of every stratum and cell.

        Shape (n_strata, n_columns); 0 where nothing can be found, and of a space that is not listed where the landscape
        does not attend.
        """
        places = np.nonzero(landscape.live & ~landscape.excluded)
        trials, failures, density = self._known(landscape, places)
        gains = (density * self._value) @ self._tails
        now = np.where(failures >= self._needed[trials], density @ self._value, 0.0)
        best, rows = np.zeros(len(trials)), np.arange(len(trials))
        for ahead in range(1, HORIZON + 1):
            needs = np.clip(self._needed[trials + ahead] - failures, 0, ahead + 1)
            then = gains[rows, ahead * (HORIZON + 2) + needs]
            best = np.maximum(best, (then - now) / ahead)
        worth = np.zeros(landscape.trials.shape)
        worth[places] = best
        return worth

    def value(self, landscape: Landscape, strata: IntArray, columns: IntArray) -> FloatArray:
        """Return what is held at places: P(true) - FALSE_COST * P(false) where a mode is established, else 0.

        Args:
            landscape: Trials, and what follows from them.
            strata: Index of each place's stratum, shape (n,).
            columns: Its column in the landscape, shape (n,).
        """
        trials, failures, density = self._known(landscape, (strata, columns))
        held = (failures >= self._needed[trials]) & ~landscape.excluded[strata, columns]
        return np.where(held, density @ self._value, 0.0)

    def _known(self, landscape: Landscape, places: tuple[IntArray, ...]) -> tuple[IntArray, IntArray, FloatArray]:
        """Return trials and failures at places, each of shape (n,), and the posterior at the nodes, (n, NODES)."""
        trials, failures = landscape.trials[places].astype(np.int64), landscape.failures[places].astype(np.int64)
        a, b = landscape.alpha[places][:, None], landscape.beta[places][:, None]
        log_density = (a - 1) * self._logs[0] + (b - 1) * self._logs[1]
        density = np.exp(log_density - log_density.max(axis=-1, keepdims=True))
        return trials, failures, density / density.sum(axis=-1, keepdims=True)
