"""Signing in and out in a real browser, which says of a form where it comes from."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from faded.domain import Role
from faded.store import accounts, signing_in
from faded.store.engine import Store
from tests.e2e.conftest import Pages

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
        return f"{pages.address}/join/{signing_in.invite(db, Role.ANNOTATOR, 'mira', time.time())}"


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
    anybody.goto(pages.address)
    expect(anybody).to_have_url(f"{pages.address}/sign-in")
    anybody.keyboard.type(name)
    anybody.keyboard.press("Tab")
    anybody.keyboard.type("wrong password")
    anybody.keyboard.press("Enter")
    expect(anybody.get_by_role("alert")).to_have_text("The name and the password do not go together.")
    expect(anybody.get_by_label("Name")).to_have_value(name)
    anybody.keyboard.type(PASSWORD)
    anybody.keyboard.press("Enter")
    expect(anybody.get_by_text(f"{name}, annotator.")).to_be_visible()
    assert anybody.evaluate("document.cookie") == ""
    assert anybody.evaluate("document.documentElement.scrollWidth") <= anybody.evaluate("innerWidth")
