"""The process that runs jobs: `python -m faded worker`.

Stages run in its main thread; previews, and what is asked about drafts of campaigns, in two beside it. There may be
several on one workspace: a job is run by one of them at a time.

Told to end (SIGTERM, Ctrl+C, or the web process that started it is gone), it goes on to where its job can be gone on
from, writes that down, and puts the job back into the queue.
"""

from __future__ import annotations

import contextlib
import os
import signal
import threading
import time
from pathlib import Path
from types import FrameType

from faded import log, runtime
from faded.domain import FadedError
from faded.jobs.inquire import Inquirer
from faded.jobs.preview import Previewer
from faded.jobs.run import Runner
from faded.jobs.serving import TROUBLE_SECONDS
from faded.settings import settings
from faded.store import drafts, jobs
from faded.store.engine import Store, open_store

POLL_SECONDS = 0.25
"""How long an idle worker waits before it looks for work again."""
JOIN_SECONDS = 2.0
"""How long a preview that is under way is waited for in the end."""
END_SECONDS = 20.0
"""How long a worker that is to end goes on at most to where its job can be gone on from."""
READY = b"1"


def work(workspace: Path, parent: int | None = None, ready: int | None = None) -> None:
    """Run jobs until the process is told to end, or until its parent is gone.

    Args:
        workspace: Where the store is.
        parent: Process id of the web process, which this one must not outlive.
        ready: File descriptor that is told by a byte when this process looks for work.
    """
    runtime.start(seed=0, threads=settings().threads)
    ending = threading.Event()

    def end(number: int, _frame: FrameType | None) -> None:
        if ending.is_set() and number == signal.SIGINT:  # Ctrl+C again: somebody does not want to wait
            os._exit(1)
        ending.set()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    store = open_store(workspace)
    names = for_stages, for_previews, for_inquiries = jobs.worker_names(os.getpid())
    beside = [
        threading.Thread(target=Previewer(store, for_previews).serve, args=(ending,), name="previews", daemon=True),
        threading.Thread(target=Inquirer(store, for_inquiries).serve, args=(ending,), name="inquiries", daemon=True),
    ]
    for thread in (*beside, threading.Thread(target=_see_to_the_end, args=(store, names, parent, ending), daemon=True)):
        thread.start()
    runner = Runner(store, for_stages, _log, ending=ending.is_set)
    if ready is not None:
        os.write(ready, READY)
    while not ending.is_set():
        try:
            if not runner.run_next():
                ending.wait(POLL_SECONDS)
        except FadedError as error:  # the store cannot be used, such as on a full disk; that may be over soon
            log.fault(error)
            ending.wait(TROUBLE_SECONDS)
    for thread in beside:
        thread.join(JOIN_SECONDS)
    _give_back(store, names)


def _log(kind: str, progress: float, message: str) -> None:
    said = f"{kind} {progress:.0%} {message}"
    log.event("job", said, kind=kind, progress=round(progress, 4), message=message)


def _see_to_the_end(store: Store, names: tuple[str, ...], parent: int | None, ending: threading.Event) -> None:
    """Begin the end once the parent has ended, and end the process where its job comes to no safe point in time.

    The job then goes on from its last checkpoint.
    """
    while not ending.wait(1):
        if parent is not None and os.getppid() != parent:
            ending.set()
    time.sleep(END_SECONDS)
    _give_back(store, names)
    os._exit(0)


def _give_back(store: Store, names: tuple[str, ...]) -> None:
    """Put what is left back into the queue; where that cannot be written, it is taken over once it has been still."""
    with contextlib.suppress(FadedError), store.write() as db:
        jobs.give_back(db, names)
        drafts.leave(db, names)
