"""Statistics of a paired change of a rate: the same samples fail or not, before and after. Numpy and scipy only.

`broken` samples fail after and not before, `mended` ones the other way round; the change is (broken - mended) / n.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import gammaln

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

Z = 1.6448536269514722
"""95% quantile of the normal distribution: every bound is one-sided at 95%, a pair of them holds 90%."""
BISECTIONS = 40
"""Halvings of [-1, 1]: ends are known to 2e-12."""
ERROR = 0.05
"""Of each one-sided test."""
EXACT_UP_TO = 300
"""Samples up to which the exact test is computed; beyond, the score test alone errs in at most 6% of cases."""
SHARES = 40
"""Grid over the share of mended samples; twice as fine a grid moved no critical score by more than 0.01."""
POWER = 0.8
"""The conventional power at which a smallest detectable change is stated."""
RARE = 1e-7
"""Outcomes whose count is rarer than this are left out of a power."""


def score(broken: ArrayLike, mended: ArrayLike, n: ArrayLike, change: ArrayLike) -> FloatArray:
    """Return how many standard errors the observed change lies above a supposed one.

    The standard error is the one under the supposed change, with the share of mended samples at its most likely value
    given that change (Tango 1998, Statistics in Medicine 17, 891-908). So it is defined with no change at all.
    """
    b, c, n, d = (np.asarray(v, dtype=np.float64) for v in (broken, mended, n, change))
    linear = (2 * n - b + c) * d - b - c
    root = np.sqrt(np.maximum(linear**2 + 8 * n * c * d * (1 - d), 0.0))
    share = np.clip((root - linear) / (4 * n), np.maximum(0.0, -d), (1 - d) / 2)
    variance: FloatArray = n * np.maximum(2 * share + d * (1 - d), 0.0)
    excess: FloatArray = b - c - n * d
    with np.errstate(divide="ignore", invalid="ignore"):
        scores: FloatArray = np.where(excess == 0, 0.0, excess / np.sqrt(variance))
    return scores


def interval(broken: ArrayLike, mended: ArrayLike, n: ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Return the ends of the 90% score interval of each change: the supposed changes whose score is within `Z`."""
    return _end(broken, mended, n, Z), _end(broken, mended, n, -Z)


def _end(broken: ArrayLike, mended: ArrayLike, n: ArrayLike, level: float) -> FloatArray:
    """Return the change at which the score, which falls as the change grows, crosses a level."""
    low: FloatArray = np.full(np.shape(broken), -1.0)
    high: FloatArray = -low
    for _ in range(BISECTIONS):
        middle = (low + high) / 2
        above = score(broken, mended, n, middle) > level
        low, high = np.where(above, middle, low), np.where(above, high, middle)
    middle = (low + high) / 2
    return middle


def rose(broken: ArrayLike, mended: ArrayLike, n: int, margin: float) -> BoolArray:
    """Return whether the change is above the margin, at 95% confidence."""
    return np.asarray(score(broken, mended, n, margin) > critical(n, margin)[1])


def kept(broken: ArrayLike, mended: ArrayLike, n: int, margin: float) -> BoolArray:
    """Return whether the change is below the margin, at 95% confidence: non-inferiority."""
    return np.asarray(score(broken, mended, n, margin) < critical(n, margin)[0])


@lru_cache(maxsize=1024)
def critical(n: int, margin: float) -> tuple[float, float]:
    """Return the scores at the margin below and above which a change differs from it at 95% confidence.

    The exact unconditional test: where the true change is the margin, a score beyond either has a probability of at
    most 5% whatever the share of mended samples (Hsueh, Liu and Chen 2001, Biometrics 57, 478-483). The shares are
    taken from a grid that is finest near zero. Above `EXACT_UP_TO` samples the normal quantile serves.
    """
    if n > EXACT_UP_TO:
        return -Z, Z
    b, c = (v.astype(np.float64) for v in np.triu_indices(n + 1))
    c = n - c
    scores = score(b, c, n, margin)
    order = np.argsort(scores)
    scores, b, c = scores[order], b[order], c[order]
    low, high = -Z, Z
    for share in (1 - margin) / 2 * np.linspace(0, 1, SHARES) ** 2:
        below = np.cumsum(np.exp(_log_multinomial(b, c, n, margin + share, share)))
        low = min(low, scores[min(int(np.searchsorted(below, ERROR, side="right")), len(scores) - 1)])
        high = max(high, scores[min(int(np.searchsorted(below, below[-1] - ERROR)), len(scores) - 1)])
    return float(low), float(high)


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
    chance = np.exp(_log_multinomial(b, c, n, breaking, mending))
    return float(chance[rose(b, c, n, margin)].sum())


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


def _log_multinomial(b: FloatArray, c: FloatArray, n: int, breaking: float, mending: float) -> FloatArray:
    """Return log P(b break, c are mended, the rest stays)."""
    shares = ((b, breaking), (c, mending), (n - b - c, max(0.0, 1 - breaking - mending)))
    return np.asarray(gammaln(n + 1) + sum(_log_term(count, share) for count, share in shares), dtype=np.float64)


def _log_term(count: FloatArray, share: float) -> FloatArray:
    if share <= 0:
        return np.where(count == 0, 0.0, -np.inf)
    return np.asarray(count * np.log(share) - gammaln(count + 1), dtype=np.float64)
