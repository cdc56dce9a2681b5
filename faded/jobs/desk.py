"""What a running job holds: its row, the store, and how it reports."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from faded.store import campaigns, jobs
from faded.store.engine import Db, Store

Say = Callable[[str, float, str], None]
"""Told the kind of job, its progress from 0 to 1, and a message, for progress bars on a terminal."""


def silent(kind: str, progress: float, message: str) -> None:
    """Say nothing."""


@dataclass(frozen=True)
class Desk:
    """A job at work.

    Attributes:
        store: The open store.
        job: The job's row as it was claimed.
        round: The round it belongs to.
        worker_id: Who runs it.
        say: Told of progress besides the store.
    """

    store: Store
    job: jobs.Job
    round: campaigns.Round
    worker_id: str
    say: Say = silent

    def beat(self, db: Db, progress: float, message: str) -> bool:
        """Report progress within an open write transaction; return whether somebody asked the job to stop.

        Raises:
            jobs.JobLost: another worker has taken the job over.
        """
        self.say(self.job.kind, progress, message)
        return jobs.heartbeat(db, self.job.id, self.worker_id, progress, message, time.time())

    def tell(self, progress: float, message: str) -> None:
        """Report progress in a transaction of its own."""
        with self.store.write() as db:
            self.beat(db, progress, message)

    def checkpoint(self) -> dict[str, Any] | None:
        """Return the pointer that the job's row keeps now."""
        with self.store.read() as db:
            return jobs.get(db, self.job.id).checkpoint
