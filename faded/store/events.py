"""Verdict events as they were given, for whoever tells of a round or gives them again."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select

from faded.domain import Cell, Ratings, Verdict
from faded.store.engine import Db
from faded.store.rows import cell_of
from faded.store.schema import modes, proposals, verdict_events
from faded.store.verdicts import EventKind


@dataclass(frozen=True, slots=True)
class Event:
    """What an annotator did.

    Attributes:
        id: Number in the store.
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
    """

    id: int
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


def last(db: Db, round_id: int) -> int | None:
    """Return the number of a round's last event, None before the first."""
    return db.execute(select(func.max(verdict_events.c.id)).where(verdict_events.c.round_id == round_id)).scalar()


def of_round(db: Db, round_id: int) -> list[Event]:
    """Return all events of a round, undone ones and undoings too, in the order they were given."""
    query = (
        select(verdict_events, proposals.c.sample_id, modes.c.cell, modes.c.stratum)
        .join(proposals, proposals.c.id == verdict_events.c.proposal_id)
        .join(modes, modes.c.id == proposals.c.mode_id)
        .where(verdict_events.c.round_id == round_id)
        .order_by(verdict_events.c.id)
    )
    return [
        Event(
            id=row.id,
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
        )
        for row in db.execute(query)
    ]
