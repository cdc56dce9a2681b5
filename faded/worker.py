"""The process that runs jobs: `python -m faded worker`.

Stages run in its main thread; previews, and what is asked about drafts of campaigns, in two beside it.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from pathlib import Path
from types import FrameType

from faded import runtime
from faded.jobs.inquire import Inquirer
from faded.jobs.preview import Previewer
from faded.jobs.run import Runner
from faded.settings import settings
from faded.store import jobs
from faded.store.engine import open_store

POLL_SECONDS = 0.25
"""How long an idle worker waits before it looks for work again."""
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

    def end(_signal: int, _frame: FrameType | None) -> None:
        if ending.is_set():
            sys.exit(1)
        ending.set()
        sys.exit(0)

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    if parent is not None:
        threading.Thread(target=_follow, args=(parent,), daemon=True).start()
    store = open_store(workspace)
    for_stages, for_previews, for_inquiries = jobs.worker_names(os.getpid())
    previewer = Previewer(store, for_previews)
    threading.Thread(target=previewer.serve, args=(ending,), name="previews", daemon=True).start()
    inquirer = Inquirer(store, for_inquiries)
    threading.Thread(target=inquirer.serve, args=(ending,), name="inquiries", daemon=True).start()
    runner = Runner(store, for_stages, _log)
    if ready is not None:
        os.write(ready, READY)
    while not ending.is_set():
        if not runner.run_next():
            time.sleep(POLL_SECONDS)


def _log(kind: str, progress: float, message: str) -> None:
    print(f"{kind} {progress:.0%} {message}", file=sys.stderr, flush=True)


def _follow(parent: int) -> None:
    """End this process once its parent has ended."""
    while os.getppid() == parent:
        time.sleep(1)
    os._exit(0)
