"""Help for the modules of this package: one row that must be there, keys in text."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from sqlalchemy import Row, Select

from faded.domain import Cell, FadedError, ModeKey
from faded.store.engine import Db

MOST_KEYS = 16_384
"""Keys of modes that are kept between two queries."""


def one(db: Db, query: Select[*tuple[Any, ...]], what: str, values: Mapping[str, Any] | None = None) -> Row[Any]:
    """Return the only row of a query.

    Args:
        db: The transaction.
        query: Selects at most one row.
        what: What is looked for, for the message: "round 7".
        values: Of the query's parameters.

    Raises:
        FadedError: there is no such row.
    """
    row = db.execute(query, values).one_or_none()
    if row is None:
        raise FadedError(f"There is no {what} in this workspace: it may belong to another one.")
    return row


def key_of(done: Any) -> int:
    """Return the number that a row got, from what its insertion returned."""
    return int(done.inserted_primary_key[0])


def cell_text(cell: Cell) -> str:
    """Return a cell as it is stored: "1,3,0"."""
    return ",".join(str(level) for level in cell)


@lru_cache(MOST_KEYS)
def mode_of(cell: str, stratum: str) -> ModeKey:
    """Return the key of a mode from its stored cell; one and the same for all of a mode's many proposals."""
    return ModeKey(cell_of(cell), stratum)


@lru_cache(MOST_KEYS)
def cell_of(text: str) -> Cell:
    """Read a stored cell."""
    return tuple(int(level) for level in text.split(","))
