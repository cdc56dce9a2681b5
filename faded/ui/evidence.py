"""What a round is about, in words: pictures or articles, and how an answer to one is called right or wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any

from faded.config import TEXT
from faded.ui.words import percent, plural, points


class Judged(Enum):
    """What is known of an answer."""

    RIGHT = "right"
    """Whether it is the reference."""
    KEPT = "kept"
    """Without a reference: whether an edit changes it."""
    PASSED = "passed"
    """Of a free text: whether it is near enough to what is expected, by the round's measure."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """The words of one kind of evidence.

    Attributes:
        is_text: Whether inputs and answers are texts.
        one: An input.
        a: The same with its article.
        many: Inputs.
        stratum: What failures are counted within, as tables head it.
        judged: What is known of an answer.
        lost: Which unedited inputs a repair has lost, a clause that follows `many`.
        turned: The same of one answer, in two words.
    """

    is_text: bool
    one: str
    a: str
    many: str
    stratum: str
    judged: Judged
    lost: str
    turned: str

    @property
    def kind(self) -> str:
        """What a round's summary and the card of the page Label call it."""
        return "text" if self.is_text else "picture"

    def count(self, number: int) -> str:
        """Return "1 picture" or "3 pictures"."""
        return plural(number, self.one, self.many)


PICTURES = Evidence(
    is_text=False,
    one="picture",
    a="a picture",
    many="pictures",
    stratum="Class",
    judged=Judged.RIGHT,
    lost="that were right before the repair and are wrong now",
    turned="now wrong",
)
KEPT_PICTURES = replace(
    PICTURES,
    judged=Judged.KEPT,
    lost="whose answer was as expected before the repair and has changed",
    turned="answer changed",
)
ARTICLES = Evidence(
    is_text=True,
    one="article",
    a="an article",
    many="articles",
    stratum="Stratum",
    judged=Judged.PASSED,
    lost="whose summary passed before the repair and fails now",
    turned="now failing",
)


def of(summary: Mapping[str, Any], config: Mapping[str, Any] | None = None) -> Evidence:
    """Return the words for a round.

    Args:
        summary: The round's summary. One from before there were articles does not say what it is about: pictures.
        config: The campaign's configuration, which says it before the round has begun to explore.
    """
    begun = "evidence" in summary or "space" in summary
    if summary.get("evidence") == ARTICLES.kind or (not begun and (config or {}).get("task") == TEXT):
        return ARTICLES
    return PICTURES if summary.get("labelled", True) else KEPT_PICTURES


@dataclass(frozen=True, slots=True)
class Clean:
    """What is measured on unedited inputs.

    Attributes:
        name: Its name.
        is_score: Whether it is 1 - the mean discrepancy, else a share of the inputs.
    """

    name: str
    is_score: bool

    def value(self, figure: float) -> str:
        """Return a figure as text."""
        return f"{figure:.3f}" if self.is_score else percent(figure)

    def change(self, difference: float) -> str:
        """Return a difference of two figures as text, with its sign."""
        return f"{difference:+.3f}" if self.is_score else points(difference)

    def from_to(self, found: Mapping[str, Any]) -> str:
        """Return what verification found before and after the repair."""
        return f"{self.value(found['clean_before'])} to {self.value(found['clean_after'])}"


CLEAN_NAMES = {Judged.RIGHT: "accuracy", Judged.KEPT: "answers kept", Judged.PASSED: "summaries that pass"}


def clean(found: Mapping[str, Any], evidence: Evidence) -> Clean:
    """Return what a verification's `clean_before` and `clean_after` are."""
    if found.get("clean_is") == "score":
        return Clean("clean score", True)
    return Clean(CLEAN_NAMES[evidence.judged], False)
