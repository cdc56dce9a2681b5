"""The log of what annotators did in a round, as it is read whole: for exports, and for what is imported."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from faded.store.engine import Db
from faded.store.schema import proposals, verdict_events

MANY = 500
"""Keys per query; SQLite takes at least 999 parameters."""


@dataclass(frozen=True, slots=True)
class Event:
    """What an annotator did; the columns of `schema.VerdictEventColumns` but the key.

    Attributes:
        id: Number of the event.
        proposal_id: The proposal.
        annotator: Who.
        kind: One of `verdicts.EventKind`.
        verdict: The verdict, None where it is none.
        answer: The right answer, where a confirmation stated one.
        reason: Why it was flagged.
        undoes: Number of the event that it voids.
        created_at: Seconds since 1970.
        visible_ms: How long the person saw the proposal, milliseconds.
        guidelines: Version of the guidelines that were before the person.
        bias: See `domain.Ratings`; so for the three below.
        quality: See `bias`.
        best: See `bias`.
        worst: See `bias`.
        stands: Whether it is the verdict that stands for its proposal.
    """

    id: int
    proposal_id: str
    annotator: str
    kind: str
    verdict: str | None
    answer: str | None
    reason: str | None
    undoes: int | None
    created_at: float
    visible_ms: int | None
    guidelines: str | None
    bias: int | None
    quality: int | None
    best: int | None
    worst: int | None
    stands: bool


def of_round(db: Db, round_id: int) -> list[Event]:
    """Return every event of a round, in order."""
    columns = (verdict_events.c[name] for name in Event.__dataclass_fields__ if name != "stands")
    stands = (proposals.c.event_id == verdict_events.c.id) & proposals.c.verdict.is_not(None)
    query = (
        select(*columns, stands.label("stands"))
        .join(proposals, proposals.c.id == verdict_events.c.proposal_id)
        .where(verdict_events.c.round_id == round_id)
        .order_by(verdict_events.c.id)
    )
    return [Event(**{**row._mapping, "stands": bool(row.stands)}) for row in db.execute(query)]


def known(db: Db, keys: Sequence[str]) -> set[str]:
    """Return which of these idempotency keys have an event already."""
    found: set[str] = set()
    for start in range(0, len(keys), MANY):
        part = verdict_events.c.key.in_(keys[start : start + MANY])
        found |= set(db.execute(select(verdict_events.c.key).where(part)).scalars())
    return found
