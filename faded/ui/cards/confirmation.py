"""How much of what was judged people confirm, mode by mode, as HTML."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

from faded.concepts.spec import ConceptSpace
from faded.labeling.decided import ModeState
from faded.labeling.shares import wilson90
from faded.labeling.standings import Standing, Standings
from faded.ui.facts import Facts
from faded.ui.page import empty
from faded.ui.tables import Column, Row, table
from faded.ui.words import count, percent, plural

HEAD = "<h2>What people confirm</h2>"

READ = 10
"""Modes that are read at a glance."""
LISTED = 200
"""Modes that are listed in all."""

STATES = {
    ModeState.CONFIRMED: ("bad", "confirmed"),
    ModeState.REFUSED: ("good", "refused"),
    ModeState.OPEN: ("", "open"),
}
COLUMNS = (
    Column("Mode"),
    Column("Confirmed"),
    Column("Share", number=True),
    Column("90% interval", number=True),
    Column("Unsure", number=True),
    Column("State"),
)

MEANING = (
    "<p class='f-quiet'>Confirmed of those that were confirmed, rejected or called an invalid edit, by the verdicts "
    "that stand on these weights; the interval is Wilson's. The mode that fails most surely comes first.</p>"
)


@dataclass(frozen=True, slots=True)
class Rate:
    """How much of a mode is confirmed.

    Attributes:
        standing: The mode and its verdicts.
        judged: Verdicts that say something.
        low: Lower end of the share's 90% interval.
        high: Its upper end.
    """

    standing: Standing
    judged: int
    low: float
    high: float


def rates(found: Standings) -> list[Rate]:
    """Return the modes with verdicts, the one that fails most surely first."""
    told = []
    for standing in found.by_id.values():
        tally = standing.tally
        judged = tally.confirm + tally.reject + tally.invalid
        if judged:
            told.append(Rate(standing, judged, *wilson90(tally.confirm, judged)))
    return sorted(told, key=lambda rate: (-rate.low, -rate.high, rate.standing.mode.id))


def render(facts: Facts | None, found: Standings | None) -> str:
    """Return the card's content."""
    told = [] if found is None else rates(found)
    if facts is None or found is None or not told:
        return HEAD + empty("No mode has been judged yet", "Each mode is listed here from its first verdict on.")
    space = ConceptSpace.from_json(facts.round.summary["space"])
    confirm = sum(rate.standing.tally.confirm for rate in told)
    judged = sum(rate.judged for rate in told)
    low, high = wilson90(confirm, judged)
    said = (
        f"<p><b>{percent(confirm / judged, 0)}</b> of what is settled is confirmed: {count(confirm)} of "
        f"{plural(judged, 'proposal', 'proposals')} in {plural(len(told), 'mode', 'modes')} (90% interval "
        f"{percent(low, 0)} to {percent(high, 0)}).{_left_out(facts.labels.disputed)}</p>"
    )
    rows = [_row(space, rate) for rate in told[:LISTED]]
    first = table("Modes by what is confirmed", COLUMNS, rows[:READ])
    return f"{HEAD}{said}{first}{_more(rows[READ:], len(told))}{MEANING}"


def _left_out(disputed: int) -> str:
    return f" {plural(disputed, 'disputed one is', 'disputed ones are')} left out." if disputed else ""


def _more(rows: list[Row], of: int) -> str:
    if not rows:
        return ""
    left = of - READ - len(rows)
    behind = f"<p class='f-quiet'>{plural(left, 'more lies', 'more lie')} behind these.</p>" if left else ""
    return (
        f"<details class='f-more t-figures' data-key='confirmation'><summary>And {count(of - READ)} more</summary>"
        f"{table('More modes by what is confirmed', COLUMNS, rows)}{behind}</details>"
    )


def _row(space: ConceptSpace, rate: Rate) -> Row:
    key, tally = rate.standing.mode.key, rate.standing.tally
    setting = space.describe(space.values([key.cell])[0].tolist()).removesuffix(".")
    look, word = STATES[rate.standing.state]
    return Row(
        (
            f"{escape(key.stratum)}: {escape(setting)}",
            f"{count(tally.confirm)} of {count(rate.judged)}",
            percent(tally.confirm / rate.judged, 0),
            f"{percent(rate.low, 0)} to {percent(rate.high, 0)}",
            count(tally.unsure) if tally.unsure else "",
            f"<span class='f-pill {look}'>{word}</span>",
        )
    )
