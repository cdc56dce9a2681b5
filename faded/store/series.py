"""The progress series of a job: figures over its steps or queries, for the curves on the pages."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import delete, select
from sqlalchemy.dialects import sqlite

from faded.store.engine import Db
from faded.store.schema import job_metrics


def add(db: Db, job_id: int, step: int, numbers: Mapping[str, float]) -> None:
    """Add a point to the job's series; a step done again overwrites."""
    row = {"job_id": job_id, "step": step, "numbers": dict(numbers)}
    statement = sqlite.insert(job_metrics).values(row)
    db.execute(
        statement.on_conflict_do_update(
            index_elements=["job_id", "step"], set_={"numbers": statement.excluded["numbers"]}
        )
    )


def cut(db: Db, job_id: int, after_step: int) -> None:
    """Remove the points after a step: the job goes back to it."""
    db.execute(delete(job_metrics).where(job_metrics.c.job_id == job_id, job_metrics.c.step > after_step))


def points(db: Db, job_id: int, after_step: int = -1) -> list[tuple[int, dict[str, float]]]:
    """Return the points after a step, in order: (step, numbers)."""
    query = (
        select(job_metrics.c.step, job_metrics.c.numbers)
        .where(job_metrics.c.job_id == job_id, job_metrics.c.step > after_step)
        .order_by(job_metrics.c.step)
    )
    return [(row.step, row.numbers) for row in db.execute(query)]


def latest(db: Db, job_id: int) -> dict[str, float]:
    """Return the numbers of the latest point, empty before the first."""
    query = select(job_metrics.c.numbers).where(job_metrics.c.job_id == job_id)
    return db.execute(query.order_by(job_metrics.c.step.desc()).limit(1)).scalar() or {}
