from __future__ import annotations

from playwright.sync_api import Page, expect

from benchmarks.app import App
from faded.domain import ModeKey
from faded.store import campaigns
from faded.store.engine import Store
from tests.e2e.conftest import Watched
from tests.ui import believable
from tests.ui.believable import Believable

PNG = b"\x89PNG"


def chosen(store: Store, round_id: int) -> list[ModeKey] | None:
    with store.read() as db:
        return campaigns.chosen_modes(campaigns.get_round(db, round_id))


def saved(page: Page, name: str) -> tuple[str, bytes]:
    """Press Enter on the button or link with the focus; return the file's name and content."""
    with page.expect_download() as waiting:
        page.keyboard.press("Enter")
    assert waiting.value.suggested_filename.startswith(name)
    return waiting.value.suggested_filename, waiting.value.path().read_bytes()


def test_pin_choose_and_take_away_by_keyboard(watched: Watched, app: App, store: Store, round_: Believable) -> None:
    believable.labeled(store, round_)
    page = watched.page
    page.goto(f"{app.address}/#landscape")
    expect(page.locator("#map-heat .heat-cell")).to_have_count(28)
    expect(page.locator(".heat-caption")).to_contain_text("averaged over saturation")

    page.get_by_role("combobox", name="saturation", exact=True).focus()
    page.get_by_role("option", name="colours at 50%").wait_for()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator(".heat-caption")).to_contain_text("saturation colours at")

    page.locator("#map-heat a[download]").focus()
    _, table = saved(page, "signs-")
    assert table.startswith(b"darkening,rotation,stratum,saturation,rate,low90,high90,trials,state")
    page.locator("#map-heat [data-png]").focus()
    _, picture = saved(page, "signs-")
    assert picture.startswith(PNG)

    boxes = page.locator("#map-fade input[type=checkbox]")
    expect(boxes).to_have_count(3)
    boxes.first.focus()
    page.keyboard.press("Space")
    expect(page.locator(".fade-state")).to_contain_text("2 of 3 confirmed modes are to be faded")
    expect(boxes.first).to_be_focused()
    assert len(chosen(store, round_.round) or ()) == 2
    page.keyboard.press("Space")
    expect(page.locator(".fade-state")).to_contain_text("All 3 confirmed modes are to be faded")
    assert chosen(store, round_.round) is None
    assert watched.console == []
    assert watched.elsewhere == []


def test_three_dimensions_are_sent_when_opened_and_turned_by_keys(
    watched: Watched, app: App, round_: Believable
) -> None:
    page = watched.page
    page.goto(f"{app.address}/#landscape")
    expect(page.locator("#map-heat .heat-cell")).to_have_count(28)
    expect(page.locator("[data-cube]")).to_have_count(0)
    page.get_by_label("3-D").focus()
    page.keyboard.press("Space")
    balls = page.locator(".cube circle")
    expect(balls).to_have_count(84)
    page.locator(".cube").focus()
    before = balls.first.get_attribute("cx")
    page.keyboard.press("ArrowRight")
    expect(balls.first).not_to_have_attribute("cx", str(before))
    page.get_by_text("The same as tables").click()
    expect(page.locator(".cube-table")).to_have_count(3)
    page.locator("#map-heat [data-png]").focus()
    assert saved(page, "signs-")[1].startswith(PNG)
    page.get_by_label("Heat map").check()
    expect(page.locator("#map-heat .heat-cell")).to_have_count(28)
    assert watched.console == []
