"""What a round of exploring begins with and is steered by: trials of earlier rounds, and what strata promise."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from faded.landscape.posterior import Landscape
from faded.landscape.rebuild import REFIT_STEPS

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]

Weigh = Callable[[IntArray], FloatArray]
"""Says of cells, given by their numbers, what a failure there is worth finding; shape (n_strata, n)."""

BY_CHANCE = 0.1
"""Share of the agent's samples drawn uniformly whatever verdicts say, so that a stratum that a few verdicts spoke
against is not forgotten: of twenty strata of equal size each gets at least one sample in two hundred. Control queries,
another tenth, are uniform as well."""


@dataclass(frozen=True)
class Known:
    """Trials made before, each (sample, cell) once; all arrays of shape (n,).

    Attributes:
        rows: Rows of the frame.
        cells: Numbers of the cells.
        failed: Whether the target failed.
    """

    rows: IntArray
    cells: IntArray
    failed: BoolArray

    def put(self, landscape: Landscape, strata: IntArray) -> None:
        """Put the trials into a landscape and fit it anew, where there are any.

        Args:
            landscape: Changed in place.
            strata: Stratum of every row of the frame.
        """
        if len(self.rows) == 0:
            return
        landscape.add(strata[self.rows], self.cells, self.failed, self.rows)
        landscape.refit(REFIT_STEPS)


NOTHING_KNOWN = Known(np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.bool_))


def sample_shares(landscape: Landscape, sizes: IntArray, weights: FloatArray | None) -> FloatArray:
    """Return the share of the samples that each stratum gets, shape (n_strata,): `BY_CHANCE` of them by size alone.

    Args:
        landscape: Rates.
        sizes: Eligible samples of each stratum, shape (n_strata,).
        weights: Worth of a failure by stratum and the landscape's columns; None where no verdict says anything: all by
            size.
    """
    uniform = sizes / sizes.sum()
    if weights is None:
        return np.asarray(uniform)
    promised = sizes * promise(landscape, weights)
    return np.asarray(BY_CHANCE * uniform + (1 - BY_CHANCE) * promised / promised.sum())


def promise(landscape: Landscape, weights: FloatArray) -> FloatArray:
    """Return what a failure of each stratum is worth on average, shape (n_strata,).

    The average is over the failures that the landscape expects: a cell counts by its estimated rate. A stratum that
    fails more often promises no more for that: it gets more samples only for what verdicts say of its failures.

    Args:
        landscape: Rates.
        weights: Worth of a failure by stratum and the landscape's columns.
    """
    rates = landscape.found()
    totals = rates.sum(axis=1)
    return np.asarray(np.where(totals > 0, (rates * weights).sum(axis=1) / np.maximum(totals, 1e-12), 0.0))
