"""Known answers, a qualification, guidelines and a pause, as a manager makes them and an annotator meets them."""

from __future__ import annotations

import time

import pytest
from playwright.sync_api import Browser, expect

from faded.domain import Role, Verdict
from faded.store import accounts, gold, pauses, people, qualifying, signing_in, verdicts
from tests.e2e.conftest import Pages
from tests.e2e.label_helpers import all_saved, press, shown
from tests.e2e.test_accounts import PASSWORD, enter
from tests.ui import believable


@pytest.fixture
def judged(pages: Pages) -> believable.Believable:
    """A round three of whose proposals carl has confirmed, in a workspace with an admin and an annotator."""
    made = believable.explored(pages.store)
    with pages.store.write() as db:
        for name, role in (("mira", Role.ADMIN), ("ann", Role.ANNOTATOR)):
            accounts.add(db, name, role, signing_in.hashed(PASSWORD, name), "test", time.time())
        for item in made.proposals[:3]:
            verdicts.submit(db, item, "carl", item, now=time.time(), verdict=Verdict.CONFIRM)
    return made


def test_a_manager_sets_it_up_and_an_annotator_meets_it(
    browser: Browser, pages: Pages, judged: believable.Believable
) -> None:
    mira = enter(browser, pages, "mira", f"?round={judged.round}#team")
    mira.get_by_text("Make an answer known: the latest").click()
    for left in (2, 1):
        mira.get_by_role("button", name="Make it known").first.click()
        expect(mira.get_by_role("button", name="Make it known")).to_have_count(left)
    rules = mira.locator("form[data-rules]")
    rules.get_by_label("Known answers asked openly").fill("2")
    rules.get_by_role("button", name="Save the rules").click()
    expect(mira.locator("#team-qualify")).to_contain_text("0 of 2 answered, 0 rightly")

    ann = enter(browser, pages, "ann", f"?round={judged.round}#label")
    note = ann.locator("[data-f=notice]")
    expect(note).to_contain_text("2 qualification items are left.")
    press(ann, "a")
    expect(note).to_contain_text("1 qualification item is left.")
    press(ann, "x")
    expect(ann.get_by_role("heading", name="The qualification is not passed")).to_be_visible()
    row = mira.locator("#team-qualify li", has_text="ann")
    row.get_by_role("button", name="New attempt").click()
    expect(mira.locator("#team-qualify")).to_contain_text("new attempt, given by mira")
    expect(note).to_contain_text("2 qualification items are left.")
    press(ann, "a")
    press(ann, "a")
    expect(note).to_contain_text("You have passed the qualification: 2 of 2 were right.")
    first = press(ann, "a")
    expect(note).to_be_hidden()

    text = mira.locator("#team-guidelines textarea")
    text.fill("Rain is fair.\n\n- <b>snow</b> too")
    mira.wait_for_timeout(2500)  # the page is looked at meanwhile
    expect(text).to_have_value("Rain is fair.\n\n- <b>snow</b> too")
    mira.get_by_role("button", name="Save as version 1").click()
    expect(mira.get_by_role("button", name="Save as version 2")).to_be_visible()
    press(ann, "a")
    expect(ann.locator("[data-f=guide-changed]")).to_be_visible()
    expect(ann.locator("[data-f=guide-text] li")).to_have_text("<b>snow</b> too")
    press(ann, "a")
    all_saved(ann)
    with pages.store.read() as db:
        assert (people.last_guidelines(db, judged.round, "ann") or "").endswith("/1")

    held = shown(ann)
    mira.get_by_label("Why, for everybody who labels").fill("Until noon.")
    mira.get_by_role("button", name="Pause labeling").click()
    expect(mira.get_by_role("button", name="Go on")).to_be_visible()
    ann.reload()
    expect(ann.get_by_text("Until noon.")).to_be_visible()
    mira.get_by_role("button", name="Go on").click()
    expect(ann.locator("[data-f=item]")).to_have_attribute("data-proposal", held)
    with pages.store.read() as db:
        said = {item for who, item, _ in people.said(db, judged.round) if who == "ann"}
        assert (
            len(said) == 3 and first in said and not said & {one.proposal.id for one in gold.of_round(db, judged.round)}
        )
        assert qualifying.of_person(db, judged.campaign, "ann").is_in
        assert pauses.of_campaign(db, judged.campaign) is None
    for page in (ann, mira):
        page.context.close()
