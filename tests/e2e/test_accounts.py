"""Signing in and out in a real browser, which says of a form where it comes from."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from faded.domain import Role
from faded.store import accounts, invites, labeling_rules, signing_in, verdicts
from faded.store.engine import Store
from faded.store.labeling_rules import Rules
from tests.e2e.conftest import Pages
from tests.e2e.label_helpers import all_saved, press, shown
from tests.ui import believable

PASSWORD = "correct horse battery"  # noqa: S105 - of a test


@pytest.fixture(params=["light at a desk", "dark on a phone"])
def anybody(request: pytest.FixtureRequest, browser: Browser) -> Iterator[Page]:
    small = request.param == "dark on a phone"
    context = browser.new_context(
        viewport={"width": 390, "height": 844} if small else {"width": 1280, "height": 900},
        color_scheme="dark" if small else "light",
    )
    context.set_default_timeout(30_000)
    yield context.new_page()
    context.close()


@pytest.fixture
def invitation(pages: Pages) -> str:
    """The address of an invitation, in a workspace that has an admin."""
    with pages.store.write() as db:
        if not accounts.any_account(db):
            accounts.add(db, "mira", Role.ADMIN, signing_in.hashed(PASSWORD, "mira"), "test", time.time())
        return f"{pages.address}/join/{invites.make(db, Role.ANNOTATOR, 'mira', time.time())}"


def names(store: Store) -> list[str]:
    with store.read() as db:
        return [account.name for account in accounts.list_all(db)]


def test_an_invited_person_comes_in_goes_out_and_comes_back(anybody: Page, pages: Pages, invitation: str) -> None:
    name = f"lena{len(names(pages.store))}"
    anybody.goto(invitation)
    anybody.get_by_label("Name").fill(name)
    anybody.get_by_label("Password").fill(PASSWORD)
    anybody.get_by_role("button", name="Come in").click()
    expect(anybody.get_by_text(f"{name}, annotator.")).to_be_visible()
    expect(anybody.get_by_role("button", name="Start round")).to_be_hidden()
    assert name in names(pages.store)
    anybody.get_by_role("button", name="Sign out").click()
    expect(anybody.get_by_role("heading", name="Sign in")).to_be_visible()
    anybody.goto(f"{pages.address}/?round=7&x=%2F%2Felsewhere#label")
    expect(anybody).to_have_url(f"{pages.address}/sign-in?round=7#label")
    anybody.keyboard.type(name)
    anybody.keyboard.press("Tab")
    anybody.keyboard.type("wrong password")
    anybody.keyboard.press("Enter")
    expect(anybody.get_by_role("alert")).to_have_text("The name and the password do not go together.")
    expect(anybody.get_by_label("Name")).to_have_value(name)
    anybody.keyboard.type(PASSWORD)
    anybody.keyboard.press("Enter")
    expect(anybody.get_by_text(f"{name}, annotator.")).to_be_visible()
    expect(anybody.locator("#page-label")).to_be_visible()
    expect(anybody).to_have_url(re.compile(r"round=7.*#label$"))
    assert anybody.evaluate("document.cookie") == ""
    assert anybody.evaluate("document.documentElement.scrollWidth") <= anybody.evaluate("innerWidth")


@pytest.fixture
def team(pages: Pages) -> Iterator[believable.Believable]:
    """A round that two people judge each item of, in a workspace with an admin and two annotators."""
    made = believable.explored(pages.store)
    with pages.store.write() as db:
        for name, role in (("mira", Role.ADMIN), ("ann", Role.ANNOTATOR), ("bob", Role.ANNOTATOR)):
            if accounts.find(db, name) is None:
                accounts.add(db, name, role, signing_in.hashed(PASSWORD, name), "test", time.time())
        labeling_rules.save(db, made.campaign, Rules(2), "mira", time.time())
    return made


def enter(browser: Browser, pages: Pages, name: str, address: str) -> Page:
    """Sign in with a browser of one's own."""
    page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
    page.set_default_timeout(30_000)
    page.goto(f"{pages.address}/sign-in")
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_text(f"{name}, ")).to_be_visible()
    page.goto("about:blank")
    page.goto(f"{pages.address}/{address}")
    return page


def test_two_people_judge_their_dispute_is_decided_and_alpha_is_right(
    browser: Browser, pages: Pages, team: believable.Believable
) -> None:
    ann, bob = (enter(browser, pages, name, f"?round={team.round}#label") for name in ("ann", "bob"))
    for page in (ann, bob):
        expect(page.locator("[data-f=item]:not(.bare)")).to_be_visible()
    assert shown(ann) == shown(bob), "two people judge each item"
    disputed = press(ann, "a")
    press(ann, "a")
    press(ann, "a")
    assert press(bob, "x") == disputed
    press(bob, "a")
    press(bob, "a")
    ann.keyboard.press("Backspace")  # takes her third back, and nothing of his
    expect(ann.locator("[data-f=item]")).to_have_attribute("data-proposal", team.proposals[2])
    all_saved(ann)
    all_saved(bob)
    with pages.store.read() as db:
        assert verdicts.counts(db, team.round, "ann").total == 2 and verdicts.counts(db, team.round, "bob").total == 3
    press(ann, "a")
    all_saved(ann)

    mira = enter(browser, pages, "mira", f"?round={team.round}#team")
    # Of six verdicts on three items one rejects: observed disagreement 1/3, expected 2 * 5 * 1 / (6 * 5): alpha is 0.
    expect(mira.locator("#team-agreement")).to_contain_text("alpha is 0.00")
    form = mira.locator(f"form[data-adjudicate='{disputed}']")
    names = mira.locator("#team-disputes").get_by_text("ann", exact=True)
    expect(names).to_be_visible()
    mira.get_by_label("Hide who said what").check()
    expect(names).to_be_hidden()
    expect(mira.locator("#team-disputes .t-nameless")).to_contain_text("1 confirm")
    mira.reload()
    expect(mira.get_by_label("Hide who said what")).to_be_checked()
    expect(names).to_be_hidden()
    form.get_by_label("confirm").check()
    form.get_by_label("Why").fill("It says stop, and the target no entry.")
    mira.wait_for_timeout(2500)  # the page is looked at meanwhile
    form.get_by_role("button", name="Decide").click()
    expect(mira.locator("#team-disputes")).to_contain_text("Nothing is disputed")
    with pages.store.read() as db:
        assert {j.proposal_id: j.verdict.value for j in verdicts.standing(db, team.round)}[disputed] == "confirm"
    for page in (ann, bob, mira):
        page.context.close()


def test_a_session_that_is_ended_says_so_and_loses_nothing(
    browser: Browser, pages: Pages, team: believable.Believable
) -> None:
    ann = enter(browser, pages, "ann", f"?round={team.round}#label")
    expect(ann.locator("[data-f=item]:not(.bare)")).to_be_visible()
    with pages.store.write() as db:
        accounts.sign_out_everywhere(db, "ann", "mira", time.time())
    judged = shown(ann)
    ann.keyboard.press("a")
    expect(ann.locator("[data-f=saved]")).to_contain_text("Signed out: 1 not saved yet, kept in this browser")
    expect(ann.get_by_text("You are not signed in any more.")).to_be_visible()
    ann.get_by_role("link", name="signed in again").click()
    ann.get_by_label("Name").fill("ann")
    ann.get_by_label("Password").fill(PASSWORD)
    ann.get_by_role("button", name="Sign in").click()
    expect(ann.get_by_text("ann, annotator.")).to_be_visible()
    ann.goto(f"{pages.address}/?round={team.round}#label")
    all_saved(ann)
    with pages.store.read() as db:
        query = "SELECT proposal_id FROM opinions WHERE annotator = 'ann' AND round_id = ?"
        assert db.exec_driver_sql(query, (team.round,)).scalars().all() == [judged]
    ann.context.close()


def test_an_admin_gives_a_role_and_makes_and_withdraws_a_link(
    browser: Browser, pages: Pages, team: believable.Believable
) -> None:
    mira = enter(browser, pages, "mira", f"?round={team.round}#team")
    card = mira.locator("#team-accounts")
    give = card.locator("form[data-role=bob]").get_by_role("button", name="Give this role", include_hidden=True)
    expect(give).to_be_hidden()
    card.get_by_label("Role of bob").select_option("manager")
    mira.wait_for_timeout(2500)  # the page is looked at meanwhile
    expect(card.get_by_label("Role of bob")).to_have_value("manager")
    with pages.store.read() as db:
        assert accounts.get(db, "bob").role is Role.ANNOTATOR, "choosing alone gives nothing"
    give.click()
    expect(give).to_be_hidden()
    with pages.store.write() as db:
        assert accounts.get(db, "bob").role is Role.MANAGER
        accounts.set_role(db, "bob", Role.ANNOTATOR, "mira", time.time())

    card.locator("button[data-account=ann]", has_text="New password").click()
    link = card.locator(".t-link")
    expect(link).to_contain_text("A link for a new password of ann.")
    listed = card.get_by_text("For a new password of ann", exact=True)
    expect(listed).to_be_visible()
    mira.wait_for_timeout(2500)
    expect(link).to_contain_text(f"{pages.address}/join/")
    row = card.get_by_role("listitem").filter(has_text="For a new password of ann")
    row.get_by_role("button", name="Withdraw").click()
    expect(mira.locator(".t-told")).to_have_text("The link is withdrawn.")
    expect(listed).to_be_hidden()
    expect(link).to_be_empty()
    mira.context.close()
