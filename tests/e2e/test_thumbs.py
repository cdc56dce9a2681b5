"""Labeling on a phone, with thumbs only."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Locator

from benchmarks.app import App
from faded.store.engine import Store
from tests.e2e.label_helpers import all_saved, open_label, shown, standing
from tests.ui import believable

pytestmark = pytest.mark.browser

ITEMS, HEIGHT, THUMB = 20, 844, 44


def test_twenty_items_are_labelled_with_thumbs_and_every_verdict_is_in_reach(
    app: App, store: Store, browser: Browser
) -> None:
    made = believable.explored(store, modes=8, per_mode=5)
    phone = browser.new_context(
        viewport={"width": 390, "height": HEIGHT}, has_touch=True, is_mobile=True, color_scheme="dark"
    )
    page = phone.new_page()
    open_label(page, app, made.round)
    given = {}
    for i in range(ITEMS):
        buttons = page.locator(".lab-verdicts button")
        for button in buttons.all():
            assert in_reach(button), "nobody has to scroll to give a verdict"
        verdict = ("confirm", "reject", "unsure", "confirm")[i % 4]
        before = shown(page)
        page.locator(f".lab-verdicts [data-act={verdict}]").tap()
        given[before] = verdict
        page.wait_for_function(
            "before => document.querySelector('[data-f=item]').dataset.proposal !== before", arg=before
        )
    all_saved(page)
    wide = page.evaluate("document.documentElement.scrollWidth")
    phone.close()
    assert len(given) == ITEMS and standing(store, made.round) == given
    assert wide <= 390, "nothing is wider than the screen"


def in_reach(button: Locator) -> bool:
    box = button.bounding_box()
    return box is not None and box["y"] + box["height"] <= HEIGHT and min(box["width"], box["height"]) >= THUMB
