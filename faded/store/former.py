"""Former members: a deleted name is gone from everything here, and what somebody said stays under a random token.

Verdicts and the audit log are append-only, so their triggers let a name become a former member's, and nothing else
change. Of a deleted name the digest is kept: what is replayed or imported later is given to the former member too.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, func, insert, or_, select, update

from faded.domain import FadedError
from faded.store import accounts, audit
from faded.store.account_tables import accounts as account_table
from faded.store.account_tables import audit as log
from faded.store.account_tables import former_members, invites
from faded.store.campaigns import STARTED_BY
from faded.store.engine import Db, Store
from faded.store.gold_tables import gold, gold_leases, gold_opinions, qualifications
from faded.store.labeling_tables import guidelines, labeling_pauses, leases, opinions
from faded.store.schema import drafts, inquiries, rounds, verdict_events
from faded.store.tables import FORMER_NAME

TOKEN_BYTES = 4
"""Former members of many workspaces meet in exports and mirrors, and none is called like another."""

HOLD_NAMES = frozenset(
    {
        *("accounts.name", "attempts.about", "invites.made_by", "audit.who", "audit.about"),
        *("verdict_events.annotator", "opinions.annotator", "leases.annotator"),
        *("rounds.decided_by", "rounds.summary", "drafts.owner", "inquiries.owner"),
        *("gold.who", "gold.withdrawn_by", "gold_leases.annotator", "gold_opinions.annotator"),
        *("qualifications.annotator", "qualifications.who", "guidelines.who", "labeling_pauses.who"),
    }
)
"""The columns in which somebody's name stands; `remove` looks after all of them."""

RENAMED = (
    *(opinions.c.annotator, gold_opinions.c.annotator, rounds.c.decided_by),
    *(gold.c.who, gold.c.withdrawn_by, qualifications.c.annotator, qualifications.c.who),
    *(guidelines.c.who, labeling_pauses.c.who),
)
"""Of these the columns that simply hold a name which stays as a former member's."""

_begun_by = rounds.c.summary[STARTED_BY].as_string()


@dataclass(frozen=True, slots=True)
class Removed:
    """What a deletion did.

    Attributes:
        called: What the person is called from now on.
        events: Verdicts, skips, flags and undoings that stay under that name.
    """

    called: str
    events: int


class Former:
    """Says what somebody is called who may have been deleted, for events that come from elsewhere.

    Args:
        db: A transaction.
    """

    def __init__(self, db: Db) -> None:
        self._by_digest: dict[str, list[tuple[float, str]]] = {}
        for row in db.execute(select(former_members).order_by(former_members.c.deleted_at)):
            self._by_digest.setdefault(row.digest, []).append((row.deleted_at, f"{FORMER_NAME}{row.token}"))
        self._here = set(db.execute(select(account_table.c.name)).scalars()) if self._by_digest else set()

    def called(self, name: str, at: float) -> str:
        """Return what somebody is called who did something under a name.

        A name that was deleted may have gone to a new account, which is meant from then on; without one nobody here
        has it, and what comes under it is the former member's.

        Args:
            name: The name.
            at: When, seconds since 1970.
        """
        if not self._by_digest:
            return name
        known = self._by_digest.get(_digest(name), [])
        if not known:
            return name
        later = next((called for deleted_at, called in known if at <= deleted_at), None)
        return later or (name if name in self._here else known[-1][1])

    def in_row(self, row: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
        """Return a row from elsewhere with what people in it are called here.

        Args:
            row: The row.
            names: Its columns that hold a name or None, with the column that says when they did it.
        """
        return {**row, **{who: self.called(row[who], row[at]) for who, at in names.items() if row[who] is not None}}


def count(db: Db) -> int:
    """Return how many former members there are."""
    return int(db.execute(select(func.count()).select_from(former_members)).scalar_one())


def remove(store: Store, name: str, by: str, now: float) -> Removed:
    """Delete somebody: the account, sessions and invitations go, verdicts and deeds stay under a token.

    It may be somebody without an account, whose verdicts came from a Space or from a file.

    Args:
        store: The open store.
        name: The account's name in whatever letters, or just as it stands beside verdicts.
        by: Who deletes, for the audit log.
        now: Seconds since 1970.

    Raises:
        FadedError: there is nobody of that name, it is nobody's, or the account is the last admin's.
    """
    with store.write() as db:
        db.exec_driver_sql("PRAGMA secure_delete = ON")  # what is written over does not stay in the file
        name = known_name(db, name)
        account = next((one for one in accounts.list_all(db) if one.name == name), None)
        if name in accounts.RESERVED or name.startswith(FORMER_NAME):
            raise FadedError(f"The name {name!r} is nobody's: there is nothing of a person to delete.")
        if account is not None:
            accounts.keep_an_admin(db, account, "be deleted")
        done = _rename(db, name, now)
        if account is not None:
            accounts.forget(db, account)
        audit.write(db, done.called if by == name else by, "account deleted", done.called, now, {"events": done.events})
    store.clear_log()
    return done


def _rename(db: Db, name: str, now: float) -> Removed:
    """Give what stays another name, and delete what does not."""
    token = secrets.token_hex(TOKEN_BYTES)
    db.execute(insert(former_members).values(token=token, digest=_digest(name), deleted_at=now))
    called = f"{FORMER_NAME}{token}"
    db.execute(delete(invites).where(invites.c.made_by == name, invites.c.used_at.is_(None)))
    for held in (leases, gold_leases):
        db.execute(delete(held).where(held.c.annotator == name))
    accounts.forget_attempts(db, name)
    for table in (drafts, inquiries):
        db.execute(delete(table).where(table.c.owner == name))
    done = db.execute(update(verdict_events).where(verdict_events.c.annotator == name).values(annotator=called))
    for column in RENAMED:
        db.execute(update(column.table).where(column == name).values({column.name: called}))
    begun = select(rounds.c.id, rounds.c.summary).where(_begun_by == name)
    for round_id, summary in db.execute(begun).all():
        db.execute(update(rounds).where(rounds.c.id == round_id).values(summary=summary | {STARTED_BY: called}))
    for now_called, was in ((called, name), (f"invited by {called}", f"invited by {name}")):
        db.execute(update(invites).where(invites.c.made_by == was).values(made_by=now_called))
        db.execute(update(log).where(log.c.who == was).values(who=now_called))
    db.execute(update(log).where(log.c.about == name, log.c.action.not_in(audit.NO_NAMES)).values(about=called))
    return Removed(called, done.rowcount)


def known_name(db: Db, name: str) -> str:
    """Return somebody's name as it stands: an account's, or one under which something was said or done.

    Args:
        db: A transaction.
        name: The name just as it stands, or an account's in whatever letters.

    Raises:
        FadedError: there is nobody of that name, or others whose names differ from it in their letters only.
    """
    small = name.strip().lower()
    found = {one.name for one in accounts.list_all(db) if one.name == small}
    for column in (verdict_events.c.annotator, *RENAMED, _begun_by):
        alike = or_(column == name, func.lower(column) == small)
        found |= set(db.execute(select(column).where(alike).distinct()).scalars())
    if name in found:
        return name
    account = accounts.get(db, name).name
    if found != {account}:
        which = " or ".join(repr(one) for one in sorted(found))
        raise FadedError(f"The name {name!r} may mean {which}: write it in just these letters.")
    return account


def _digest(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()
