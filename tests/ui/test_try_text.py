"""The card Try a setting in a summarizer's round."""

from __future__ import annotations

import re
from typing import Any

import pytest

from faded.store import blobs, campaigns, jobs
from faded.store.engine import Store
from faded.ui.cards import tryout
from faded.ui.theme import asset
from tests.ui import believable_text
from tests.ui.believable import Believable
from tests.ui.believable_text import HOSTILE, summary
from tests.ui.test_try import Card

SWAPPED = [0.0, 0.5, 0.4]


@pytest.fixture
def made(store: Store) -> Believable:
    return believable_text.explored(store)


@pytest.fixture
def offered(store: Store) -> list[dict[str, Any]]:
    return believable_text.previews(store)


class TextCard(Card):
    """The card, with the worker's part played by hand."""

    def answered(self, *, values: list[float] = SWAPPED, said: dict[str, Any] | None = None, **asked: Any) -> Any:
        """Ask, let the worker answer, look; `said` changes what the target says under the setting."""
        unclean = asked.pop("clean_failed", False)
        failed = asked.pop("failed", True)
        number = self.ask(values=values, **asked)["job"]
        job = self.claimed()
        result = believable_text.preview(self.store, job, failed=failed, clean_failed=unclean)
        result["under_setting"] |= said or {}
        with self.store.write() as db:
            jobs.finish(db, number, "worker", result, 0.0)
        return self.look(number)


@pytest.fixture
def card(store: Store, made: Believable) -> TextCard:
    return TextCard(store, made.round)


def text(pieces: list[tuple[str, str]]) -> str:
    return "".join(words for _, words in pieces)


def test_an_article_is_chosen_by_its_first_words(store: Store, made: Believable, offered: list[dict[str, Any]]) -> None:
    shown = tryout.render(made.round, summary(900) | {"previews": offered}, store.workspace)
    assert shown.count("type='radio'") == len(offered) and shown.count(" checked") == 1
    first = blobs.get(store.workspace, offered[0]["original"]).decode()
    assert f"<b>crash</b><span>{first[:40]}" in shown
    assert shown.count(first) == 2, "it stands in both boxes until the target has answered"
    assert "<img" not in shown and "Zoom" not in shown and "Choose an article" in shown


def test_nothing_offered_is_said_of_articles(store: Store, made: Believable) -> None:
    assert "No articles to try yet" in tryout.render(made.round, summary(900), store.workspace)
    assert "offers no articles yet" in no_previews(store, made)["message"]


def no_previews(store: Store, made: Believable) -> dict[str, Any]:
    with store.write() as db:
        campaigns.update_round(db, made.round, summary={"previews": []})
    return TextCard(store, made.round).ask(values=SWAPPED)


def test_an_answer_comes_in_pieces_with_the_edits_marked(card: TextCard, offered: list[dict[str, Any]]) -> None:
    found = card.answered(sample=offered[0]["sample"])
    original = blobs.get(card.store.workspace, offered[0]["original"]).decode()
    assert text(found["original"]) == original
    assert text(found["edited"]) == believable_text.written(original, tuple(SWAPPED))
    assert {tag for tag, _ in found["original"]} == {"", "del"}
    assert "mark" in {tag for tag, _ in found["edited"]} and "del" not in {tag for tag, _ in found["edited"]}
    clean, edited = found["said"]["original"], found["said"]["edited"]
    assert (clean["pill"], clean["sure"], clean["note"]) == (
        "Passes",
        "confidence 93%",
        "Discrepancy 0.05; above 0.3 is a failure.",
    )
    assert (edited["pill"], edited["look"]) == ("A failure", "bad")
    assert edited["note"] == "Discrepancy 0.46; above 0.3 is a failure."
    assert text(edited["pieces"]) == edited["answer"] and "mark" in {tag for tag, _ in edited["pieces"]}
    assert edited["aloud"].startswith("A failure. The target writes: A ")
    assert found["expected"] == f"Expected: {offered[0]['reference']}"


def test_the_original_comes_with_every_answer_as_its_marks_change(
    card: TextCard, offered: list[dict[str, Any]]
) -> None:
    number = card.ask(values=SWAPPED, sample=offered[0]["sample"])["job"]
    card.answered(sample=offered[0]["sample"])
    assert text(card.look(number, original=False)["original"])


def test_what_is_no_failure_and_what_fails_unedited_are_told_apart(
    card: TextCard, offered: list[dict[str, Any]]
) -> None:
    sample = offered[0]["sample"]
    assert card.answered(sample=sample, failed=False)["said"]["edited"]["pill"] == "No failure"
    said = card.answered(sample=sample, clean_failed=True)["said"]
    assert (said["original"]["pill"], said["edited"]["pill"]) == ("Fails", "Fails, as unedited")
    assert said["original"]["note"].endswith("An article that fails unedited counts in no rate.")


def test_what_the_target_could_not_read_is_said(card: TextCard, offered: list[dict[str, Any]]) -> None:
    note = card.answered(sample=offered[0]["sample"], said={"unread_tokens": 12})["said"]["edited"]["note"]
    assert "12 tokens are not read" in note


def test_without_references_the_summary_of_the_original_is_expected(store: Store) -> None:
    made = believable_text.explored(store, labelled=False)
    found = TextCard(store, made.round).answered(sample=believable_text.previews(store)[0]["sample"])
    assert found["said"]["original"]["pill"] == "Expected" and found["expected"] == ""
    assert "this summary is what is expected of the edited article" in found["said"]["original"]["note"]
    assert found["said"]["edited"]["pill"] == "A failure"


def test_a_picture_of_an_article_is_not_what_is_named(card: TextCard) -> None:
    assert "does not offer the article 'offered-0'" in card.ask(values=SWAPPED)["message"]


def test_an_article_that_holds_html_is_sent_as_text_and_drawn_escaped(store: Store, made: Believable) -> None:
    believable_text.with_article(store, made, HOSTILE)
    with store.read() as db:
        found = campaigns.get_round(db, made.round).summary
    shown = tryout.render(made.round, found, store.workspace)
    assert HOSTILE not in shown and shown.count("&lt;img src=x") == 3
    answer = TextCard(store, made.round).answered(sample=found["previews"][0]["sample"], said={"answer": HOSTILE})
    assert text(answer["edited"]).startswith("<img src=x"), "the page sets it as text"
    assert answer["said"]["edited"]["answer"] == HOSTILE


def test_the_page_never_sets_html() -> None:
    script = asset("try.js")
    assert "textContent" in script and not re.search("innerHTML|outerHTML|insertAdjacentHTML", script)
