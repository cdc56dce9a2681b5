"""Kills the app's processes with SIGKILL, says where each job stood, and starts again what does not start by itself."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from benchmarks.app import App
from faded.store import jobs
from faded.store.engine import Store
from faded.store.jobs import Job, JobState
from tests.soak.annotator import Annotator

WORKER, WEB, BOTH = "the worker", "the web process", "both processes"
STUCK_S = 300.0
"""A job of which nothing has changed for so long is stuck: loading took a tenth of it where five processes shared a
core."""


class Killer:
    """Kills and looks on.

    Args:
        app: The app.
        store: Its store, opened by this process as well.
        annotator: Who labels meanwhile.
        rng: Draws who is killed.
    """

    def __init__(self, app: App, store: Store, annotator: Annotator, rng: random.Random) -> None:
        self._app, self._store, self._annotator, self._rng = app, store, annotator, rng
        self.kills: Counter[tuple[str, str]] = Counter()
        self.started_at = self._began = time.monotonic()

    def kill(self, job: Job | None, whom: tuple[str, ...]) -> None:
        """Kill one of these, the web process where no worker runs, and start the app again where it is gone."""
        victim, worker, stands = self._rng.choice(whom), self._worker(), _stands(job)
        if worker is None:
            victim = WEB
        if self._annotator.in_flight is not None:
            stands += ", a verdict under way"
        pids = {WORKER: [worker], WEB: [self._web()], BOTH: [worker, self._web()]}[victim]
        for pid in self._rng.sample(pids, len(pids)):
            with contextlib.suppress(ProcessLookupError):  # a worker whose web process has just died
                os.kill(pid, signal.SIGKILL)
        self.kills[victim, stands] += 1
        at = "" if job is None else f" at {job.progress:.0%}: {job.message}"
        seconds = time.monotonic() - self._began
        print(f"{seconds:5.0f} s, {sum(self.kills.values()):2}: killed {victim}; {stands}{at}", flush=True)
        if victim is not WORKER:
            self._app.kill()
            self._app.start()
        self.started_at = time.monotonic()

    def _web(self) -> int:
        assert self._app.process is not None
        return self._app.process.pid

    def _worker(self) -> int | None:
        """Return the process id of the app's worker; None where it is between two."""
        threads = Path(f"/proc/{self._web()}/task").iterdir()
        children = [int(pid) for thread in threads for pid in (thread / "children").read_text().split()]
        for pid in children:
            with contextlib.suppress(OSError):  # it has just ended
                if b"worker" in Path(f"/proc/{pid}/cmdline").read_bytes():
                    return pid
        return None

    def wait(self, job_id: int, until: float, deadline: float | None = None) -> Job:
        """Wait until a job has come so far (1 for done), or a moment has passed; return it.

        Raises:
            AssertionError: it failed, or nothing about it has changed for too long.
        """
        seen, since = None, time.monotonic()
        while True:
            if self._annotator.trouble is not None:
                raise self._annotator.trouble
            with self._store.read() as db:
                job = jobs.get(db, job_id)
            now = time.monotonic()
            assert job.state is not JobState.FAILED, f"{job.kind} failed: {job.error}\n{self._app.log.read_text()}"
            if job.state is JobState.DONE or (until < 1 and job.progress >= until and job.state is JobState.RUNNING):
                return job
            if deadline is not None and now >= deadline:
                return job
            if (news := (job.state, job.progress, job.message, job.attempts)) != seen:
                seen, since = news, now
            assert now - since < STUCK_S, f"{job.kind} is stuck, {job.state}: {job.message}\n{self._where_it_hangs()}"
            time.sleep(0.02)

    def _where_it_hangs(self) -> str:
        """Let the worker write down what each of its threads is at; return the app's log."""
        worker = self._worker()
        if worker is not None:
            os.kill(worker, signal.SIGABRT)
            time.sleep(2)
        return self._app.log.read_text()

    def kill_along(self, job_id: int, times: int, whom: tuple[str, ...], check: Callable[[Job], None]) -> int:
        """Kill so many times while a job runs: a third at any moment from the start on, loading included, the others
        when it has come to a point that is drawn. Return how often, which is fewer if it was done before.
        """
        rng = self._rng
        points = sorted(rng.uniform(0.02, 0.95) for _ in range(times))
        for number, point in enumerate(points):
            anywhere = rng.random() < 1 / 3
            deadline = self.started_at + rng.uniform(0.0, 8.0) if anywhere else None
            job = self.wait(job_id, point, deadline)
            if job.state is JobState.DONE:
                return number
            if not anywhere:
                time.sleep(rng.uniform(0.0, 0.3))
                with self._store.read() as db:
                    job = jobs.get(db, job_id)
            self.kill(job, whom)
            check(job)
        return times


def _stands(job: Job | None) -> str:
    if job is None or job.state is JobState.DONE:
        return "labeling, no job"
    doing = "waiting for the worker" if job.state is JobState.QUEUED else "under way" if job.checkpoint else "loading"
    return f"{job.kind} {doing}"
