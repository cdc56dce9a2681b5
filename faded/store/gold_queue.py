"""Known answers before people: which lie before whom, and that what is said to them is nobody's opinion."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from sqlalchemy import BindParameter, ColumnElement, Select, and_, bindparam, delete, exists, func, select, update
from sqlalchemy.dialects import sqlite

from faded.domain import Proposal
from faded.store import leases as real
from faded.store.engine import Db
from faded.store.gold_tables import gold, gold_answers, gold_leases, gold_opinions
from faded.store.labeling_tables import adjudications, leases, opinions
from faded.store.proposals import FULL, as_proposal
from faded.store.schema import proposals, verdict_events
from faded.store.settling import IS_UNDONE, EventKind

T = TypeVar("T")

SKIPPED = -1.0
"""When the lease of what somebody has skipped ends."""


class Check(StrEnum):
    """How a proposal is asked whose answer is known."""

    SILENT = "silent"
    """Among the others, not told apart."""
    QUALIFYING = "qualification"
    """Openly, before the first of the others."""


@dataclass(frozen=True, slots=True)
class HeldGold:
    """A known one that lies before somebody.

    Attributes:
        proposal: The proposal.
        mode_id: Its mode.
        check: How it is asked.
        place: Its place among all that lies before them.
        again: Whether they have skipped it, unawares.
    """

    proposal: Proposal
    mode_id: int
    check: Check
    place: int
    again: bool


# Made once: every click asks them, and to put a query together takes longer than to ask it.
_ROUND: BindParameter[int] = bindparam("round")
_PROPOSAL: BindParameter[str] = bindparam("proposal")
_ANNOTATOR: BindParameter[str] = bindparam("annotator")
_LAID = select(gold_leases.c.kind).where(gold_leases.c.proposal_id == _PROPOSAL, gold_leases.c.annotator == _ANNOTATOR)
_ANSWERED = (
    select(gold_answers.c.kind)
    .select_from(verdict_events)
    .outerjoin(gold_answers, gold_answers.c.event_id == verdict_events.c.id)
    .where(verdict_events.c.proposal_id == _PROPOSAL, verdict_events.c.annotator == _ANNOTATOR)
    .where(verdict_events.c.kind.in_([EventKind.VERDICT.value, EventKind.SKIP.value]))
    .where(~exists().where(adjudications.c.event_id == verdict_events.c.id))
    .where(~exists().where(leases.c.proposal_id == _PROPOSAL, leases.c.annotator == _ANNOTATOR))
    .order_by(verdict_events.c.id.desc())
    .limit(1)
)
_SKIPPED = (
    select(verdict_events.c.id)
    .join(gold_answers, gold_answers.c.event_id == verdict_events.c.id)
    .where(verdict_events.c.proposal_id == gold_leases.c.proposal_id)
    .where(verdict_events.c.annotator == gold_leases.c.annotator)
    .where(verdict_events.c.kind == EventKind.SKIP.value, gold_answers.c.kind == Check.SILENT.value)
    .where(gold_leases.c.kind == Check.SILENT.value, ~IS_UNDONE)
    .correlate(gold_leases)
    .exists()
)
"""Selects what its person has skipped unawares, whether it lies before them again or not; an answer ends it."""


def is_in_use() -> ColumnElement[bool]:
    """Select known ones that may be asked: not withdrawn, and a verdict stands for the proposal, so that none waits."""
    in_use = (gold.c.proposal_id.is_not(None), gold.c.withdrawn_at.is_(None), proposals.c.verdict.is_not(None))
    return and_(*in_use)


def is_settled_by(annotator: str) -> ColumnElement[bool]:
    """Select known ones that a person has adjudicated."""
    events = select(adjudications.c.event_id).join(verdict_events, verdict_events.c.id == adjudications.c.event_id)
    of_it = (verdict_events.c.proposal_id == gold.c.proposal_id, verdict_events.c.annotator == annotator)
    return events.where(*of_it).correlate(gold).exists()


def _skipped(what: ColumnElement[T]) -> Select[T]:
    mine = (gold_leases.c.round_id == _ROUND, gold_leases.c.annotator == _ANNOTATOR)
    query = select(what).select_from(gold_leases).join(gold, gold.c.proposal_id == gold_leases.c.proposal_id)
    return query.join(proposals, proposals.c.id == gold.c.proposal_id).where(*mine, is_in_use(), _SKIPPED)


_AGAIN = (
    _skipped(gold_leases.c.proposal_id)
    .where(gold_leases.c.expires_at <= bindparam("now"))
    .order_by(gold_leases.c.place, gold_leases.c.proposal_id)
)
_EVERYBODY = (
    select(func.count())
    .select_from(gold_opinions)
    .where(gold_opinions.c.round_id == _ROUND, gold_opinions.c.kind == Check.SILENT.value)
)
_TALLY = select(
    exists().where(gold.c.round_id == _ROUND),
    _EVERYBODY.where(gold_opinions.c.annotator == _ANNOTATOR).scalar_subquery(),
    _EVERYBODY.scalar_subquery(),
    _skipped(func.count()).scalar_subquery(),
)


def tally(db: Db, round_id: int, annotator: str) -> tuple[int, int, int] | None:
    """Return how many known ones a person, and how many everybody, has answered unawares, and how many they skipped.

    Withdrawn ones count, for they were answered all the same; not among the skipped ones, which are to come again.
    None in a round without any.
    """
    there, mine, everybody, again = db.execute(_TALLY, {"round": round_id, "annotator": annotator}).one()
    return (mine, everybody, again) if there else None


def skipped(db: Db, round_id: int, annotator: str, now: float) -> list[str]:
    """Return the known ones that a person skipped unawares and that lie before them no more, as they lay there."""
    asked = {"round": round_id, "annotator": annotator, "now": now}
    return list(db.execute(_AGAIN, asked).scalars())


def asked(db: Db, proposal_id: str, annotator: str) -> Check | None:
    """Return how a proposal was last asked of a person where that was to check them; None where it was in earnest.

    What does not lie before them is as their latest verdict or skip was, one that was taken back too.
    """
    of_it = {"proposal": proposal_id, "annotator": annotator}
    kind = db.execute(_LAID, of_it).scalar() or db.execute(_ANSWERED, of_it).scalar()
    return None if kind is None else Check(kind)


def held(db: Db, round_id: int, annotator: str, now: float) -> list[HeldGold]:
    """Return the known ones before a person, in their order, and renew those leases; resting ones are left out.

    One that undo put back stays whatever became of it: the page shows it already.
    """
    leased = gold_leases.c
    mine = and_(leased.round_id == round_id, leased.annotator == annotator, leased.expires_at > now)
    db.execute(update(gold_leases).where(mine).values(expires_at=now + real.LEASE_SECONDS))
    query = FULL.add_columns(leased.place, leased.kind, _SKIPPED.label("again"))
    query = query.join(gold_leases, leased.proposal_id == proposals.c.id)
    query = query.outerjoin(gold, gold.c.proposal_id == proposals.c.id)
    rows = db.execute(query.where(mine, is_in_use() | (leased.place < 0)).order_by(leased.place))
    return [HeldGold(as_proposal(row), row.mode_id, Check(row.kind), row.place, bool(row.again)) for row in rows]


def lay(
    db: Db, round_id: int, proposal_id: str, annotator: str, check: Check, now: float, *, first: bool = False
) -> None:
    """Lay a known one before a person, after all that lies there or ahead of it."""
    ends = real.ends(db, round_id, annotator)
    place = ends[0] - 1 if first else ends[1] + 1
    row = {"proposal_id": proposal_id, "annotator": annotator, "round_id": round_id}
    changes = {"kind": check.value, "expires_at": now + real.LEASE_SECONDS, "place": place}
    statement = sqlite.insert(gold_leases).values(row | changes)
    db.execute(statement.on_conflict_do_update(index_elements=["proposal_id", "annotator"], set_=changes))
    real.release(db, [proposal_id], annotator)


def release(db: Db, proposal_id: str, annotator: str, *, skipped: bool) -> None:
    """Take a known one from before a person who has answered it, or skipped it."""
    mine = (gold_leases.c.proposal_id == proposal_id, gold_leases.c.annotator == annotator)
    if skipped:
        db.execute(update(gold_leases).where(*mine).values(expires_at=SKIPPED))
    else:
        db.execute(delete(gold_leases).where(*mine))


def fresh(db: Db, round_id: int, annotator: str, now: float) -> list[str]:
    """Return the known ones that may be asked of a person, in the order they were made.

    Left out are those that they made known, have judged in earnest or adjudicated, have answered or skipped, or hold
    at this time (seconds since 1970).
    """
    of_mine = [
        exists().where(table.c.proposal_id == gold.c.proposal_id, table.c.annotator == annotator)
        for table in (opinions, gold_opinions)
    ]
    holds = (gold_leases.c.proposal_id == gold.c.proposal_id, gold_leases.c.annotator == annotator)
    not_now = (gold_leases.c.expires_at > now) | (gold_leases.c.expires_at == SKIPPED) | _SKIPPED
    query = select(gold.c.proposal_id).join(proposals, proposals.c.id == gold.c.proposal_id)
    query = query.where(gold.c.round_id == round_id, gold.c.who != annotator, is_in_use())
    query = query.where(~is_settled_by(annotator), *(~one for one in of_mine), ~exists().where(*holds, not_now))
    return list(db.execute(query.order_by(gold.c.made_at, gold.c.proposal_id)).scalars())
