"""How far people agree, as HTML: alpha, kappa by twos, adjudicated items, answers that came too fast."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

from faded.labeling.agreement import Agreement, OfTwo, OnGold, Opinion, agreement
from faded.labeling.coefficients import Coefficient
from faded.labeling.haste import Haste, Look, haste
from faded.store import people
from faded.store.engine import Db
from faded.ui.facts import Facts
from faded.ui.page import empty
from faded.ui.round_cache import Missing, RoundCache
from faded.ui.tables import Column, Row, table
from faded.ui.words import count, percent, plural

MOST_PAIRS = 10

TWO = (
    Column("Two people"),
    Column("Kappa", number=True),
    Column("90% interval", number=True),
    Column("Items", number=True),
)
ONE = (
    Column("Person"),
    Column("As adjudicated", number=True),
    Column("90% interval", number=True),
    Column("Too fast to read", number=True),
)


@dataclass(frozen=True, slots=True)
class Found:
    """What people have done in a round, and how far they agree.

    Attributes:
        agreement: With each other, and with adjudications.
        haste: Answers that came too fast, by person.
        annotators: What everybody has done.
    """

    agreement: Agreement
    haste: tuple[Haste, ...]
    annotators: tuple[people.Annotator, ...]


class AgreementCache(RoundCache[Found]):
    """Keeps how far people agree in rounds."""

    def __init__(self) -> None:
        super().__init__(measure)


def measure(db: Db, facts: Facts) -> Found:
    """Measure how far people agree in a round."""
    opinions = (Opinion(*said) for said in people.said(db, facts.round.id))
    gold = people.adjudicated(db, facts.round.id)
    is_text = facts.evidence.is_text  # of an article at least what was written about it has to be read
    looks = (
        Look(who, len(answer.split()) if is_text else 0, ms) for who, answer, ms in people.looks(db, facts.round.id)
    )
    return Found(agreement(opinions, gold), haste(looks), tuple(people.annotators(db, facts.round.id)))


def render(found: Found | None, missing: Missing | None = None) -> str:
    """Return the card's content; where nothing is counted of a round yet, `missing` says why."""
    head = "<h2>How far people agree</h2>"
    if found is None and missing is not None:
        return head + empty(*missing)
    if found is None or not found.agreement.gold:
        return head + empty("No verdict yet", "Agreement is measured as soon as two people have judged the same item.")
    everybody, pairs = found.agreement.all, found.agreement.pairs
    alpha = _coefficient("Krippendorff's alpha", everybody.alpha)
    on = f" on {plural(everybody.items, 'item', 'items')} with {count(everybody.opinions)} opinions"
    said = f"<p class='f-lead'>{alpha}{on if everybody.alpha.value is not None else ''}.</p>"
    why = f"<p class='f-quiet'>{escape(everybody.alpha.note)}</p>" if everybody.alpha.note else ""
    quiet = (
        "<p class='f-quiet'>1 is perfect agreement, 0 is what chance alone gives. Unsure counts as a verdict of its "
        "own.</p>"
    )
    twos = table("Agreement of two", TWO, [_two(one) for one in pairs[:MOST_PAIRS]]) if pairs else ""
    fast = {one.annotator: one for one in found.haste}
    ones = [_one(one, fast.get(one.annotator)) for one in found.agreement.gold]
    return f"{head}{said}{why}{quiet}{twos}{table('Each person', ONE, ones)}"


def _coefficient(name: str, found: Coefficient) -> str:
    if found.value is None:
        return f"{name} is not defined"
    interval = "" if found.interval90 is None else f" (90% interval {_span(found.interval90)})"
    return f"{name} is <b>{found.value:.2f}</b>{interval}"


def _span(interval: tuple[float, float]) -> str:
    return f"{interval[0]:.2f} to {interval[1]:.2f}"


def _two(one: OfTwo) -> Row:
    value = escape(one.kappa.note) if one.kappa.value is None else f"{one.kappa.value:.2f}"
    interval = "" if one.kappa.interval90 is None else _span(one.kappa.interval90)
    return Row((f"{escape(one.first)} and {escape(one.second)}", value, interval, count(one.items)))


def _one(one: OnGold, fast: Haste | None) -> Row:
    share = "none adjudicated" if one.share is None else f"{count(one.right)} of {count(one.items)}"
    interval = "" if one.interval90 is None else f"{percent(one.interval90[0], 0)} to {percent(one.interval90[1], 0)}"
    hasty = "" if fast is None or fast.share is None else f"{count(fast.hasty)} of {count(fast.answers)}"
    return Row((escape(one.annotator), share, interval, hasty))
