"""Proposals without a reference: the clean answer they are measured by, and the answer that a confirmation states."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("proposals", sa.Column("clean_answer", sa.Text(), nullable=True))
    # Added in place: making the table anew would drop the triggers that forbid changes. Alembic adds no checks.
    op.execute(
        "ALTER TABLE verdict_events ADD COLUMN answer TEXT "
        "CONSTRAINT ck_verdict_events_answer CHECK (answer IS NULL OR verdict = 'confirm')"
    )
