"""The audit log: who did what beside labeling, append-only but for the names of who is deleted (`former`).

A name stands in `who` and `about` alone, never in the details: there it could not be deleted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, insert, or_, select

from faded.store.account_tables import audit
from faded.store.engine import Db

NO_NAMES = ("invited", "invitation withdrawn")
"""What was done to nobody by name: the log says of it which role was offered, and somebody may be called like one."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One deed.

    Attributes:
        who: Who did it, as it is written beside verdicts; on the command line, the user of the machine.
        action: What was done, such as "account added".
        about: Whom or what it was done to.
        details: What else there is to know, JSON values; never a password or a token.
        created_at: Seconds since 1970.
    """

    who: str
    action: str
    about: str
    details: dict[str, Any]
    created_at: float


def write(db: Db, who: str, action: str, about: str, now: float, details: Mapping[str, Any] | None = None) -> None:
    """Append an entry, in the transaction of the deed."""
    row = {"who": who, "action": action, "about": about, "details": dict(details or {}), "created_at": now}
    db.execute(insert(audit).values(row))


def newest(db: Db, n: int | None = None, words: str = "") -> list[Entry]:
    """Return entries, the newest first.

    Args:
        db: A transaction.
        n: How many at most; None for all.
        words: What has to stand in who did it, what was done or about whom, in whatever letters.
    """
    rows = db.execute(_holding(select(audit), words).order_by(audit.c.id.desc()).limit(n))
    return [Entry(row.who, row.action, row.about, row.details, row.created_at) for row in rows]


def count(db: Db, words: str = "") -> int:
    """Return how many entries there are, of those with these words."""
    return int(db.execute(_holding(select(func.count()).select_from(audit), words)).scalar_one())


def _holding(query: Select[Any], words: str) -> Select[Any]:
    columns = (audit.c.who, audit.c.action, audit.c.about)
    return query.where(or_(*(column.icontains(words, autoescape=True) for column in columns))) if words else query
