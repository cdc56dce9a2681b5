from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import APIResponse, Browser, Page, Route, expect

from benchmarks.app import App
from faded.store import campaigns, jobs
from faded.store.engine import Store
from tests.e2e.conftest import Pages, Watched
from tests.e2e.label_helpers import open_label
from tests.ui import believable
from tests.ui.believable import Believable


def test_the_first_pages_say_what_to_do(page: Page, app: App) -> None:
    page.goto(app.address)
    expect(page.locator(".f-sentence")).to_contain_text("Start one on a demo")
    turn(page, "Label")
    expect(page.locator("[data-f=empty-head]")).to_have_text("No round yet")
    turn(page, "Landscape")
    expect(page.locator("#map-heat")).to_contain_text("No landscape yet")
    turn(page, "Repair")
    expect(page.get_by_role("button", name="Start repair")).to_be_disabled()
    turn(page, "Verify")
    expect(page.locator("#verify-result")).to_contain_text("appears here after it")


def turn(page: Page, name: str) -> None:
    page.get_by_role("navigation").get_by_role("link", name=name).click()


def test_a_bad_bound_is_named_and_nothing_starts(page: Page, app: App, store: Store) -> None:
    page.goto(app.address)
    expect(page.locator(".f-sentence")).to_be_visible()
    page.get_by_label("Bound").fill("1.5")
    page.get_by_role("button", name="Start round").click()
    expect(page.locator("#f-message")).to_have_text("The bound is 1.5: give a rate between 0 and 1.")
    page.get_by_label("Bound").fill("0.5")
    expect(page.locator("#form-wrong")).to_be_empty()
    page.get_by_label("Queries").fill("10")
    expect(page.locator("#form-wrong")).to_have_text("Queries is 10: give a whole number from 200 to 200,000.")
    expect(page.locator("#form-queries")).to_contain_text("200 to 200,000")
    page.get_by_role("button", name="Start round").click()
    expect(page.locator("#f-message")).to_contain_text("Queries is 10: give a whole number from 200")
    with store.read() as db:
        assert jobs.list_for_round(db, 1) == []


def test_the_address_keeps_page_and_round(page: Page, app: App, store: Store) -> None:
    first, second = believable.explored(store), believable.explored(store)
    page.goto(f"{app.address}/#landscape")
    expect(page.locator(".heat-cell").first).to_be_visible()
    assert page.url.endswith(f"?round={second.round}#landscape")
    expect(page).to_have_title("Landscape · Faded")
    turn(page, "Run")
    row = page.locator("#run-rounds tbody tr").nth(1)
    row.get_by_role("link").click()
    expect(page.locator(f"#f-now [data-round='{first.round}']")).to_be_attached()
    page.reload()
    expect(page.locator(f"#f-now [data-round='{first.round}']")).to_be_attached()
    turn(page, "Label")
    expect(page.locator("[data-f=item]:not(.bare)")).to_be_visible()
    assert str(page.locator("[data-f=item]").get_attribute("data-proposal")).endswith(f"-{first.round}")
    page.goto(f"{app.address}/?round=99")
    expect(page.locator("#f-lost")).to_have_text("There is no round 99 here: this is the newest one.")


def test_nothing_is_asked_elsewhere_and_the_console_is_quiet(watched: Watched, app: App, round_: Believable) -> None:
    watched.page.goto(app.address)
    for name in ("Run", "Landscape", "Repair", "Verify"):
        turn(watched.page, name)
        watched.page.wait_for_timeout(700)
    open_label(watched.page, app, round_.round)
    watched.page.wait_for_timeout(500)
    assert watched.elsewhere == []
    assert watched.console == []


def test_the_map_shows_figures_and_can_be_walked(page: Page, app: App, round_: Believable) -> None:
    page.goto(f"{app.address}/#landscape")
    cells = page.locator("#map-heat .heat-cell")
    expect(cells).to_have_count(28)
    cells.first.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    focused = page.evaluate("document.activeElement.dataset.tip")
    assert focused.startswith("Turned right by 60 degrees, darkened by 30%, averaged over saturation: ")
    assert "90% interval" in focused
    pick(page, "Down", "saturation")
    expect(cells).to_have_count(21)
    pick(page, "Stratum", "yield")
    expect(page.locator(".heat-caption")).to_contain_text("stratum yield")


def pick(page: Page, label: str, option: str) -> None:
    page.get_by_label(label, exact=True).click()
    page.get_by_role("option", name=option, exact=True).click()


def test_a_failed_job_shows_its_message_and_resumes(page: Page, app: App, store: Store) -> None:
    made = believable.explored(store, done=False, now=time.time())
    with store.write() as db:
        jobs.fail(db, made.explore, believable.WORKER, "pictures/7.png is corrupt <b>: delete it", believable.NOW)
    page.goto(app.address)
    expect(page.locator("#run-explore pre")).to_have_text("pictures/7.png is corrupt <b>: delete it")
    expect(page.locator(".f-sentence")).to_contain_text("then resume")
    page.get_by_role("button", name="Resume").click()
    expect(page.locator("#run-explore pre")).to_be_hidden()
    page.get_by_role("button", name="Stop").click()
    expect(page.locator(".f-sentence")).to_contain_text("is stopped", timeout=180_000)


@pytest.mark.parametrize("scheme", [pytest.param("light", marks=pytest.mark.slow), "dark"])
def test_a_phone_shows_one_column_without_sideways_scrolling(
    browser: Browser, app: App, round_: Believable, scheme: str
) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844}, color_scheme=scheme, has_touch=True)  # type: ignore[arg-type]
    context.set_default_timeout(30_000)
    page = context.new_page()
    page.goto(f"{app.address}/?round={round_.round}")
    pages = {"run": "#run-rounds tbody tr", "landscape": ".heat-cell", "repair": "#repair-start"}
    pages |= {"verify": "#verify-result h2", "label": ".lab-item:not(.bare)"}
    for name, ready in pages.items():
        page.evaluate("name => { location.hash = name; }", name)
        expect(page.locator(ready).first).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") == 390
    for button in page.locator(":is(.lab-verdicts, .lab-other) button:visible").all():
        box = button.bounding_box()
        assert box is not None
        assert box["height"] >= 44
    context.close()


SEEN = """(look) => {
  window.seen = new Set();
  const note = () => (window.seen.add(String(eval(look))), requestAnimationFrame(note));
  note();
}"""
"""Notes all that a look at the page gives, however short a time it does."""


@dataclass
class Held:
    """Answers on their way to a browser, some of them held back.

    Attributes:
        wanted: Says of an answer whether it is held; asked of every one, in their order.
        answers: Those that are held.
    """

    page: Page
    wanted: Callable[[str], bool]
    answers: list[tuple[Route, APIResponse]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.route("**/run/predict*", self._pass)

    def _pass(self, route: Route) -> None:
        answer = route.fetch()
        if self.wanted(answer.text()):
            self.answers.append((route, answer))
        else:
            route.fulfill(response=answer)

    def wait(self, n: int) -> None:
        """Wait until so many were held."""
        while len(self.answers) < n:
            self.page.wait_for_timeout(50)

    def release(self, number: int) -> None:
        """Let a held answer go on."""
        route, answer = self.answers[number]
        route.fulfill(response=answer)

    def end(self) -> None:
        """Hold nothing any more."""
        self.page.unroute("**/run/predict*", self._pass)


@pytest.mark.parametrize("another", [False, True], ids=["alone", "before a later one that was under way"])
def test_an_answer_that_comes_late_does_not_stay_on_the_page(page: Page, pages: Pages, another: bool) -> None:
    made = believable.explored(pages.store, done=False, now=time.time())
    page.goto(f"{pages.address}/?round={made.round}#run")
    stop = page.get_by_role("button", name="Stop exploring")
    expect(stop).to_be_enabled()
    passed = []

    def wanted(answer: str) -> bool:
        with pages.store.read() as db:
            is_asked = jobs.get(db, made.explore).stop_requested
        if is_asked and not held.answers:
            with pages.store.write() as db:
                jobs.stop(db, made.explore, believable.WORKER, time.time())
            return True
        if another and len(held.answers) == 1 and passed:
            return True
        passed.extend([answer] * is_asked)
        return False

    held = Held(page, wanted)
    stop.click()
    sentence = page.locator(".f-sentence")
    expect(sentence).to_contain_text("is stopped")
    page.evaluate(SEEN, "document.querySelector('.f-sentence').textContent")
    held.wait(1 + another)
    assert "Stopping after this batch" in held.answers[0][1].text()
    for number in range(1 + another):
        held.release(number)
        page.wait_for_timeout(100)
    page.wait_for_function("[...window.seen].some(text => text.includes('Stopping after this batch'))")
    expect(sentence).to_contain_text("is stopped")
    expect(sentence).not_to_contain_text("Stopping after this batch")
    expect(page.get_by_role("button", name="Resume exploring")).to_be_visible()
    held.end()


@pytest.fixture
def verified(page: Page, pages: Pages) -> Iterator[Page]:
    """A page that looks at a round with newly broken modes, which is about to turn to Verify."""
    made = believable.explored(pages.store)
    believable.labeled(pages.store, made)
    believable.repaired(pages.store, made, passed=False)
    page.goto(f"{pages.address}/?round={made.round}#run")
    expect(page.locator("#f-now .f-now")).to_be_attached()
    return page


UNCHANGED = "A rise above the margin is ruled out"
"""Stands beside modes that are unchanged only."""


def test_what_is_chosen_outlives_an_answer_that_comes_late(verified: Page) -> None:
    held = Held(verified, lambda answer: not held.answers and "newly broken" in answer)
    turn(verified, "Verify")
    verified.get_by_label("Unchanged").check()
    expect(verified.locator("#verify-modes")).to_contain_text(UNCHANGED)
    verified.evaluate(SEEN, "document.querySelector('#verify-group input:checked')?.value")
    held.release(0)
    verified.wait_for_function("window.seen.size > 1")
    expect(verified.get_by_label("Unchanged")).to_be_checked()
    expect(verified.locator("#verify-modes")).to_contain_text(UNCHANGED)
    held.end()


def test_of_two_choices_at_once_the_second_counts(verified: Page) -> None:
    turn(verified, "Verify")
    expect(verified.get_by_label("Newly broken")).to_be_checked()
    held = Held(verified, lambda answer: not held.answers and UNCHANGED in answer)
    verified.get_by_label("Unchanged").check()
    held.wait(1)
    verified.get_by_label("Fixed").check()
    expect(verified.locator("#verify-modes")).to_contain_text("fixed")
    held.release(0)
    verified.wait_for_timeout(3000)
    expect(verified.get_by_label("Fixed")).to_be_checked()
    expect(verified.locator("#verify-modes")).not_to_contain_text(UNCHANGED)
    held.end()


def test_a_page_elsewhere_cannot_use_the_app(page: Page, app: App) -> None:
    answer = page.request.get(app.address, headers={"Host": "rebound.example"})
    assert answer.status == 403
    answer = page.request.post(f"{app.address}/gradio_api/component_server", headers={"Origin": "http://evil.example"})
    assert answer.status == 403


def test_files_of_the_workspace_are_not_served(page: Page, app: App, store: Store) -> None:
    believable.explored(store)
    answer = page.request.get(f"{app.address}/gradio_api/file={app.workspace / 'faded.db'}")
    assert answer.status in (403, 404)
    answer = page.request.get(f"{app.address}/gradio_api/file=app.py")
    assert answer.status in (403, 404)


def test_the_picker_shows_another_round(page: Page, app: App, store: Store) -> None:
    first, second = believable.explored(store), believable.explored(store)
    page.goto(f"{app.address}/#run")
    expect(page.locator(f"#f-now [data-round='{second.round}']")).to_be_attached()
    with store.read() as db:
        name = campaigns.get_campaign(db, first.campaign).name
    page.get_by_role("combobox", name="Round").click()
    page.get_by_role("option", name=f"{name}, round 1", exact=True).click()
    expect(page.locator(f"#f-now [data-round='{first.round}']")).to_be_attached()
    page.wait_for_timeout(2500)
    assert page.url.endswith(f"?round={first.round}#run")
