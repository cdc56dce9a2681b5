"""How far a job is, as HTML: bar, time left, and the full text of an error with what to do."""

from __future__ import annotations

import time
from html import escape

from faded.store.jobs import Job, JobState
from faded.ui.words import duration

FIRST_ESTIMATE = 0.03
"""Progress below which no time left is told: the first batches include loading."""

MOSTLY_DEAD_S = 12.0
"""A running job that has not been heard of for so long has lost its worker; another takes it over."""

WORDS = {
    JobState.QUEUED: "Waiting for the worker",
    JobState.RUNNING: "Running",
    JobState.STOPPED: "Stopped",
    JobState.DONE: "Done",
    JobState.FAILED: "Failed",
}


def seconds_left(job: Job, now: float) -> float | None:
    """Estimate how long a running job still takes, from its progress; None where that is a guess.

    A job that was stopped meanwhile or taken over counts its pauses in, and so overestimates.
    """
    if job.state is not JobState.RUNNING or job.message.endswith("left"):  # some stages count the time themselves
        return None
    if job.started_at is None or not FIRST_ESTIMATE <= job.progress < 1:
        return None
    return (now - job.started_at) * (1 - job.progress) / job.progress


def render(job: Job, now: float | None = None, left: float | None = None) -> str:
    """Return the state of a job as HTML.

    Args:
        job: The job.
        now: Seconds since 1970; None for this moment.
        left: Seconds that it still takes, where somebody knows better than its progress tells.
    """
    now = time.time() if now is None else now
    left = seconds_left(job, now) if left is None else left
    state = WORDS[job.state]
    if job.stop_requested and job.state is JobState.RUNNING:
        state = "Stopping after this batch"
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
        "<p>Mend what it names, then press Resume: it goes on from its last checkpoint.</p></div>"
    )
