"""Jobs: what the worker is to run, is running, has run.

A worker claims a job, beats while it runs and writes a checkpoint whenever it has something to resume from. A job
whose heart has stopped is claimed anew, checkpoint kept. Whoever lost a job to another worker learns it at the next
write, which raises `JobLost` and so rolls back everything of that transaction. Campaigns take turns.
"""

from __future__ import annotations

import socket
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, insert, or_, select, update

from faded.domain import FadedError
from faded.stages import PREVIEW
from faded.store.engine import Db
from faded.store.rows import key_of, one
from faded.store.schema import jobs
from faded.store.served import served

LONG = 0
"""Priority of the stages of a round."""

INTERACTIVE = 10
"""Priority of what a page waits for: claimed before any stage."""

STALE_SECONDS = 10.0
"""A running job whose heart has not beaten for so long is taken over: its worker is dead."""


def worker_names(pid: int) -> tuple[str, str, str]:
    """Return under which names a worker process claims stages, previews and inquiries.

    Workspaces may be shared by machines.
    """
    name = f"{socket.gethostname()}-{pid}"
    return name, f"{name}-previews", f"{name}-inquiries"


class JobState(StrEnum):
    """Where a job stands."""

    QUEUED = "queued"
    RUNNING = "running"
    STOPPED = "stopped"
    DONE = "done"
    FAILED = "failed"


class JobLost(Exception):
    """The job is no longer this worker's: leave it alone."""


@dataclass(frozen=True, slots=True)
class Job:
    """A job. Times are seconds since 1970; `progress` runs from 0 to 1; `attempts` counts claims.

    `seconds_left` is what its worker reckons from its own pace; None where it cannot tell, or no worker has it.
    """

    id: int
    round_id: int
    kind: str
    state: JobState
    priority: int
    params: dict[str, Any]
    progress: float
    message: str
    worker: str | None
    heartbeat_at: float | None
    stop_requested: bool
    checkpoint: dict[str, Any] | None
    result: dict[str, Any] | None
    error: str | None
    attempts: int
    created_at: float
    started_at: float | None
    ended_at: float | None
    seconds_left: float | None


def enqueue(
    db: Db, round_id: int, kind: str, *, now: float, params: Mapping[str, Any] | None = None, priority: int = LONG
) -> Job:
    """Put a job into the queue."""
    row = {
        "round_id": round_id,
        "kind": kind,
        "state": JobState.QUEUED.value,
        "priority": priority,
        "params": dict(params or {}),
        "progress": 0.0,
        "message": "",
        "stop_requested": False,
        "attempts": 0,
        "created_at": now,
    }
    return get(db, key_of(db.execute(insert(jobs).values(row))))


def get(db: Db, job_id: int) -> Job:
    """Return a job.

    Raises:
        FadedError: there is none with that number.
    """
    row = one(db, select(jobs).where(jobs.c.id == job_id), f"job {job_id}")
    return Job(**{**row._mapping, "state": JobState(row.state)})


def list_for_round(db: Db, round_id: int) -> list[Job]:
    """Return the stages of a round, oldest first; previews are left out."""
    mine = (jobs.c.round_id == round_id, jobs.c.kind != PREVIEW)
    rows = db.execute(select(jobs).where(*mine).order_by(jobs.c.id))
    return [Job(**{**row._mapping, "state": JobState(row.state)}) for row in rows]


def waiting(db: Db, kinds: Iterable[str], stale_after_s: float, now: float) -> bool:
    """Say whether `claim` would find a job. It only reads, so it may be asked often."""
    return bool(db.execute(select(exists().where(_claimable(kinds, stale_after_s, now)))).scalar())


def claim(
    db: Db,
    worker_id: str,
    stale_after_s: float,
    now: float,
    *,
    round_id: int | None = None,
    kinds: Iterable[str] | None = None,
    leave: Collection[int] = (),
) -> Job | None:
    """Take the next job; a running one whose heartbeat is stale counts too.

    Highest priority first; then the campaign that was served least recently, so that none waits for all the jobs of
    another; then the oldest.

    Args:
        db: The transaction.
        worker_id: Who takes it.
        stale_after_s: A running job whose heart has not beaten for so long has lost its worker.
        now: Seconds since 1970.
        round_id: The round whose jobs may be taken; None for any.
        kinds: Kinds of jobs to choose from; None for all.
        leave: Jobs not to be taken, such as those whose workers may be alive after all.

    Returns:
        The job, now running under `worker_id`, with the checkpoint and the stop request it had; None where there is
        nothing to do.
    """
    query = select(jobs.c.id, jobs.c.attempts, jobs.c.started_at).where(_claimable(kinds, stale_after_s, now))
    query = query.where(jobs.c.id.not_in(list(leave)))
    if round_id is not None:
        query = query.where(jobs.c.round_id == round_id)
    order = jobs.c.priority.desc(), served(now), jobs.c.id
    if (row := db.execute(query.order_by(*order).limit(1)).one_or_none()) is None:
        return None
    changes = {
        "state": JobState.RUNNING.value,
        "worker": worker_id,
        "heartbeat_at": now,
        "attempts": row.attempts + 1,
        "started_at": now if row.started_at is None else row.started_at,
        "seconds_left": None,
    }
    db.execute(update(jobs).where(jobs.c.id == row.id).values(changes))
    return get(db, row.id)


def heartbeat(
    db: Db, job_id: int, worker_id: str, progress: float, message: str, now: float, seconds_left: float | None = None
) -> bool:
    """Say that the job is alive, how far it is and how long it takes; return whether somebody asked it to stop.

    Raises:
        JobLost: another worker has the job, or it is not running any more.
    """
    told = {"heartbeat_at": now, "progress": progress, "message": message, "seconds_left": seconds_left}
    _own(db, job_id, worker_id, told)
    return bool(db.execute(select(jobs.c.stop_requested).where(jobs.c.id == job_id)).scalar_one())


def pulse(db: Db, job_id: int, worker_id: str, now: float) -> None:
    """Say that the job is alive, and nothing else.

    Raises:
        JobLost: another worker has the job, or it is not running any more.
    """
    _own(db, job_id, worker_id, {"heartbeat_at": now})


def checkpoint(db: Db, job_id: int, worker_id: str, data: Mapping[str, Any]) -> None:
    """Write what the job resumes from, in the same transaction as the outcomes it speaks of.

    Raises:
        JobLost: another worker has the job, or it is not running any more.
    """
    _own(db, job_id, worker_id, {"checkpoint": dict(data)})


def finish(db: Db, job_id: int, worker_id: str, result: Mapping[str, Any], now: float) -> None:
    """Mark the job done.

    Raises:
        JobLost: another worker has the job, or it is not running any more.
    """
    changes = {
        "state": JobState.DONE.value,
        "result": dict(result),
        "progress": 1.0,
        "ended_at": now,
        "seconds_left": None,
    }
    _own(db, job_id, worker_id, changes)


def fail(db: Db, job_id: int, worker_id: str, error: str, now: float) -> None:
    """Mark the job failed, with what a person should read.

    Raises:
        JobLost: another worker has the job, or it is not running any more.
    """
    _own(db, job_id, worker_id, {"state": JobState.FAILED.value, "error": error, "ended_at": now, "seconds_left": None})


def stop(db: Db, job_id: int, worker_id: str, now: float) -> None:
    """Mark the job stopped; its checkpoint stays.

    Raises:
        JobLost: another worker has the job, or it is not running any more.
    """
    _own(db, job_id, worker_id, {"state": JobState.STOPPED.value, "ended_at": now, "seconds_left": None})


def give_back(db: Db, worker_ids: Iterable[str] | None = None) -> int:
    """Put what workers were running back into the queue, checkpoints kept.

    Args:
        db: The transaction.
        worker_ids: Workers that are known to be dead; None for all.

    Returns:
        How many jobs they had.
    """
    theirs = [jobs.c.state == JobState.RUNNING.value]
    if worker_ids is not None:
        theirs.append(jobs.c.worker.in_(list(worker_ids)))
    return db.execute(
        update(jobs).where(*theirs).values(state=JobState.QUEUED.value, worker=None, seconds_left=None)
    ).rowcount


def request_stop(db: Db, job_id: int, now: float) -> Job:
    """Ask a job to stop: one that waits is stopped at once, one that runs stops at its next heartbeat.

    Raises:
        FadedError: there is no such job.
    """
    state = get(db, job_id).state
    if state is JobState.QUEUED:
        changes: dict[str, Any] = {"state": JobState.STOPPED.value, "ended_at": now}
        db.execute(update(jobs).where(jobs.c.id == job_id).values(changes))
    elif state is JobState.RUNNING:
        db.execute(update(jobs).where(jobs.c.id == job_id).values(stop_requested=True))
    return get(db, job_id)


def resume(db: Db, job_id: int) -> Job:
    """Put a stopped or failed job back into the queue, with its checkpoint.

    Raises:
        FadedError: there is no such job, or it is neither stopped nor failed.
    """
    state = get(db, job_id).state
    if state not in (JobState.STOPPED, JobState.FAILED):
        raise FadedError(f"Job {job_id} is {state.value}: only a stopped or failed job can be resumed.")
    changes = {"state": JobState.QUEUED.value, "stop_requested": False, "error": None, "ended_at": None, "worker": None}
    db.execute(update(jobs).where(jobs.c.id == job_id).values(changes))
    return get(db, job_id)


def _claimable(kinds: Iterable[str] | None, stale_after_s: float, now: float) -> ColumnElement[bool]:
    free = or_(jobs.c.state == JobState.QUEUED.value, _stale(stale_after_s, now))
    return free if kinds is None else and_(free, jobs.c.kind.in_(list(kinds)))


def _stale(stale_after_s: float, now: float) -> ColumnElement[bool]:
    """Say that a heart seems to have stopped, also by a beat from the future: the clock was put back since."""
    far = or_(jobs.c.heartbeat_at < now - stale_after_s, jobs.c.heartbeat_at > now + stale_after_s)
    return and_(jobs.c.state == JobState.RUNNING.value, far)


def _own(db: Db, job_id: int, worker_id: str, changes: Mapping[str, Any]) -> None:
    mine = (jobs.c.id == job_id, jobs.c.worker == worker_id, jobs.c.state == JobState.RUNNING.value)
    if db.execute(update(jobs).where(*mine).values(changes)).rowcount == 0:
        raise JobLost(f"job {job_id} is not running under worker {worker_id!r} any more")
