"""The real app in a workspace of its own, and a real browser."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Request, expect

from benchmarks.app import CHROMIUM, App, browsing, free_port, running
from faded.store.engine import Store, open_store
from faded.ui.launch import launch
from tests.ui import believable

expect.set_options(timeout=30_000)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)
            if CHROMIUM is None and not os.environ.get("CI"):  # continuous integration fails without a browser
                item.add_marker(pytest.mark.skip(reason="chromium is not installed: apt-get install chromium"))


@dataclass
class Watched:
    """A page, and what it said and asked for."""

    page: Page
    console: list[str] = field(default_factory=list)
    elsewhere: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Pages:
    """The pages, and the store behind them."""

    address: str
    store: Store


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with browsing() as found:
        yield found


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """The app on an empty workspace; the tests of a module share it."""
    with running(tmp_path_factory.mktemp("workspace") / "faded") as started:
        yield started


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pages]:
    """The pages on an empty workspace, without a worker."""
    store, port = open_store(tmp_path_factory.mktemp("workspace") / "faded"), free_port()
    app = launch(store, SimpleNamespace(words=lambda: "Worker ready"), "127.0.0.1", port)  # type: ignore[arg-type]
    yield Pages(f"http://127.0.0.1:{port}", store)
    app.close(verbose=False)
    store.close()


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
def watched(context: BrowserContext) -> Iterator[Watched]:
    seen = Watched(context.new_page())

    def on_request(request: Request) -> None:
        if not request.url.startswith(("http://127.0.0.1:", "data:", "blob:")):
            seen.elsewhere.append(request.url)

    seen.page.on("request", on_request)
    seen.page.on("console", lambda m: seen.console.append(m.text) if m.type in ("error", "warning") else None)
    seen.page.on("pageerror", lambda error: seen.console.append(str(error)))
    yield seen
    if not seen.page.is_closed():
        seen.page.unroute_all(behavior="ignoreErrors")  # an answer may be on its way through a test's hands


@pytest.fixture
def page(watched: Watched) -> Page:
    return watched.page
