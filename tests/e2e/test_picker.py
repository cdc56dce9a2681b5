"""The class picker, by keyboard alone."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from benchmarks.app import App
from faded.store import verdicts
from faded.store.engine import Store
from tests.e2e.label_helpers import all_saved, open_label, press, shown, standing
from tests.ui import believable

CLOSE_AND_PRESS = """key => {
    const focus = document.activeElement;
    focus.closest("dialog").close();
    focus.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
}"""
"""Closes the sheet that has the focus and presses a key before the browser draws again."""


def test_without_a_reference_a_confirmation_picks_the_right_answer(page: Page, app: App, store: Store) -> None:
    made = believable.explored(store, labelled=False)
    open_label(page, app, made.round)
    expect(page.locator("[data-f=reference-name]")).to_have_text("No reference. Unedited, the target said")
    expect(page.locator("[data-f=reference]")).to_have_text("stop")
    picker, chosen = page.get_by_role("dialog", name="Which answer is right?"), page.locator("li[aria-selected=true]")

    first = shown(page)
    page.keyboard.press("a")
    expect(picker).to_be_visible()
    expect(picker.get_by_role("combobox")).to_be_focused()
    expect(page.get_by_role("option", name="no entry")).to_have_count(0)  # what the target said is not offered
    expect(chosen).to_have_text("stop")
    page.keyboard.press("Escape")
    expect(picker).to_be_hidden()
    assert shown(page) == first

    page.keyboard.press("a")
    expect(chosen).to_have_text("stop")
    press(page, "Enter")

    second = shown(page)
    page.keyboard.press("a")
    page.keyboard.type("TURN")
    expect(page.get_by_role("option")).to_have_text(["turn left", "turn right"])
    page.keyboard.press("ArrowDown")
    expect(chosen).to_have_text("turn right")
    press(page, "Enter")

    third = shown(page)
    page.keyboard.press("a")
    page.keyboard.type("lorry")
    expect(page.get_by_text("No label has this in it.")).to_be_visible()
    page.keyboard.press("Enter")
    expect(picker).to_be_visible()
    page.keyboard.press("Escape")
    press(page, "x")

    all_saved(page)
    with store.read() as db:
        found = {j.proposal_id: (j.verdict.value, j.answer) for j in verdicts.standing(db, made.round)}
    assert found == {first: ("confirm", "stop"), second: ("confirm", "turn right"), third: ("reject", None)}
    page.keyboard.press("Backspace")
    expect(page.locator("[data-f=item]")).to_have_attribute("data-proposal", third)


def test_a_key_pressed_while_the_picker_closes_counts(page: Page, app: App, store: Store) -> None:
    made = believable.explored(store, labelled=False)
    open_label(page, app, made.round)
    picker = page.get_by_role("dialog", name="Which answer is right?")
    page.keyboard.press("a")
    expect(picker).to_be_visible()
    page.keyboard.type("TURN")
    page.evaluate(CLOSE_AND_PRESS, "a")
    expect(picker).to_be_visible()
    expect(picker.get_by_role("combobox")).to_have_value("")


def test_space_pressed_while_the_key_sheet_closes_is_a_verdict(page: Page, app: App, store: Store) -> None:
    made = believable.explored(store, labelled=False)
    open_label(page, app, made.round)
    first = shown(page)
    page.keyboard.press("?")
    expect(page.get_by_role("dialog").get_by_role("button").first).to_be_focused()
    page.evaluate(CLOSE_AND_PRESS, " ")
    expect(page.locator("[data-f=item]")).not_to_have_attribute("data-proposal", first)
    all_saved(page)
    assert standing(store, made.round) == {first: "unsure"}
