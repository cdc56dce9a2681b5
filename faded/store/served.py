"""Whose turn it is among the campaigns that wait for a worker."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, func, select

from faded.store.schema import jobs, rounds

NEVER = 0.0


def served(now: float) -> ColumnElement[Any]:
    """Say of a job when a worker was last at one of the same campaign and priority; `NEVER` where none ever was.

    Beats from the future are passed over: the clock was put back since, and the campaign would have to wait for it.
    """
    others, theirs, own = jobs.alias(), rounds.alias(), rounds.alias()
    joined = others.join(theirs, others.c.round_id == theirs.c.id).join(own, own.c.campaign_id == theirs.c.campaign_id)
    mine = (own.c.id == jobs.c.round_id, others.c.priority == jobs.c.priority, others.c.heartbeat_at <= now)
    last = select(func.max(others.c.heartbeat_at)).select_from(joined).where(*mine).correlate(jobs)
    return func.coalesce(last.scalar_subquery(), NEVER)
