"""How far people agree over time, and how many verdicts they gave, as HTML."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

from faded.labeling.over_time import AgreedOn, OverTime, agreement_over_time
from faded.labeling.pace import Bins
from faded.store import over_time
from faded.store.engine import Db
from faded.ui import charts
from faded.ui.cards.pace import FEW
from faded.ui.facts import Facts
from faded.ui.page import empty
from faded.ui.round_cache import COUNTING, Missing, RoundCache
from faded.ui.tables import Column, Row, table
from faded.ui.words import count, plural

HEAD = "<h2>Agreement over time</h2>"

MEANING = (
    "<p class='f-quiet'>A proposal belongs to the {word} in which the latest opinion of it was given. Adjudications "
    "are nobody's opinion and count in no figure of agreement.</p>"
)


@dataclass(frozen=True, slots=True)
class Counted:
    """What was counted of a round over time.

    Attributes:
        bins: Numbers of verdicts by quarters of an hour.
        agreed: How far people agree; None where nobody judges with others.
    """

    bins: Bins
    agreed: OverTime | None


class OverTimeCache(RoundCache[Counted]):
    """Keeps what was counted of rounds over time."""

    def __init__(self) -> None:
        super().__init__(measure)


def measure(db: Db, facts: Facts) -> Counted:
    """Count a round over time."""
    return Counted(over_time.given(db, facts.round.id), agreement_over_time(over_time.judged(db, facts.round.id)))


def render(facts: Facts | None, counted: Counted | None, missing: Missing = COUNTING) -> str:
    """Return the card's content; `counted` is None while a round is being counted, which `missing` says."""
    if facts is not None and counted is None:
        return HEAD + empty(*missing)
    if facts is None or counted is None or counted.agreed is None:
        return HEAD + empty("Nobody has judged with others yet", "It takes items that two people have judged.")
    found = counted.agreed
    drawn = [one for one in found.found if one.alpha.value is not None]
    chart = _chart(found, drawn) if drawn else ""
    left_out = len(found.found) - len(drawn)
    left = ""
    if left_out:
        words = plural(left_out, f"{found.units.word} has", f"{found.units.word}s have")
        left = f"<p class='f-quiet'>{words} no alpha; the table says why.</p>"
    beside = f"<div>{left}{_table(found)}{MEANING.format(word=found.units.word)}</div>"
    return f"{HEAD}<div class='t-over'>{chart}{beside}</div>"


def _chart(found: OverTime, drawn: list[AgreedOn]) -> str:
    points = [(float(one.place), one.alpha.value or 0.0) for one in drawn]
    ranges = [(float(one.place), *one.alpha.interval90) for one in drawn if one.alpha.interval90 is not None]
    line = charts.Line("alpha, 90% interval", "agent", points, dots=len(points) <= FEW, ranges=ranges)
    lowest = min([value for _, value in points] + [low for _, low, _ in ranges])
    floor = 0.0 if lowest >= 0 else -1.0
    word = found.units.word
    across = f"{word}s since {found.units.name(0)}"
    return charts.render(
        f"Krippendorff's alpha each {word}", across, [line], upto=charts.whole(points[-1][0]), floor=floor, top=1.0
    )


def _table(found: OverTime) -> str:
    word = found.units.word
    columns = (
        Column(word.capitalize()),
        Column("Alpha", number=True),
        Column("90% interval", number=True),
        Column("Items", number=True),
        Column("Opinions", number=True),
    )
    rows = [_row(found, one) for one in reversed(found.found)]
    behind = ""
    if found.earlier:
        behind = f"<p class='f-quiet'>And {plural(found.earlier, f'earlier {word}', f'earlier {word}s')}.</p>"
    words = plural(len(rows), f"{word} with items", f"{word}s with items")
    return (
        f"<details class='f-more t-figures' data-key='over-time'><summary>{words} that several judged, as a table"
        f"</summary>{table(f'Agreement by {word}', columns, rows)}{behind}</details>"
    )


def _row(found: OverTime, one: AgreedOn) -> Row:
    note = escape(one.alpha.note)
    value = f"<small>{note}</small>" if one.alpha.value is None else f"{one.alpha.value:.2f}"
    interval = one.alpha.interval90
    ends = (
        f"{interval[0]:.2f} to {interval[1]:.2f}"
        if interval
        else ""
        if one.alpha.value is None
        else f"<small>{note}</small>"
    )
    return Row((found.units.name(one.place), value, ends, count(one.items), count(one.opinions)))
