"""Flags: remarks on proposals, each with its reason, beside any verdict."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import bindparam, literal

from faded.store.engine import Db
from faded.store.schema import verdict_events
from faded.store.settling import VALID, EventKind

_FLAGS = VALID.where(
    verdict_events.c.round_id == bindparam("round"),
    verdict_events.c.kind == literal(EventKind.FLAG.value, literal_execute=True),
).order_by(verdict_events.c.id)


@dataclass(frozen=True, slots=True)
class Flag:
    """A standing mark on a proposal, with its reason."""

    proposal_id: str
    annotator: str
    reason: str
    created_at: float


def flags(db: Db, round_id: int) -> list[Flag]:
    """Return the flags that stand, oldest first."""
    return [
        Flag(row.proposal_id, row.annotator, row.reason, row.created_at)
        for row in db.execute(_FLAGS, {"round": round_id})
    ]
