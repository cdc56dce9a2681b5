"""Invitations: links with which somebody makes an account, or gives an account a new password.

Of a link's token the store keeps the digest only, so who reads the database cannot use it.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, insert, select, update

from faded.domain import FadedError, Role
from faded.store import accounts, audit
from faded.store.account_tables import accounts as people
from faded.store.account_tables import invites
from faded.store.engine import Db

SECONDS = 3 * 86400.0
"""How long an invitation can be used."""

_ALL = select(invites, people.c.name).outerjoin(people, people.c.id == invites.c.account_id)


@dataclass(frozen=True, slots=True)
class Invite:
    """What an invitation that can be used is for.

    Attributes:
        digest: Of its token: what it is called by.
        role: The role of the account that it makes.
        name: Of the account whose password it sets anew; None where it makes one.
        made_by: Who made it.
        expires_at: Until when it can be used, seconds since 1970.
    """

    digest: str
    role: Role
    name: str | None
    made_by: str
    expires_at: float


def make(db: Db, role: Role, by: str, now: float, name: str | None = None) -> str:
    """Return the token of a new invitation, which can be used once.

    Args:
        db: A write transaction.
        role: Of the account that it makes.
        by: Who invites.
        now: Seconds since 1970.
        name: Of an account: then the invitation sets its password anew, and its role stays.

    Raises:
        FadedError: there is no such account, or there are no accounts yet at all.
    """
    if not accounts.any_account(db):
        raise FadedError("There are no accounts yet: add an admin first (`account add NAME --role admin`).")
    account = None if name is None else accounts.get(db, name)
    token = secrets.token_urlsafe(32)
    row = {
        "digest": digest(token),
        "role": (role if account is None else account.role).word,
        "account_id": None if account is None else account.id,
        "made_by": by,
        "created_at": now,
        "expires_at": now + SECONDS,
    }
    db.execute(insert(invites).values(row))
    about = row["role"] if account is None else account.name
    audit.write(db, by, "invited" if account is None else "invited to set a password", str(about), now)
    return token


def read(db: Db, token: str, now: float) -> Invite:
    """Return what an invitation is for.

    Raises:
        FadedError: it is none, was used, or has expired.
    """
    row = db.execute(_ALL.where(invites.c.digest == digest(token))).one_or_none()
    if row is None or row.used_at is not None or row.expires_at <= now:
        raise FadedError("This invitation was used already, has expired, or is none: ask for a new one.")
    return _as_invite(row)


def use(db: Db, token: str, now: float) -> None:
    """Write down that an invitation was used, so that it can be used no more."""
    db.execute(update(invites).where(invites.c.digest == digest(token)).values(used_at=now))


def open_ones(db: Db, now: float) -> list[Invite]:
    """Return the invitations that can be used, the latest first."""
    can = (invites.c.used_at.is_(None), invites.c.expires_at > now)
    rows = db.execute(_ALL.where(*can).order_by(invites.c.created_at.desc(), invites.c.digest))
    return [_as_invite(row) for row in rows]


def withdraw(db: Db, called: str, by: str, now: float) -> None:
    """Let an invitation be used no more.

    Args:
        db: A write transaction.
        called: Its digest.
        by: Who withdraws it.
        now: Seconds since 1970.

    Raises:
        FadedError: there is none that can be used.
    """
    found = next((one for one in open_ones(db, now) if one.digest == called), None)
    if found is None:
        raise FadedError("This invitation was used meanwhile, or has expired: reload the page.")
    db.execute(update(invites).where(invites.c.digest == called).values(used_at=now))
    if found.name is None:
        audit.write(db, by, "invitation withdrawn", found.role.word, now)
    else:
        audit.write(db, by, "invitation to set a password withdrawn", found.name, now)


def digest(token: str) -> str:
    """Return what is kept of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def _as_invite(row: Row[Any]) -> Invite:
    return Invite(row.digest, Role.of(row.role), row.name, row.made_by, row.expires_at)
