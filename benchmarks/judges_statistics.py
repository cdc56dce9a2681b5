"""Agreement of measures with people in numbers: rank correlation, and bootstraps over articles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

FloatArray = NDArray[np.float64]

RESAMPLES = 2000
"""Of the bootstrap: the ends of a 90% interval then vary by about 3% of its width."""
SEED = 0
TINY = 1e-9
"""Variance that is left by rounding alone."""


@dataclass(frozen=True)
class Said:
    """Answers, as a measure takes them."""

    texts: list[str]


def numbered(names: Sequence[str]) -> NDArray[np.int64]:
    """Return the number of each name among the different ones."""
    return np.unique(names, return_inverse=True)[1].astype(np.int64)


def spearman(first: FloatArray, second: FloatArray) -> float:
    """Return the rank correlation, 0 where one of the two is all alike."""
    one, other = (ranks - ranks.mean() for ranks in (rankdata(first), rankdata(second)))
    spread = float(np.sqrt((one @ one) * (other @ other)))
    return float(one @ other) / spread if spread else 0.0


def partial_spearman(first: FloatArray, second: FloatArray, given: FloatArray) -> float:
    """Return the rank correlation of two things at equal `given`; 0 where one follows from that altogether."""
    both, one, other = spearman(first, second), spearman(first, given), spearman(second, given)
    left = (1 - one**2) * (1 - other**2)
    return (both - one * other) / float(np.sqrt(left)) if left > TINY else 0.0


def interval90(value: FloatArray, article: NDArray[np.int64]) -> tuple[float, float]:
    """Return the 90% interval of the mean of values by a bootstrap over the articles that they belong to."""
    sums, counts = np.bincount(article, weights=value), np.bincount(article)
    draws = np.random.default_rng(SEED).integers(len(counts), size=(RESAMPLES, len(counts)))
    low, high = np.quantile(sums[draws].sum(axis=1) / counts[draws].sum(axis=1), [0.05, 0.95])
    return round(float(low), 3), round(float(high), 3)
