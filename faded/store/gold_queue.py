"""Known answers before people: which lie before whom, and that what is said to them is nobody's opinion."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import ColumnElement, and_, delete, exists, func, select, update
from sqlalchemy.dialects import sqlite

from faded.domain import Proposal
from faded.store import leases as real
from faded.store.engine import Db
from faded.store.gold_tables import gold, gold_answers, gold_leases, gold_opinions
from faded.store.labeling_tables import leases, opinions
from faded.store.proposals import FULL, as_proposal
from faded.store.schema import proposals, verdict_events


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
    """

    proposal: Proposal
    mode_id: int
    check: Check
    place: int


def is_in_use() -> ColumnElement[bool]:
    """Select known ones that may be asked: not withdrawn, and a verdict stands for the proposal, so that none waits."""
    in_use = (gold.c.proposal_id.is_not(None), gold.c.withdrawn_at.is_(None), proposals.c.verdict.is_not(None))
    return and_(*in_use)


def any_of_round(db: Db, round_id: int) -> bool:
    """Return whether a round has known answers, withdrawn ones included."""
    return bool(db.execute(select(exists().where(gold.c.round_id == round_id))).scalar())


def asked(db: Db, proposal_id: str, annotator: str) -> Check | None:
    """Return how a proposal was last asked of a person where that was to check them; None where it was in earnest."""
    lease = (gold_leases.c.proposal_id == proposal_id, gold_leases.c.annotator == annotator)
    kind = db.execute(select(gold_leases.c.kind).where(*lease)).scalar()
    if kind is None:
        earnest = (leases.c.proposal_id == proposal_id, leases.c.annotator == annotator)
        answered = select(gold_answers.c.kind).join(verdict_events, verdict_events.c.id == gold_answers.c.event_id)
        mine = (verdict_events.c.proposal_id == proposal_id, verdict_events.c.annotator == annotator)
        answered = answered.where(*mine, ~exists().where(*earnest)).order_by(verdict_events.c.id.desc()).limit(1)
        kind = db.execute(answered).scalar()
    return None if kind is None else Check(kind)


def held(db: Db, round_id: int, annotator: str, now: float) -> list[HeldGold]:
    """Return the known ones before a person, in their order, and renew those leases; resting ones are left out.

    One that undo put back stays whatever became of it: the page shows it already.
    """
    db.execute(update(gold_leases).where(_mine(round_id, annotator, now)).values(expires_at=now + real.LEASE_SECONDS))
    return _held(db, round_id, annotator, now)


def _mine(round_id: int, annotator: str, now: float) -> ColumnElement[bool]:
    leased = gold_leases.c
    return and_(leased.round_id == round_id, leased.annotator == annotator, leased.expires_at > now)


def _held(db: Db, round_id: int, annotator: str, now: float) -> list[HeldGold]:
    query = FULL.add_columns(gold_leases.c.place, gold_leases.c.kind)
    query = query.join(gold_leases, gold_leases.c.proposal_id == proposals.c.id)
    query = query.outerjoin(gold, gold.c.proposal_id == proposals.c.id)
    query = query.where(_mine(round_id, annotator, now), is_in_use() | (gold_leases.c.place < 0))
    rows = db.execute(query.order_by(gold_leases.c.place))
    return [HeldGold(as_proposal(row), row.mode_id, Check(row.kind), row.place) for row in rows]


def lay(
    db: Db, round_id: int, proposal_id: str, annotator: str, check: Check, now: float, *, first: bool = False
) -> int:
    """Lay a known one before a person, after all that lies there or ahead of it; return its place."""
    ends = real.ends(db, round_id, annotator)
    place = ends[0] - 1 if first else ends[1] + 1
    row = {"proposal_id": proposal_id, "annotator": annotator, "round_id": round_id}
    changes = {"kind": check.value, "expires_at": now + real.LEASE_SECONDS, "place": place}
    statement = sqlite.insert(gold_leases).values(row | changes)
    db.execute(statement.on_conflict_do_update(index_elements=["proposal_id", "annotator"], set_=changes))
    real.release(db, [proposal_id], annotator)
    return place


def release(db: Db, proposal_id: str, annotator: str) -> None:
    """Take a known one from before a person who has answered it."""
    mine = (gold_leases.c.proposal_id == proposal_id, gold_leases.c.annotator == annotator)
    db.execute(delete(gold_leases).where(*mine))


def before(db: Db, round_id: int, annotator: str, now: float) -> int:
    """Return how many known ones lie before a person that are not told apart from the others."""
    return sum(item.check is Check.SILENT for item in _held(db, round_id, annotator, now))


def fresh(db: Db, round_id: int, annotator: str, now: float) -> list[str]:
    """Return the known ones that may be asked of a person, in the order they were made.

    Left out are those that they made known, have judged in earnest, have answered or skipped, or hold at this time
    (seconds since 1970).
    """
    mine = (opinions.c.proposal_id == gold.c.proposal_id, opinions.c.annotator == annotator)
    holds = (gold_leases.c.proposal_id == gold.c.proposal_id, gold_leases.c.annotator == annotator)
    undo = verdict_events.alias()
    done = exists().where(
        verdict_events.c.proposal_id == gold.c.proposal_id,
        verdict_events.c.annotator == annotator,
        gold_answers.c.event_id == verdict_events.c.id,
        ~exists().where(undo.c.undoes == verdict_events.c.id),
    )
    query = select(gold.c.proposal_id).join(proposals, proposals.c.id == gold.c.proposal_id)
    query = query.where(gold.c.round_id == round_id, gold.c.who != annotator, is_in_use(), ~exists().where(*mine))
    query = query.where(~exists().where(*holds, gold_leases.c.expires_at > now), ~done)
    return list(db.execute(query.order_by(gold.c.made_at, gold.c.proposal_id)).scalars())


def answered(db: Db, round_id: int, check: Check, annotator: str | None = None) -> int:
    """Return how many known ones a person, or everybody together, has answered in a round."""
    mine = [gold_opinions.c.round_id == round_id, gold_opinions.c.kind == check.value]
    if annotator is not None:
        mine.append(gold_opinions.c.annotator == annotator)
    return db.execute(select(func.count()).select_from(gold_opinions).where(*mine)).scalar_one()
