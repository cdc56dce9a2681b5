"""What the pages say and show of a round on a model that draws, and that nothing in a prompt is taken for HTML."""

from __future__ import annotations

import re

import pytest

from faded.store import jobs
from faded.store.engine import Store
from faded.ui import evidence, landscape_page, preview_words, repair_page, run_page, verify_page
from faded.ui.cards import changes
from faded.ui.evidence import UNSEEN
from tests.ui import believable, believable_sets
from tests.ui.believable import NOW, Believable
from tests.ui.believable_sets import HOSTILE
from tests.ui.test_text_round import drawn, everything, facts_of


@pytest.fixture
def made(store: Store) -> Believable:
    return believable_sets.explored(store, queries=300)


@pytest.fixture
def verified(store: Store, made: Believable) -> Store:
    believable.labeled(store, made)
    believable_sets.repaired(store, made)
    return store


def test_the_pages_speak_of_prompts_and_sets(verified: Store) -> None:
    said = everything(verified)
    assert not re.search(r"\b(articles?|summar(y|ies))\b", re.sub(r"<[^>]*>", "", said))
    assert "of the prompts" in said
    assert "Sets that pass on unedited prompts went from" in said
    assert "the chosen set is better than the rejected one" in drawn(verified, repair_page)["pairs"]
    assert "at most 4 of each mode" in drawn(verified, repair_page)["pairs"]
    fixed = changes.render(facts_of(verified), "fixed", verified.workspace)
    assert "Failed before, pass now" in fixed
    assert re.search("<small>before</small><img[^>]*><small>now</small><img[^>]*, now'>", fixed)


def test_every_list_of_pictures_can_be_hidden_and_says_how_to_see_them(verified: Store) -> None:
    for page in (run_page, landscape_page, repair_page, verify_page):
        for name, shown in drawn(verified, page).items():
            if isinstance(shown, str) and "<img" in shown and name != "fade":  # which stands below another list
                assert UNSEEN in shown, name
                assert "f-generated" in shown, name


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
    answer = preview_words.answer(store.workspace, facts.round.summary, believable_sets.preview(store, job), True)
    assert answer["original"].startswith("data:image/png") and answer["edited"].startswith("data:image/png")
    assert (answer["said"]["original"]["pill"], answer["said"]["edited"]["pill"]) == ("Passes", "A failure")
    assert answer["said"]["edited"]["aloud"] == "A failure. Counted in the set: hair: 8 long; job: 8 nurse."
    assert facts.evidence is evidence.PROMPTS
