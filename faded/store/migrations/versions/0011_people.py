"""When verdicts were given, by an index; former members, whose names alone may change; what repairs learned from."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

ARE_FORMER = (
    "(SELECT 'former member ' || token FROM former_members UNION ALL "
    "SELECT 'invited by former member ' || token FROM former_members)"
)
APPEND_ONLY = {
    "verdict_events": ("verdict events are append-only", ("annotator",)),
    "audit": ("the audit log is append-only", ("who", "about")),
    "guidelines": ("versions of guidelines are append-only", ("who",)),
    "qualifications": ("qualifications are append-only", ("annotator", "who")),
}


def upgrade() -> None:
    op.create_index("ix_verdict_events_given", "verdict_events", ["round_id", "kind", "created_at"])
    op.create_table(
        "former_members",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("deleted_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_former_members"),
        sa.UniqueConstraint("token", name="uq_former_members_token"),
        sqlite_autoincrement=True,
    )
    for action in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER former_members_no_{action.lower()} BEFORE {action} ON former_members "
            "BEGIN SELECT RAISE(ABORT, 'former members are append-only'); END"
        )
    op.create_table(
        "lessons",
        sa.Column("job_id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("use", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("job_id", "event_id", "use", name="pk_lessons"),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name="fk_lessons_job_id"),
        sa.ForeignKeyConstraint(["event_id"], ["verdict_events.id"], name="fk_lessons_event_id"),
        sa.CheckConstraint("use IN ('pair', 'ranking', 'mode')", name="use"),
    )
    op.create_index("ix_lessons_event", "lessons", ["event_id"])
    for table, (words, names) in APPEND_ONLY.items():
        columns = [column["name"] for column in sa.inspect(op.get_bind()).get_columns(table)]
        allowed = " AND ".join(f"({_may(name)})" if name in names else f"NEW.{name} IS OLD.{name}" for name in columns)
        op.execute(f"DROP TRIGGER {table}_no_update")
        op.execute(
            f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} WHEN NOT ({allowed}) "
            f"BEGIN SELECT RAISE(ABORT, '{words}'); END"
        )


def _may(name: str) -> str:
    return f"NEW.{name} IS OLD.{name} OR (NEW.{name} IN {ARE_FORMER} AND OLD.{name} NOT IN {ARE_FORMER})"
