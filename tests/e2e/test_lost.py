from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from benchmarks.app import App, running
from faded.store.engine import open_store
from tests.e2e.label_helpers import all_saved, open_label, press, standing
from tests.ui import believable


@pytest.fixture
def app(tmp_path: Path) -> Iterator[App]:
    """An app of this test's own: it is killed."""
    with running(tmp_path / "faded") as started:
        yield started


def test_a_killed_web_process_loses_no_verdict(page: Page, app: App) -> None:
    made = believable.fill(app.workspace)
    open_label(page, app, made.round)
    acknowledged = {press(page, "Space") for _ in range(3)}
    all_saved(page)
    app.kill()
    kept = {press(page, "Space") for _ in range(3)}
    expect(page.locator("[data-f=saved]")).to_contain_text("3 not saved yet")
    store = open_store(app.workspace)
    try:
        assert set(standing(store, made.round)) == acknowledged
        app.start()
        all_saved(page)
        assert set(standing(store, made.round)) == acknowledged | kept
        press(page, "Space")
        all_saved(page)
        assert len(standing(store, made.round)) == 7
    finally:
        store.close()


def test_a_closed_tab_sends_what_it_kept_when_it_is_opened_again(page: Page, app: App) -> None:
    made = believable.fill(app.workspace)
    open_label(page, app, made.round)
    app.kill()
    kept = {press(page, "x") for _ in range(2)}
    context = page.context
    page.close()
    app.start()
    again = context.new_page()
    open_label(again, app, made.round)
    all_saved(again)
    store = open_store(app.workspace)
    try:
        assert set(standing(store, made.round)) == kept
    finally:
        store.close()
