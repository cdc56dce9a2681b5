"""The version of the guidelines that a verdict was given under."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Added in place: making the table anew would drop the triggers that forbid changes.
    op.execute("ALTER TABLE verdict_events ADD COLUMN guidelines TEXT")
