"""Columns that follow from others, computed anew in bulk and compared with what is written."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, select, update

from faded.store import settling
from faded.store.engine import Db
from faded.store.mode_counts import COUNTS, NONE_YET, recount
from faded.store.schema import modes, proposals, rounds
from faded.store.settling import Settled


def wrong_proposals(db: Db) -> dict[str, Settled]:
    """Return what the events say of those proposals of which something else is written down."""
    return {i: says for r in db.execute(select(rounds.c.id)).scalars() for i, says in settling.wrong(db, r).items()}


def wrong_modes(db: Db) -> list[int]:
    """Return the numbers of modes whose counts are not those of their proposals."""
    counted = {row.mode_id: tuple(row)[1:] for row in db.execute(_counts())}
    written = select(modes.c.id, *(modes.c[name] for name in COUNTS)).order_by(modes.c.id)
    none = tuple(NONE_YET[name] for name in COUNTS)
    return [i for i, *numbers in db.execute(written) if tuple(numbers) != counted.get(i, none)]


def correct(db: Db) -> int:
    """Write all such columns anew where they are wrong; return how many rows were."""
    found = wrong_proposals(db)
    settling.write(db, found)
    counts = wrong_modes(db)
    for mode_id in counts:
        db.execute(update(modes).where(modes.c.id == mode_id).values(NONE_YET))
    recount(db, counts)
    return len(found) + len(counts)


def _counts() -> Select[*tuple[Any, ...]]:
    numbers = (count.label(name) for name, count in COUNTS.items())
    return select(proposals.c.mode_id, *numbers).group_by(proposals.c.mode_id)
