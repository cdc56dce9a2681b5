"""Leases: which proposal lies before whom, so that two people never judge the same one at the same time."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, and_, delete, exists, func, or_, select, update
from sqlalchemy.dialects import sqlite

from faded.domain import Proposal
from faded.store.engine import Db
from faded.store.proposals import FULL, as_proposal
from faded.store.schema import leases, proposals

LEASE_SECONDS = 300.0
"""How long a proposal waits for the person it lies before: long for one look, short for a lunch break."""


@dataclass(frozen=True, slots=True)
class Held:
    """A proposal that lies before somebody.

    Attributes:
        proposal: The proposal.
        mode_id: Its mode.
        judged: Whether a verdict stands for it.
        put_back: Whether undo put it there.
    """

    proposal: Proposal
    mode_id: int
    judged: bool
    put_back: bool


def held(db: Db, round_id: int, annotator: str, now: float) -> list[Held]:
    """Return what lies before a person, in its order, and renew those leases."""
    mine = and_(leases.c.round_id == round_id, leases.c.annotator == annotator, leases.c.expires_at > now)
    db.execute(update(leases).where(mine).values(expires_at=now + LEASE_SECONDS))
    query = FULL.add_columns(leases.c.place).join(leases, leases.c.proposal_id == proposals.c.id).where(mine)
    return [
        Held(as_proposal(row), row.mode_id, row.verdict is not None, row.place < 0)
        for row in db.execute(query.order_by(leases.c.place))
    ]


def take(db: Db, round_id: int, proposal_ids: Sequence[str], annotator: str, now: float) -> list[str]:
    """Lay proposals before a person, after those there already; return the ids that nobody else holds."""
    last = db.execute(_places(func.max(leases.c.place), round_id, annotator)).scalar()
    place = max(-1, -1 if last is None else last)
    taken = []
    for proposal_id in proposal_ids:
        if _lay(db, round_id, proposal_id, annotator, now, place + 1):
            taken.append(proposal_id)
            place += 1
    return taken


def put_back(db: Db, round_id: int, proposal_id: str, annotator: str, now: float) -> bool:
    """Lay a proposal before a person ahead of all others; return False where somebody else holds it."""
    first = db.execute(_places(func.min(leases.c.place), round_id, annotator)).scalar()
    return _lay(db, round_id, proposal_id, annotator, now, min(0, 0 if first is None else first) - 1)


def release(db: Db, proposal_ids: Sequence[str], annotator: str) -> None:
    """Give up a person's leases on these proposals."""
    db.execute(delete(leases).where(leases.c.proposal_id.in_(list(proposal_ids)), leases.c.annotator == annotator))


def fresh(db: Db, mode_id: int, n: int, now: float) -> list[str]:
    """Return up to n proposals of a mode, in the order they came, that nobody judged, skipped or holds."""
    query = _free(now).where(proposals.c.mode_id == mode_id, proposals.c.event_id.is_(None))
    return list(db.execute(query.order_by(proposals.c.seq).limit(n)).scalars())


def skipped(db: Db, round_id: int, mode_ids: Sequence[int], n: int, now: float) -> list[str]:
    """Return up to n skipped proposals of these modes that nobody judged or holds, the longest skipped first."""
    wanted = set(mode_ids)
    query = _free(now).add_columns(proposals.c.mode_id)
    query = query.where(
        proposals.c.round_id == round_id, proposals.c.verdict.is_(None), proposals.c.event_id.is_not(None)
    )
    with db.execute(query.order_by(proposals.c.event_id)) as rows:  # read only as far as needed
        found = (proposal_id for proposal_id, mode_id in rows if mode_id in wanted)
        return list(itertools.islice(found, n))


def _free(now: float) -> Select[str]:
    taken = exists().where(leases.c.proposal_id == proposals.c.id, leases.c.expires_at > now)
    return select(proposals.c.id).where(~taken)


def _places(value: ColumnElement[int], round_id: int, annotator: str) -> Select[int]:
    return select(value).where(leases.c.round_id == round_id, leases.c.annotator == annotator)


def _lay(db: Db, round_id: int, proposal_id: str, annotator: str, now: float, place: int) -> bool:
    row = {
        "proposal_id": proposal_id,
        "round_id": round_id,
        "annotator": annotator,
        "expires_at": now + LEASE_SECONDS,
        "place": place,
    }
    statement = sqlite.insert(leases).values(row)
    statement = statement.on_conflict_do_update(
        index_elements=["proposal_id"],
        set_={name: statement.excluded[name] for name in ("annotator", "expires_at", "place")},
        where=or_(leases.c.expires_at <= now, leases.c.annotator == annotator),
    )
    return db.execute(statement).rowcount == 1
