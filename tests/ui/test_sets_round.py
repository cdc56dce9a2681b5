"""What the pages say and show of a round on a model that draws, and that nothing in a prompt is taken for HTML."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser

import gradio as gr
import pytest

from faded.domain import Ratings, Role
from faded.labeling.standings import StandingsCache
from faded.stages import PREVIEW
from faded.store import jobs, previews
from faded.store.engine import Store
from faded.ui import (
    evidence,
    frame,
    landscape_page,
    preview_actions,
    preview_words,
    repair_page,
    run_page,
    verify_page,
)
from faded.ui.auth import User
from faded.ui.cards import changes, decide
from faded.ui.evidence import UNSEEN
from faded.ui.frame import Wiring
from tests.ui import believable, believable_sets
from tests.ui.believable import NOW, Believable
from tests.ui.believable_sets import HOSTILE, UNREAD
from tests.ui.test_had import asking
from tests.ui.test_text_round import drawn, everything, facts_of


@pytest.fixture
def made(store: Store) -> Believable:
    return believable_sets.explored(store, queries=300)


@pytest.fixture
def verified(store: Store, made: Believable) -> Store:
    believable.labeled(store, made)
    believable_sets.repaired(store, made)
    return store


PAGES = (run_page, landscape_page, repair_page, verify_page)
WITH_PICTURES = {
    "run": {"finds"},
    "landscape": {"try", "modes", "fade"},
    "repair": {"modes"},
    "verify": {"modes"},
}
"""What of each page holds pictures."""


def test_the_pages_speak_of_prompts_and_sets(verified: Store) -> None:
    said = everything(verified)
    assert not re.search(r"\b(articles?|summar(y|ies))\b", re.sub(r"<[^>]*>", "", said))
    assert "of the prompts" in said and ">Group<" in said and "ording<" not in said
    assert "Sets that pass on unedited prompts went from" in said
    fixed = changes.render(facts_of(verified), "fixed", verified.workspace)
    assert "Failed before, pass now" in fixed
    assert "Before'><figcaption>Before<b class='bad'>hair: 8 long" in fixed
    assert "Now'><figcaption>Now<b class='good'>hair: 5 long" in fixed


def test_a_repair_of_drawings_learns_from_ranked_sets_and_no_pairs(store: Store, made: Believable) -> None:
    assert drawn(store, repair_page)["pairs"] == "", "nothing is confirmed yet"
    believable.labeled(store, made, modes=2, ratings=Ratings(best=0, worst=3))
    believable.labeled(store, made)  # a third mode, without rankings
    words = drawn(store, repair_page)["pairs"]
    assert words.startswith("<h2>Rankings</h2>") and "<li>" not in words and " pair" not in words
    assert "Of <b>6 sets</b> people have chosen" in words
    assert "About <b>4</b> of the 16 pictures" in words and ": 4 sets of each mode, or more" in words


def test_without_a_ranking_a_repair_learns_from_what_it_draws(verified: Store) -> None:
    words = drawn(verified, repair_page)["pairs"]
    assert "Of no set has anybody chosen" in words and "<b>16</b> pictures in each step" in words


def test_every_picture_can_be_hidden_and_its_list_says_how_to_see_it(verified: Store) -> None:
    found: dict[str, set[str]] = {}
    for page in PAGES:
        for name, shown in drawn(verified, page).items():
            if not isinstance(shown, str) or "<img" not in shown:
                continue
            found.setdefault(page.__name__.rpartition(".")[2].removesuffix("_page"), set()).add(name)
            assert unhidden(shown) == 0, name
            assert name == "fade" or UNSEEN in shown, name  # it stands below another list
    assert found == WITH_PICTURES


def unhidden(shown: str) -> int:
    """Count the pictures in no list that the style sheet hides."""
    reader = Unhidden()
    reader.feed(shown)
    assert reader.pictures > 0 and not reader.open
    return reader.unhidden


class Unhidden(HTMLParser):
    """Reads HTML and counts its pictures."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[tuple[str, bool]] = []
        self.pictures = self.unhidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "img":
            self.pictures += 1
            self.unhidden += not any(hides for _, hides in self.open)
        elif tag not in VOID:
            self.open.append((tag, "f-generated" in (dict(attrs).get("class") or "").split()))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop()[0] == tag


VOID = {"input", "br"}


@pytest.fixture
def wiring(verified: Store) -> Wiring:
    with gr.Blocks():
        head = frame.layout()
        pages = [
            run_page.layout(verified),
            landscape_page.layout(verified, lambda: ""),
            repair_page.layout(),
            verify_page.layout(verified),
        ]
        return Wiring(verified, head, pages, lambda: "", lambda: "", StandingsCache())


def test_no_page_holds_a_picture_before_somebody_agrees(wiring: Wiring) -> None:
    none = [None] * len(wiring.choosers)
    for page in WITH_PICTURES:
        for consent in (False, None, "yes", 1):
            *updates, has = wiring.draw(User("local", Role.ADMIN), page, None, consent, asking(1), none)
            assert "data:image/png" not in str(updates) and "<img" in str(updates)
        again = wiring.draw(User("local", Role.ADMIN), page, None, False, asking(2, has), none)
        assert "<img" not in str(again[:-1])
        *updates, has = wiring.draw(User("local", Role.ADMIN), page, None, True, asking(2, has), none)
        assert str(updates).count("src='data:image/png") == str(updates).count("<img") > 0, page
        *updates, _ = wiring.draw(User("local", Role.ADMIN), page, None, False, asking(3, has), none)
        assert "data:image/png" not in str(updates) and "<img" in str(updates), "taken back"


def test_every_page_is_drawn_when_another_round_begins(verified: Store, wiring: Wiring) -> None:
    none = [None] * len(wiring.choosers)
    *_, has = wiring.draw(User("local", Role.ADMIN), "run", None, False, asking(1), none)
    assert not any(name.startswith("repair.") for name in json.loads(has)["parts"])
    *_, has = wiring.draw(User("local", Role.ADMIN), "run", None, False, asking(1), none, moved=True)
    assert {"run.explore", "repair.progress", "landscape.map", "verify.result"} <= set(json.loads(has)["parts"])


def test_pictures_that_no_model_drew_need_no_consent(store: Store, wiring: Wiring) -> None:
    made = believable.explored(store, now=NOW + 9000)
    updates = wiring.draw(User("local", Role.ADMIN), "run", made.round, False, asking(1), [None] * len(wiring.choosers))
    assert "src='data:image/png" in str(updates)


def test_sets_that_nothing_reads_are_told_by_their_distance(store: Store) -> None:
    made = believable_sets.explored(store, read=False)
    believable.labeled(store, made)
    believable_sets.repaired(store, made, read=False)
    said = everything(store)
    assert "8 pictures" not in said and "counted: " not in said and "same counts" not in said
    assert "distance from the prompt: 0.50" in drawn(store, run_page)["finds"]
    assert "distance from the prompt: 0.50" in drawn(store, landscape_page)["modes"]
    assert re.search(r"</b> fail still \(5\)</li></ul>", drawn(store, verify_page)["flow"])
    assert "<b class='bad'>fails</b>" in drawn(store, verify_page, group="fixed")["modes"]


def test_a_preview_that_nothing_reads_says_no_count(store: Store, made: Believable) -> None:
    facts = facts_of(store)
    with store.write() as db:
        job = jobs.enqueue(db, made.round, PREVIEW, now=NOW, params={"sample": "offered-0", "values": [4.0, 0.0, 0.0]})
    result = believable_sets.preview(store, job)
    unread = {side: result[side] | {"answer": UNREAD} for side in ("clean", "under_setting")}
    said = preview_words.answer(store.workspace, facts.round.summary, result | unread, True, True)["said"]
    assert UNREAD not in str(said) and said["edited"]["answer"] == ""
    assert said["edited"]["aloud"].startswith("A failure. ")


def test_figures_beside_the_failures_stand_with_their_intervals(verified: Store) -> None:
    result = drawn(verified, verify_page)["result"]
    assert "<dt>variety</dt><dd>-3.6%<small>-6.2% to -1.2%</small>" in result
    assert "<dt>faithfulness</dt><dd>-1.8 points<small>-2.7 to -0.9 points</small>" in result


@pytest.mark.parametrize(
    ("file", "words"),
    [
        ("pytorch_lora_weights.safetensors", "pipeline.load_lora_weights(folder)"),
        ("adapter_config.json", "model.load_adapter(folder)"),
        ("model_index.json", "Copy the folder to wherever"),
    ],
)
def test_where_a_repaired_target_lies_and_how_it_is_loaded(verified: Store, file: str, words: str) -> None:
    facts = facts_of(verified)
    folder = verified.workspace / facts.round.repaired
    folder.mkdir(parents=True)
    (folder / file).touch()
    said = decide.render_folder(facts, verified.workspace)
    assert words in said and ("Copy the folder to" in said) == (file == "model_index.json")


def test_html_in_a_prompt_is_escaped(store: Store, made: Believable) -> None:
    believable_sets.hostile(store, made)
    finds = drawn(store, run_page)["finds"]
    assert "&lt;img src=x" in finds
    assert HOSTILE not in everything(store)


def test_a_preview_shows_sheets_and_says_whether_they_pass(store: Store, made: Believable) -> None:
    facts = facts_of(store)
    with store.write() as db:
        params = {"sample": "offered-0", "values": [4.0, 0.0, 0.0]}
        job = jobs.enqueue(db, made.round, "preview", now=NOW, priority=jobs.INTERACTIVE, params=params)
    answer = preview_words.answer(store.workspace, facts.round.summary, believable_sets.preview(store, job), True, True)
    assert answer["original"].startswith("data:image/png") and answer["edited"].startswith("data:image/png")
    assert (answer["said"]["original"]["pill"], answer["said"]["edited"]["pill"]) == ("Passes", "A failure")
    assert answer["said"]["edited"]["aloud"] == "A failure. Counted in the set: hair: 8 long; job: 8 nurse."
    assert facts.evidence is evidence.PROMPTS


def test_a_preview_holds_no_picture_before_somebody_agrees(store: Store, made: Believable) -> None:
    with store.write() as db:
        params = {"sample": "offered-0", "values": [4.0, 0.0, 0.0]}
        asked = previews.ask(db, made.round, params["sample"], params["values"], "page", NOW)
        job = jobs.claim(db, believable.WORKER, 30, NOW, kinds=[PREVIEW])
        assert job is not None
        jobs.finish(db, asked, believable.WORKER, believable_sets.preview(store, job), NOW)
    look = {"viewer": "page", "job": asked, "original": True}
    for consent in (None, False, "yes"):
        shown = preview_actions.look(store, look | {"consent": consent}, "")
        assert "data:" not in str(shown) and shown["said"]["edited"]["pill"] == "A failure"
    assert str(preview_actions.look(store, look | {"consent": True}, "")).count("data:image/png") == 2
