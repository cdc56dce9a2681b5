"""Keeps a worker running beside the pages: starts it, starts it again when it dies, ends it by its own process id."""

from __future__ import annotations

import contextlib
import math
import os
import select
import subprocess
import sys
import threading
import time

from faded.domain import FadedError
from faded.log import PLAIN
from faded.store import drafts, jobs
from faded.store.engine import Store

POLL_S = 0.5
"""How often the worker is looked at."""

SHORT_LIFE_S = 10.0
"""A worker that ends sooner did not get to work: the next start waits longer."""

COMMAND = (sys.executable, "-m", "faded", "worker")
LONGEST_WAIT_S = 30.0
END_S = 25.0
"""How long a worker may take to end after it was told to, before it is killed: five seconds more than it takes.

Requests are answered meanwhile."""


class WorkerKeeper:
    """One worker process at a time. What a dead one was at goes back into the queue at once.

    Args:
        store: The store of the workspace it works in.
        log: How it writes events.
    """

    def __init__(self, store: Store, log: str = PLAIN) -> None:
        self._store, self._log = store, log
        self._process: subprocess.Popen[bytes] | None = None
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="worker-keeper", daemon=True)
        self._ready = False
        self._until = math.inf
        self._failures = 0
        self._last_code: int | None = None

    def start(self) -> None:
        """Start the worker and watch over it."""
        self._thread.start()

    @property
    def pid(self) -> int | None:
        """Process id of the running worker."""
        process = self._process
        return process.pid if process is not None and process.poll() is None else None

    def words(self) -> str:
        """Say how the worker is. It is running once it looks for work, some seconds after it was started."""
        if self._ready and self.pid is not None:
            return "Worker running"
        process = self._process
        code = self._last_code if process is None or process.poll() is None else process.returncode
        if code is None:
            return "Worker starting"
        times = f", {self._failures} times in a row" if self._failures > 1 else ""
        return f"Worker ended ({_how(code)}){times}; it is being started again"

    def begin_to_end(self) -> None:
        """Tell the worker to end, and start no other."""
        self._ending.set()
        self._until = min(self._until, time.monotonic() + END_S)
        self._thread.join()
        if self._process is not None:
            self._process.terminate()

    def end(self) -> None:
        """End the worker and wait until it is gone."""
        self.begin_to_end()
        process = self._process
        if process is None:
            return
        try:
            process.wait(max(self._until - time.monotonic(), 0.0))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        self._give_back(process.pid)

    def _watch(self) -> None:
        while not self._ending.is_set():
            begun = time.monotonic()
            heard, said = os.pipe()
            self._process = self._spawn(said)
            os.close(said)
            self._follow(self._process, heard)
            os.close(heard)
            self._ready = False
            if self._ending.is_set():
                return
            self._last_code = self._process.returncode
            self._give_back(self._process.pid)
            self._failures = self._failures + 1 if time.monotonic() - begun < SHORT_LIFE_S else 0
            self._ending.wait(min(2.0 ** (self._failures - 1), LONGEST_WAIT_S) if self._failures else 0)

    def _follow(self, process: subprocess.Popen[bytes], heard: int) -> None:
        """Look at a worker until it has ended or is to be ended, and note when it says that it is ready."""
        while process.poll() is None and not self._ending.wait(POLL_S):
            if not self._ready and select.select([heard], [], [], 0)[0]:
                self._ready = bool(os.read(heard, 1))

    def _give_back(self, pid: int) -> None:
        """Let the next worker take up what this one, which is dead, was at.

        Where the store cannot be written, the job is taken up once its heart has been still for long enough.
        """
        with contextlib.suppress(FadedError), self._store.write() as db:
            names = jobs.worker_names(pid)
            jobs.give_back(db, names)
            drafts.leave(db, names)

    def _spawn(self, said: int) -> subprocess.Popen[bytes]:
        given = ("--parent", str(os.getpid()), "--ready", str(said), "--log", self._log)
        where = ("--workspace", str(self._store.workspace))
        return subprocess.Popen([*COMMAND, *given, *where], stdin=subprocess.DEVNULL, pass_fds=[said])  # noqa: S603 - our own module


def _how(code: int) -> str:
    """Say how a process ended."""
    return f"code {code}" if code >= 0 else f"killed by signal {-code}"
