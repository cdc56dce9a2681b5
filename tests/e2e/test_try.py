"""The card Try a setting, answered by the real worker with the demo's target."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from faded.store.engine import Store
from tests.e2e.conftest import App, Watched
from tests.ui import believable
from tests.ui.believable import Believable

pytestmark = pytest.mark.timeout(900)

WORKER_MS = 400_000
"""A worker takes a few seconds to start, and minutes on a machine that is busy with other tests."""


def test_choose_a_picture_and_move_a_slider_by_key(watched: Watched, app: App, round_: Believable) -> None:
    page = watched.page
    page.goto(f"{app.address}/#landscape")
    card = page.locator("#map-try")
    pill, edited, status = (card.locator(f"[data-t={name}]") for name in ("pill-edited", "edited", "status"))
    expect(pill).to_have_text("not asked")
    card.get_by_role("radio", name="Picture 1: stop").focus()
    page.keyboard.press("ArrowRight")
    expect(card.get_by_role("radio", name="Picture 2: yield")).to_be_checked()
    expect(status).to_have_text("Unchanged.", timeout=WORKER_MS)
    expect(card.locator("[data-t=note-original]")).to_contain_text("Expected: yield.")
    unedited = edited.get_attribute("src")
    height = tall(card)

    slider = card.get_by_role("slider", name="darkening")
    slider.focus()
    page.keyboard.press("PageUp")
    page.keyboard.press("PageUp")
    page.keyboard.press("ArrowRight")
    expect(slider).to_have_attribute("aria-valuetext", "darkened by 62%")
    expect(status).to_have_text("Darkened by 62%.")
    expect(card.locator("[data-t=sure-edited]")).to_have_text(re.compile(r"\d+% sure"))
    expect(card.locator("[data-t=note-edited]")).to_contain_text("Expected: yield. Discrepancy")
    expect(pill).to_have_text(re.compile("A failure|No failure|Wrong, as unedited"))
    assert edited.get_attribute("src") != unedited
    assert tall(card) == height

    card.get_by_role("button", name="Reset to unchanged").press("Enter")
    expect(status).to_have_text("Unchanged.")
    assert edited.get_attribute("src") == unedited
    assert watched.console == []
    assert watched.elsewhere == []


def test_a_cell_of_the_map_sets_the_sliders(page: Page, app: App, round_: Believable) -> None:
    page.goto(f"{app.address}/#landscape")
    page.locator(".heat-cell").first.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    card = page.locator("#map-try")
    expect(card.get_by_role("slider", name="rotation")).to_be_focused()
    expect(card.get_by_role("slider", name="darkening")).to_have_attribute("aria-valuetext", "darkened by 30%")
    expect(card.get_by_role("slider", name="saturation")).to_have_attribute("aria-valuetext", "unchanged")
    expect(card.locator("[data-t=status]")).to_have_text(
        "Turned right by 90 degrees, darkened by 30%.", timeout=WORKER_MS
    )


def test_another_round_begins_with_its_own_pictures_unchanged(page: Page, app: App, store: Store) -> None:
    first, second = believable.explored(store), believable.explored(store)
    page.goto(f"{app.address}/?round={first.round}#landscape")
    card = page.locator("#map-try")
    card.get_by_role("radio", name="Picture 2: yield").check(force=True)
    card.get_by_role("slider", name="darkening").press("End")
    expect(card.locator("[data-t=status]")).to_have_text("Darkened by 80%.", timeout=WORKER_MS)
    page.get_by_label("Round").click()
    page.get_by_role("option", name=f"signs-{second.campaign}, round 1").click()
    expect(card.locator(f"[data-round='{second.round}']")).to_be_visible()
    expect(card.locator("[data-t=pill-edited]")).to_have_text("not asked")
    expect(card.get_by_role("radio", name="Picture 1: stop")).to_be_checked()
    expect(card.get_by_role("slider", name="darkening")).to_have_attribute("aria-valuetext", "unchanged")
    expect(card.locator("[data-t=edited]")).to_have_attribute("alt", "Edited picture")
    pictures = [card.locator(f"[data-t={name}]").get_attribute("src") for name in ("original", "edited")]
    assert pictures[0] == pictures[1]
    card.get_by_role("slider", name="saturation").press("Home")
    expect(card.locator("[data-t=status]")).to_have_text("Colour saturation at 0%.", timeout=WORKER_MS)
    card.get_by_role("button", name="Zoom").click()
    expect(card.locator("[data-t=item]")).to_have_class(re.compile("closer"))


def test_dragging_ends_with_the_newest_setting_answered_soon(page: Page, app: App, round_: Believable) -> None:
    page.goto(f"{app.address}/#landscape")
    card = page.locator("#map-try")
    card.locator(".try-samples label").nth(3).click()
    expect(card.locator("[data-t=status]")).to_have_text("Unchanged.", timeout=WORKER_MS)
    box = card.get_by_role("slider", name="rotation").bounding_box()
    assert box is not None
    asked: list[str] = []
    page.on("request", lambda r: asked.append(r.url) if "preview_ask" in (r.post_data or "") else None)
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    for i in range(60):
        page.mouse.move(box["x"] + box["width"] * (0.5 + i / 130), box["y"] + box["height"] / 2)
        page.wait_for_timeout(10)
    page.mouse.up()
    wanted = card.get_by_role("slider", name="rotation").get_attribute("aria-valuetext")
    assert wanted is not None and wanted.startswith("turned left")
    expect(card.locator("[data-t=status]")).to_have_text(f"{wanted.capitalize()}.")
    assert 0 < len(asked) < 30


def tall(card: Locator) -> float:
    box = card.bounding_box()
    assert box is not None
    return box["height"]
