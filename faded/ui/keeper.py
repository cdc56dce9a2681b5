"""Keeps a worker running beside the pages: starts it, starts it again when it dies, ends it by its own process id."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

POLL_S = 0.5
"""How often the worker is looked at."""

SHORT_LIFE_S = 10.0
"""A worker that ends sooner did not get to work: the next start waits longer."""

COMMAND = (sys.executable, "-m", "faded", "worker")
LONGEST_WAIT_S = 30.0
END_S = 10.0
"""How long a worker may take to end after it was told to, before it is killed: it stops at the next batch."""


class WorkerKeeper:
    """One worker process at a time.

    Args:
        workspace: The workspace it works in.
    """

    def __init__(self, workspace: Path) -> None:
        self._workspace = workspace
        self._process: subprocess.Popen[bytes] | None = None
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="worker-keeper", daemon=True)
        self._failures = 0
        self._last_code = 0

    def start(self) -> None:
        """Start the worker and watch over it."""
        self._thread.start()

    @property
    def pid(self) -> int | None:
        """Process id of the running worker."""
        process = self._process
        return process.pid if process is not None and process.poll() is None else None

    def words(self) -> str:
        """Say how the worker is."""
        if self._failures:
            times = "once" if self._failures == 1 else f"{self._failures} times"
            return f"Worker ended with code {self._last_code} {times}; it is being started again"
        return "Worker running" if self.pid else "Worker starting"

    def end(self) -> None:
        """End the worker and wait until it is gone."""
        self._ending.set()
        self._thread.join()
        process = self._process
        if process is None or process.poll() is not None:
            return
        process.terminate()
        try:
            process.wait(END_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def _watch(self) -> None:
        while not self._ending.is_set():
            begun = time.monotonic()
            self._process = self._spawn()
            while self._process.poll() is None and not self._ending.wait(POLL_S):
                if time.monotonic() - begun > SHORT_LIFE_S:
                    self._failures = 0
            if self._ending.is_set():
                return
            self._last_code = self._process.returncode
            self._failures = self._failures + 1 if time.monotonic() - begun < SHORT_LIFE_S else 0
            self._ending.wait(min(2.0 ** (self._failures - 1), LONGEST_WAIT_S) if self._failures else 0)

    def _spawn(self) -> subprocess.Popen[bytes]:
        given = ("--parent", str(os.getpid()), "--workspace", str(self._workspace))
        return subprocess.Popen([*COMMAND, *given], stdin=subprocess.DEVNULL)  # noqa: S603 - our own module
