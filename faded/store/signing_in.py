"""Signing in: passwords, sessions, and a limit to guessing.

A browser is given a random token; the store keeps its digest only, so who reads the database cannot sign in with it.
Passwords are hashed with argon2id (RFC 9106), outside of any transaction, for that takes as long as it should.
"""

from __future__ import annotations

import contextlib
import secrets
import threading
from collections.abc import Iterator
from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import delete, func, insert, or_, select, update

from faded.domain import FadedError
from faded.store import accounts, invites
from faded.store.account_tables import accounts as people
from faded.store.account_tables import attempts, sessions
from faded.store.accounts import Account
from faded.store.engine import Db, Store
from faded.store.invites import digest
from faded.store.rows import key_of

SESSION_SECONDS = 14 * 86400.0
"""How long a browser stays signed in."""

WINDOW_SECONDS = 900.0
MOST_PER_NAME = 5
MOST_PER_ADDRESS = 30
MOST_OF_ALL = 50
"""Failed attempts to sign in within the window after which a name from one address, an address, or a name from
anywhere has to wait: who guesses from elsewhere does not keep its owner out so soon."""

AT_ONCE = threading.BoundedSemaphore(2)
WAIT_SECONDS = 10.0
"""Hashes at a time, for each takes 64 MiB, and how long one waits for its turn."""

FEWEST_SIGNS = 5
"""Different characters of a password: one letter held down is none."""

SHORTEST, LONGEST = 12, 200
"""Characters of a password; a very long one would only keep the hash busy."""

WRONG = "The name and the password do not go together."
"""Said of a wrong password, an unknown name and a disabled account alike, so that names cannot be found out."""

_HASHER = PasswordHasher()


class TooManyAttempts(FadedError):
    """Somebody has to wait before they may try again."""


def hashed(password: str, name: str) -> str:
    """Return a password's hash.

    Raises:
        FadedError: it is too short, very long, of very few characters, or the name.
    """
    if len(password) < SHORTEST:
        raise FadedError(f"The password has {len(password)} characters: give {SHORTEST} or more, such as four words.")
    if len(password) > LONGEST:
        raise FadedError(f"The password has {len(password)} characters: give {LONGEST} at most.")
    if len(set(password)) < FEWEST_SIGNS:
        raise FadedError(f"The password has {len(set(password))} different characters: give {FEWEST_SIGNS} or more.")
    if password.strip().lower() == name.strip().lower():
        raise FadedError("The password is the name: give another one.")
    with _turn():
        return _HASHER.hash(password)


@contextlib.contextmanager
def _turn() -> Iterator[None]:
    """Wait for a turn to hash.

    Raises:
        TooManyAttempts: it did not come.
    """
    if not AT_ONCE.acquire(timeout=WAIT_SECONDS):
        raise TooManyAttempts("Many people sign in at this moment: try again in a minute.")
    try:
        yield
    finally:
        AT_ONCE.release()


def sign_in(store: Store, name: str, password: str, address: str, now: float) -> str:
    """Return the token of a new session.

    An attempt counts before the password is looked at, so that many at once are limited too; one that succeeds does not
    count, and clears those of its name.

    Args:
        store: The store.
        name: As typed.
        password: As typed.
        address: Where the request comes from.
        now: Seconds since 1970.

    Raises:
        TooManyAttempts: too many have failed lately, of this name or from this address.
        FadedError: the two do not go together.
    """
    name = name.strip().lower()[:LONGEST]
    with store.write() as db:
        mine = _count_attempt(db, name, address, now)
        row = db.execute(select(people).where(people.c.name == name)).one_or_none()
    matches = _matches(_nobody() if row is None else row.password, password[:LONGEST])
    if row is None or not matches:
        raise FadedError(WRONG)
    with _turn():
        fresher = _HASHER.hash(password) if _HASHER.check_needs_rehash(row.password) else row.password
    with store.write() as db:
        current = db.execute(select(people).where(people.c.id == row.id)).one()
        if current.disabled_at is not None or current.password != row.password:
            raise FadedError(WRONG)
        db.execute(update(people).where(people.c.id == row.id).values(password=fresher))
        of_name = attempts.c.about.in_([f"name {name}", f"name {name} from {address}"])
        db.execute(delete(attempts).where(or_(of_name, attempts.c.id.in_(mine))))
        return _begin_session(db, row.id, now)


def who(db: Db, token: str, now: float) -> Account | None:
    """Return who is signed in with a token; None where nobody is, or not any more."""
    query = (
        select(people)
        .join(sessions, sessions.c.account_id == people.c.id)
        .where(sessions.c.digest == digest(token), sessions.c.expires_at > now, people.c.disabled_at.is_(None))
    )
    row = db.execute(query).one_or_none()
    return None if row is None else accounts.as_account(row)


def sign_out(db: Db, token: str) -> None:
    """End the session of a token; nothing where there is none."""
    db.execute(delete(sessions).where(sessions.c.digest == digest(token)))


def accept(store: Store, token: str, name: str, password: str, now: float) -> str:
    """Use an invitation and return the token of a session of its account.

    Args:
        store: The store.
        token: The invitation's token.
        name: The name that a new account gets; of an invitation that sets a password it has no effect.
        password: The password, as typed.
        now: Seconds since 1970.

    Raises:
        FadedError: the invitation, the name or the password cannot be used.
    """
    with store.read() as db:
        found = invites.read(db, token, now)
    name = accounts.check_name(name) if found.name is None else found.name
    password = hashed(password, name)
    with store.write() as db:
        again = invites.read(db, token, now)  # two browsers may use it at once
        invites.use(db, token, now)
        if again.name is None:
            account = accounts.add(db, name, again.role, password, f"invited by {again.made_by}", now)
        else:
            accounts.set_password(db, again.name, password, again.name, now)
            account = accounts.get(db, again.name)
        if account.disabled_at is not None:
            raise FadedError(f"The account {account.name} is disabled: ask an admin to enable it.")
        return _begin_session(db, account.id, now)


def _begin_session(db: Db, account_id: int, now: float) -> str:
    token = secrets.token_urlsafe(32)
    db.execute(delete(sessions).where(sessions.c.expires_at <= now))
    row = {"digest": digest(token), "account_id": account_id, "created_at": now, "expires_at": now + SESSION_SECONDS}
    db.execute(insert(sessions).values(row))
    return token


def _count_attempt(db: Db, name: str, address: str, now: float) -> list[int]:
    """Write an attempt down; return the numbers of its rows.

    Raises:
        TooManyAttempts: there were too many.
    """
    db.execute(
        delete(attempts).where(
            or_(attempts.c.created_at <= now - WINDOW_SECONDS, attempts.c.created_at > now + WINDOW_SECONDS)
        )
    )
    mine = []
    limits = {
        f"name {name} from {address}": MOST_PER_NAME,
        f"name {name}": MOST_OF_ALL,
        f"address {address}": MOST_PER_ADDRESS,
    }
    for about, most in limits.items():
        query = select(func.count(), func.min(attempts.c.created_at)).where(attempts.c.about == about)
        count, first = db.execute(query).one()
        if count >= most:
            minutes = max(1, round((first + WINDOW_SECONDS - now) / 60))
            raise TooManyAttempts(f"Too many attempts to sign in have failed: try again in {minutes} minutes.")
        mine.append(key_of(db.execute(insert(attempts).values(about=about, created_at=now))))
    return mine


def _matches(known: str, password: str) -> bool:
    try:
        with _turn():
            return _HASHER.verify(known, password)
    except (VerificationError, InvalidHashError):
        return False


@lru_cache(maxsize=1)
def _nobody() -> str:
    """Return a hash that no password matches, so that an unknown name takes as long as a known one."""
    return _HASHER.hash(secrets.token_urlsafe(32))
