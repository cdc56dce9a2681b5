"""How far people agree, with each other and with known answers. Pure functions of records.

All four verdicts are categories alike, *unsure* too: two people who both cannot tell agree that nobody can, and one who
cannot tell disagrees with one who confirms. To leave it out would measure agreement on the easy items alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
    known = np.array([VERDICTS.index(gold[i]) if i in gold else NO_OPINION for i in items], dtype=np.int8)
    pairs = []
    for first, second in combinations(range(len(names)), 2):
        both = (said[first] != NO_OPINION) & (said[second] != NO_OPINION)
        if common := int(both.sum()):
            found = kappa(said[first, both], said[second, both], seed)
            pairs.append(OfTwo(names[first], names[second], found, common))
    on_gold = tuple(_on_gold(name, row, known) for name, row in zip(names, said, strict=True))
    return Agreement(_of_all(said, seed), tuple(pairs), on_gold)


def _said(opinions: Sequence[Opinion], names: Sequence[str], items: Sequence[str]) -> Numbers:
    """Return the number of the verdict of each annotator on each item, shape (annotators, items)."""
    row, column = ({key: i for i, key in enumerate(keys)} for keys in (names, items))
    number = {verdict: i for i, verdict in enumerate(VERDICTS)}
    said = np.full((len(names), len(items)), NO_OPINION, dtype=np.int8)
    said[[row[o.annotator] for o in opinions], [column[o.item] for o in opinions]] = [
        number[o.verdict] for o in opinions
    ]
    if np.count_nonzero(said != NO_OPINION) < len(opinions):
        raise ValueError("an annotator has two opinions on one item")
    return said


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
