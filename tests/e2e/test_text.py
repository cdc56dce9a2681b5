"""A summarizer's round in a browser: the web process alone, and a thread of the test in the worker's place."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, expect

from faded.store import jobs
from faded.store.engine import Store
from tests.e2e.conftest import Pages, Watched
from tests.ui import believable, believable_text
from tests.ui.believable import Believable
from tests.ui.believable_text import HOSTILE

READY = {
    "run": "#run-finds li",
    "landscape": "#map-try .try",
    "repair": "#repair-pairs li",
    "verify": "#verify-modes li",
}
"""The pages but Label, and what is there once one is drawn."""


@pytest.fixture(scope="module")
def pages(pages: Pages) -> Iterator[Pages]:
    """The pages, whose previews a thread answers."""
    ending = threading.Event()
    worker = threading.Thread(target=_answer, args=(pages.store, ending))
    worker.start()
    yield pages
    ending.set()
    worker.join()


def _answer(store: Store, ending: threading.Event) -> None:
    while not ending.wait(0.05):
        with store.write() as db:
            job = jobs.claim(db, "by-hand", 10, time.time(), kinds=["preview"])
        if job is None:
            continue
        result = believable_text.preview(store, job, failed=any(job.params["values"]))
        with store.write() as db:
            jobs.finish(db, job.id, "by-hand", result, time.time())


@pytest.fixture
def made(pages: Pages) -> Believable:
    return believable_text.explored(pages.store)


def of(card: Locator, name: str) -> Locator:
    return card.locator(f"[data-t={name}]")


def test_an_article_is_chosen_and_edited_by_key(watched: Watched, pages: Pages, made: Believable) -> None:
    page = watched.page
    page.goto(f"{pages.address}/?round={made.round}#landscape")
    card = page.locator("#map-try")
    expect(of(card, "pill-edited")).to_have_text("not asked")
    card.get_by_role("radio").first.focus()
    page.keyboard.press("ArrowDown")
    expect(card.get_by_role("radio", name=re.compile("^lorry")).first).to_be_checked()
    expect(of(card, "status")).to_have_text("Unchanged.")
    expect(of(card, "pill-edited")).to_have_text("No failure")
    expect(of(card, "edited").locator("mark")).to_have_count(0)
    original = of(card, "original").inner_text()
    assert of(card, "edited").inner_text() == original

    swapped = card.get_by_role("slider", name="letter swap")
    swapped.focus()
    page.keyboard.press("End")
    expect(of(card, "pill-edited")).to_have_text("A failure")
    expect(of(card, "pill-original")).to_have_text("Passes")
    expect(of(card, "edited").locator("mark").first).to_be_visible()
    expect(of(card, "original").locator("del").first).to_be_visible()
    assert of(card, "original").inner_text() == original
    expect(of(card, "answer-edited").locator("mark").first).to_be_visible()
    expect(of(card, "expected")).to_have_text(re.compile("^Expected: .+"))
    expect(of(card, "live")).to_have_text(re.compile("^A failure. The target writes: "))
    card.get_by_role("button", name="Reset to unchanged").press("Enter")
    expect(of(card, "edited").locator("mark")).to_have_count(0)
    assert watched.console == [] and watched.elsewhere == []


def test_html_in_an_article_stays_text(watched: Watched, pages: Pages, made: Believable) -> None:
    believable_text.with_article(pages.store, made, HOSTILE)
    believable_text.hostile(pages.store, made)
    page = watched.page
    page.goto(f"{pages.address}/?round={made.round}#landscape")
    card = page.locator("#map-try")
    expect(of(card, "edited")).to_have_text(HOSTILE)
    card.get_by_role("slider", name="letter swap").press("ArrowRight")
    expect(of(card, "pill-edited")).to_have_text("A failure")
    expect(of(card, "original")).to_have_text(HOSTILE)
    page.goto(f"{pages.address}/?round={made.round}#run")
    expect(page.locator("#run-finds")).to_contain_text(HOSTILE)
    assert page.locator("#map-try img, #run-finds img").count() == 0
    assert watched.console == []


@pytest.mark.parametrize("width", [1280, 390])
def test_a_long_article_scrolls_in_its_box_and_nothing_jumps(
    browser: Browser, pages: Pages, made: Believable, width: int
) -> None:
    believable_text.with_article(pages.store, made, "Word after word without an end. " * 800)
    context = browser.new_context(viewport={"width": width, "height": 900})
    page = context.new_page()
    page.goto(f"{pages.address}/?round={made.round}#landscape")
    card = page.locator("#map-try")
    expect(of(card, "edited")).to_be_visible(timeout=30_000)
    before = height(card)
    card.get_by_role("slider", name="letter swap").press("PageUp")
    expect(of(card, "pill-edited")).to_have_text("A failure", timeout=30_000)
    box = of(card, "edited")
    assert box.evaluate("b => b.scrollHeight > 3 * b.clientHeight")
    assert width == 390 or height(card) == before
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    context.close()


def height(card: Locator) -> float:
    box = card.bounding_box()
    assert box is not None
    return box["height"]


def test_a_demo_brings_its_budget_unless_somebody_chose_one(page: Page, pages: Pages, made: Believable) -> None:
    page.goto(f"{pages.address}/?round={made.round}#run")
    expect(page.locator("#run-finds li").first).to_be_visible()
    page.get_by_role("button", name="Start a round on a demo").click()
    queries = page.get_by_label("Queries")
    expect(queries).to_have_value("6000")
    page.get_by_label("Incident reports").check()
    expect(queries).to_have_value("3000")
    page.get_by_label("Traffic signs").check()
    expect(queries).to_have_value("6000")
    queries.fill("700")
    page.get_by_label("Incident reports").check()
    page.get_by_role("button", name="Start round").click()
    expect(page.locator("#f-round input")).to_have_value(re.compile("^bulletins-[0-9a-f]{8}-1, round 1$"))
    with pages.store.read() as db:
        newest = believable_text.campaigns.list_campaigns(db)[-1]
    assert (newest.config["demo"], newest.config["queries"]) == ("bulletins", 700)


@pytest.mark.parametrize("scheme", [pytest.param("light", marks=pytest.mark.slow), "dark"])
def test_every_page_of_a_text_round_passes_axe(browser: Browser, pages: Pages, made: Believable, scheme: str) -> None:
    believable.labeled(pages.store, made)
    believable_text.repaired(pages.store, made)
    context = browser.new_context(viewport={"width": 1280, "height": 900}, color_scheme=scheme)  # type: ignore[arg-type]
    page = context.new_page()
    for name, ready in READY.items():
        page.goto("about:blank")
        page.goto(f"{pages.address}/?round={made.round}#{name}")
        expect(page.locator(ready).first).to_be_visible(timeout=30_000)
        rules = {"rules": {"target-size": {"enabled": True}}, "resultTypes": ["violations"]}
        found = Axe().run(page, options=rules)
        assert found.violations_count == 0, f"{name}: {found.generate_report()}"
    context.close()
