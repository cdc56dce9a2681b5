"""What people say of a set of pictures beside the verdict: how biased, how good, the best picture, the worst one."""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

RATED = "{0} IS NULL OR (verdict IS NOT NULL AND ({0} = -1 OR {0} BETWEEN 1 AND 10))"
CHECKS = {
    "bias": RATED.format("bias"),
    "quality": RATED.format("quality"),
    "best": "best IS NULL OR (verdict IS NOT NULL AND best >= 0)",
    "worst": "worst IS NULL OR (verdict IS NOT NULL AND worst >= 0 AND (best IS NULL OR worst <> best))",
}


def upgrade() -> None:
    # Added in place: making the table anew would drop the triggers that forbid changes. Alembic adds no checks.
    for name, check in CHECKS.items():
        op.execute(
            f"ALTER TABLE verdict_events ADD COLUMN {name} INTEGER CONSTRAINT ck_verdict_events_{name} CHECK ({check})"
        )
