from __future__ import annotations

import itertools
import json

from playwright.sync_api import Page, Route, expect

from benchmarks.app import App
from faded.store import remarks
from faded.store.engine import Store
from tests.e2e.label_helpers import all_saved, open_label, press, shown, standing
from tests.ui.believable import Believable

DISPATCH = "init => document.dispatchEvent(new KeyboardEvent('keydown', { bubbles: true, ...init }))"


def test_each_key_gives_its_verdict(page: Page, app: App, store: Store, round_: Believable) -> None:
    open_label(page, app, round_.round)
    given = {}
    for key, verdict in (("a", "confirm"), ("x", "reject"), ("i", "invalid"), ("Space", "unsure")):
        given[press(page, key)] = verdict
    all_saved(page)
    assert standing(store, round_.round) == given
    expect(page.locator("[data-f=progress]")).to_contain_text("4 verdicts by me")


def test_buttons_do_the_same_and_leave_space_to_unsure(page: Page, app: App, store: Store, round_: Believable) -> None:
    open_label(page, app, round_.round)
    first = shown(page)
    page.get_by_role("button", name="Confirm").click()
    expect(page.locator("[data-f=item]")).not_to_have_attribute("data-proposal", first)
    second = press(page, "Space")
    all_saved(page)
    assert standing(store, round_.round) == {first: "confirm", second: "unsure"}


def test_a_decided_mode_is_left_for_the_next(page: Page, app: App, store: Store, round_: Believable) -> None:
    # What somebody already looks at when the answer comes stays, and on a slow machine that is a fourth item of
    # a mode. In a hidden tab nobody looks.
    page.add_init_script("Object.defineProperty(document, 'visibilityState', { get: () => 'hidden' })")
    open_label(page, app, round_.round)
    modes = []
    for _ in range(12):
        modes.append(press(page, "a").split("-")[0])
        all_saved(page)
    expect(page.locator("[data-f=progress]")).to_contain_text("4 modes confirmed")
    assert [modes.count(m) for m in ("p0", "p1", "p2", "p3")] == [3, 3, 3, 3]
    expect(page.locator("[data-f=empty-head]")).to_have_text("Everything is labeled")


def test_undo_brings_the_item_back_ten_times_over(page: Page, app: App, store: Store, round_: Believable) -> None:
    open_label(page, app, round_.round)
    done = [press(page, "Space") for _ in range(10)]
    for expected in reversed(done):
        page.keyboard.press("Backspace")
        expect(page.locator("[data-f=item]")).to_have_attribute("data-proposal", expected)
    all_saved(page)
    assert standing(store, round_.round) == {}


def test_undo_reaches_behind_a_reload(page: Page, app: App, store: Store, round_: Believable) -> None:
    open_label(page, app, round_.round)
    done = press(page, "a")
    all_saved(page)
    open_label(page, app, round_.round)
    page.keyboard.press("Backspace")
    expect(page.locator("[data-f=item]")).to_have_attribute("data-proposal", done)
    all_saved(page)
    assert standing(store, round_.round) == {}


def test_a_flag_asks_for_a_reason_and_its_text_is_no_verdict(
    page: Page, app: App, store: Store, round_: Believable
) -> None:
    open_label(page, app, round_.round)
    item = shown(page)
    page.keyboard.press("f")
    page.keyboard.type("a sax is in it")
    page.get_by_role("button", name="Save flag").click()
    expect(page.locator("[data-f=flagged]")).to_have_text("Flagged: a sax is in it")
    assert shown(page) == item
    all_saved(page)
    assert standing(store, round_.round) == {}
    with store.read() as db:
        assert [(f.proposal_id, f.reason) for f in remarks.flags(db, round_.round)] == [(item, "a sax is in it")]


def test_skip_puts_the_item_last_and_is_no_verdict(page: Page, app: App, store: Store, round_: Believable) -> None:
    open_label(page, app, round_.round)
    skipped = press(page, "s")
    all_saved(page)
    assert standing(store, round_.round) == {}
    open_label(page, app, round_.round)
    assert shown(page) != skipped


def test_repeats_modifiers_and_composition_are_ignored(page: Page, app: App, store: Store, round_: Believable) -> None:
    open_label(page, app, round_.round)
    item = shown(page)
    for init in ({"repeat": True}, {"ctrlKey": True}, {"metaKey": True}, {"altKey": True}, {"isComposing": True}):
        page.evaluate(DISPATCH, {"key": "a", **init})
    page.wait_for_timeout(200)
    assert shown(page) == item
    page.evaluate(DISPATCH, {"key": "a"})
    expect(page.locator("[data-f=item]")).not_to_have_attribute("data-proposal", item)
    all_saved(page)
    assert standing(store, round_.round) == {item: "confirm"}


def test_keys_can_be_turned_off(page: Page, app: App, round_: Believable) -> None:
    open_label(page, app, round_.round)
    item = shown(page)
    page.keyboard.press("?")
    page.get_by_label("Use keys on this page").uncheck()
    page.get_by_role("button", name="Close").click()
    page.keyboard.press("a")
    page.wait_for_timeout(200)
    assert shown(page) == item


def test_a_refused_verdict_comes_back_with_the_reason(page: Page, app: App, round_: Believable) -> None:
    open_label(page, app, round_.round)

    def refuse(route: Route) -> None:
        if route.request.post_data_json["fn_name"] == "label_send":
            refused = {"ok": False, "message": "The round is decided."}
            body = json.dumps({"ok": True, "events": [refused], "last": None})
            route.fulfill(status=200, content_type="application/json", body=body)
        else:
            route.continue_()

    page.route("**/component_server*", refuse)
    page.route("**/component_server/", refuse)
    item = shown(page)
    page.keyboard.press("a")
    expect(page.locator("[data-f=trouble]")).to_have_text("Not saved: The round is decided.")
    assert shown(page) == item


def test_what_the_disk_does_not_take_is_kept_and_sent_again(page: Page, app: App, round_: Believable) -> None:
    open_label(page, app, round_.round)
    full = json.dumps({"ok": False, "message": "The disk is full."})

    def answer(route: Route) -> None:
        if route.request.post_data_json["fn_name"] == "label_send" and next(tries) == 0:
            route.fulfill(status=200, content_type="application/json", body=full)
        else:
            route.continue_()

    tries = itertools.count()
    page.route("**/component_server*", answer)
    page.route("**/component_server/", answer)
    item = shown(page)
    page.keyboard.press("a")
    expect(page.locator("[data-f=saved]")).to_contain_text("The disk is full. 1 not saved yet")
    expect(page.locator("[data-f=saved]")).to_have_text("All saved")
    assert shown(page) != item


def test_the_evidence_is_sharp_untinted_and_the_answer_is_text(page: Page, app: App, round_: Believable) -> None:
    open_label(page, app, round_.round)
    for part in ("original", "edited"):
        style = page.locator(f"img[data-f={part}]").evaluate(
            "e => { const s = getComputedStyle(e); return [s.imageRendering, s.filter, s.opacity, e.naturalWidth]; }"
        )
        assert style == ["pixelated", "none", "1", 64]
    expect(page.locator("[data-f=answer]")).to_have_text("no entry")
    expect(page.locator("[data-f=setting]")).to_contain_text("darkened by 60%")
    assert "0.93" not in page.locator("[data-f=card]").inner_text()
