"""What a running job holds: its row, the store, and how it reports."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from faded import runtime
from faded.store import campaigns, jobs, room
from faded.store.engine import Db, Store

Say = Callable[[str, float, str], None]
"""Told the kind of job, its progress from 0 to 1, and a message, for progress bars on a terminal."""


def silent(kind: str, progress: float, message: str) -> None:
    """Say nothing."""


BeforeReading = Callable[[int], None]
"""Called with a batch's number before exploring reads the verdicts there: who gives recorded verdicts again does so."""


def nothing_to_do(batch: int) -> None:
    """Give no verdict: people do."""


Ending = Callable[[], bool]
"""Says whether this process is to end."""


def never() -> bool:
    """Say that it is not: whoever runs a job here waits for it."""
    return False


class HandedBack(Exception):
    """The process is to end, and what the job goes on from is written: it goes back into the queue."""


def round_seed(seed: int, number: int) -> int:
    """Return the seed of a round's stages: the campaign's own for the first round, another for each that follows."""
    return seed if number == 1 else int(np.random.SeedSequence([seed, number]).generate_state(1)[0])


@dataclass(frozen=True)
class Desk:
    """A job at work.

    Attributes:
        store: The open store.
        job: The job's row as it was claimed.
        round: The round it belongs to.
        worker_id: Who runs it.
        say: Told of progress besides the store.
        before_reading: Called before exploring reads verdicts.
        ending: Says whether the process is to end.
    """

    store: Store
    job: jobs.Job
    round: campaigns.Round
    worker_id: str
    say: Say = silent
    before_reading: BeforeReading = nothing_to_do
    ending: Ending = never

    @contextmanager
    def reporting(self, progress: float, message: str, seconds_left: float | None = None) -> Iterator[tuple[Db, bool]]:
        """Report progress, and open the write transaction that it is part of.

        What listens beside the store is told first: a terminal that is held would hold up everybody else's writing.

        Yields:
            The open transaction, and whether somebody asked the job to stop.

        Raises:
            FadedError: there is no room left on the disk, or in the workspace's quota.
            jobs.JobLost: another worker has taken the job over.
            HandedBack: the process is to end; the transaction is committed.
        """
        self.announce(progress, message, seconds_left)
        room.check(self.store.workspace)
        with self.store.write() as db:
            yield db, self.heartbeat(db, progress, message, seconds_left)
        self.leave()

    def leave(self) -> None:
        """Go no further where the process is to end.

        Raises:
            HandedBack: it is.
        """
        if self.ending():
            raise HandedBack

    @contextmanager
    def writing(self) -> Iterator[Db]:
        """Open a write transaction that is this job's as long as it is this worker's.

        Raises:
            jobs.JobLost: another worker has taken the job over; nothing is written.
        """
        with self.store.write() as db:
            jobs.pulse(db, self.job.id, self.worker_id, time.time())
            yield db

    def announce(self, progress: float, message: str, seconds_left: float | None = None) -> None:
        """Report progress beside the store alone."""
        left = "" if seconds_left is None else f", {seconds_left:.0f} s left"
        self.say(self.job.kind, progress, message + left)

    def heartbeat(self, db: Db, progress: float, message: str, seconds_left: float | None = None) -> bool:
        """Report progress to the store alone; return whether somebody asked the job to stop."""
        return jobs.heartbeat(db, self.job.id, self.worker_id, progress, message, time.time(), seconds_left)

    def tell(self, progress: float, message: str, seconds_left: float | None = None) -> bool:
        """Report progress in a transaction of its own; return whether somebody asked the job to stop."""
        with self.reporting(progress, message, seconds_left) as (_, stop):
            return stop

    def note_software(self) -> None:
        """Write down what this stage is about to be computed with, for the record."""
        with self.writing() as db:
            campaigns.note_software(db, self.round.id, self.job.kind, runtime.software())

    @property
    def weights(self) -> Path | None:
        """The folder of the weights that the round began with; None for the original ones."""
        return self.store.workspace / self.round.weights if self.round.weights else None

    def checkpoint(self) -> dict[str, Any] | None:
        """Return the pointer that the job's row keeps now."""
        with self.store.read() as db:
            return jobs.get(db, self.job.id).checkpoint
