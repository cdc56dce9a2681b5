"""How far labeling is, how fast it goes, and when it is done, as HTML."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from faded.labeling import pace
from faded.labeling.pace import Bins, Left, Outlook
from faded.labeling.units import DAY, Units
from faded.ui import charts
from faded.ui.facts import BUSY, Facts
from faded.ui.page import empty
from faded.ui.round_cache import COUNTING, Missing
from faded.ui.tables import Column, Row, table
from faded.ui.words import clock, count, day, duration, plural

HEAD = "<h2>Progress and pace</h2>"

FEW = 31
"""Points up to which each is marked."""

DAYS_AHEAD = 2 * DAY
"""What is further away is told by its day."""

WHAT_COUNTS = (
    "<p class='f-quiet'>Every verdict that was given counts, those that were changed or taken back later too; answers "
    "to known ones and adjudications do not. A mode that is decided early needs fewer verdicts than it has "
    "proposals.</p>"
)


@dataclass(frozen=True, slots=True)
class Going:
    """How labeling goes.

    Attributes:
        bins: Numbers of verdicts by quarters of an hour; None while they are being counted.
        left: What is left.
        outlook: How long that takes.
    """

    bins: Bins | None
    left: Left
    outlook: Outlook


def render(facts: Facts | None, going: Going | None, now: float, missing: Missing = COUNTING) -> str:
    """Return the card's content.

    Args:
        facts: The round.
        going: How its labeling goes; None where there is no round.
        now: Seconds since 1970.
        missing: What is said where the verdicts are not counted.
    """
    if facts is None or going is None:
        return HEAD + empty("No round yet", "What is done and what is left is counted here once a round has proposals.")
    if going.bins is None:
        return HEAD + empty(*missing)
    said = f"<p class='f-lead'>{_left(facts, going.left)}</p>{_done(facts, going, now)}"
    if not going.bins:
        return HEAD + said + empty("No verdict yet", "The pace is told from the first verdict on.")
    units, counts = pace.by_unit(going.bins)
    return (
        f"{HEAD}{said}<div class='t-over'>{_chart(units, counts)}<div>{_table(units, counts)}{WHAT_COUNTS}</div></div>"
    )


def _left(facts: Facts, left: Left) -> str:
    labels = facts.labels
    decided = f"{count(labels.confirmed)} confirmed, {count(labels.refused)} refused, {count(labels.open)} open"
    known = labels.confirmed + labels.refused + labels.open
    modes = f"Of {plural(known, 'mode', 'modes')} with proposals: {decided}."
    if not facts.open:
        return f"{modes} The round is decided, so it takes no more verdicts."
    if not left.most:
        return f"{modes} Nothing is left to judge."
    if left.fewest == left.most:
        return f"{modes} <b>{plural(left.most, 'verdict is', 'verdicts are')} left</b>."
    return f"{modes} <b>{count(left.fewest)} to {count(left.most)} verdicts are left</b>."


def _done(facts: Facts, going: Going, now: float) -> str:
    if not facts.open or not going.left.most:
        return ""
    more = "Exploring goes on and adds to what is left." if facts.explore and facts.explore.state in BUSY else ""
    told = " ".join(part for part in (_when(going.outlook, now), going.outlook.note, more) if part)
    return f"<p>{told}</p>" if told else ""


def _when(found: Outlook, now: float) -> str:
    """Say when it is done, with both ends."""
    if found.soonest is None:
        return ""
    if found.working:
        slow = "" if found.latest is None else f" to {duration(found.latest).removeprefix('about ')}"
        return f"At the pace so far, that takes {duration(found.soonest)}{slow} of work (90% interval of the pace)."
    soonest = _moment(now + found.soonest, now)
    if found.latest is None:
        return f"At the present pace it is done {soonest} at the earliest."
    latest = _moment(now + found.latest, now)
    if soonest == latest:
        return f"At the pace of the last {pace.WINDOW_DAYS} days it is done {soonest}."
    return (
        f"At the pace of the last {pace.WINDOW_DAYS} days it is done between {soonest} and {latest} (90% interval of "
        "the pace)."
    )


def _moment(moment: float, now: float) -> str:
    return clock(moment) if moment - now < DAYS_AHEAD else day(moment)


def _chart(units: Units, counts: Sequence[int]) -> str:
    points = [(float(i), float(n)) for i, n in enumerate(counts)]
    line = charts.Line("everybody", "agent", points, dots=len(points) <= FEW)
    since = f"{units.word}s since {units.name(0)}"
    return charts.render(f"Verdicts each {units.word}", since, [line], upto=charts.whole(len(points) - 1))


def _table(units: Units, counts: Sequence[int]) -> str:
    """Return the same as a table, the latest first; what nobody worked in is left out."""
    rows = [Row((units.name(i), count(n))) for i, n in reversed(list(enumerate(counts))) if n]
    shown = table(f"Verdicts by {units.word}", (Column(units.word.capitalize()), Column("Verdicts", number=True)), rows)
    words = plural(len(rows), f"{units.word} with verdicts", f"{units.word}s with verdicts")
    return f"<details class='f-more t-figures' data-key='pace'><summary>{words}, as a table</summary>{shown}</details>"
