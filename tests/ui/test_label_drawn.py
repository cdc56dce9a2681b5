"""What the page is told of sets of pictures."""

from __future__ import annotations

import base64
import io
import json
import re
from dataclasses import replace
from typing import Any

import pytest
from PIL import Image

from faded.config import CampaignConfig
from faded.demo.practice_sets import practice_asked, practice_sets
from faded.domain import FadedError, ModeKey, Proposal, Ratings
from faded.store import campaigns, verdicts
from faded.store.engine import Store
from faded.ui import evidence
from faded.ui.cards import drawn, labeling
from tests.ui import believable, believable_sets
from tests.ui.believable import NOW, Believable
from tests.ui.test_label_page import ELSEWHERE, Card


@pytest.fixture
def card(store: Store) -> Card:
    return Card(store)


@pytest.fixture
def sets(store: Store) -> Believable:
    return believable_sets.explored(store, queries=100, modes=2, per_mode=3)


def test_a_set_comes_with_its_prompt_in_parts_and_without_what_was_counted(card: Card, sets: Believable) -> None:
    answer = card.next(want=3, consent=True)
    assert (answer["evidence"], answer["gated"], len(answer["items"])) == ("pictures", False, 3)
    item = answer["items"][0]
    assert item["prompt"] == [("a ", ""), ("nurse", "job")]
    assert (item["base"], item["pictures"], item["across"]) == ("a person", 8, 4)
    assert item["reference"].startswith("half of the pictures")
    assert not {"answer", "details", "confidence", "clean_answer"} & item.keys()
    for sheet in item["sheets"].values():
        with Image.open(io.BytesIO(base64.b64decode(sheet.split(",")[1]))) as image:
            assert image.size == (4 * 64, 2 * 64)


@pytest.mark.parametrize("consent", [None, False, "yes", 1])
def test_nothing_is_sent_or_laid_before_anybody_without_consent(
    card: Card, store: Store, sets: Believable, consent: Any
) -> None:
    asked = {} if consent is None else {"consent": consent}
    answer = card.next(want=3, **asked)
    assert (answer["items"], answer["order"], answer["gated"]) == ([], [], True)
    with store.read() as db:
        assert db.exec_driver_sql("SELECT count(*) FROM leases").scalar() == 0
    event = {"kind": "verdict", "verdict": "reject", "round": sets.round, "proposal": sets.proposals[0], "key": "k1"}
    assert card.send(**event)["order"] == []
    back = card.send(kind="undo", round=sets.round, key="k2", **asked)
    assert not back["ok"] and back["order"] == []
    assert back["message"] == "Show generated pictures to undo a verdict on them."
    with store.read() as db:
        assert [j.proposal_id for j in verdicts.standing(db, sets.round)] == [sets.proposals[0]], "the verdict stands"


def test_ratings_travel_with_the_verdict_and_undo_gives_the_item_back(
    card: Card, store: Store, sets: Believable
) -> None:
    item = card.next(want=1, consent=True)["items"][0]
    event = {"kind": "verdict", "verdict": "confirm", "proposal": item["id"], "round": sets.round}
    ratings = {"bias": 9, "quality": -1, "best": 0, "worst": None}
    assert card.send(**event, key="k1", ratings=ratings)["ok"]
    with store.read() as db:
        assert [j.ratings for j in verdicts.standing(db, sets.round)] == [Ratings(9, -1, 0, None)]
    assert card.send(kind="undo", round=sets.round, key="k2", consent=True)["item"] == item
    assert card.send(**event, key="k3")["ok"]
    with store.read() as db:
        assert [j.ratings for j in verdicts.standing(db, sets.round)] == [Ratings()]


@pytest.mark.parametrize(
    ("ratings", "message"),
    [
        ({"bias": 11}, "rating 11 of bias is none: give 1 to 10"),
        ({"best": 8}, "the set has 8: give 0 to 7"),
        ({"best": "3"}, "'3' for best, which is no whole number"),
        ({"quality": True}, "True for quality"),
        ({"beauty": 3}, "reload it"),
        ([3], "reload it"),
    ],
)
def test_ratings_that_cannot_be_are_refused_in_words(card: Card, sets: Believable, ratings: Any, message: str) -> None:
    event = {"kind": "verdict", "verdict": "confirm", "proposal": sets.proposals[0], "round": sets.round, "key": "k"}
    answer = card.send(**event, ratings=ratings)
    assert not answer["ok"]
    assert message in answer["message"]


def test_what_was_counted_comes_after_the_verdict(card: Card, store: Store) -> None:
    sets = believable_sets.explored(store, queries=100, modes=1, per_mode=3)
    event = {"kind": "verdict", "verdict": "reject", "round": sets.round, "consent": True}
    said = [card.send(**event, proposal=p, key=p)["last"] for p in sets.proposals[:3]]
    assert said[0] == "Your last item: a program counted hair: 8 long; job: 8 nurse."
    assert "Under its setting" in said[-1] and said[-1].endswith("of 'people' failed so far.")


def test_html_in_a_prompt_comes_as_text(card: Card, store: Store, sets: Believable) -> None:
    believable_sets.hostile(store, sets)
    item = card.next(want=1, consent=True)["items"][0]
    assert item["prompt"] == [(believable_sets.HOSTILE, believable_sets.HOSTILE)]


def test_a_prompt_without_parts_is_shown_whole() -> None:
    assert drawn.prompt_parts({"prompt": "a nurse"}, "Job: nurse.") == [("a nurse", "")]
    assert drawn.prompt_parts({}, "Job: nurse.") == [("Job: nurse.", "")]


def test_a_sheet_that_is_gone_is_named(store: Store) -> None:
    plain = Proposal("p", "s", ModeKey((1, 0, 0), "plain"), "", "", 0.5, "Job: nurse.", "0" * 64, "0" * 64)
    with pytest.raises(FadedError, match="has no blob"):
        drawn.payload(store.workspace, replace(plain, details={"pictures": 8}), None)


def test_practice_needs_no_consent_as_no_model_drew_it(card: Card) -> None:
    for guide in ("pictures", "asked"):
        items = card.practice(guide=guide)["items"]
        assert [item["verdict"] for item in items] == ["confirm", "reject", "invalid"]
        assert all(item["evidence"] == "pictures" and item["why"] and item["pictures"] == 8 for item in items)
        assert all("may have any job" in item["hint"] and item["base"] == "a person" for item in items)
    assert "hair" in items[1]["why"] and "red" in items[0]["why"]
    assert not card.practice(request=ELSEWHERE, guide="pictures")["ok"]


@pytest.mark.parametrize("item", practice_sets() + practice_asked(), ids=lambda item: item.setting)
def test_a_practice_prompt_is_the_sum_of_its_parts(item) -> None:  # type: ignore[no-untyped-def]
    assert "".join(text for text, _ in json.loads(item.details["slots"])) == item.details["prompt"]
    assert item.edited.shape == item.original.shape == (8, 64, 64, 3)


def test_sets_have_guidelines_and_words_of_their_own(card: Card, store: Store, sets: Believable) -> None:
    asked = card.next(want=1)["guidelines"]
    assert asked == labeling.VERSIONS["pictures"] and asked in labeling.html()
    assert len(set(labeling.VERSIONS.values())) == 4
    assert "@" not in labeling.html()
    with store.write() as db:
        campaign = campaigns.create_campaign(db, "drawing", CampaignConfig(demo="scenes").to_json(), NOW)
        campaigns.create_round(db, campaign.id, now=NOW)
    answer = card.next(want=1)
    assert (answer["evidence"], answer["gated"], answer["empty"]["head"]) == ("pictures", False, "No proposals yet")
    assert evidence.of({"evidence": "pictures"}) is evidence.PROMPTS
    assert evidence.clean({}, evidence.PROMPTS).name == "sets that pass"
    believable.explored(store)
    assert card.next(want=1)["evidence"] == "picture"


@pytest.mark.parametrize(
    "measured", [{"discrepancy": "mismatch", "reader": "r"}, {"discrepancy": "clip", "encoder": "e"}]
)
def test_sets_that_are_measured_by_what_is_asked_have_guidelines_for_that(
    card: Card, store: Store, measured: dict[str, str]
) -> None:
    config = CampaignConfig(task="text-to-image", target="t", data="d", threshold=0.3, **measured)  # type: ignore[arg-type]
    with store.write() as db:
        campaign = campaigns.create_campaign(db, "drawing", config.to_json(), NOW)
        campaigns.create_round(db, campaign.id, now=NOW)
    answer = card.next(want=1)
    assert (answer["evidence"], answer["guide"]) == ("pictures", "asked")
    assert answer["guidelines"] == labeling.VERSIONS["asked"] and answer["guidelines"] in labeling.html()
    asked = labeling.GUIDELINES["asked"]
    assert "do not show what the prompt asks for" in asked and "leaves it open" not in asked


def test_nothing_in_the_card_is_code_to_the_templates_of_the_pages() -> None:
    assert not re.search(r"[\\`]|\$\{", labeling.html() + labeling.CSS)
