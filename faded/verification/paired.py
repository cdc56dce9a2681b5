"""Statistics of a paired change of a rate: the same samples fail or not, before and after. Numpy and scipy only.

`broken` samples fail after and not before, `mended` ones the other way round; the change is (broken - mended) / n.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import gammaln

FloatArray = NDArray[np.float64]

Z = 1.6448536269514722
"""95% quantile of the normal distribution: every bound is one-sided at 95%, a pair of them holds 90%."""
BISECTIONS = 40
"""Halvings of [-1, 1]: ends are known to 2e-12."""
POWER = 0.8
"""The conventional power at which a smallest detectable change is stated."""
RARE = 1e-7
"""Outcomes whose count is rarer than this are left out of a power."""


def score(broken: ArrayLike, mended: ArrayLike, n: int, change: ArrayLike) -> FloatArray:
    """Return how many standard errors the observed change lies above a supposed one.

    The standard error is the one under the supposed change, with the share of mended samples at its most likely value
    given that change (Tango 1998, Statistics in Medicine 17, 891-908). So it is defined with no change at all.
    """
    b, c, d = (np.asarray(v, dtype=np.float64) for v in (broken, mended, change))
    linear = (2 * n - b + c) * d - b - c
    root = np.sqrt(np.maximum(linear**2 + 8 * n * c * d * (1 - d), 0.0))
    share = np.clip((root - linear) / (4 * n), np.maximum(0.0, -d), (1 - d) / 2)
    variance = n * np.maximum(2 * share + d * (1 - d), 0.0)
    excess = b - c - n * d
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(variance > 0, excess / np.sqrt(variance), np.sign(excess) * np.inf)


def interval(broken: int, mended: int, n: int) -> tuple[float, float]:
    """Return the 90% score interval of the change: the supposed changes whose score is within `Z`."""
    return _end(broken, mended, n, Z), _end(broken, mended, n, -Z)


def _end(broken: int, mended: int, n: int, level: float) -> float:
    """Return the change at which the score, which falls as the change grows, crosses a level."""
    low, high = -1.0, 1.0
    for _ in range(BISECTIONS):
        middle = (low + high) / 2
        if score(broken, mended, n, middle) > level:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def rose(broken: ArrayLike, mended: ArrayLike, n: int, margin: float) -> NDArray[np.bool_]:
    """Return whether the change is above the margin at 95% confidence (the lower end of the interval is)."""
    return np.asarray(score(broken, mended, n, margin) > Z)


def power(change: float, churn: float, n: int, margin: float) -> float:
    """Return the probability that `rose` says so.

    Args:
        change: The true rise of the rate.
        churn: Share of the samples that are mended although the rate rises; `change + churn` of them break.
        n: Samples.
        margin: Of `rose`.
    """
    breaking = min(1.0, change + churn)
    mending = min(churn, 1 - breaking)
    b, c = np.meshgrid(_likely(n, breaking), _likely(n, mending), indexing="ij")
    fits = b + c <= n
    b, c = b[fits], c[fits]
    shares = ((b, breaking), (c, mending), (n - b - c, 1 - breaking - mending))
    log_p = gammaln(n + 1) + sum(_log_term(count, share) for count, share in shares)
    return float(np.exp(log_p)[rose(b, c, n, margin)].sum())


def smallest_detectable(churn: float, n: int, margin: float) -> float | None:
    """Return the smallest rise found with power 0.8, to 0.001; None where even a rise of all samples is not."""
    if n == 0 or power(1 - churn, churn, n, margin) < POWER:
        return None
    low, high = margin, 1 - churn
    while high - low > 0.001:
        middle = (low + high) / 2
        if power(middle, churn, n, margin) >= POWER:
            high = middle
        else:
            low = middle
    return round(high, 3)


def _likely(n: int, share: float) -> FloatArray:
    """Return the counts that a binomial variable takes but for a negligible probability (Bernstein's bound)."""
    reach = np.sqrt(2 * n * share * (1 - share) * -np.log(RARE)) + -np.log(RARE) * 2 / 3
    return np.arange(max(0, np.floor(n * share - reach)), min(n, np.ceil(n * share + reach)) + 1)


def _log_term(count: FloatArray, share: float) -> FloatArray:
    if share <= 0:
        return np.where(count == 0, 0.0, -np.inf)
    return np.asarray(count * np.log(share) - gammaln(count + 1), dtype=np.float64)
