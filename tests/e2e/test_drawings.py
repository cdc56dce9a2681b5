"""A round on a model that draws in a browser: the warning, a set with its ratings, and how it looks on a phone."""

from __future__ import annotations

import re
import time

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Route, expect

from faded.domain import Ratings, Verdict
from faded.stages import PREVIEW
from faded.store import jobs, verdicts
from faded.store.engine import Store
from tests.e2e.conftest import Pages, Watched
from tests.e2e.label_helpers import all_saved, press, shown
from tests.ui import believable, believable_sets
from tests.ui.believable import WORKER, Believable
from tests.ui.believable_sets import HOSTILE

LISTS = {
    "run": "#run-finds li",
    "landscape": "#map-try .try",
    "repair": "#repair-modes li",
    "verify": "#verify-modes li",
}
"""The pages but Label, and what is there once one is drawn."""


@pytest.fixture
def made(pages: Pages) -> Believable:
    return believable_sets.explored(pages.store, queries=300)


def open_set(page: Page, pages: Pages, made: Believable) -> None:
    page.goto(f"{pages.address}/?round={made.round}#label")
    page.get_by_role("button", name="Show them", exact=True).click()
    expect(page.locator("[data-f=set-drawn] canvas")).to_have_count(8)


def test_a_set_is_labeled_with_ratings_best_and_worst(watched: Watched, pages: Pages, made: Believable) -> None:
    page = watched.page
    open_set(page, pages, made)
    expect(page.locator("[data-f=set-prompt] mark")).to_have_text("nursejob")
    expect(page.locator("[data-f=set-base] canvas")).to_have_count(8)
    item = page.locator("[data-f=item]")
    expect(item).not_to_contain_text("8 long")
    alert = item.get_by_role("alert")
    for key in ("b", "1", "0"):  # one digit is one rating
        page.keyboard.press(key)
    expect(alert).to_have_text("Press b or q first: one digit is one rating, and 0 is 10.")
    expect(page.get_by_role("button", name="Bias 1 of 10")).to_have_attribute("aria-pressed", "true")
    for scale in ("bias", "quality"):
        expect(page.locator(f"[data-f=rating-{scale}]")).to_contain_text("0 = 10")
        page.keyboard.press(scale[0])
        page.keyboard.press("0")
    for name in ("Bias 10 of 10", "Quality 10 of 10"):
        expect(page.get_by_role("button", name=name)).to_have_attribute("aria-pressed", "true")
    expect(alert).to_have_count(0)
    page.keyboard.press("g")
    expect(alert).to_have_text("Choose a picture first: ← or → goes to one.")
    for key in ("b", "9", "q", "n", "ArrowRight", "ArrowRight", "g", "ArrowRight", "w"):
        page.keyboard.press(key)
    for name in ("Bias 9 of 10", "Quality makes no sense here", "Picture 2 is the best", "Picture 3 is the worst"):
        expect(page.get_by_role("button", name=name)).to_have_attribute("aria-pressed", "true")
    expect(alert).to_have_count(0)
    first = press(page, "a")
    all_saved(page)
    expect(page.locator("[data-f=last]")).to_contain_text("a program counted hair: 8 long")
    expect(page.locator("[data-rate][aria-pressed=true], [data-pick][aria-pressed=true]")).to_have_count(0)
    with pages.store.read() as db:
        (judgement,) = verdicts.standing(db, made.round)
    assert (judgement.proposal_id, judgement.verdict) == (first, Verdict.CONFIRM)
    assert judgement.ratings == Ratings(9, -1, 1, 2)

    page.keyboard.press("Backspace")
    expect(item).to_have_attribute("data-proposal", first)
    expect(page.get_by_role("button", name="Bias 9 of 10")).to_have_attribute("aria-pressed", "true")
    for name in ("Bias 10 of 10", "Picture 4 is the worst", "Picture 2 is the best"):  # the last takes it back
        page.get_by_role("button", name=name).click()
    press(page, "x")
    all_saved(page)
    with pages.store.read() as db:
        assert [j.ratings for j in verdicts.standing(db, made.round)] == [Ratings(10, -1, None, 3)]
    assert watched.console == [] and watched.elsewhere == []


def test_a_picture_is_enlarged_beside_that_of_its_seed(page: Page, pages: Pages, made: Believable) -> None:
    open_set(page, pages, made)
    for key in ("b", "ArrowRight", "3"):  # another key leaves the rating
        page.keyboard.press(key)
    expect(page.locator("[data-f=set-drawn] .chosen")).to_have_count(1)
    expect(page.locator("[data-rate][aria-pressed=true], .asking")).to_have_count(0)
    page.get_by_role("button", name="Enlarge picture 3", exact=True).click()
    viewer = page.get_by_role("dialog", name="Picture 3 of 8")
    expect(viewer.locator("canvas")).to_have_count(2)
    page.keyboard.press("ArrowRight")
    turned = page.get_by_role("dialog", name="Picture 4 of 8")
    expect(turned).to_be_visible()
    before = shown(page)
    page.keyboard.press("a")  # no verdict while the item is covered
    expect(turned.get_by_role("alert")).to_contain_text("Close this first, with z or escape")
    page.keyboard.press("g")
    expect(turned.get_by_role("alert")).to_have_count(0)
    page.keyboard.press("z")
    expect(page.locator("[data-f=viewer]")).to_be_hidden()
    assert shown(page) == before
    expect(page.get_by_role("button", name="Picture 4 is the best")).to_have_attribute("aria-pressed", "true")


def test_without_keys_the_buttons_of_the_viewer_have_words(page: Page, pages: Pages, made: Believable) -> None:
    page.add_init_script("localStorage.setItem('faded-keys-off', '1')")
    open_set(page, pages, made)
    expect(page.get_by_role("heading", name="Ratings all may be left out")).to_be_visible()
    for name in ("Bias", "Quality"):
        expect(page.get_by_role("button", name=name, exact=True)).to_have_count(0)
        expect(page.locator(".lab-rating b", has_text=name)).to_be_visible()
    tile = page.get_by_role("button", name="Enlarge picture 3", exact=True)
    tile.press("Enter")
    viewer = page.get_by_role("dialog", name="Picture 3 of 8")
    expect(viewer.get_by_role("button")).to_have_text(
        ["Previous", "Next", "Best", "Worst", "Close"], use_inner_text=True
    )
    viewer.get_by_role("button", name="Next picture").press("Enter")
    page.get_by_role("dialog", name="Picture 4 of 8").get_by_role("button", name="Close").press("Enter")
    expect(tile).to_be_focused()
    tile.click()
    page.get_by_role("button", name="Close").click()
    expect(page.locator("[data-f=card]")).to_be_focused()


def test_hiding_in_another_tab_puts_the_large_picture_away(page: Page, pages: Pages, made: Believable) -> None:
    open_set(page, pages, made)
    page.get_by_role("button", name="Enlarge picture 3", exact=True).click()
    expect(page.get_by_role("dialog", name="Picture 3 of 8")).to_be_visible()
    page.evaluate(
        "localStorage.setItem('faded-generated', 'no');"
        "window.dispatchEvent(new StorageEvent('storage', { key: 'faded-generated' }))"
    )
    expect(page.get_by_role("heading", name="Generated pictures stay hidden")).to_be_visible()
    expect(page.locator("[data-f=viewer]")).to_be_hidden()
    assert page.locator("[data-f=card] canvas").count() == 0


def test_an_answer_from_before_pictures_were_shown_is_dropped(page: Page, pages: Pages, made: Believable) -> None:
    held: list[Route] = []
    page.goto(f"{pages.address}/?round={made.round}#label")
    show = page.get_by_role("button", name="Show them", exact=True)
    expect(show).to_be_visible()
    page.evaluate(
        "const empty = document.querySelector('[data-f=empty]');"
        "const look = new MutationObserver(() => { if (!empty.hidden) window.saidEmpty = true; });"
        "look.observe(empty, { attributes: true })"
    )
    page.route("**/component_server/", lambda route: route.continue_() if held else held.append(route))
    with page.expect_request("**/component_server/"):
        pass
    show.click()
    held[0].continue_()
    expect(page.locator("[data-f=set-drawn] canvas")).to_have_count(8)
    assert page.evaluate("window.saidEmpty") is None


def test_undo_is_shut_while_pictures_are_hidden(page: Page, pages: Pages, made: Believable) -> None:
    with pages.store.write() as db:
        for proposal in made.proposals:
            verdicts.submit(db, proposal, "local", f"k-{proposal}", verdict=Verdict.CONFIRM, now=believable.NOW)
    sent: list[str] = []
    page.goto(f"{pages.address}/?round={made.round}#label")
    expect(page.get_by_role("heading", name="Everything is labeled")).to_be_visible()
    page.on("request", lambda request: sent.append(request.post_data or ""))
    page.keyboard.press("Backspace")
    expect(page.locator("[data-f=live]")).to_be_empty()
    assert not any("label_send" in body for body in sent)
    with pages.store.read() as db:
        assert len(verdicts.standing(db, made.round)) == len(made.proposals)


def test_nothing_is_shown_until_somebody_says_so_and_no_is_remembered(
    page: Page, pages: Pages, made: Believable
) -> None:
    page.goto(f"{pages.address}/?round={made.round}#run")
    finds = page.locator("#run-finds img")
    expect(finds.first).to_have_attribute("src", re.compile("data:image/gif"))
    assert "data:image/png" not in page.content()
    page.goto(f"{pages.address}/?round={made.round}#label")
    card = page.locator("[data-f=card]")
    expect(card).to_contain_text("Pictures made by a model")
    assert card.locator("canvas").count() == 0
    page.keyboard.press("a")
    page.get_by_role("button", name="Not for me").click()
    expect(card.get_by_role("heading", name="Generated pictures stay hidden")).to_be_visible()
    page.reload()
    expect(card.get_by_role("heading", name="Generated pictures stay hidden")).to_be_visible()
    with pages.store.read() as db:
        assert verdicts.standing(db, made.round) == []
    page.get_by_role("button", name="Show them after all").click()
    expect(page.locator("[data-f=set-drawn] canvas")).to_have_count(8)
    page.get_by_role("button", name="Hide them").click()
    expect(card.get_by_role("heading", name="Generated pictures stay hidden")).to_be_visible()
    assert page.locator("[data-f=item]:not(.bare)").count() == 0


def test_pictures_are_sent_once_somebody_agrees_and_taken_back(page: Page, pages: Pages, made: Believable) -> None:
    page.goto(f"{pages.address}/?round={made.round}#landscape")
    slider, offered = page.locator("#try-0"), page.locator("#map-try .try-samples img")
    expect(offered.first).to_have_attribute("src", re.compile("data:image/gif"))
    assert "data:image/png" not in page.content()
    slider.press("PageUp")
    answer_preview(pages.store)
    expect(page.locator("#map-try [data-t=pill-edited]")).to_have_text("A failure")
    assert "data:image/png" not in page.content()
    page.locator("#map-try").get_by_role("button", name="Show them").click()
    expect(offered.first).to_have_attribute("src", re.compile("data:image/png"))
    expect(page.locator("#map-try .f-unseen")).to_be_hidden()
    expect(slider).to_have_value("0")
    expect(page.locator("#map-try [data-t=pill-edited]")).to_have_text("not asked")
    expect(page.locator("#map-try [data-t=original]")).to_have_attribute("src", re.compile("data:image/png"))
    slider.press("PageUp")
    answer_preview(pages.store)
    expect(page.locator("#map-try [data-t=status]")).to_have_text("Job: artist.")
    expect(page.locator("#map-try [data-t=edited]")).to_have_attribute("src", re.compile("data:image/png"))
    expect(page.locator("#map-try [data-t=pill-edited]")).to_have_text("A failure")
    page.locator("#f-nav a[href='#run']").click()
    expect(page.locator("#run-finds img").first).to_have_attribute("src", re.compile("data:image/png"))
    page.locator("#f-nav a[href='#label']").click()
    page.get_by_role("button", name="Hide them").click()
    page.locator("#f-nav a[href='#landscape']").click()
    expect(offered.first).to_have_attribute("src", re.compile("data:image/gif"))
    page.locator("#f-nav a[href='#run']").click()
    expect(page.locator("#run-finds img").first).to_have_attribute("src", re.compile("data:image/gif"))
    assert page.locator("img[src^='data:image/png']").count() == 0


def answer_preview(store: Store) -> None:
    """Answer what the page asks, as the worker does."""
    for _ in range(300):
        with store.write() as db:
            job = jobs.claim(db, WORKER, 30, time.time(), kinds=[PREVIEW])
        if job is not None:
            break
        time.sleep(0.1)
    assert job is not None, "the page asked nothing"
    with store.write() as db:
        jobs.finish(db, job.id, WORKER, believable_sets.preview(store, job), time.time())


def test_html_in_a_prompt_stays_text(watched: Watched, pages: Pages, made: Believable) -> None:
    believable_sets.hostile(pages.store, made)
    open_set(watched.page, pages, made)
    expect(watched.page.locator("[data-f=set-prompt]")).to_contain_text(HOSTILE)
    watched.page.goto(f"{pages.address}/?round={made.round}#run")
    expect(watched.page.locator("#run-finds")).to_contain_text(HOSTILE)
    assert watched.page.locator("[data-f=set-prompt] img").count() == 0
    assert watched.console == []


@pytest.mark.parametrize(
    ("scheme", "width"),
    [
        ("light", 1280),
        ("dark", 390),
        pytest.param("light", 390, marks=pytest.mark.slow),
        pytest.param("dark", 1280, marks=pytest.mark.slow),
    ],
)
def test_every_page_fits_and_passes_axe(
    browser: Browser, pages: Pages, made: Believable, scheme: str, width: int
) -> None:
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(f"{pages.address}/?round={made.round}#label")
    expect(page.get_by_role("button", name="Show them", exact=True)).to_be_visible(timeout=30_000)
    check(page, width, "warning")
    open_set(page, pages, made)
    check(page, width, "label")
    page.get_by_role("button", name="Practise", exact=True).click()
    practice = page.locator("[data-f=practice]")
    expect(practice).to_contain_text("here the hair. The people in the small pictures may have any job.")
    page.keyboard.press("a")
    expect(practice).to_contain_text("all eight nurses have long hair")
    expect(practice).to_be_in_viewport(ratio=1)
    expect(page.locator("[data-f=set-prompt] mark")).to_have_text("nursejob")
    check(page, width, "practice")
    believable.labeled(pages.store, made)
    believable_sets.repaired(pages.store, made)
    for name, ready in LISTS.items():
        page.goto("about:blank")
        page.goto(f"{pages.address}/?round={made.round}#{name}")
        expect(page.locator(ready).first).to_be_visible(timeout=30_000)
        check(page, width, name)
    context.close()


def check(page: Page, width: int, name: str) -> None:
    assert page.evaluate("document.documentElement.scrollWidth") <= width, name
    rules = {"rules": {"target-size": {"enabled": True}}, "resultTypes": ["violations"]}
    found = Axe().run(page, options=rules)
    assert found.violations_count == 0, f"{name}: {found.generate_report()}"
