"""Modes: where the induced rate is above the bound, how sure that is, and which to look at first."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import betaincc

from faded.domain import Mode, ModeKey
from faded.landscape.beta import interval90
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
    f, n = np.asarray(failures), np.asarray(trials).astype(np.int64)
    most = 1 << int(n.max(initial=0)).bit_length()  # few different tables, however the trials grow
    return np.asarray(f >= failures_needed(bound, most)[n])


@lru_cache(maxsize=64)
def failures_needed(bound: float, most: int) -> NDArray[np.int64]:
    """Return the least failures that establish a mode in 0, 1, ..., `most` trials; `most` + 1 where none would."""
    n = np.arange(most + 1)
    low, high = np.zeros_like(n), n + 1  # the least lies in between: more failures, more probable
    while (open_ := low < high).any():
        middle = np.minimum((low + high) // 2, n)
        enough = betaincc(1.0 + middle, 1.0 + n - middle, bound) >= SURE
        low, high = np.where(open_ & ~enough, middle + 1, low), np.where(open_ & enough, middle, high)
    found = np.where((n >= LEAST_TRIALS) & (low <= n), low, most + 1)
    found.flags.writeable = False
    return found


def established_table(landscape: Landscape) -> NDArray[np.bool_]:
    """Say which (stratum, cell) are established modes, shape (n_strata, n_columns) of the landscape."""
    return established(landscape.failures, landscape.trials, landscape.bound) & ~landscape.excluded


def modes(landscape: Landscape, *, suspected: bool = True) -> list[Mode]:
    """Return the modes, established ones first, then by probability.

    Args:
        landscape: Trials, and what follows from them.
        suspected: Whether those that are only suspected are among them.
    """
    sure = established_table(landscape)
    rows, columns = np.nonzero(sure | (landscape.probability() >= SURE) if suspected else sure)
    a, b = landscape.alpha[rows, columns], landscape.beta[rows, columns]
    low, high = interval90(a, b)
    probability = betaincc(a, b, landscape.bound)
    found = [
        Mode(
            key=ModeKey(cell=landscape.space.cell(int(landscape.cells.numbers[c])), stratum=landscape.strata[int(s)]),
            trials=int(landscape.trials[s, c]),
            failures=int(landscape.failures[s, c]),
            rate=float(a[i] / (a[i] + b[i])),
            low=float(low[i]),
            high=float(high[i]),
            probability=float(probability[i]),
            established=bool(sure[s, c]),
        )
        for i, (s, c) in enumerate(zip(rows, columns, strict=True))
    ]
    return sorted(found, key=lambda m: (not m.established, -m.probability, m.key.stratum, m.key.cell))


ALL_ALIKE: Mapping[ModeKey, float] = MappingProxyType({})
"""Weights of modes before verdicts say that some matter more than others."""


def rank_modes(
    found: Sequence[Mode],
    seen: Sequence[ModeKey] = (),
    weights: Mapping[ModeKey, float] = ALL_ALIKE,
    *,
    limit: int | None = None,
) -> list[Mode]:
    """Order modes by what a person's next verdict is worth: severity x uncertainty x novelty x chance of confirmation.

    Severity is the estimated rate; uncertainty the width of its 90% interval, halved where nothing is left to doubt;
    novelty falls with the modes already seen, or placed before, in the same stratum or with the same cell, so that the
    first few differ. Ties keep the given order.

    Args:
        found: Modes to order.
        seen: Modes that people have already decided.
        weights: By what verdicts so far say; a mode that is not named weighs 1.
        limit: How many to return, the first in line; None for all.
    """
    worth = np.array([m.rate * (0.5 + (m.high - m.low)) * weights.get(m.key, 1.0) for m in found])
    strata, of_stratum = _numbered([m.key.stratum for m in found], [key.stratum for key in seen])
    cells, of_cell = _numbered([m.key.cell for m in found], [key.cell for key in seen])
    order: list[Mode] = []
    for _ in found[:limit]:
        best = int((worth / (1 + of_stratum[strata] + of_cell[cells])).argmax())
        order.append(found[best])
        worth[best] = -1.0
        of_stratum[strata[best]] += 1
        of_cell[cells[best]] += 1
    return order


def _numbered(found: Sequence[Hashable], seen: Sequence[Hashable]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Number the distinct names: the number of each found one, and how often each number was seen."""
    names = {name: i for i, name in enumerate(dict.fromkeys([*found, *seen]))}
    counts = np.bincount([names[name] for name in seen], minlength=len(names))
    return np.array([names[name] for name in found], dtype=np.int64), counts
