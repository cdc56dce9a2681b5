"""What all tables share: their metadata, and how a table is made append-only."""

from __future__ import annotations

from sqlalchemy import Connection, MetaData, Table, event

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)


def append_only(table: Table, words: str) -> None:
    """Let SQLite itself refuse to change or delete a row, with these words."""

    def forbid(_table: Table, db: Connection, **_: object) -> None:
        for action in ("UPDATE", "DELETE"):
            db.exec_driver_sql(
                f"CREATE TRIGGER {table.name}_no_{action.lower()} BEFORE {action} ON {table.name} "
                f"BEGIN SELECT RAISE(ABORT, '{words}'); END"
            )

    event.listen(table, "after_create", forbid)
