"""How far people agree, with each other and with known answers. Pure functions of records.

All four verdicts are categories alike, *unsure* too: two people who both cannot tell agree that nobody can, and one who
cannot tell disagrees with one who confirms. To leave it out would measure agreement on the easy items alone.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from faded.domain import Verdict
from faded.labeling.coefficients import VERDICTS, Coefficient, Numbers, alpha, kappa
from faded.landscape.beta import interval90

NO_OPINION = -1


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


def agreement(opinions: Iterable[Opinion], gold: Mapping[str, Verdict], seed: int = 0) -> Agreement:
    """Measure how far people agree.

    Args:
        opinions: Of one round, at most one of an annotator on an item, in any order.
        gold: The known answers by item; empty where there are none.
        seed: Of the bootstrap.

    Raises:
        ValueError: an annotator has two opinions on an item.
    """
    names, items, said = _said(opinions)
    known = np.array([VERDICTS.index(gold[i]) if i in gold else NO_OPINION for i in items], dtype=np.int8)
    pairs = []
    for first, second in combinations(range(len(names)), 2):
        both = (said[first] != NO_OPINION) & (said[second] != NO_OPINION)
        if common := int(both.sum()):
            found = kappa(said[first, both], said[second, both], seed)
            pairs.append(OfTwo(names[first], names[second], found, common))
    on_gold = tuple(_on_gold(name, row, known) for name, row in zip(names, said, strict=True))
    return Agreement(_of_all(said, seed), tuple(pairs), on_gold)


def _said(opinions: Iterable[Opinion]) -> tuple[list[str], list[str], Numbers]:
    """Return the annotators in order, the items, and the number of each one's verdict on each: (annotators, items)."""
    row: dict[str, int] = {}
    column: dict[str, int] = {}
    number = {verdict: i for i, verdict in enumerate(VERDICTS)}
    rows, columns, numbers = array("l"), array("l"), array("b")  # there may be half a million
    for one in opinions:
        rows.append(row.setdefault(one.annotator, len(row)))
        columns.append(column.setdefault(one.item, len(column)))
        numbers.append(number[one.verdict])
    said = np.full((len(row), len(column)), NO_OPINION, dtype=np.int8)
    said[np.array(rows), np.array(columns)] = np.array(numbers)
    if np.count_nonzero(said != NO_OPINION) < len(numbers):
        raise ValueError("an annotator has two opinions on one item")
    names = sorted(row)
    return names, list(column), said[[row[name] for name in names]]


def _of_all(said: Numbers, seed: int) -> OfAll:
    counts = np.stack([(said == v).sum(axis=0) for v in range(len(VERDICTS))], axis=1)
    counts = counts[counts.sum(axis=1) >= 2]
    return OfAll(alpha(counts, seed), len(counts), int(counts.sum()))


def _on_gold(annotator: str, said: Numbers, known: Numbers) -> OnGold:
    asked = (said != NO_OPINION) & (known != NO_OPINION)
    items, right = int(asked.sum()), int((said[asked] == known[asked]).sum())
    if not items:
        note = "No item with a known answer has been judged." if (known != NO_OPINION).any() else "No answer is known."
        return OnGold(annotator, 0, 0, 0, None, None, note)
    unsure = VERDICTS.index(Verdict.UNSURE)
    dodged = int(((said[asked] == unsure) & (known[asked] != unsure)).sum())
    low, high = interval90(np.array(1.0 + right), np.array(1.0 + items - right))
    return OnGold(annotator, items, right, dodged, right / items, (float(low), float(high)), "")
