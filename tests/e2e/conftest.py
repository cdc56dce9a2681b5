"""The real app in a workspace of its own, and a real browser."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Request, expect, sync_playwright

from faded.store.engine import Store, open_store
from tests.ui import believable

ROOT = Path(__file__).parents[2]
CHROMIUM = shutil.which("chromium")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
START_S = 90.0
"""A machine that is busy with other tests takes its time."""

expect.set_options(timeout=30_000)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)
            if CHROMIUM is None and not os.environ.get("CI"):  # continuous integration fails without a browser
                item.add_marker(pytest.mark.skip(reason="chromium is not installed: apt-get install chromium"))


@dataclass
class App:
    """The running app."""

    workspace: Path
    port: int
    process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        command = [sys.executable, "app.py", "--port", str(self.port), "--workspace", str(self.workspace)]
        log = (self.workspace.parent / f"app-{self.port}.log").open("ab")
        self.process = subprocess.Popen(command, cwd=ROOT, env=os.environ | {"OMP_NUM_THREADS": "1"}, stderr=log)
        end = time.monotonic() + START_S
        while time.monotonic() < end:
            try:
                urllib.request.urlopen(self.address, timeout=5).close()  # noqa: S310 - our own address
                return
            except OSError:
                assert self.process.poll() is None, "the app ended at once"
                time.sleep(0.1)
        raise AssertionError("the app did not answer in time")

    def kill(self) -> None:
        """End the web process as a crash would."""
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def end(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(30)


@dataclass
class Watched:
    """A page, and what it said and asked for."""

    page: Page
    console: list[str] = field(default_factory=list)
    elsewhere: list[str] = field(default_factory=list)


def free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return int(s.getsockname()[1])


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield found
        found.close()


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """The app on an empty workspace; the tests of a module share it."""
    running = App(tmp_path_factory.mktemp("workspace") / "faded", free_port())
    running.start()
    yield running
    running.end()


@pytest.fixture
def store(app: App) -> Iterator[Store]:
    """The app's store, opened a second time."""
    opened = open_store(app.workspace)
    yield opened
    opened.close()


@pytest.fixture
def round_(store: Store) -> believable.Believable:
    """A fresh explored round with proposals, the newest of the store."""
    return believable.explored(store)


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    opened = browser.new_context(viewport={"width": 1280, "height": 900})
    opened.set_default_timeout(30_000)
    yield opened
    opened.close()


@pytest.fixture
def watched(context: BrowserContext) -> Watched:
    seen = Watched(context.new_page())

    def on_request(request: Request) -> None:
        if not request.url.startswith(("http://127.0.0.1:", "data:", "blob:")):
            seen.elsewhere.append(request.url)

    seen.page.on("request", on_request)
    seen.page.on("console", lambda m: seen.console.append(m.text) if m.type in ("error", "warning") else None)
    seen.page.on("pageerror", lambda error: seen.console.append(str(error)))
    return seen


@pytest.fixture
def page(watched: Watched) -> Page:
    return watched.page
