"""Accounts: who may come in, with which role. Every change is written to the audit log in the same transaction.

As soon as there is an account, nobody comes in without one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Row, bindparam, delete, exists, func, insert, or_, select, update

from faded.domain import FadedError, Role
from faded.registry import did_you_mean
from faded.store import audit
from faded.store.account_tables import accounts, attempts, invites, sessions
from faded.store.engine import Db

NAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,39}", re.ASCII)
RESERVED = frozenset({"local", "oracle"})
"""Names that stand beside verdicts without an account: the machine's own user, and the simulation."""

# Made once: every click asks it.
_MAY_COME = select(accounts.c.id).where(accounts.c.name == bindparam("name"), accounts.c.disabled_at.is_(None))


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody who may sign in.

    Attributes:
        id: Number in the store.
        name: Unique name, in small letters, as it is written beside verdicts.
        role: What they may do.
        created_at: Seconds since 1970.
        disabled_at: Since when they may not come in any more; None where they may.
    """

    id: int
    name: str
    role: Role
    created_at: float
    disabled_at: float | None


def any_account(db: Db) -> bool:
    """Say whether there are accounts, so that everybody has to sign in."""
    return bool(db.execute(select(exists().select_from(accounts))).scalar())


def check_in(db: Db, name: str) -> None:
    """See in the transaction that writes under a name that it may still come in: a click may outlive its account.

    Raises:
        FadedError: there are accounts, and none of that name that is let in.
    """
    if any_account(db):
        row = db.execute(_MAY_COME, {"name": name}).one_or_none()
        if row is None:
            raise FadedError(f"The account {name!r} is let in no more, so nothing was written: reload the page.")


def list_all(db: Db) -> list[Account]:
    """Return all accounts, by name."""
    return [as_account(row) for row in db.execute(select(accounts).order_by(accounts.c.name))]


def get(db: Db, name: str) -> Account:
    """Return an account by name, in whatever letters.

    Raises:
        FadedError: there is none.
    """
    found = find(db, name)
    if found is None:
        names = [account.name for account in list_all(db)]
        known = f"Known: {', '.join(names)}." if names else "There are no accounts yet: add one with `account add`."
        raise FadedError(f"There is no account named {name!r}{did_you_mean(name, names)}. {known}")
    return found


def find(db: Db, name: str) -> Account | None:
    """Return an account by name, in whatever letters; None where there is none."""
    row = db.execute(select(accounts).where(accounts.c.name == name.strip().lower())).one_or_none()
    return None if row is None else as_account(row)


def check_name(name: str) -> str:
    """Return a name as it is kept, in small letters.

    Raises:
        FadedError: it cannot be a name.
    """
    small = name.strip().lower()
    if not NAME.fullmatch(small):
        raise FadedError(
            f"The name {name!r} cannot be used: give 2 to 40 letters from a to z, digits, points, - or _, beginning "
            "with a letter or a digit."
        )
    if small in RESERVED:
        raise FadedError(f"The name {small!r} is Faded's own: give another one.")
    return small


def add(db: Db, name: str, role: Role, password: str, by: str, now: float) -> Account:
    """Add an account.

    Args:
        db: A write transaction.
        name: Its name.
        role: What it may do. The first account has to be an admin's, for nobody else could add another.
        password: The password's hash, from `faded.store.signing_in.hashed`.
        by: Who adds it, for the audit log.
        now: Seconds since 1970.

    Raises:
        FadedError: the name is taken or cannot be used, or the first account is no admin's.
    """
    name = check_name(name)
    check_new(db, name, role)
    row = {"name": name, "role": role.word, "password": password, "created_at": now}
    db.execute(insert(accounts).values(row))
    audit.write(db, by, "account added", name, now, {"role": role.word})
    return get(db, name)


def check_new(db: Db, name: str, role: Role) -> None:
    """Refuse an account that cannot be added.

    Raises:
        FadedError: the name is taken, or the first account would be no admin's.
    """
    if find(db, name) is not None:
        raise FadedError(f"There is an account named {name!r} already: choose another name.")
    if role is not Role.ADMIN and not any_account(db):
        raise FadedError(
            f"The first account would be {an(role)}'s: add an admin first (`account add NAME --role admin`), for from "
            "the first account on everybody has to sign in, and only an admin can add others."
        )


def set_role(db: Db, name: str, role: Role, by: str, now: float) -> None:
    """Give an account another role; it holds from the next request on.

    Raises:
        FadedError: there is no such account, or it is the last admin's.
    """
    account = get(db, name)
    if role is not Role.ADMIN:
        keep_an_admin(db, account, "have another role")
    db.execute(update(accounts).where(accounts.c.id == account.id).values(role=role.word))
    if role is not Role.ADMIN:
        _void_invites(db, account, now)
    audit.write(db, by, "role changed", account.name, now, {"from": account.role.word, "to": role.word})


def set_password(db: Db, name: str, password: str, by: str, now: float) -> None:
    """Set an account's password, given as its hash, and sign it out everywhere; its invitations are void.

    Raises:
        FadedError: there is no such account.
    """
    account = get(db, name)
    db.execute(update(accounts).where(accounts.c.id == account.id).values(password=password))
    _end_sessions(db, account)
    _void_invites(db, account, now)
    forget_attempts(db, account.name)
    audit.write(db, by, "password set", account.name, now)


def disable(db: Db, name: str, by: str, now: float) -> None:
    """Let an account in no more and sign it out everywhere; its invitations are void, what it has done stays.

    Raises:
        FadedError: there is no such account, or it is the last admin's.
    """
    account = get(db, name)
    keep_an_admin(db, account, "be disabled")
    db.execute(update(accounts).where(accounts.c.id == account.id).values(disabled_at=now))
    _end_sessions(db, account)
    _void_invites(db, account, now)
    audit.write(db, by, "account disabled", account.name, now)


def enable(db: Db, name: str, by: str, now: float) -> None:
    """Let a disabled account in again.

    Raises:
        FadedError: there is no such account.
    """
    account = get(db, name)
    db.execute(update(accounts).where(accounts.c.id == account.id).values(disabled_at=None))
    forget_attempts(db, account.name)
    audit.write(db, by, "account enabled", account.name, now)


def sign_out_everywhere(db: Db, name: str, by: str, now: float) -> int:
    """End all sessions of an account; return how many there were.

    Raises:
        FadedError: there is no such account.
    """
    account = get(db, name)
    ended = _end_sessions(db, account)
    audit.write(db, by, "signed out everywhere", account.name, now, {"sessions": ended})
    return ended


def as_account(row: Row[*tuple[object, ...]]) -> Account:
    """Read an account from a row that has its columns."""
    return Account(row.id, row.name, Role.of(row.role), row.created_at, row.disabled_at)


def an(role: Role) -> str:
    """Return the role with its article."""
    name = role.word
    return f"{'an' if name[0] in 'aeiou' else 'a'} {name}"


def keep_an_admin(db: Db, account: Account, what: str) -> None:
    """Refuse to lose the last admin who can come in.

    Raises:
        FadedError: the account is the last admin's.
    """
    admins = (accounts.c.role == Role.ADMIN.word, accounts.c.disabled_at.is_(None))
    others = db.execute(select(func.count()).where(*admins, accounts.c.id != account.id)).scalar_one()
    if account.role is Role.ADMIN and account.disabled_at is None and not others:
        raise FadedError(f"{account.name} is the last admin and cannot {what}: make somebody else an admin first.")


def forget(db: Db, account: Account) -> None:
    """Delete an account with its sessions, what is to set its password, and failed attempts to sign in with it."""
    _end_sessions(db, account)
    db.execute(delete(invites).where(invites.c.account_id == account.id))
    forget_attempts(db, account.name)
    db.execute(delete(accounts).where(accounts.c.id == account.id))


def about_name(name: str) -> ColumnElement[bool]:
    """Select the failed attempts to sign in with a name."""
    about = attempts.c.about
    return (about == f"name {name}") | about.startswith(f"name {name} from ", autoescape=True)


def forget_attempts(db: Db, name: str) -> None:
    """Forget the failed attempts to sign in with a name."""
    db.execute(delete(attempts).where(about_name(name)))


def _end_sessions(db: Db, account: Account) -> int:
    return db.execute(delete(sessions).where(sessions.c.account_id == account.id)).rowcount


def _void_invites(db: Db, account: Account, now: float) -> None:
    """Void what an account has invited to, and what is to set its own password."""
    mine = or_(invites.c.made_by == account.name, invites.c.account_id == account.id)
    db.execute(update(invites).where(invites.c.used_at.is_(None), mine).values(used_at=now))
