"""What the pages are to people who do not see them well, or use no mouse: axe-core, focus, motion, live regions."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from faded.store.engine import Store
from tests.e2e.conftest import App
from tests.e2e.label_helpers import open_label
from tests.ui import believable, written

PAGES = {
    "run": "#run-rounds h2",
    "label": ".lab-top",
    "landscape": "#map-heat :is(.heat, .f-empty)",
    "repair": "#repair-start",
    "verify": "#verify-result h2",
}
RULES = {"rules": {"target-size": {"enabled": True}}, "resultTypes": ["violations"]}
AXE = Axe()

RINGED = """() => {
  const ring = (part) => part && getComputedStyle(part).outlineStyle !== "none"
    && parseFloat(getComputedStyle(part).outlineWidth) >= 2;
  const part = document.activeElement;
  if (part === document.body) return null;
  return { ringed: ring(part) || ring(part.closest("label")), part: part.outerHTML.slice(0, 120) };
}"""

MOVING = """() => [...document.querySelectorAll("*")].flatMap((part) => {
  const { transitionDuration, transitionProperty, animationName } = getComputedStyle(part);
  const still = transitionProperty === "none" || transitionDuration.split(",").every((time) => parseFloat(time) === 0);
  return still && animationName === "none" ? [] : [part.outerHTML.slice(0, 120)];
})"""


LIGHT_SUFFICES = pytest.mark.parametrize(
    "schemed", ["light", pytest.param("dark", marks=pytest.mark.slow)], indirect=True
)
"""For what other tests look at in the dark too."""


@pytest.fixture(params=["light", "dark"])
def schemed(request: pytest.FixtureRequest, browser: Browser) -> Iterator[Page]:
    """A page in either colour scheme."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, color_scheme=request.param)
    context.set_default_timeout(30_000)
    yield context.new_page()
    context.close()


@pytest.fixture
def whole(store: Store) -> int:
    """A round that was explored, labeled, repaired and verified."""
    made = believable.explored(store)
    believable.labeled(store, made)
    believable.repaired(store, made)
    return made.round


STILL = "document.getAnimations().every(a => a.playState !== 'running' || a.effect.getTiming().iterations === Infinity)"
"""In the middle of a fade colours are none that anybody chose."""


def violations(page: Page) -> list[str]:
    page.wait_for_function(STILL)
    found = AXE.run(page, options=RULES).response["violations"]
    return [f"{v['impact']} {v['id']}: {[node['html'][:160] for node in v['nodes']]}" for v in found]


def look_at(page: Page, app: App, name: str, round_id: int | None = None) -> None:
    page.goto("about:blank")
    page.goto(f"{app.address}/{'' if round_id is None else f'?round={round_id}'}#{name}")
    expect(page.locator(PAGES[name]).first).to_be_visible()
    expect(page.locator("#f-now .f-sentence")).to_be_visible()


@LIGHT_SUFFICES
def test_nothing_is_wrong_on_the_empty_pages(schemed: Page, app: App) -> None:
    for name in PAGES:
        look_at(schemed, app, name)
        assert violations(schemed) == [], name


@pytest.mark.parametrize("schemed", [pytest.param("light", marks=pytest.mark.slow), "dark"], indirect=True)
def test_nothing_is_wrong_on_the_pages_of_a_whole_round(schemed: Page, app: App, whole: int) -> None:
    errors: list[str] = []
    schemed.on("pageerror", lambda error: errors.append(str(error)))
    for name in PAGES:
        look_at(schemed, app, name, whole)
        for summary in schemed.locator(f"#page-{name} summary").all():
            if summary.is_visible():
                summary.click()
        assert violations(schemed) == [], name
    look_at(schemed, app, "landscape", whole)
    schemed.get_by_label("3-D").check()
    expect(schemed.locator(".cube circle").first).to_be_visible()
    assert violations(schemed) == []
    assert errors == []


@LIGHT_SUFFICES
def test_nothing_is_wrong_on_the_sheets_of_the_label_page(schemed: Page, app: App, store: Store) -> None:
    made = believable.explored(store, labelled=False)
    open_label(schemed, app, made.round)
    for key in ("?", "f", "a"):
        schemed.keyboard.press(key)
        expect(schemed.locator("dialog[open]")).to_be_visible()
        assert violations(schemed) == [], key
        schemed.keyboard.press("Escape")
        expect(schemed.locator("dialog[open]")).to_have_count(0)
    schemed.get_by_role("button", name="Practise").first.click()
    expect(schemed.locator("[data-f=practice]")).to_be_visible()
    assert violations(schemed) == []


@LIGHT_SUFFICES
def test_nothing_is_wrong_on_the_card_of_articles(schemed: Page, app: App, store: Store) -> None:
    made = written.explored(store, length=5, unread=90)
    open_label(schemed, app, made.round)
    for summary in schemed.locator("#page-label summary").all():
        if summary.is_visible():
            summary.click()
    assert violations(schemed) == []
    for key in ("?", "e"):
        schemed.keyboard.press(key)
        expect(schemed.locator("dialog[open]")).to_be_visible()
        assert violations(schemed) == [], key
        schemed.keyboard.press("Escape")
        expect(schemed.locator("dialog[open]")).to_have_count(0)


def test_whatever_has_the_focus_shows_it(page: Page, app: App, whole: int) -> None:
    for name in PAGES:
        look_at(page, app, name, whole)
        stops = 0
        while True:
            page.keyboard.press("Tab")
            found = page.evaluate(RINGED)
            if found is None:
                break
            assert found["ringed"], f"{name}: {found['part']}"
            stops += 1
            assert stops < 100
        assert stops >= 8, name


def test_headings_do_not_skip_a_level(page: Page, app: App, whole: int) -> None:
    for name in PAGES:
        look_at(page, app, name, whole)
        levels = page.evaluate(
            "[...document.querySelectorAll('h1, h2, h3, h4')].filter(h => h.checkVisibility()).map(h => +h.tagName[1])"
        )
        assert levels[0] == 1
        assert levels.count(1) == 1
        assert all(now - before <= 1 for before, now in pairwise(levels)), name


def test_nothing_moves_for_those_who_ask_for_that(browser: Browser, app: App, whole: int) -> None:
    context = browser.new_context(reduced_motion="reduce")
    page = context.new_page()
    for name in PAGES:
        look_at(page, app, name, whole)
        assert page.evaluate(MOVING) == []
    context.close()


def test_a_screen_reader_hears_the_status_change(page: Page, app: App, store: Store) -> None:
    made = believable.explored(store)
    look_at(page, app, "run", made.round)
    sentence = page.locator("#f-now .f-sentence")
    expect(sentence).to_contain_text("wait for a verdict")
    sentence.evaluate("part => { part.heard = true; }")
    believable.labeled(store, made)
    expect(sentence).to_contain_text("3 modes are confirmed")
    assert sentence.evaluate("part => part.heard && part.getAttribute('role')") == "status"
