"""The labeling queue of a team: pauses, and an index that counts what a person has said in a day."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "labeling_pauses",
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("since", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("campaign_id", name="pk_labeling_pauses"),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.id"], name="fk_labeling_pauses_campaign_id"),
    )
    op.create_index("ix_verdict_events_day", "verdict_events", ["round_id", "annotator", "created_at"])
