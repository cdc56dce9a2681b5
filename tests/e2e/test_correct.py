"""Labeling articles: what is read, and the correction of a summary, by keyboard."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from benchmarks.app import App
from faded.store import verdicts
from faded.store.engine import Store
from tests.e2e.label_helpers import all_saved, open_label, press, shown
from tests.ui import written
from tests.ui.believable import Believable


@pytest.fixture
def round_(store: Store) -> Believable:
    return written.explored(store)


@pytest.fixture
def sheet(page: Page) -> Locator:
    return page.get_by_role("dialog", name="Correct the summary")


def stated(store: Store, round_id: int) -> dict[str, tuple[str, str | None]]:
    with store.read() as db:
        return {j.proposal_id: (j.verdict.value, j.answer) for j in verdicts.standing(db, round_id)}


def target_summary(page: Page) -> str:
    """Return what the target wrote about the edited article: what is struck out is not of it."""
    return str(
        page.locator("[data-f=text-answer]").evaluate(
            "e => [...e.firstChild.childNodes].filter(n => n.nodeName !== 'DEL').map(n => n.textContent).join('')"
        )
    )


def test_a_summary_is_corrected_undone_and_confirmed_plainly(
    page: Page, app: App, store: Store, round_: Believable, sheet: Locator
) -> None:
    open_label(page, app, round_.round)
    first, wrote = shown(page), target_summary(page)
    page.keyboard.press("e")
    box = sheet.get_by_role("textbox", name="Right summary")
    expect(box).to_be_focused()
    expect(box).to_have_value(wrote)

    page.keyboard.press("Control+Enter")
    expect(sheet.get_by_role("alert")).to_contain_text("the target's own summary")
    page.keyboard.press("Control+a")
    page.keyboard.press("Delete")
    expect(sheet.get_by_role("alert")).to_be_hidden()
    page.keyboard.press("Control+Enter")
    expect(sheet.get_by_role("alert")).to_contain_text("Write the right summary")
    page.keyboard.type("A crash on Friday")
    page.keyboard.press("Escape")
    expect(sheet).to_be_hidden()
    assert shown(page) == first

    page.keyboard.press("e")
    expect(box).to_have_value("A crash on Friday")  # closing loses nothing
    page.keyboard.type(" aex, and nobody was hurt.")  # no letter of it is a verdict
    press(page, "Control+Enter")
    all_saved(page)
    right = "A crash on Friday aex, and nobody was hurt."
    assert stated(store, round_.round) == {first: ("confirm", right)}

    page.keyboard.press("Backspace")
    expect(page.locator("[data-f=item]")).to_have_attribute("data-proposal", first)
    all_saved(page)
    assert stated(store, round_.round) == {}
    press(page, "s")
    second = press(page, "a")
    all_saved(page)
    assert stated(store, round_.round) == {second: ("confirm", None)}
    expect(page.locator("[data-f=last]")).to_contain_text("71% sure of its words")


def test_what_was_typed_is_there_after_a_reload_and_is_of_its_item_alone(
    page: Page, app: App, round_: Believable, sheet: Locator
) -> None:
    open_label(page, app, round_.round)
    box = sheet.get_by_role("textbox", name="Right summary")
    item = shown(page)
    page.keyboard.press("e")
    page.keyboard.press("Control+a")
    page.keyboard.type("A crash on Friday")
    open_label(page, app, round_.round)
    assert shown(page) == item
    page.keyboard.press("e")
    expect(box).to_have_value("A crash on Friday")
    page.keyboard.press("Escape")
    page.keyboard.press("s")
    expect(page.locator("[data-f=item]")).not_to_have_attribute("data-proposal", item)
    wrote = target_summary(page)
    page.keyboard.press("e")
    expect(box).to_have_value(wrote)


def test_the_button_corrects_as_well_and_a_refusal_keeps_what_was_typed(
    page: Page, app: App, store: Store, round_: Believable, sheet: Locator
) -> None:
    open_label(page, app, round_.round)
    first = shown(page)
    page.get_by_role("button", name="Correct", exact=False).first.click()
    box = sheet.get_by_role("textbox", name="Right summary")
    box.fill("A crash. " * 300)
    sheet.get_by_role("button", name="Confirm with this summary").click()
    expect(sheet.get_by_role("alert")).to_contain_text("2699 characters, and a summary may have 2000")
    expect(box).to_have_value("A crash. " * 300)
    box.fill("A crash.")
    sheet.get_by_role("button", name="Confirm with this summary").click()
    expect(page.locator("[data-f=item]")).not_to_have_attribute("data-proposal", first)
    all_saved(page)
    assert stated(store, round_.round) == {first: ("confirm", "A crash.")}


def test_edits_are_marked_and_removed_words_can_be_hidden(page: Page, app: App, round_: Believable) -> None:
    open_label(page, app, round_.round)
    edited, original = page.locator("[data-f=text-edited]"), page.locator("[data-f=text-original]")
    assert edited.locator("mark").count() > 3
    assert edited.locator("del").count() > 3
    words = edited.locator("del:not(.gap)").first.inner_text()
    assert words in original.inner_text()
    expect(page.locator("[data-f=text-answer] mark").first).to_be_visible()
    page.keyboard.press("d")
    expect(edited.locator("del").first).to_be_hidden()
    page.reload()
    expect(edited.locator("del").first).to_be_hidden()
    expect(page.get_by_role("button", name="Removed words")).to_have_attribute("aria-pressed", "false")
    page.get_by_role("button", name="Removed words").click()
    expect(edited.locator("del").first).to_be_visible()


def test_the_card_speaks_of_articles_and_warns_where_the_meaning_changes(page: Page, app: App, store: Store) -> None:
    made = written.explored(store, unread=1200)
    open_label(page, app, made.round)
    expect(page.get_by_text("Is the article still fair, and is the summary wrong?")).to_be_visible()
    expect(page.get_by_text("the target is wrong, the picture is fair")).to_be_hidden()
    expect(page.get_by_role("button", name="Zoom")).to_have_count(0)
    expect(page.locator("[data-f=dark]")).to_be_hidden()
    notes = page.locator("[data-f=text-notes] li")
    expect(notes.first).to_have_text(re.compile(r"^\d\d% of the content words are unchanged\.$"))
    expect(notes.last).to_contain_text("1,200 tokens did not fit its window")
    while not shown(page).startswith("t2"):
        press(page, "a")
    expect(notes.nth(1)).to_contain_text("Negation changes what the article says")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_contain_text("Correct the summary")
    expect(page.get_by_role("dialog", name="Keys")).not_to_contain_text("Zoom")


def test_the_reference_stays_open_once_it_was_opened(page: Page, app: App, store: Store, round_: Believable) -> None:
    open_label(page, app, round_.round)
    reference = page.locator("[data-f=text-reference]")
    expect(reference).to_be_hidden()
    page.locator(".lab-reference summary").click()
    expect(reference).to_be_visible()
    press(page, "a")
    expect(reference).to_be_visible()
    page.reload()
    expect(reference).to_be_visible()
    bare = written.explored(store, labelled=False)
    open_label(page, app, bare.round)
    expect(reference).to_be_hidden()
    expect(page.locator("[data-f=text-no-reference]")).to_be_visible()
    only = press(page, "a")  # nothing is asked: the target's summary of the original is what is learned
    all_saved(page)
    assert stated(store, bare.round) == {only: ("confirm", None)}


def test_the_practice_is_of_articles(page: Page, app: App, store: Store, round_: Believable) -> None:
    open_label(page, app, round_.round)
    page.get_by_role("button", name="Practise", exact=True).click()
    expect(page.locator("[data-f=text-original]")).to_contain_text("Mill Road")
    expect(page.get_by_role("button", name="Correct").first).to_be_disabled()
    practice, item = page.locator("[data-f=practice]"), page.locator("[data-f=item]")
    for number, key, wrong in ((1, "a", "x"), (2, "x", "i"), (3, "i", "a")):
        expect(practice).to_contain_text(f"Practice {number} of 3.")
        for pressed, said in ((wrong, "Look again."), (key, "Right.")):
            page.keyboard.press(pressed)
            expect(practice).to_contain_text(said)
            expect(item).to_have_attribute("data-proposal", f"practice-{number}")
        if number == 1:
            page.keyboard.press(key)  # any verdict goes on, and judges nothing
        elif number == 2:
            page.keyboard.press("Enter")
    expect(practice).to_contain_text("That was the last one")
    practice.get_by_role("button", name="Next").click()
    expect(practice).to_contain_text("From here on verdicts count.")
    expect(practice.get_by_role("button")).to_have_count(0)
    expect(item).not_to_have_attribute("data-proposal", "practice-3")
    assert stated(store, round_.round) == {}


@pytest.mark.parametrize(
    ("width", "height"), [pytest.param(1280, 900, marks=pytest.mark.slow), (1280, 640), (390, 844)]
)
def test_the_verdicts_stay_in_sight_of_a_long_article(
    page: Page, app: App, store: Store, width: int, height: int
) -> None:
    made = written.explored(store, length=5)
    page.set_viewport_size({"width": width, "height": height})
    open_label(page, app, made.round)
    confirm = page.get_by_role("button", name="Confirm")
    words = page.locator("[data-f=text-edited]")
    for way in (0, 900):
        page.mouse.wheel(0, way)
        page.wait_for_timeout(200)
        expect(confirm).to_be_in_viewport(ratio=1)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert words.evaluate("e => e.scrollWidth <= e.clientWidth")
    press(page, "a")
    assert words.evaluate("e => e.closest('[data-f=texts]').getBoundingClientRect().top") >= 0  # from its beginning
