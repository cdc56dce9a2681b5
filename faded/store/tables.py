"""What all tables share: their metadata, and how a table is made append-only."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, MetaData, Table, event

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)


FORMER_NAME = "former member "
"""What somebody whose account was deleted is called, with a token behind it; no account can be called so."""

ARE_FORMER = (
    f"(SELECT '{FORMER_NAME}' || token FROM former_members UNION ALL "  # noqa: S608 - our own words
    f"SELECT 'invited by {FORMER_NAME}' || token FROM former_members)"
)
"""The names of all of them, in SQL, and what the audit log says of whom they invited."""


def append_only(table: Table, words: str, names: Sequence[str] = ()) -> None:
    """Let SQLite itself refuse to change or delete a row, with these words.

    Args:
        table: The table.
        words: What the error says.
        names: Columns that hold somebody's name, which may become that of a former member, and only that.
    """

    def forbid(_table: Table, db: Connection, **_: object) -> None:
        for statement in forbidding(table.name, [column.name for column in table.columns], words, names):
            db.exec_driver_sql(statement)

    event.listen(table, "after_create", forbid)


def forbidding(table: str, columns: Sequence[str], words: str, names: Sequence[str] = ()) -> list[str]:
    """Return the statements that make a table append-only, see `append_only`."""
    allowed = " AND ".join(f"({_stays_or_is_former(name)})" if name in names else _stays(name) for name in columns)
    when = {"UPDATE": f"WHEN NOT ({allowed}) " if names else "", "DELETE": ""}
    return [
        f"CREATE TRIGGER {table}_no_{action.lower()} BEFORE {action} ON {table} "
        f"{condition}BEGIN SELECT RAISE(ABORT, '{words}'); END"
        for action, condition in when.items()
    ]


def _stays(column: str) -> str:
    return f"NEW.{column} IS OLD.{column}"


def _stays_or_is_former(column: str) -> str:
    return f"{_stays(column)} OR (NEW.{column} IN {ARE_FORMER} AND OLD.{column} NOT IN {ARE_FORMER})"
