"""What the page is told of articles."""

from __future__ import annotations

from dataclasses import replace

import pytest

from faded.concepts.text import content_kept
from faded.config import CampaignConfig
from faded.demo.practice_texts import practice_texts
from faded.domain import Details, FadedError, ModeKey, Proposal, Verdict
from faded.store import blobs, campaigns, verdicts
from faded.store.engine import Store
from faded.ui.cards import labeling, text
from faded.ui.text_marks import REMOVED, SAME
from tests.ui import believable, written
from tests.ui.believable import NOW
from tests.ui.test_label_page import ELSEWHERE, Card

NASTY = """<script>alert("it's")</script> said 'hello' & left.\n\nThen nothing."""


@pytest.fixture
def card(store: Store) -> Card:
    return Card(store)


def proposal(store: Store, original: str, edited: str, **fields: object) -> Proposal:
    digests = (blobs.put(store.workspace, side.encode()) for side in (original, edited))
    plain = Proposal("p", "s", ModeKey((1, 0, 0), "crash"), "Wrong.", "Right.", 0.5, "Swapped.", *digests)
    return replace(plain, **fields)  # type: ignore[arg-type]


def test_an_article_comes_as_it_is_with_what_the_edit_did(store: Store) -> None:
    edited = NASTY.replace("hello", "bye")
    shown = text.payload(store.workspace, proposal(store, NASTY, edited, clean_answer="Right."), None)
    assert shown["original"] == NASTY
    assert "".join(words for kind, words in shown["edited"] if kind != REMOVED) == edited
    assert (REMOVED, "hello") in shown["edited"]
    assert shown["differences"][0] == (REMOVED, "Right")
    assert not {"confidence", "details"} & shown.keys()


def test_without_a_clean_answer_no_difference_is_marked(store: Store) -> None:
    shown = text.payload(store.workspace, proposal(store, "Rain.", "rain."), None)
    assert (shown["clean_answer"], shown["differences"]) == (None, [(SAME, "Wrong.")])


def test_an_article_that_is_gone_is_named(store: Store) -> None:
    with pytest.raises(FadedError, match="has no blob"):
        text.payload(store.workspace, replace(proposal(store, "Rain.", "rain."), edited="0" * 64), None)


@pytest.mark.parametrize(
    ("details", "said"),
    [
        ({"confidence": 0.9}, []),
        ({"content_kept": 0.829}, [("", "82% of the content words are unchanged.")]),
        ({"content_kept": 0.999}, [("", "99% of the content words are unchanged.")]),
        ({"content_kept": 1.0, "changes_meaning": None}, [("", "All content words are unchanged.")]),
        (
            {"changes_meaning": "negation, tense"},
            [("warn", "Negation and tense change what the article says: a different summary may be right.")],
        ),
        (
            {"changes_meaning": "negation", "unread_tokens": 1204},
            [
                ("warn", "Negation changes what the article says: a different summary may be right."),
                ("warn", "The target read only the beginning: 1,204 tokens did not fit its window."),
            ],
        ),
    ],
)
def test_the_annotator_is_told_what_bears_on_fairness(details: Details, said: list[tuple[str, str]]) -> None:
    assert text.notes(details) == said


def test_a_correction_is_taken_from_the_page(card: Card, store: Store) -> None:
    made = written.explored(store)
    answer = card.next(want=1)
    (item,) = answer["items"]
    assert (answer["evidence"], answer["labels"], item["evidence"]) == ("text", [], "text")
    event = {"kind": "verdict", "verdict": "confirm", "proposal": item["id"], "round": made.round}
    assert "is blank" in card.send(**event, key="k1", answer="  ")["message"]
    assert card.send(**event, key="k2", answer="A crash.")["ok"]
    with store.read() as db:
        assert [j.answer for j in verdicts.standing(db, made.round)] == ["A crash."]
    assert card.send(kind="undo", round=made.round, key="k3")["item"]["original"] == item["original"]


def test_what_was_hidden_speaks_of_articles(card: Card, store: Store) -> None:
    made = written.explored(store, per_mode=3)
    event = {"kind": "verdict", "verdict": "reject", "round": made.round}
    said = [card.send(**event, proposal=p, key=p)["last"] for p in made.proposals if p.startswith("t0")]
    assert said[0] == "Your last item: the target was 71% sure of its words."
    assert "3 of 3 articles of 'crash' failed so far." in said[-1]


def test_each_kind_of_evidence_has_guidelines_of_its_own(card: Card, store: Store) -> None:
    believable.explored(store)
    pictures = card.next(want=1)
    written.explored(store)
    articles = card.next(want=1)
    assert (pictures["evidence"], articles["evidence"]) == ("picture", "text")
    assert pictures["guidelines"] != articles["guidelines"]
    page = labeling.html()
    assert pictures["guidelines"] in page and articles["guidelines"] in page
    assert "@" not in page


def test_a_round_of_articles_that_has_not_begun_to_explore_has_their_guidelines(card: Card, store: Store) -> None:
    config = CampaignConfig(task="text", target="./summarizer", data="./articles")
    with store.write() as db:
        campaign = campaigns.create_campaign(db, "articles", config.to_json(), NOW)
        campaigns.create_round(db, campaign.id, now=NOW)
    answer = card.next(want=1)
    assert (answer["evidence"], answer["guidelines"]) == ("text", labeling.VERSIONS["text"])
    assert answer["empty"]["head"] == "No proposals yet"


def test_the_practice_of_articles_says_what_is_right(card: Card) -> None:
    items = card.practice(guide="text")["items"]
    assert [item["verdict"] for item in items] == ["confirm", "reject", "invalid"]
    assert all(item["evidence"] == "text" and item["why"] for item in items)
    assert "changes what the article says" in items[1]["notes"][1][1]
    assert not card.practice(request=ELSEWHERE, guide="text")["ok"]


@pytest.mark.parametrize("item", practice_texts(), ids=lambda item: item.verdict.value)
def test_what_practice_says_of_an_edit_is_measured(item) -> None:  # type: ignore[no-untyped-def]
    assert item.details["content_kept"] == pytest.approx(content_kept(item.original, item.edited))
    assert item.details["content_kept"] < 0.5 or item.verdict is not Verdict.INVALID
