"""The page Team in a real browser: it is gone through, looked through, and somebody is deleted on it."""

from __future__ import annotations

import time

import pytest
from playwright.sync_api import Browser, expect

from faded.domain import Verdict
from faded.store import accounts, verdicts
from tests.e2e.conftest import Pages
from tests.e2e.test_access import AXE, RULES
from tests.e2e.test_accounts import enter, team  # noqa: F401 - a fixture
from tests.ui import believable


@pytest.fixture
def labelled(pages: Pages, team: believable.Believable) -> believable.Believable:  # noqa: F811
    with pages.store.write() as db:
        for i, item in enumerate(team.proposals[:6]):
            for who in ("ann", "bob"):
                key, now = f"{team.round}-{i}-{who}", time.time() - 600 + 60 * i
                verdicts.submit(db, item, who, key, now=now, verdict=Verdict.CONFIRM if i else Verdict.REJECT)
    believable.repaired(pages.store, team)
    return team


def test_a_manager_finds_their_way_and_deletes_somebody(
    browser: Browser, pages: Pages, labelled: believable.Believable
) -> None:
    mira = enter(browser, pages, "mira", f"?round={labelled.round}#team")
    expect(mira.locator("#team-pace")).to_contain_text("verdicts are left")
    expect(mira.locator("#team-people")).to_contain_text("bob")
    mira.get_by_role("button", name="Audit log").click()
    expect(mira.locator("#team-audit h2")).to_be_focused()
    expect(mira.locator("#team-audit h2")).to_be_in_viewport()
    mira.get_by_label("Look for").fill("BOB")
    mira.get_by_role("button", name="Look", exact=True).click()
    expect(mira.locator(".t-audit")).to_contain_text("1 entry, the newest first.")
    mira.get_by_label("Proposal or weights").fill("nothing")
    mira.get_by_role("button", name="Trace").click()
    expect(mira.get_by_text("neither a proposal nor weights 'nothing'")).to_be_visible()
    mira.get_by_text("Data of bob").click()
    mira.get_by_label("To delete bob, type the name").fill("bo")
    mira.get_by_role("button", name="Delete for good").locator("visible=true").click()
    expect(mira.get_by_text("type bob to delete that person")).to_be_visible()
    mira.wait_for_timeout(2500)  # the page is looked at meanwhile
    expect(mira.get_by_label("To delete bob, type the name")).to_be_visible()
    mira.get_by_label("To delete bob, type the name").fill("bob")
    mira.get_by_role("button", name="Delete for good").locator("visible=true").click()
    expect(mira.locator("#team-people")).to_contain_text("former member")
    expect(mira.locator("#team-people")).not_to_contain_text("bob")
    expect(mira.locator("#team-accounts")).not_to_contain_text("bob")
    with pages.store.read() as db:
        assert accounts.find(db, "bob") is None
    mira.context.close()


def test_what_was_said_of_one_dispute_is_not_said_of_the_next(
    browser: Browser,
    pages: Pages,
    team: believable.Believable,  # noqa: F811
) -> None:
    with pages.store.write() as db:
        for item in team.proposals[:3]:
            for who, verdict in (("ann", Verdict.CONFIRM), ("bob", Verdict.REJECT)):
                verdicts.submit(db, item, who, f"{item}-{who}", now=time.time(), verdict=verdict)
    mira = enter(browser, pages, "mira", f"?round={team.round}#team")
    forms = mira.locator("[data-adjudicate]")
    expect(forms).to_have_count(3)
    forms.nth(1).locator("[name=reason]").fill("of the second")
    forms.nth(0).get_by_label("reject", exact=True).check()
    forms.nth(0).locator("[name=reason]").fill("of the first")
    forms.nth(0).get_by_role("button", name="Decide").click()
    expect(forms).to_have_count(2)
    expect(forms.nth(0).locator("[name=reason]")).to_have_value("of the second")
    expect(forms.nth(0).locator("input:checked")).to_have_count(0)
    expect(forms.nth(1).locator("[name=reason]")).to_have_value("")
    mira.context.close()


@pytest.mark.parametrize("look", ["light", "dark", "phone"])
def test_the_page_is_for_everybody(browser: Browser, pages: Pages, labelled: believable.Believable, look: str) -> None:
    mira = enter(browser, pages, "mira", f"?round={labelled.round}#team")
    mira.emulate_media(color_scheme="dark" if look == "dark" else "light")
    if look == "phone":
        mira.set_viewport_size({"width": 390, "height": 844})
    expect(mira.locator("#team-audit table").first).to_be_visible()
    for part in mira.locator("#page-team details").all():
        part.evaluate("(part) => (part.open = true)")
    found = AXE.run(mira, context="#page-team", options=RULES).response["violations"]
    assert [(v["id"], [n["target"] for n in v["nodes"]]) for v in found] == []
    assert mira.evaluate("document.documentElement.scrollWidth") <= mira.evaluate("innerWidth")
    mira.context.close()
