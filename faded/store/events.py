"""Verdict events as they were given, for whoever tells of a round, exports it, or gives them again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from faded.domain import Cell, Ratings, Verdict
from faded.store.engine import Db
from faded.store.gold_queue import Check
from faded.store.gold_tables import gold_answers
from faded.store.labeling_tables import adjudications
from faded.store.rows import cell_of
from faded.store.schema import modes, proposals, verdict_events
from faded.store.settling import EventKind

MANY = 500
"""Keys per query; SQLite takes at least 999 parameters."""


@dataclass(frozen=True, slots=True)
class Event:
    """What an annotator did.

    Attributes:
        id: Number in the store.
        proposal_id: The proposal that it is about.
        sample_id: The sample of the proposal that it is about.
        cell: The proposal's cell.
        stratum: The proposal's stratum.
        annotator: Who.
        kind: What was done.
        verdict: The verdict, of a verdict.
        answer: The right answer, where a confirmation states one.
        reason: Why it is flagged, of a flag.
        ratings: What is said of a set of pictures beside the verdict.
        guidelines: Version of the guidelines that the person had before them.
        undoes: Number of the event that an undo voids.
        visible_ms: How long the person saw it, milliseconds.
        created_at: Seconds since 1970.
        stands: Whether it is the verdict that stands for its proposal, or the latest of those that decide.
        adjudicates: Why it settles what people differ about, of an adjudication.
        check: How it was asked, of an answer to a proposal whose answer is known; it is nobody's opinion.
    """

    id: int
    proposal_id: str
    sample_id: str
    cell: Cell
    stratum: str
    annotator: str
    kind: EventKind
    verdict: Verdict | None
    answer: str | None
    reason: str | None
    ratings: Ratings
    guidelines: str | None
    undoes: int | None
    visible_ms: int | None
    created_at: float
    stands: bool
    adjudicates: str | None
    check: Check | None


def last(db: Db, round_id: int) -> int | None:
    """Return the number of a round's last event, None before the first."""
    return db.execute(select(func.max(verdict_events.c.id)).where(verdict_events.c.round_id == round_id)).scalar()


def of_round(db: Db, round_id: int) -> list[Event]:
    """Return all events of a round, undone ones and undoings too, in the order they were given."""
    stands = ((proposals.c.event_id == verdict_events.c.id) & proposals.c.verdict.is_not(None)).label("stands")
    query = (
        select(
            verdict_events,
            proposals.c.sample_id,
            modes.c.cell,
            modes.c.stratum,
            stands,
            adjudications.c.reason.label("why"),
            gold_answers.c.kind.label("asked"),
        )
        .join(proposals, proposals.c.id == verdict_events.c.proposal_id)
        .join(modes, modes.c.id == proposals.c.mode_id)
        .outerjoin(adjudications, adjudications.c.event_id == verdict_events.c.id)
        .outerjoin(gold_answers, gold_answers.c.event_id == verdict_events.c.id)
        .where(verdict_events.c.round_id == round_id)
        .order_by(verdict_events.c.id)
    )
    return [
        Event(
            id=row.id,
            proposal_id=row.proposal_id,
            sample_id=row.sample_id,
            cell=cell_of(row.cell),
            stratum=row.stratum,
            annotator=row.annotator,
            kind=EventKind(row.kind),
            verdict=None if row.verdict is None else Verdict(row.verdict),
            answer=row.answer,
            reason=row.reason,
            ratings=Ratings(row.bias, row.quality, row.best, row.worst),
            guidelines=row.guidelines,
            undoes=row.undoes,
            visible_ms=row.visible_ms,
            created_at=row.created_at,
            stands=bool(row.stands),
            adjudicates=row.why,
            check=None if row.asked is None else Check(row.asked),
        )
        for row in db.execute(query)
    ]


def known(db: Db, keys: Sequence[str]) -> set[str]:
    """Return which of these idempotency keys have an event already."""
    found: set[str] = set()
    for start in range(0, len(keys), MANY):
        part = verdict_events.c.key.in_(keys[start : start + MANY])
        found |= set(db.execute(select(verdict_events.c.key).where(part)).scalars())
    return found
