"""The heart of a running job."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator

from faded.domain import FadedError
from faded.store import jobs
from faded.store.engine import Store

PULSE_SECONDS = 2.0
"""How often a running job's heart beats, whatever it is at: more than twice while another worker looks whether it
does, see `Watch`."""


@contextlib.contextmanager
def beating(store: Store, job_id: int, worker_id: str) -> Iterator[None]:
    """Let a job's heart beat in a thread of its own, so that a long step is not taken for a dead worker.

    It beats on where the store cannot be written, such as on a full disk: that may be over at the next beat.
    """
    ending = threading.Event()

    def beat() -> None:
        while not ending.wait(PULSE_SECONDS):
            with contextlib.suppress(jobs.JobLost, FadedError), store.write() as db:
                jobs.pulse(db, job_id, worker_id, time.time())

    thread = threading.Thread(target=beat, daemon=True)
    thread.start()
    try:
        yield
    finally:
        ending.set()
        thread.join()
