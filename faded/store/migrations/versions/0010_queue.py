"""The labeling queue of a team: pauses, known answers, qualifications, guidelines, an index of a day's verdicts."""

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
    op.create_table(
        "gold",
        sa.Column("proposal_id", sa.Text(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("made_at", sa.Double(), nullable=False),
        sa.Column("withdrawn_by", sa.Text(), nullable=True),
        sa.Column("withdrawn_at", sa.Double(), nullable=True),
        sa.PrimaryKeyConstraint("proposal_id", name="pk_gold"),
        sa.ForeignKeyConstraint(["proposal_id"], ["proposals.id"], name="fk_gold_proposal_id"),
        sa.ForeignKeyConstraint(["round_id"], ["rounds.id"], name="fk_gold_round_id"),
    )
    op.create_index("ix_gold_round", "gold", ["round_id"])
    op.create_table(
        "gold_leases",
        sa.Column("proposal_id", sa.Text(), nullable=False),
        sa.Column("annotator", sa.Text(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.Double(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("proposal_id", "annotator", name="pk_gold_leases"),
        sa.ForeignKeyConstraint(["proposal_id"], ["proposals.id"], name="fk_gold_leases_proposal_id"),
        sa.ForeignKeyConstraint(["round_id"], ["rounds.id"], name="fk_gold_leases_round_id"),
        sa.CheckConstraint("kind IN ('silent', 'qualification')", name="kind"),
    )
    op.create_index("ix_gold_leases_annotator", "gold_leases", ["round_id", "annotator"])
    op.create_table(
        "gold_answers",
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("event_id", name="pk_gold_answers"),
        sa.ForeignKeyConstraint(["event_id"], ["verdict_events.id"], name="fk_gold_answers_event_id"),
        sa.CheckConstraint("kind IN ('silent', 'qualification')", name="kind"),
    )
    _append_only("gold_answers", "answers to known ones are append-only")
    op.create_table(
        "gold_opinions",
        sa.Column("proposal_id", sa.Text(), nullable=False),
        sa.Column("annotator", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("proposal_id", "annotator", "kind", name="pk_gold_opinions"),
        sa.ForeignKeyConstraint(["proposal_id"], ["proposals.id"], name="fk_gold_opinions_proposal_id"),
        sa.ForeignKeyConstraint(["round_id"], ["rounds.id"], name="fk_gold_opinions_round_id"),
        sa.ForeignKeyConstraint(["event_id"], ["verdict_events.id"], name="fk_gold_opinions_event_id"),
        sa.CheckConstraint("kind IN ('silent', 'qualification')", name="kind"),
    )
    op.create_index("ix_gold_opinions_round", "gold_opinions", ["round_id", "kind", "annotator"])
    op.create_table(
        "qualifications",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("annotator", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("right", sa.Integer(), nullable=False),
        sa.Column("answers", sa.Integer(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_qualifications"),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.id"], name="fk_qualifications_campaign_id"),
        sa.CheckConstraint("outcome IN ('passed', 'failed', 'let in', 'new attempt')", name="outcome"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_qualifications_annotator", "qualifications", ["campaign_id", "annotator", "id"])
    _append_only("qualifications", "qualifications are append-only")
    op.create_table(
        "guidelines",
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("campaign_id", "number", name="pk_guidelines"),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.id"], name="fk_guidelines_campaign_id"),
    )
    _append_only("guidelines", "versions of guidelines are append-only")


def _append_only(table: str, words: str) -> None:
    for action in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER {table}_no_{action.lower()} BEFORE {action} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{words}'); END"
        )
