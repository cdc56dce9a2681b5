"""One whole round as a person goes through it: start, explore, label by keys, repair, verify, accept."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from benchmarks.app import App
from faded.store import campaigns, jobs, verdicts
from faded.store.campaigns import RoundState
from faded.store.engine import Store
from tests.e2e.label_helpers import all_saved, open_label, press
from tests.e2e.test_pages import turn

QUERIES = 400
STEPS = 60
WANTED_MODES = 3
MOST_VERDICTS = 60
STAGE_MS = 700_000
"""A stage takes a minute or two on two cores; the machine may be busy."""


@pytest.mark.slow
@pytest.mark.timeout(1500)
def test_a_whole_round_in_the_browser(page: Page, app: App, store: Store) -> None:
    page.goto(app.address)
    expect(page.locator(".f-sentence")).to_contain_text("No round yet")
    page.get_by_label("Queries").fill(str(QUERIES))
    page.get_by_role("button", name="Start round").click()
    expect(page.locator("#f-now [data-round]")).to_be_attached()
    expect(page.locator("#run-explore .f-under")).to_contain_text("Done", timeout=STAGE_MS)
    expect(page.locator("#run-explore")).to_contain_text("uniform control")
    expect(page.locator("#run-finds img").first).to_be_visible()
    expect(page.locator("#run-curves svg").first).to_be_visible()
    turn(page, "Landscape")
    expect(page.locator("#map-heat .heat-cell")).to_have_count(35)
    turn(page, "Repair")
    expect(page.locator("#repair-start")).to_be_disabled()

    with store.read() as db:
        found = campaigns.latest_round(db)
    assert found is not None
    label(page, app, store, found.id)

    page.locator(".f-sentence").get_by_role("link", name="Start the repair").click()
    page.get_by_label("Steps at most").fill(str(STEPS))
    page.get_by_role("button", name="Start repair").click()
    expect(page.locator("#repair-progress [role=progressbar]").first).to_be_visible()
    page.locator(".f-sentence").get_by_role("link", name="Look at what changed").click(timeout=STAGE_MS)
    expect(page.locator("#verify-result")).to_contain_text("The gate")
    expect(page.locator("#verify-result")).to_contain_text("90% interval")
    passed = "The gate passed" in page.locator("#verify-result").inner_text()
    page.get_by_role("button", name="Accept repair" if passed else "Accept although the gate did not pass").click()
    page.get_by_role("button", name="Yes, accept").click()
    expect(page.locator("#verify-result")).to_contain_text("Accepted by local")
    expect(page.get_by_role("button", name="Roll back")).to_be_hidden()

    with store.read() as db:
        decided = campaigns.get_round(db, found.id)
        kinds = [job.kind for job in jobs.list_for_round(db, found.id)]
    assert decided.state is RoundState.ACCEPTED
    assert decided.decided_by == "local"
    assert kinds == ["explore", "repair", "verify"]


def label(page: Page, app: App, store: Store, round_id: int) -> None:
    """Confirm what waits until some modes are confirmed."""
    open_label(page, app, round_id)
    progress = page.locator("[data-f=progress] b").nth(2)
    given = 0
    while int(progress.inner_text()) < WANTED_MODES and given < MOST_VERDICTS:
        press(page, "a")
        given += 1
        page.wait_for_timeout(100)
    all_saved(page)
    with store.read() as db:
        assert verdicts.counts(db, round_id).confirm == given
    assert int(progress.inner_text()) >= WANTED_MODES
