"""The real app in a process of its own, and the browser that looks at it: for benchmarks, pictures and tests."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).parents[1]
CHROMIUM = shutil.which("chromium")
"""Debian's; None where it is missing."""
CHROMIUM_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
START_S = 90.0
"""A machine that is busy with other things takes its time; a quiet one needs a few seconds."""
END_S = 30.0
POLL_S = 0.05


class AppError(Exception):
    """The app did not start."""


def free_port() -> int:
    """Return a port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class App:
    """The app on a workspace; it may be started again after it has ended.

    Attributes:
        workspace: Its workspace; made where it is missing.
        port: Where it listens, the same after every start.
        process: The web process of the latest start; its worker is a child of it.
    """

    workspace: Path
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        """Where a browser finds it."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> Path:
        """The file that both its processes write to."""
        return self.workspace / "app.log"

    def start(self) -> None:
        """Start it and wait until it answers.

        Raises:
            AppError: it ended at once, or did not answer in time.
        """
        self.workspace.mkdir(parents=True, exist_ok=True)
        command = [sys.executable, "app.py", "--port", str(self.port), "--workspace", str(self.workspace)]
        environment = os.environ | {"OMP_NUM_THREADS": "1"}
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)  # noqa: S603 - our own module
        end = time.monotonic() + START_S
        while time.monotonic() < end:
            with contextlib.suppress(OSError):
                urllib.request.urlopen(self.address, timeout=5).close()  # noqa: S310 - our own address
                return
            if self.process.poll() is not None:
                raise AppError(f"The app ended at once:\n{self.log.read_text()}")
            time.sleep(POLL_S)
        raise AppError(f"The app did not answer within {START_S:.0f} s:\n{self.log.read_text()}")

    def kill(self) -> None:
        """End the web process as a crash would; its worker ends by itself."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    def end(self) -> None:
        """End it as a person does."""
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(END_S)


@contextlib.contextmanager
def running(workspace: Path) -> Iterator[App]:
    """Start the app on a workspace; end it afterwards."""
    app = App(workspace)
    try:
        app.start()
        yield app
    finally:
        app.end()


@contextlib.contextmanager
def browsing() -> Iterator[Browser]:
    """Start the browser, without a window; end it afterwards.

    Raises:
        SystemExit: it is not installed.
    """
    if CHROMIUM is None:
        raise SystemExit("chromium is missing: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(CHROMIUM_FLAGS))
        yield browser
        browser.close()
