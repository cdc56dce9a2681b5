"""How far a job is, as HTML: bar, time left, and the full text of an error with what to do."""

from __future__ import annotations

import time
from html import escape

from faded.store.jobs import Job, JobState
from faded.ui.words import duration

MOSTLY_DEAD_S = 12.0
"""A running job that has not been heard of for so long has lost its worker; another takes it over."""

WORDS = {
    JobState.QUEUED: "Waiting for the worker",
    JobState.RUNNING: "Running",
    JobState.STOPPED: "Stopped",
    JobState.DONE: "Done",
    JobState.FAILED: "Failed",
}


def render(job: Job, now: float | None = None) -> str:
    """Return the state of a job (`now` is in seconds since 1970, None for this moment) as HTML."""
    now = time.time() if now is None else now
    left = job.seconds_left if job.state is JobState.RUNNING else None
    state = WORDS[job.state]
    if job.stop_requested and job.state is JobState.RUNNING:
        state = "Stopping after this batch"
    elif job.state is JobState.DONE and (job.result or {}).get("stopped"):
        state = "Stopped, the best kept"
    right = f"{duration(left)} left" if left is not None else ""
    look = {JobState.STOPPED: "stopped", JobState.FAILED: "failed"}.get(job.state, "")
    percent = f"{100 * job.progress:.0f}"
    tail = f", {right}" if right else ""
    message = f": {escape(job.message)}" if job.message and job.state is not JobState.DONE else ""
    return (
        f"<div class='f-bar {look}' role='progressbar' aria-valuemin='0' aria-valuemax='100' aria-valuenow='{percent}'"
        f" aria-label='{escape(job.kind)}'><i style='width:{percent}%'></i></div>"
        f"<div class='f-under'><span>{state}{message}</span><span>{percent}%{tail}</span></div>"
        f"{_silence(job, now)}{_error(job)}"
    )


def _silence(job: Job, now: float) -> str:
    if job.state is not JobState.RUNNING or job.heartbeat_at is None or now - job.heartbeat_at < MOSTLY_DEAD_S:
        return ""
    return (
        f"<div class='f-note warn'><p>The worker has not been heard of for {now - job.heartbeat_at:.0f} seconds. "
        "Another one takes the job over from its last batch; nothing is to be done.</p></div>"
    )


def _error(job: Job) -> str:
    if job.state is not JobState.FAILED:
        return ""
    return (
        "<div class='f-note bad' role='alert'><p><b>It failed with this message:</b></p>"
        f"<pre>{escape(job.error or 'no message')}</pre>"
        "<p>Mend what it names, then press Resume: it goes on from its last checkpoint, where it has one.</p></div>"
    )
