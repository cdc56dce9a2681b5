"""What the pages say and show of a round on a summarizer, and that nothing in an article is taken for HTML."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import ModuleType
from typing import Any

import pytest

from faded.config import CampaignConfig
from faded.domain import FadedError, Role
from faded.store import campaigns, jobs
from faded.store.engine import Store
from faded.ui import (
    articles,
    demos,
    evidence,
    landscape_page,
    repair_page,
    run_actions,
    run_page,
    status,
    verify_page,
)
from faded.ui.auth import User
from faded.ui.cards import changes, matrix
from faded.ui.evidence import Judged
from faded.ui.facts import Facts, read_facts
from faded.ui.landscape_choice import CHOOSERS
from faded.ui.landscape_view import LandscapeCache
from faded.ui.page import Deed, View
from faded.ui.text_marks import ADDED, CHANGED, REMOVED, SAME
from tests.ui import believable, believable_text
from tests.ui.believable import NOW, WORKER, Believable
from tests.ui.believable_text import HOSTILE

CHOICES: Mapping[ModuleType, Mapping[str, Any]] = {
    run_page: {"queries": 400, "seed": 0, "bound": 0.5},
    landscape_page: dict.fromkeys(CHOOSERS),
    repair_page: {"steps": 300},
    verify_page: {"rows": None, "group": None},
}


@pytest.fixture
def made(store: Store) -> Believable:
    return believable_text.explored(store)


@pytest.fixture
def verified(store: Store, made: Believable) -> Store:
    believable.labeled(store, made)
    believable_text.repaired(store, made)
    return store


def facts_of(store: Store) -> Facts:
    with store.read() as db:
        found = read_facts(db, None, "local")
    assert found is not None
    return found


def drawn(store: Store, page: ModuleType, **asked: Any) -> dict[str, Any]:
    choice = {**CHOICES[page], **asked}
    view = View(store, User("local", Role.ADMIN), facts_of(store), choice, LandscapeCache(store))
    return {name: shown.update for name, shown in page.draw(view).items()}


def everything(store: Store) -> str:
    """Return all that the pages draw, with every group of examples."""
    said = status.sentence(facts_of(store))
    for page in CHOICES:
        said += " ".join(map(str, drawn(store, page).values()))
    return said + "".join(drawn(store, verify_page, group=group)["modes"] for group in changes.GROUPS)


def test_no_page_speaks_of_pictures_or_classes(verified: Store) -> None:
    said = everything(verified)
    ours = re.sub(r"class='[^']*'|took pictures", "", said)  # some onlookers in the articles did
    assert not re.search(r"\bpictures?\b|<img", ours, re.IGNORECASE)
    assert not re.search(r">Class<|\bclasses\b|'class'", said)
    assert "among 100% of the articles" in said and "Articles" in said and ">Stratum<" in said


def test_pages_of_a_round_that_has_begun_nothing_speak_of_articles(store: Store, made: Believable) -> None:
    assert "three verdicts on different articles" in facts_of(store).missing_for_repair()
    assert evidence.of({}, CampaignConfig(demo="bulletins").to_json()).is_text
    assert not evidence.of({}, CampaignConfig(demo="signs").to_json()).is_text
    assert not evidence.of({}, {"demo": "signs"}).is_text, "from before there were articles"
    assert evidence.of({"labelled": False}).judged is Judged.KEPT


def test_pages_of_pictures_say_what_they_said(store: Store) -> None:
    made = believable.explored(store)
    believable.labeled(store, made)
    believable.repaired(store, made)
    said = everything(store)
    assert "article" not in said
    for words in (
        "Accuracy on unedited pictures went from 98.1% to 97.8% (-0.3 points)",
        "tune pictures of their class",
        "of the pictures failed under these settings",
        "try its setting on a picture",
    ):
        assert words in said


def test_finds_show_the_edits_and_what_differs_from_the_expected_summary(store: Store, made: Believable) -> None:
    shown = drawn(store, run_page)["finds"]
    assert shown.count("<li>") == 6
    assert "<mark>" in shown and "<del>" in shown and "<dt>expected</dt>" in shown
    assert "<dt>wrote</dt>" in shown and re.search(r"wrote</dt><dd><span[^>]*>A \w+ [^<]*<mark>", shown)


def test_examples_stand_with_settings_and_boxes_keep_short_names(verified: Store) -> None:
    page = drawn(verified, landscape_page)
    assert "<div class='modes-text'><p class='f-stretch'>" in page["modes"]
    boxes = re.findall(r"<label>.*?</label>", page["fade"])
    assert len(boxes) == 3 and not any("f-stretch" in box for box in boxes)
    assert page["fade"].count("f-stretch") == 3


def test_the_repair_counts_what_a_text_repair_learns_in_a_step(verified: Store) -> None:
    page = drawn(verified, repair_page)
    assert (
        "re-applied to tune articles of their stratum, drawn once before the first step. Of these the repair learns "
        "from <b>28</b> in each step, with 4 of the pairs." in page["pairs"]
    )
    assert page["pairs"].count("f-stretch") == 6 and "Unedited articles lost" in page["curves"]


def test_what_a_step_learns_is_what_the_round_says(store: Store, made: Believable) -> None:
    believable.labeled(store, made)
    with store.write() as db:
        campaigns.update_round(db, made.round, summary={"repair": {"batch": 8, "anchor": 2, "draws": 1500}})
    words = drawn(store, repair_page)["pairs"]
    assert "drawn once before the first step, at most 1,500 of them." in words and "anew" not in words
    assert "from <b>7</b> in each step, with 1 of the pairs." in words


def test_how_often_a_repair_is_scored_is_what_the_round_says(store: Store, made: Believable) -> None:
    believable.labeled(store, made)
    assert "Every 50 steps the network is scored" in drawn(store, repair_page)["budget"]
    with store.write() as db:
        told = {"batch": 8, "anchor": 2, "draws": 1500, "evaluate_every": 10, "patience": 30}
        campaigns.update_round(db, made.round, summary={"repair": told})
    words = drawn(store, repair_page)["budget"]
    assert "Every 10 steps the network is scored" in words and "where 30 scores in a row" in words


def test_the_clean_score_is_no_accuracy(verified: Store) -> None:
    result = drawn(verified, verify_page)["result"]
    assert "Clean score on unedited articles went from 0.901 to 0.894 (-0.007)" in result
    assert "-0.007<small>-0.014 to +0.000</small>" in result and "ccuracy" not in result
    assert "0.901 to 0.894" in drawn(verified, run_page)["rounds"]
    rewrite(verified, clean_is="accuracy")
    assert "Summaries that pass on unedited articles went from 90.1% to 89.4%" in drawn(verified, verify_page)["result"]


def rewrite(store: Store, **changed: Any) -> None:
    """Verify again, with other findings."""
    with store.write() as db:
        round_id = facts_of(store).round.id
        job = jobs.enqueue(db, round_id, "verify", now=NOW + 4000, priority=jobs.INTERACTIVE)
        jobs.claim(db, WORKER, 30, NOW + 4001)
        jobs.finish(db, job.id, WORKER, believable_text.verification(store) | changed, NOW + 4002)


def test_right_and_wrong_come_from_the_measure_not_from_the_reference(verified: Store) -> None:
    fixed = drawn(verified, verify_page, group="fixed")["modes"]
    assert "Failed before, pass now" in fixed
    before = re.findall(r"<dt>before</dt><dd class='(\w*)'>", fixed)
    now = re.findall(r"<dt>now</dt><dd class='(\w*)'>", fixed)
    assert (before, now) == (["bad"] * 6, ["good"] * 4 + ["bad"] * 2)
    assert fixed.count("<dt>expected</dt>") == 6 and fixed.count(">, passes</span>") == 4


def test_what_the_target_writes_now_is_marked_where_it_differs(verified: Store) -> None:
    clean = drawn(verified, verify_page, group="clean")["modes"]
    assert "whose summary passed before the repair and fails now" in clean
    example = re.search(r"<dt>before</dt>.*?</dl>", clean)
    assert example is not None and "<del>" in example[0] and "<mark>" in example[0]
    assert "<mark>" not in re.sub(r"<dl>.*?</dl>", "", clean), "an unedited article has no edits"


def test_the_flow_of_free_texts_lists_no_moves(verified: Store) -> None:
    flow = drawn(verified, verify_page)["flow"]
    assert "gave 209 failing summaries before the repair. Meanwhile 3 summaries that passed fail now." in flow
    assert "<table" not in flow and "One summary." not in flow


def test_the_csv_of_the_modes_has_the_words_of_the_evidence(verified: Store) -> None:
    found = facts_of(verified)
    assert found.result is not None
    assert matrix.to_csv(found.result["modes"], found.evidence).startswith("stratum,setting,roles,articles,")
    assert drawn(verified, verify_page)["rows"]["choices"] == [
        ("stratum", ""),
        ("lowercase", "lowercase"),
        ("stop words", "stop_words"),
        ("letter swap", "letter_swap"),
    ]


def test_nothing_of_an_article_or_a_summary_is_taken_for_html(verified: Store, made: Believable) -> None:
    proposal = believable_text.hostile(verified, made)
    texts = {"stratum": HOSTILE, "setting": HOSTILE, "before": HOSTILE, "after": f"{HOSTILE} now", "reference": HOSTILE}
    blobs = {"original": proposal.original, "edited": proposal.edited}
    rewrite(verified, examples=[e | texts | blobs for e in believable_text.examples(verified)])
    believable_text.with_article(verified, made, HOSTILE)
    said = everything(verified)
    assert "onerror" in drawn(verified, run_page)["finds"] and "onerror" in drawn(verified, landscape_page)["try"]
    assert said.count("onerror") > 10
    assert "<img" not in said and "<b>bold" not in said


def test_a_stretch_begins_shortly_before_the_first_edit() -> None:
    words = " ".join(f"word{i}" for i in range(60))
    segments = [(SAME, f"{words} "), (REMOVED, "road"), (CHANGED, "raod"), (SAME, f" {words}")]
    shown = articles.cut(articles.as_edited(segments), 100)
    text = "".join(piece for _, piece in shown)
    assert (CHANGED, "raod") in shown and REMOVED not in [kind for kind, _ in shown]
    assert text.startswith("\N{HORIZONTAL ELLIPSIS} word") and text.endswith("\N{HORIZONTAL ELLIPSIS}")
    assert len(text) < 130 and text.index("raod") < 60
    assert articles.cut([(SAME, "short")], 100) == [(SAME, "short")]
    assert articles.cut([(ADDED, "x" * 300)], 100)[0][1] == "x" * 100, "a text without spaces is cut all the same"
    assert articles.cut([], 100) == []


def test_texts_with_little_in_common_are_not_marked() -> None:
    old, new = articles.differing("A lorry fell over on Friday.", "Seven homes lost their water in the night.")
    assert "<mark>" not in new and "<del>" not in old
    old, new = articles.differing("A lorry fell over on Friday.", "A lorry fell over on Sunday.")
    assert "<del>Friday</del>" in old and "<mark>Sunday</mark>" in new


def test_each_demo_can_be_started_with_a_budget_of_its_own(store: Store) -> None:
    assert [d.queries for d in demos.DEMOS.values()] == [6000, 3000, 400]
    started = run_actions.start_demo(Deed(store, User("local", Role.ADMIN), None, ("bulletins", 3000, 0, 0.5)))
    with store.read() as db:
        campaign = campaigns.get_campaign(db, campaigns.get_round(db, started).campaign_id)
    assert campaign.config["demo"] == "bulletins" and campaign.name.startswith("bulletins-")
    assert facts_of(store).evidence.is_text, "before it has begun to explore"
    with pytest.raises(FadedError, match="There is no demo 'letters': choose one of signs, bulletins"):
        run_actions.demo_config("letters", 3000, 0, 0.5)
