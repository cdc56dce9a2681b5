"""The pages Repair and Verify, by keyboard alone."""

from __future__ import annotations

import re
import time
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from benchmarks.app import App
from faded.store import campaigns, jobs
from faded.store.campaigns import RoundState
from faded.store.engine import Store
from tests.e2e.conftest import Watched
from tests.ui import believable
from tests.ui.believable import Believable


def press(what: Locator, key: str) -> None:
    what.focus()
    what.press(key)


def test_a_repair_is_budgeted_and_started_by_keyboard(page: Page, app: App, store: Store, round_: Believable) -> None:
    believable.labeled(store, round_)
    page.goto(f"{app.address}/#repair")
    expect(page.locator("#repair-modes .o-modes li")).to_have_count(3)
    expect(page.locator("#repair-pairs .o-pairs li")).to_have_count(6)
    assert page.locator("#repair-pairs img").first.evaluate("i => getComputedStyle(i).imageRendering") == "pixelated"
    steps = page.get_by_label("Steps at most")
    steps.focus()
    page.keyboard.press("Control+a")
    page.keyboard.type("20")
    expect(page.locator("#repair-budget")).to_have_text("Steps is 20: give a whole number from 50 to 10,000.")
    press(page.get_by_role("button", name="Start repair of 3 modes"), "Enter")
    expect(page.locator("#f-message")).to_contain_text("Steps is 20")
    steps.focus()
    page.keyboard.press("Control+a")
    page.keyboard.type("60")
    expect(page.locator("#repair-pairs")).to_contain_text("in 60 steps")
    press(page.get_by_role("button", name="Start repair of 3 modes"), "Enter")
    expect(page.locator("#repair-progress [role=progressbar]")).to_be_visible()
    with store.read() as db:
        started = jobs.list_for_round(db, round_.round)[-1]
    assert (started.kind, started.params) == ("repair", {"steps": 60})
    expect(page.locator("#repair-modes")).to_contain_text("The repair is trained on 3 modes")
    expect(page.get_by_role("button", name="Start repair")).to_be_hidden()
    press(page.get_by_role("button", name="Stop the repair"), "Enter")
    expect(page.locator("#repair-progress")).to_contain_text(re.compile("Stopp(ed|ing)"))


def test_a_running_repair_says_that_stopping_keeps_the_best(page: Page, app: App, store: Store) -> None:
    made = believable.explored(store)
    believable.labeled(store, made)
    job = believable.repairing(store, made, now=time.time() + 500)  # ahead of time, so that no worker takes it over
    page.goto(f"{app.address}/#repair")
    expect(page.locator("#repair-curves svg")).to_have_count(4)
    press(page.get_by_role("button", name="Stop the repair, keep the best"), "Enter")
    expect(page.locator("#repair-progress")).to_contain_text("Stopping after this batch")
    with store.write() as db:
        assert jobs.get(db, job).stop_requested
        jobs.fail(db, job, believable.WORKER, "over", time.time())


def test_a_repair_is_looked_into_and_accepted_by_keyboard(
    watched: Watched, app: App, store: Store, round_: Believable
) -> None:
    page = watched.page
    believable.labeled(store, round_)
    believable.repaired(store, round_)
    page.goto(f"{app.address}/#verify")
    expect(page.locator("#verify-result")).to_contain_text("The gate passed")
    expect(page.locator("#verify-matrix .o-matrix > .o-row")).to_have_count(6)
    press(page.get_by_label("One row for each"), "ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator("#verify-matrix .o-name b").first).to_have_text("turned right by 90 degrees")
    assert _saved(page, page.get_by_role("link", name="Save as CSV")).read_text().startswith("class,setting,roles")
    assert _saved(page, page.get_by_role("button", name="Save as PNG")).read_bytes().startswith(b"\x89PNG")

    press(page.get_by_role("radio", name="Unchanged"), "Space")
    expect(page.locator("#verify-modes h3").first).to_contain_text("failing still")
    press(page.get_by_role("radio", name="Unedited, now wrong"), "Space")
    expect(page.locator("#verify-modes .o-cases li")).to_have_count(4)
    expect(page.locator("#verify-flow")).to_contain_text("75% right now")
    press(page.get_by_role("button", name="Copy"), "Enter")
    expect(page.locator("#verify-folder [data-said]")).to_have_text(re.compile("Copied|Selected"))

    press(page.get_by_role("button", name="Accept repair"), "Enter")
    press(page.get_by_role("button", name="Yes, accept"), "Enter")
    expect(page.locator("#verify-result")).to_contain_text("Accepted by local")
    expect(page.locator("#verify-decide")).to_contain_text("What comes next")
    expect(page.get_by_role("button", name="Roll back")).to_be_hidden()
    with store.read() as db:
        assert campaigns.get_round(db, round_.round).state is RoundState.ACCEPTED
    assert watched.console == [] and watched.elsewhere == []


def _saved(page: Page, button: Locator) -> Path:
    with page.expect_download() as download:
        press(button, "Enter")
    return Path(download.value.path())


def test_the_report_is_saved_by_keyboard_as_one_page(page: Page, app: App, store: Store, round_: Believable) -> None:
    believable.labeled(store, round_)
    believable.repaired(store, round_)
    page.goto(f"{app.address}/#verify")
    with page.expect_download() as saving:
        press(page.locator("#verify-report").get_by_role("button", name="Report"), "Enter")
    assert saving.value.suggested_filename.startswith("report-signs-")
    assert "Report of round 1" in Path(saving.value.path()).read_text(encoding="utf-8")
    expect(page.locator("#verify-report [role=status]")).to_contain_text("Saved as report-signs-")
