"""Previews in the store: what a page waits for, one at a time for each viewer, and gone soon after."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import delete, or_, select

from faded.stages import PREVIEW
from faded.store import jobs
from faded.store.engine import Db
from faded.store.rows import one
from faded.store.schema import jobs as table
from faded.store.schema import rounds

KEPT_SECONDS = 120.0
"""How long a preview is kept: whoever asked has long looked at it, or looked away."""


def ask(db: Db, round_id: int, sample_id: str, values: Sequence[float], viewer: str, now: float) -> int:
    """Ask how a sample looks under a setting and what the target says of it; return the job's number.

    The answer is the job's `result` once it is done; a sample or setting that cannot be shown makes it fail with a
    message for a person. What the same viewer asked before is deleted, in whatever state, and so is every preview
    older than `KEPT_SECONDS`: the newest question of each viewer is all that waits.

    Args:
        db: The transaction.
        round_id: The round.
        sample_id: One of the summary's `previews`, or a sample that has a proposal.
        values: One value per concept, in the order of the summary's `space`; may lie between the levels.
        viewer: Who asks: a name that each open page gives itself.
        now: Seconds since 1970.

    Raises:
        FadedError: there is no such round.
    """
    one(db, select(rounds.c.id).where(rounds.c.id == round_id), f"round {round_id}")
    outdated = or_(table.c.created_at < now - KEPT_SECONDS, table.c.params["viewer"].as_string() == viewer)
    db.execute(delete(table).where(table.c.kind == PREVIEW, outdated))
    params = {"sample": sample_id, "values": list(values), "viewer": viewer}
    return jobs.enqueue(db, round_id, PREVIEW, now=now, params=params, priority=jobs.INTERACTIVE).id


def find(db: Db, job_id: int, viewer: str) -> jobs.Job | None:
    """Return a preview that the viewer asked for; None where it is deleted, or somebody else's."""
    mine = (table.c.id == job_id, table.c.kind == PREVIEW, table.c.params["viewer"].as_string() == viewer)
    found = db.execute(select(table.c.id).where(*mine)).scalar()
    return None if found is None else jobs.get(db, found)
