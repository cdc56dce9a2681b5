"""When verdicts were given, by an index of its own."""

from alembic import op

revision = "0011"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_verdict_events_given", "verdict_events", ["round_id", "kind", "created_at"])
