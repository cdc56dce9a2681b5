"""Drafts of campaigns, and what is asked about them: a question is answered once, however often it is asked."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, delete, exists, insert, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from faded.store.engine import Db
from faded.store.rows import key_of
from faded.store.schema import drafts, inquiries

KEPT_SECONDS = 3600.0
"""How long an answer counts: files on a disk may change."""


class InquiryState(StrEnum):
    """How far an inquiry is."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Inquiry:
    """A question about a draft.

    Attributes:
        id: Number in the store.
        owner: Whose draft it is about.
        kind: What is asked.
        params: What it is asked about, JSON values.
        state: How far it is.
        result: The answer, JSON values.
        error: What a person should read where there is none.
        created_at: Seconds since 1970.
    """

    id: int
    owner: str
    kind: str
    params: dict[str, Any]
    state: InquiryState
    result: dict[str, Any] | None
    error: str | None
    created_at: float


def save(db: Db, owner: str, fields: Mapping[str, Any], now: float) -> None:
    """Keep what a person has typed so far."""
    row = {"owner": owner, "fields": dict(fields), "updated_at": now}
    changes = {"fields": row["fields"], "updated_at": now}
    db.execute(upsert(drafts).values(row).on_conflict_do_update(index_elements=["owner"], set_=changes))


def find(db: Db, owner: str) -> dict[str, Any] | None:
    """Return what a person has typed so far; None where there is nothing."""
    return db.execute(select(drafts.c.fields).where(drafts.c.owner == owner)).scalar()


def discard(db: Db, owner: str) -> None:
    """Forget a person's draft, and what was asked about it."""
    db.execute(delete(drafts).where(drafts.c.owner == owner))
    db.execute(delete(inquiries).where(inquiries.c.owner == owner))


def ask(db: Db, owner: str, kind: str, params: Mapping[str, Any], now: float) -> Inquiry:
    """Return the inquiry with these parameters, asked now where nobody has lately.

    What the same person asked of this kind before and the worker has not begun is dropped: the newest question counts.
    """
    digest = hashlib.sha256(json.dumps([kind, params], sort_keys=True).encode()).hexdigest()[:16]
    db.execute(delete(inquiries).where(inquiries.c.created_at < now - KEPT_SECONDS))
    mine = (inquiries.c.owner == owner, inquiries.c.digest == digest)
    found = db.execute(select(inquiries.c.id).where(*mine)).scalar()
    if found is None:
        older = (inquiries.c.owner == owner, inquiries.c.kind == kind, inquiries.c.state == InquiryState.QUEUED.value)
        db.execute(delete(inquiries).where(*older))
        row = {
            "owner": owner,
            "kind": kind,
            "digest": digest,
            "params": dict(params),
            "state": InquiryState.QUEUED.value,
            "created_at": now,
        }
        found = key_of(db.execute(insert(inquiries).values(row)))
    return get(db, found)


def get(db: Db, inquiry_id: int) -> Inquiry:
    """Return an inquiry that is there."""
    row = db.execute(select(inquiries).where(inquiries.c.id == inquiry_id)).one()._mapping
    return Inquiry(**{name: row[name] for name in Inquiry.__dataclass_fields__} | {"state": InquiryState(row["state"])})


def again(db: Db, owner: str) -> None:
    """Forget the answers given so far, such as where a file was mended in the meantime."""
    ended = (InquiryState.DONE.value, InquiryState.FAILED.value)
    db.execute(delete(inquiries).where(inquiries.c.owner == owner, inquiries.c.state.in_(ended)))


def waiting(db: Db) -> bool:
    """Say whether `claim` would find a question. It only reads, so it may be asked often."""
    return bool(db.execute(select(exists().where(inquiries.c.state == InquiryState.QUEUED.value))).scalar())


def claim(db: Db, worker_id: str) -> Inquiry | None:
    """Take the oldest question; None where there is none."""
    query = select(inquiries.c.id).where(inquiries.c.state == InquiryState.QUEUED.value).order_by(inquiries.c.id)
    found = db.execute(query.limit(1)).scalar()
    if found is None:
        return None
    changes = {"state": InquiryState.RUNNING.value, "worker": worker_id}
    db.execute(update(inquiries).where(inquiries.c.id == found).values(changes))
    return get(db, found)


def answer(db: Db, inquiry_id: int, worker_id: str, result: Mapping[str, Any] | None, error: str) -> None:
    """Answer a question, or say why it cannot be answered; nothing where it was dropped or taken over meanwhile."""
    state = InquiryState.FAILED if result is None else InquiryState.DONE
    changes = {"state": state.value, "result": result and dict(result), "error": error or None}
    mine = (inquiries.c.id == inquiry_id, inquiries.c.worker == worker_id)
    db.execute(update(inquiries).where(*mine).values(changes))


def give_back(db: Db, worker_id: str) -> None:
    """Put back what other workers took and never answered: a new worker starts where an old one has ended."""
    _put_back(db, inquiries.c.worker != worker_id)


def leave(db: Db, worker_ids: Iterable[str]) -> None:
    """Put back what these workers took, which answer nothing any more."""
    _put_back(db, inquiries.c.worker.in_(list(worker_ids)))


def _put_back(db: Db, whose: ColumnElement[bool]) -> None:
    lost = (inquiries.c.state == InquiryState.RUNNING.value, whose)
    db.execute(update(inquiries).where(*lost).values({"state": InquiryState.QUEUED.value, "worker": None}))
