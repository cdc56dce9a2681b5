"""What a person sees and does on the page Label."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from benchmarks.app import App
from faded.store import verdicts
from faded.store.engine import Store


def open_label(page: Page, app: App, round_id: int) -> None:
    page.goto("about:blank")  # going to the address that is shown already would load nothing
    page.goto(f"{app.address}/?round={round_id}#label")
    expect(page.locator("[data-f=item]:not(.bare)")).to_be_visible()


def shown(page: Page) -> str:
    """Return the proposal before the person."""
    found = page.locator("[data-f=item]").get_attribute("data-proposal")
    assert found
    return found


def press(page: Page, key: str) -> str:
    """Press a key on the item that is shown; return that item. Waits until another one is shown."""
    before = shown(page)
    page.keyboard.press(key)
    page.wait_for_function(
        "before => { const item = document.querySelector('[data-f=item]');"
        " return item.classList.contains('bare') || item.dataset.proposal !== before; }",
        arg=before,
    )
    return before


def all_saved(page: Page) -> None:
    expect(page.locator("[data-f=saved]")).to_have_text("All saved")


def standing(store: Store, round_id: int) -> dict[str, str]:
    with store.read() as db:
        return {j.proposal_id: j.verdict.value for j in verdicts.standing(db, round_id)}
