"""How far people agree, with each other and with known answers. Numpy, scipy and krippendorff only.

All four verdicts are categories alike, *unsure* too: two people who both cannot tell agree that nobody can, and one who
cannot tell disagrees with one who confirms. To leave it out would measure agreement on the easy items alone.

Intervals of alpha and kappa come from a bootstrap over items: an item is drawn with all its opinions, which hang
together. Such intervals kept what they promise where asymptotic ones did not, for alpha by Zapf et al. (2016, BMC Med.
Res. Methodol. 16:93), for kappa by our own simulation, see docs/agreement.md. Items with the same opinions are
drawn together, by a multinomial, so the time hangs on the number of distinct ones. Where nobody disagreed a bootstrap
draws no disagreement either and would claim to know: `_none_differ` stands in for it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import krippendorff
import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, stdtrit

from faded.domain import Verdict
from faded.landscape.beta import OUTSIDE, interval90

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

VERDICTS = tuple(Verdict)
NO_OPINION = -1

RESAMPLES = 2000
"""Of the bootstrap: the ends of a 90% interval then vary by about 3% of its width."""

FEWEST_ITEMS = 20
"""Items from which on an interval is stated, and kappa: with ten, an interval of 90% held the true value in 80% of some
simulations, see docs/agreement.md."""


@dataclass(frozen=True, slots=True)
class Opinion:
    """What one annotator says of one item.

    Attributes:
        annotator: Who.
        item: Id of the item, such as a proposal's.
        verdict: What was said.
    """

    annotator: str
    item: str
    verdict: Verdict


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


@dataclass(frozen=True, slots=True)
class OfAll:
    """Krippendorff's alpha over all annotators.

    Attributes:
        alpha: The coefficient.
        items: Items with two opinions or more.
        opinions: Opinions on these items.
    """

    alpha: Coefficient
    items: int
    opinions: int


@dataclass(frozen=True, slots=True)
class OfTwo:
    """Cohen's kappa of two annotators.

    Attributes:
        first: One of them.
        second: The other, later in the alphabet.
        kappa: The coefficient.
        items: Items that both judged.
    """

    first: str
    second: str
    kappa: Coefficient
    items: int


@dataclass(frozen=True, slots=True)
class OnGold:
    """How often an annotator gave the known answer.

    Attributes:
        annotator: Who.
        items: Items with a known answer that the annotator judged.
        right: Of those, how many verdicts are the known answer.
        unsure: How many are unsure where the known answer is not; none of them is right.
        share: right / items; None without items.
        interval90: 90% credible interval of the share, uniform prior; None without items.
        note: Why there is no share, as a sentence; empty where there is one.
    """

    annotator: str
    items: int
    right: int
    unsure: int
    share: float | None
    interval90: tuple[float, float] | None
    note: str


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far the annotators of a round agree.

    Attributes:
        all: Everybody.
        pairs: Each two with an item in common, in order of their names.
        gold: Each annotator against the known answers, in order of their names.
    """

    all: OfAll
    pairs: tuple[OfTwo, ...]
    gold: tuple[OnGold, ...]


def agreement(opinions: Sequence[Opinion], gold: Mapping[str, Verdict], seed: int = 0) -> Agreement:
    """Measure how far people agree.

    Args:
        opinions: Of one round, at most one of an annotator on an item, in any order.
        gold: The known answers by item; empty where there are none.
        seed: Of the bootstrap.

    Raises:
        ValueError: an annotator has two opinions on an item.
    """
    names = sorted({o.annotator for o in opinions})
    items = list(dict.fromkeys(o.item for o in opinions))
    said = _said(opinions, names, items)
    known = np.array([VERDICTS.index(gold[i]) if i in gold else NO_OPINION for i in items], dtype=np.int64)
    pairs = []
    for first, second in combinations(range(len(names)), 2):
        both = said[:, (said[first] != NO_OPINION) & (said[second] != NO_OPINION)]
        if both.shape[1]:
            kappa = _kappa(both[first], both[second], seed)
            pairs.append(OfTwo(names[first], names[second], kappa, both.shape[1]))
    on_gold = tuple(_on_gold(name, row, known) for name, row in zip(names, said, strict=True))
    return Agreement(_of_all(said, seed), tuple(pairs), on_gold)


def _said(opinions: Sequence[Opinion], names: Sequence[str], items: Sequence[str]) -> IntArray:
    """Return the number of the verdict of each annotator on each item, shape (annotators, items)."""
    row, column = ({key: i for i, key in enumerate(keys)} for keys in (names, items))
    number = {verdict: i for i, verdict in enumerate(VERDICTS)}
    said = np.full((len(names), len(items)), NO_OPINION, dtype=np.int64)
    said[[row[o.annotator] for o in opinions], [column[o.item] for o in opinions]] = [
        number[o.verdict] for o in opinions
    ]
    if np.count_nonzero(said != NO_OPINION) < len(opinions):
        raise ValueError("an annotator has two opinions on one item")
    return said


def _of_all(said: IntArray, seed: int) -> OfAll:
    counts = np.stack([(said == v).sum(axis=0) for v in range(len(VERDICTS))], axis=1)
    counts = counts[counts.sum(axis=1) >= 2]
    return OfAll(_alpha(counts, seed), len(counts), int(counts.sum()))


def _alpha(counts: IntArray, seed: int) -> Coefficient:
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
    sums = _sums(counts[index])
    if not sums[:, 0].any():
        _, chance = _disagreements(times @ sums)
        return Coefficient(value, _none_differ(len(counts), float(chance)), "")
    observed, chance = _disagreements(_drawn(times, seed) @ sums)
    return _with_interval(value, len(counts), observed, chance)


def _sums(counts: IntArray) -> FloatArray:
    """Return what alpha adds up over items, shape (items, 1 + verdicts).

    First come the pairs of opinions that differ, as the coincidence matrix weighs them, then how many people gave each
    verdict.
    """
    n = counts.sum(axis=1)
    return np.column_stack([(n**2 - (counts**2).sum(axis=1)) / (n - 1), counts])


def _disagreements(sums: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return alpha's observed disagreement and that by chance from the sums over items, shape (..., 1 + verdicts)."""
    given = sums[..., 1:]
    n = given.sum(axis=-1)
    return sums[..., 0] / n, (n**2 - (given**2).sum(axis=-1)) / (n * (n - 1))


def _kappa(first: IntArray, second: IntArray, seed: int) -> Coefficient:
    """Return Cohen's kappa (Cohen 1960, Educational and Psychological Measurement 20, 37-46).

    Args:
        first: Numbers of the verdicts of one annotator, shape (items,).
        second: Those of the other on the same items.
        seed: Of the bootstrap.
    """
    if len(first) < FEWEST_ITEMS:
        return Coefficient(
            None, None, f"Kappa needs {FEWEST_ITEMS} items that both have judged; there are {len(first)}."
        )
    given = np.union1d(first, second)
    if len(given) == 1:
        return Coefficient(None, None, _one_verdict(int(given[0])))
    width = len(VERDICTS)
    table = np.bincount(first * width + second, minlength=width**2)
    differ, chance = _table_disagreements(table)
    value = float(1 - differ / chance)
    if differ == 0:
        return Coefficient(value, _none_differ(len(first), float(chance)), "")
    return _with_interval(value, len(first), *_table_disagreements(_drawn(table, seed)))


def _table_disagreements(tables: IntArray) -> tuple[FloatArray, FloatArray]:
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


def _on_gold(annotator: str, said: IntArray, known: IntArray) -> OnGold:
    asked = (said != NO_OPINION) & (known != NO_OPINION)
    items, right = int(asked.sum()), int((said[asked] == known[asked]).sum())
    if not items:
        note = "No item with a known answer has been judged." if (known != NO_OPINION).any() else "No answer is known."
        return OnGold(annotator, 0, 0, 0, None, None, note)
    unsure = VERDICTS.index(Verdict.UNSURE)
    dodged = int(((said[asked] == unsure) & (known[asked] != unsure)).sum())
    low, high = interval90(np.array(1.0 + right), np.array(1.0 + items - right))
    return OnGold(annotator, items, right, dodged, right / items, (float(low), float(high)), "")
