"""Coefficients of agreement on verdicts, with intervals. Numpy, scipy and krippendorff only.

Intervals of alpha and kappa come from a bootstrap over items: an item is drawn with all its opinions, which hang
together. Such intervals kept what they promise where asymptotic ones did not, for alpha by Zapf et al. (2016, BMC Med.
Res. Methodol. 16:93), for kappa by our own simulation, see docs/agreement.md. Items with the same opinions are
drawn together, by a multinomial, so the time hangs on the number of distinct ones. Where nobody disagreed a bootstrap
draws no disagreement either and would claim to know: `_none_differ` stands in for it.
"""

from __future__ import annotations

from dataclasses import dataclass

import krippendorff
import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, stdtrit

from faded.domain import Verdict
from faded.landscape.beta import OUTSIDE

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
Numbers = NDArray[np.int8]
"""Verdicts by their place in VERDICTS."""

VERDICTS = tuple(Verdict)

RESAMPLES = 2000
"""Of the bootstrap: the ends of a 90% interval then vary by about 3% of its width."""

FEWEST_ITEMS = 20
"""Items from which on an interval is stated, and kappa: with ten, an interval of 90% held the true value in 83% of some
simulations, see docs/agreement.md."""


@dataclass(frozen=True, slots=True)
class Coefficient:
    """A coefficient of agreement: 1 is perfect, 0 is what chance gives, below 0 is worse than chance.

    Attributes:
        value: The coefficient; None where it is undefined.
        interval90: Its 90% interval; None where there is none.
        note: Why one of them is missing, as a sentence; empty where both are there.
    """

    value: float | None
    interval90: tuple[float, float] | None
    note: str


def alpha(counts: IntArray, seed: int) -> Coefficient:
    """Return Krippendorff's alpha, nominal (Krippendorff 2011, Computing Krippendorff's Alpha-Reliability).

    Args:
        counts: How many people gave each verdict, shape (items, verdicts), two or more of each item.
        seed: Of the bootstrap.
    """
    if not len(counts):
        return Coefficient(None, None, "No item has been judged by two people yet.")
    given = np.flatnonzero(counts.sum(axis=0))
    if len(given) == 1:
        return Coefficient(None, None, _one_verdict(int(given[0])))
    value = float(krippendorff.alpha(value_counts=counts, level_of_measurement="nominal"))
    if len(counts) < FEWEST_ITEMS:
        needed = f"An interval needs {FEWEST_ITEMS} items that two people have judged; there are {len(counts)}."
        return Coefficient(value, None, needed)
    key = counts @ (counts.max() + 1) ** np.arange(len(VERDICTS))  # much faster than np.unique by rows
    _, index, times = np.unique(key, return_index=True, return_counts=True)
    sums = alpha_sums(counts[index])
    if not sums[:, 0].any():
        _, chance = alpha_disagreements(times @ sums)
        return Coefficient(value, _none_differ(len(counts), float(chance)), "")
    observed, chance = alpha_disagreements(_drawn(times, seed) @ sums)
    return _with_interval(value, len(counts), observed, chance)


def alpha_sums(counts: IntArray) -> FloatArray:
    """Return what alpha adds up over items, shape (items, 1 + verdicts).

    First come the pairs of opinions that differ, as the coincidence matrix weighs them, then how many people gave each
    verdict.
    """
    n = counts.sum(axis=1)
    return np.column_stack([(n**2 - (counts**2).sum(axis=1)) / (n - 1), counts])


def alpha_disagreements(sums: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return alpha's observed disagreement and that by chance from the sums over items, shape (..., 1 + verdicts)."""
    given = sums[..., 1:]
    n = given.sum(axis=-1)
    return sums[..., 0] / n, (n**2 - (given**2).sum(axis=-1)) / (n * (n - 1))


def kappa(first: Numbers, second: Numbers, seed: int) -> Coefficient:
    """Return Cohen's kappa (Cohen 1960, Educational and Psychological Measurement 20, 37-46).

    Args:
        first: Numbers of the verdicts of one annotator, shape (items,).
        second: Those of the other on the same items.
        seed: Of the bootstrap.
    """
    n = len(first)
    if n < FEWEST_ITEMS:
        return Coefficient(None, None, f"Kappa needs {FEWEST_ITEMS} items that both have judged; there are {n}.")
    given = np.union1d(first, second)
    if len(given) == 1:
        return Coefficient(None, None, _one_verdict(int(given[0])))
    if first.min() == first.max() or second.min() == second.max():
        return Coefficient(0.0, None, "One of them gave a single verdict: kappa is then 0 whatever the other says.")
    width = len(VERDICTS)
    table = np.bincount(first * width + second, minlength=width**2)
    differ, chance = _kappa_disagreements(table)
    value = float(1 - differ / chance)
    if differ == 0:
        return Coefficient(value, _none_differ(n, float(chance)), "")
    return _with_interval(value, n, *_kappa_disagreements(_drawn(table, seed)))


def _kappa_disagreements(tables: IntArray) -> tuple[FloatArray, FloatArray]:
    """Return kappa's share of items that differ and that by chance, from flat tables of shape (..., verdicts²)."""
    square = tables.reshape(*tables.shape[:-1], len(VERDICTS), len(VERDICTS))
    n = tables.sum(axis=-1)
    alike = np.trace(square, axis1=-2, axis2=-1)
    by_chance = (square.sum(axis=-1) * square.sum(axis=-2)).sum(axis=-1)
    return 1 - alike / n, 1 - by_chance / n**2


def _drawn(times: IntArray, seed: int) -> IntArray:
    """Draw items again: how often items of each kind are drawn, shape (RESAMPLES, kinds)."""
    n = int(times.sum())
    return np.random.default_rng(seed).multinomial(n, times / n, size=RESAMPLES)


def _with_interval(value: float, items: int, observed: FloatArray, chance: FloatArray) -> Coefficient:
    """Return a coefficient with its interval; draws of one verdict alone say nothing.

    The percentiles lie further out where items are few, as far as Student's t does from the normal, for a bootstrap is
    too narrow there (Hesterberg 2015, The American Statistician 69, 371-386, "expanded percentile interval").

    Args:
        value: The coefficient.
        items: Number of items.
        observed: The disagreement in each draw.
        chance: That by chance in each draw.
    """
    some = chance > 0
    if some.mean() < 1 - OUTSIDE / 2:
        return Coefficient(value, None, "All but a few verdicts are the same: too few differ to state an interval.")
    tail = ndtr(np.sqrt(items / (items - 1)) * stdtrit(items - 1, OUTSIDE / 2))
    low, high = np.quantile(1 - observed[some] / chance[some], [tail, 1 - tail])
    return Coefficient(value, (float(low), float(high)), "")


def _none_differ(items: int, chance: float) -> tuple[float, float]:
    """Return the interval of a coefficient where no item differs.

    Its lower end is where the share of items that differ would give none among so many with probability 0.1 (the
    one-sided bound of Clopper and Pearson 1934), with the disagreement by chance as it is.
    """
    return max(-1.0, 1 - (1 - OUTSIDE ** (1 / items)) / chance), 1.0


def _one_verdict(number: int) -> str:
    return f"Every verdict is {VERDICTS[number].value}: where only one is ever given, agreement says nothing."
