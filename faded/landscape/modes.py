"""Modes: where the induced rate is above the bound, how sure that is, and which to look at first."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import betaincc

from faded.domain import Mode, ModeKey
from faded.landscape.posterior import SURE, Landscape

LEAST_TRIALS = 3
"""Own trials that a mode needs before it can be established (the words of the project)."""


def established(failures: ArrayLike, trials: ArrayLike, bound: float) -> NDArray[np.bool_]:
    """Say where own trials alone establish a mode.

    At least `LEAST_TRIALS` trials, on distinct samples, and P(rate > bound) >= `SURE` under a uniform Beta prior.

    Args:
        failures: Failed trials, any shape.
        trials: Trials, the same shape.
        bound: The registered bound.
    """
    f, n = np.asarray(failures, dtype=np.float64), np.asarray(trials, dtype=np.float64)
    probability = betaincc(1.0 + f, 1.0 + n - f, bound)
    return np.asarray((n >= LEAST_TRIALS) & (probability >= SURE))


def established_table(landscape: Landscape) -> NDArray[np.bool_]:
    """Say which (stratum, cell) are established modes, shape (n_strata, n_cells)."""
    return established(landscape.failures, landscape.trials, landscape.bound) & ~landscape.excluded


def modes(landscape: Landscape) -> list[Mode]:
    """Return the modes that are established or suspected, established ones first, then by probability."""
    posterior = landscape.posterior()
    sure = established_table(landscape)
    found = [
        Mode(
            key=ModeKey(cell=landscape.space.cell(int(c)), stratum=landscape.strata[int(s)]),
            trials=int(landscape.trials[s, c]),
            failures=int(landscape.failures[s, c]),
            rate=float(posterior.mean[s, c]),
            low=float(posterior.low90[s, c]),
            high=float(posterior.high90[s, c]),
            probability=float(posterior.probability[s, c]),
            established=bool(sure[s, c]),
        )
        for s, c in np.argwhere(sure | (posterior.probability >= SURE))
    ]
    return sorted(found, key=lambda m: (not m.established, -m.probability, m.key.stratum, m.key.cell))


def rank_modes(found: Sequence[Mode], seen: Sequence[ModeKey] = (), *, limit: int | None = None) -> list[Mode]:
    """Order modes by what a person's next verdict is worth: severity x uncertainty x novelty.

    Severity is the estimated rate; uncertainty the width of its 90% interval, halved where nothing is left to doubt;
    novelty falls with the modes already seen, or placed before, in the same stratum or with the same cell, so that the
    first few differ. Ties keep the given order.

    Args:
        found: Modes to order.
        seen: Modes that people have already decided.
        limit: How many to return, the first in line; None for all. Each takes a look at all that are left.
    """
    strata: dict[str, int] = {}
    cells: dict[tuple[int, ...], int] = {}
    for key in seen:
        strata[key.stratum] = strata.get(key.stratum, 0) + 1
        cells[key.cell] = cells.get(key.cell, 0) + 1
    left = list(found)
    order: list[Mode] = []
    while left and (limit is None or len(order) < limit):
        worth = [
            m.rate * (0.5 + (m.high - m.low)) / (1 + strata.get(m.key.stratum, 0) + cells.get(m.key.cell, 0))
            for m in left
        ]
        best = left.pop(int(np.argmax(worth)))
        order.append(best)
        strata[best.key.stratum] = strata.get(best.key.stratum, 0) + 1
        cells[best.key.cell] = cells.get(best.key.cell, 0) + 1
    return order
