"""What several people say of one proposal: their opinions, adjudications, and the rules of a campaign's labeling."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("proposals", sa.Column("opinions", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("proposals", sa.Column("disputed", sa.Boolean(), nullable=False, server_default="0"))
    for name in ("disputed", "opinions", "version"):
        op.add_column("modes", sa.Column(name, sa.Integer(), nullable=False, server_default="0"))
    op.create_index("ix_modes_version", "modes", ["round_id", "version"])
    op.create_table(
        "opinions",
        sa.Column("proposal_id", sa.Text(), nullable=False),
        sa.Column("annotator", sa.Text(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("mode_id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("open", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("proposal_id", "annotator", name="pk_opinions"),
        sa.ForeignKeyConstraint(["proposal_id"], ["proposals.id"], name="fk_opinions_proposal_id"),
        sa.ForeignKeyConstraint(["round_id"], ["rounds.id"], name="fk_opinions_round_id"),
        sa.ForeignKeyConstraint(["mode_id"], ["modes.id"], name="fk_opinions_mode_id"),
        sa.ForeignKeyConstraint(["event_id"], ["verdict_events.id"], name="fk_opinions_event_id"),
    )
    op.create_index("ix_opinions_annotator", "opinions", ["round_id", "annotator", "open", "mode_id"])
    op.create_table(
        "adjudications",
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("event_id", name="pk_adjudications"),
        sa.ForeignKeyConstraint(["event_id"], ["verdict_events.id"], name="fk_adjudications_event_id"),
    )
    for action in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER adjudications_no_{action.lower()} BEFORE {action} ON adjudications "
            "BEGIN SELECT RAISE(ABORT, 'adjudications are append-only'); END"
        )
    op.create_table(
        "labeling_rules",
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("rules", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("campaign_id", name="pk_labeling_rules"),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.id"], name="fk_labeling_rules_campaign_id"),
    )
    # Leases last minutes: those that there are may as well be taken anew.
    op.drop_index("ix_leases_annotator", "leases")
    op.drop_table("leases")
    op.create_table(
        "leases",
        sa.Column("proposal_id", sa.Text(), nullable=False),
        sa.Column("annotator", sa.Text(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("expires_at", sa.Double(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("proposal_id", "annotator", name="pk_leases"),
        sa.ForeignKeyConstraint(["proposal_id"], ["proposals.id"], name="fk_leases_proposal_id"),
        sa.ForeignKeyConstraint(["round_id"], ["rounds.id"], name="fk_leases_round_id"),
    )
    op.create_index("ix_leases_annotator", "leases", ["round_id", "annotator"])
    op.create_index(
        "ix_proposals_begun",
        "proposals",
        ["round_id", "seq"],
        sqlite_where=sa.text("opinions > 0 AND verdict IS NULL AND NOT disputed"),
    )
    # One opinion a person and proposal: the latest verdict that is not undone. So far the latest of all stood.
    op.execute(
        "INSERT INTO opinions (proposal_id, annotator, round_id, mode_id, event_id, verdict, open) "
        "SELECT e.proposal_id, e.annotator, e.round_id, p.mode_id, max(e.id), e.verdict, 0 "
        "FROM verdict_events e JOIN proposals p ON p.id = e.proposal_id "
        "WHERE e.kind = 'verdict' AND NOT EXISTS (SELECT 1 FROM verdict_events u WHERE u.undoes = e.id) "
        "GROUP BY e.proposal_id, e.annotator"
    )
    op.execute("UPDATE proposals SET opinions = (SELECT count(*) FROM opinions o WHERE o.proposal_id = proposals.id)")
    _settle_where_people_differ()
    op.execute(f"UPDATE modes SET {', '.join(f'{name} = ({count})' for name, count in COUNTS.items())}")  # noqa: S608 - our own names
    op.create_index("ix_verdict_events_flags", "verdict_events", ["round_id"], sqlite_where=sa.text("kind = 'flag'"))


OF_MODE = "FROM proposals p WHERE p.mode_id = modes.id"
COUNTS = {
    "opinions": f"SELECT coalesce(sum(p.opinions), 0) {OF_MODE}",
    "disputed": f"SELECT count(*) {OF_MODE} AND p.disputed",
    "skipped": f"SELECT count(*) {OF_MODE} AND p.event_id IS NOT NULL AND p.verdict IS NULL AND NOT p.disputed",
    **{v: f"SELECT count(*) {OF_MODE} AND p.verdict = '{v}'" for v in ("confirm", "reject", "invalid", "unsure")},
}


def _settle_where_people_differ() -> None:
    """Let what more than half say stand where several people have judged one proposal; else it is disputed."""
    db = op.get_bind()
    several = db.exec_driver_sql("SELECT id FROM proposals WHERE opinions > 1").scalars().all()
    for proposal in several:
        said = "SELECT o.verdict, o.event_id, e.answer FROM opinions o JOIN verdict_events e ON e.id = o.event_id "
        rows = db.exec_driver_sql(f"{said} WHERE o.proposal_id = ? ORDER BY o.event_id", (proposal,)).all()
        for verdict in dict.fromkeys(row.verdict for row in rows):
            alike = [row for row in rows if row.verdict == verdict]
            if 2 * len(alike) > len(rows):
                stands = ([row for row in alike if row.answer is not None] or alike)[-1]
                values = (verdict, stands.event_id, False, proposal)
                break
        else:
            skip = (
                "SELECT max(e.id) FROM verdict_events e WHERE e.proposal_id = ? AND e.kind = 'skip' "
                "AND NOT EXISTS (SELECT 1 FROM verdict_events u WHERE u.undoes = e.id)"
            )
            values = (None, db.exec_driver_sql(skip, (proposal,)).scalar(), True, proposal)
        db.exec_driver_sql("UPDATE proposals SET verdict = ?, event_id = ?, disputed = ? WHERE id = ?", values)
