"""Figures beside the failures: what a repair may cost that no failure shows. Numpy only, for pages read them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

RESAMPLES = 2000
"""Of the bootstrap: the ends of a 90% interval then vary by about 3% of its width."""


@dataclass(frozen=True, slots=True)
class Allowance:
    """How much of a figure a repair may cost.

    Attributes:
        loss: At most.
        relative: Whether that is a share of the figure before, else a difference.
    """

    loss: float
    relative: bool


@dataclass(frozen=True, slots=True)
class Beside:
    """A figure of the same inputs before and after the repair.

    Attributes:
        name: Of the figure.
        before: Mean over the inputs.
        after: The same after the repair.
        change_interval90: 90% interval of `after` - `before` by bootstrap over inputs.
        lost: What the repair cost, as the allowance counts it; below 0 where it gained.
        allowed: What it may cost.
        relative: Whether both are shares of the figure before.
    """

    name: str
    before: float
    after: float
    change_interval90: tuple[float, float]
    lost: float
    allowed: float
    relative: bool


def beside(name: str, before: FloatArray, after: FloatArray, allowance: Allowance, seed: int) -> Beside:
    """Compare a figure.

    Args:
        name: Of the figure.
        before: Of each input, shape (n,).
        after: Of the same inputs after the repair.
        allowance: What the repair may cost.
        seed: Of the bootstrap.
    """
    change, n, rng = after - before, len(before), np.random.default_rng([seed, 2])
    low, high = np.quantile([change[rng.integers(n, size=n)].mean() for _ in range(RESAMPLES)], [0.05, 0.95])
    was, now = float(before.mean()), float(after.mean())
    lost = (was - now) / was if allowance.relative and was > 0 else was - now
    return Beside(name, was, now, (float(low), float(high)), lost, allowance.loss, allowance.relative)
