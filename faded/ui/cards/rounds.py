"""All rounds of the workspace in one table, so that they can be compared and looked at again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from typing import Any

from faded.labeling.decided import confirmed_modes
from faded.stages import EXPLORE, VERIFY
from faded.store import campaigns, jobs, series, verdicts
from faded.store.campaigns import Round, RoundState
from faded.store.engine import Db
from faded.ui import evidence
from faded.ui.page import empty
from faded.ui.tables import Column, Row, table
from faded.ui.words import clock, count, percent

MOST = 50
"""Rounds listed: the newest ones."""

COLUMNS = (
    Column("Round"),
    Column("Begun"),
    Column("Queries", number=True),
    Column("Failures per query", number=True),
    Column("Modes", number=True),
    Column("Verdicts", number=True),
    Column("Confirmed", number=True),
    Column("Drop", number=True),
    Column("Clean", number=True),
    Column("State"),
)


@dataclass(frozen=True)
class Line:
    """A round in figures.

    Attributes:
        campaign: Name of its campaign.
        round: The round.
        explored: Latest figures of its exploration.
        verdicts: Standing verdicts.
        confirmed: Confirmed modes, by verdicts of earlier rounds on the same weights as well.
        verified: What verification found; empty before it.
    """

    campaign: str
    round: Round
    explored: Mapping[str, float]
    verdicts: int
    confirmed: int
    verified: Mapping[str, Any]


def read(db: Db) -> list[Line]:
    """Return the newest rounds of all campaigns, newest first."""
    names = {c.id: c.name for c in campaigns.list_campaigns(db)}
    found = [r for campaign in names for r in campaigns.list_rounds(db, campaign)]
    return [_line(db, names[r.campaign_id], r) for r in sorted(found, key=lambda r: -r.id)[:MOST]]


def _line(db: Db, campaign: str, found: Round) -> Line:
    of_round = jobs.list_for_round(db, found.id)
    explore = next((j for j in reversed(of_round) if j.kind == EXPLORE), None)
    verify = next((j for j in reversed(of_round) if j.kind == VERIFY), None)
    return Line(
        campaign,
        found,
        {} if explore is None else series.latest(db, explore.id),
        verdicts.counts(db, found.id).total,
        len(confirmed_modes(verdicts.on_same_weights(db, found.id))),
        {} if verify is None or verify.result is None else verify.result,
    )


def render(lines: list[Line], shown: int | None) -> str:
    """Return the table.

    Args:
        lines: The rounds.
        shown: The round that the page shows.
    """
    if not lines:
        return "<h2>Rounds</h2>" + empty("No rounds yet", "Every round is kept here, to be compared and opened again.")
    return "<h2>Rounds</h2>" + table("Rounds", COLUMNS, [_row(line, line.round.id == shown) for line in lines])


def _row(line: Line, here: bool) -> Row:
    now, then = line.explored, line.verified
    asked = now.get("agent_queries", 0.0)
    name = f"{escape(line.campaign)}, round {line.round.number}"
    link = f"<a href='#run' data-open-round='{line.round.id}'{' aria-current=true' if here else ''}>{name}</a>"
    cells = (
        link,
        clock(line.round.created_at),
        count(now.get("queries", 0)),
        percent(now["agent_failures"] / asked) if asked else "",
        count(now.get("modes", 0)),
        count(line.verdicts),
        count(line.confirmed),
        percent(then["relative_drop"]) if then.get("relative_drop") is not None else "",
        _clean(line) if "clean_after" in then else "",
        _state(line),
    )
    return Row(cells, here)


def _clean(line: Line) -> str:
    return evidence.clean(line.verified, evidence.of(line.round.summary)).from_to(line.verified)


def _state(line: Line) -> str:
    state = line.round.state
    if state is not RoundState.OPEN:
        against = state is RoundState.ACCEPTED and bool(line.verified) and not line.verified["gate"]["passed"]
        look = "good" if state is RoundState.ACCEPTED and not against else "warn"
        return f"<span class='f-pill {look}'>{state.value.replace('_', ' ')}{', gate not passed' * against}</span>"
    if line.verified:
        passed = line.verified["gate"]["passed"]
        return f"<span class='f-pill {'good' if passed else 'bad'}'>gate {'passed' if passed else 'not passed'}</span>"
    return "<span class='f-pill'>open</span>"
