"""Everything that a mouse does, by keyboard alone: every control is reached with Tab."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect

from faded.store import campaigns, jobs, remarks
from faded.store.campaigns import RoundState
from faded.store.engine import Store
from tests.e2e.conftest import App
from tests.e2e.label_helpers import all_saved, open_label, press, shown, standing
from tests.ui import believable, written
from tests.ui.believable import Believable

MOST_STOPS = 80
STAGE_MS = 180_000
"""Loading the target takes a while on a busy machine."""


def reach(page: Page, what: Locator) -> None:
    """Press Tab until a control has the focus."""
    expect(what).to_be_visible()
    for _ in range(MOST_STOPS):
        if what.evaluate("part => part === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{what} is not reached with Tab")


def turn(page: Page, name: str) -> None:
    page.evaluate("document.activeElement.blur()")
    reach(page, page.get_by_role("navigation").get_by_role("link", name=name))
    page.keyboard.press("Enter")
    expect(page.locator(f"#page-{name.lower()}")).to_be_visible()


def test_a_round_is_started_stopped_and_resumed(page: Page, app: App) -> None:
    page.goto(app.address)
    reach(page, page.get_by_label("Queries"))
    page.keyboard.press("Control+a")
    page.keyboard.type("4000")
    reach(page, page.get_by_role("button", name="Start round"))
    page.keyboard.press("Enter")
    stop, resume = (page.get_by_role("button", name=f"{word} exploring") for word in ("Stop", "Resume"))
    turn(page, "Repair")
    expect(page.locator("#repair-progress")).to_contain_text("The round is exploring")
    turn(page, "Run")
    reach(page, stop)
    page.keyboard.press("Enter")
    expect(resume).to_be_visible(timeout=STAGE_MS)
    reach(page, resume)
    page.keyboard.press("Space")
    reach(page, stop)
    page.keyboard.press("Enter")
    expect(page.locator(".f-sentence")).to_contain_text("is stopped", timeout=STAGE_MS)


def test_the_round_is_chosen_in_the_picker(page: Page, app: App, store: Store) -> None:
    first, second = believable.explored(store), believable.explored(store)
    page.goto(app.address)
    expect(page.locator(f"#f-now [data-round='{second.round}']")).to_be_attached()
    reach(page, page.get_by_label("Round", exact=True))
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator(f"#f-now [data-round='{first.round}']")).to_be_attached()
    reach(page, page.get_by_role("button", name="Start a round on a demo"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Start round")).to_be_visible()


def test_a_menu_that_is_left_closes(page: Page, app: App, round_: Believable) -> None:
    page.goto(f"{app.address}/?round={round_.round}#landscape")
    options = page.get_by_role("option")
    reach(page, page.get_by_label("Across", exact=True))
    expect(options).to_have_text([f"✓ {name}" for name in ("rotation", "darkening", "saturation")])
    page.keyboard.press("Tab")
    expect(options).to_have_text(["✓ darkening", "✓ saturation"])
    page.keyboard.press("Shift+Tab")
    expect(options).to_have_text([f"✓ {name}" for name in ("rotation", "darkening", "saturation")])
    page.keyboard.press("Escape")
    expect(options).to_have_count(0)
    reach(page, page.locator("#map-heat [data-key='0-0']"))
    expect(options).to_have_count(0)


def test_the_view_is_chosen_with_arrow_keys(page: Page, app: App, round_: Believable) -> None:
    page.goto(f"{app.address}/?round={round_.round}#landscape")
    view = page.get_by_role("group", name="View")
    reach(page, view.get_by_label("Heat map"))
    page.keyboard.press("ArrowRight")
    expect(view.get_by_label("3-D")).to_be_checked()
    expect(page.locator(".cube circle").first).to_be_visible()
    reach(page, page.get_by_role("button", name="Turn left"))
    before = page.locator(".cube circle").first.get_attribute("cx")
    page.keyboard.press("Enter")
    expect(page.locator(".cube circle").first).not_to_have_attribute("cx", str(before))
    reach(page, page.get_by_text("The same as tables"))
    page.keyboard.press("Enter")
    expect(page.locator(".cube-table").first).to_be_visible()


def test_a_flag_needs_a_reason_and_is_saved_with_ctrl_enter(
    page: Page, app: App, store: Store, round_: Believable
) -> None:
    open_label(page, app, round_.round)
    item = shown(page)
    page.keyboard.press("f")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("alert").filter(has_text="Give a reason")).to_be_visible()
    expect(page.get_by_label("Reason")).to_be_focused()
    page.keyboard.type("two signs")
    expect(page.get_by_text("Give a reason")).to_be_hidden()
    page.keyboard.press("Control+Enter")
    expect(page.locator("[data-f=flagged]")).to_have_text("Flagged: two signs")
    all_saved(page)
    with store.read() as db:
        assert [(f.proposal_id, f.reason) for f in remarks.flags(db, round_.round)] == [(item, "two signs")]


def test_the_key_sheet_opens_and_closes_with_its_key_and_rebinds(page: Page, app: App, round_: Believable) -> None:
    open_label(page, app, round_.round)
    sheet = page.get_by_role("dialog", name="Keys")
    page.keyboard.press("?")
    expect(sheet).to_be_visible()
    page.keyboard.press("?")
    expect(sheet).to_be_hidden()
    page.keyboard.press("?")
    reach(page, sheet.get_by_role("button", name="Confirm"))
    page.keyboard.press("Enter")
    page.keyboard.press("?")  # taken: it is asked for a key now, so the sheet stays
    expect(sheet).to_contain_text('"?" is the key of "This sheet" already')
    page.keyboard.press("Enter")
    page.keyboard.press("c")
    page.keyboard.press("?")
    expect(sheet).to_be_hidden()
    press(page, "c")
    all_saved(page)
    expect(page.locator("[data-f=progress]")).to_contain_text("1 verdict by me")


def test_a_chosen_key_stays_where_a_newer_action_has_it_and_is_shared_by_what_never_meets(
    page: Page, app: App, store: Store
) -> None:
    made = written.explored(store)
    page.add_init_script("""localStorage.setItem("faded-keys", '{"confirm": "e", "zoom": "d"}')""")
    open_label(page, app, made.round)
    expect(page.locator("[data-act=correct] kbd")).to_have_text("none")
    page.keyboard.press("?")
    sheet = page.get_by_role("dialog", name="Keys")
    # The zoom is for pictures alone, so its key is free on a card of articles.
    for name, key in (("Confirm", "e"), ("Correct the summary", "none"), ("Show or hide removed words", "d")):
        expect(sheet.locator("li", has_text=name).locator("kbd")).to_have_text(key)
    page.keyboard.press("?")
    removed = page.locator("[data-act=removed]")
    before = str(removed.get_attribute("aria-pressed"))
    page.keyboard.press("d")
    expect(removed).not_to_have_attribute("aria-pressed", before)
    item = press(page, "e")
    all_saved(page)
    assert standing(store, made.round) == {item: "confirm"}


def test_the_guidelines_and_the_practice_are_reached(page: Page, app: App, round_: Believable) -> None:
    open_label(page, app, round_.round)
    reach(page, page.locator(".lab-guide summary"))
    page.keyboard.press("Enter")
    expect(page.get_by_text("Two questions, in this order.")).to_be_visible()
    page.evaluate("document.activeElement.blur()")
    reach(page, page.get_by_role("button", name="Practise", exact=True))
    page.keyboard.press("Enter")
    expect(page.locator("[data-f=practice]")).to_contain_text("Practice 1 of 3")
    page.keyboard.press("i")
    reach(page, page.get_by_role("button", name="Stop practising"))
    page.keyboard.press("Enter")
    expect(page.locator("[data-f=practice]")).to_be_hidden()


def test_a_redraw_leaves_arrow_keys_working(page: Page, app: App, store: Store, round_: Believable) -> None:
    believable.labeled(store, round_)
    believable.repaired(store, round_, passed=False)
    page.goto(f"{app.address}/?round={round_.round}#verify")
    chosen = page.get_by_label("Newly broken")
    expect(chosen).to_be_checked()
    reach(page, chosen)
    found = page.evaluate(  # what a redraw does to it, and at once an arrow
        """() => {
          const buttons = [...document.querySelectorAll("#verify-group input")];
          buttons.forEach((button, i) => { button.name = `radio-${i}`; });
          return new Promise((resolve) => setTimeout(() => resolve(buttons.map((button) => button.name)), 0));
        }"""
    )
    assert set(found) == {"verify-group"}
    page.keyboard.press("ArrowLeft")
    expect(page.get_by_label("Unchanged")).to_be_checked()


def test_a_repair_is_looked_at_and_rolled_back(page: Page, app: App, store: Store, round_: Believable) -> None:
    believable.labeled(store, round_)
    believable.repaired(store, round_, passed=False)
    page.goto(f"{app.address}/?round={round_.round}")
    expect(page.locator(".f-sentence")).to_contain_text("rolling back is the safe choice")
    turn(page, "Verify")
    reach(page, page.get_by_label("Newly broken"))
    page.keyboard.press("ArrowLeft")
    expect(page.get_by_label("Unchanged")).to_be_checked()
    expect(page.locator("#verify-modes")).to_contain_text("A rise above the margin is ruled out")
    page.evaluate("document.activeElement.blur()")
    reach(page, page.get_by_role("button", name="Roll back"))
    page.keyboard.press("Enter")
    expect(page.get_by_text("Really roll back? The round is closed then.")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Roll back")).to_be_focused()
    page.keyboard.press("Enter")
    reach(page, page.get_by_role("button", name="Yes, roll back"))
    page.keyboard.press("Enter")
    expect(page.locator("#verify-result")).to_contain_text("Rolled back by local")
    with store.read() as db:
        assert campaigns.get_round(db, round_.round).state is RoundState.ROLLED_BACK
        assert len(jobs.list_for_round(db, round_.round)) == 3
