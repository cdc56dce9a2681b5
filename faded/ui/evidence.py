"""What a round is about, in words: pictures, articles or prompts, and how an answer to one is called right or wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any

from faded.tasks import DRAWING, TEXT
from faded.ui.words import percent, plural, points


class Judged(Enum):
    """What is known of an answer."""

    RIGHT = "right"
    """Whether it is the reference."""
    KEPT = "kept"
    """Without a reference: whether an edit changes it."""
    PASSED = "passed"
    """Of a free text: whether it is near enough to what is expected, by the round's measure."""
    DRAWN = "drawn"
    """The same of a set of pictures."""


PICTURE, WRITTEN, DRAWN = "picture", "text", "pictures"
"""What people are shown: a picture, an article, or the set of pictures that was drawn for a prompt."""

BEFORE_AND_NOW = ("before", "now")
CHECKPOINTS = ("target", "candidate")
"""What the two sides of a comparison are called: of a repair by time, of two checkpoints by their roles."""

UNSEEN = (
    "<p class='f-unseen'>The pictures here were made by a model, and may show what you do not want to see. "
    "<button type='button' data-generated-say='yes'>Show them</button></p>"
)


@dataclass(frozen=True, slots=True)
class Evidence:
    """The words of one kind of evidence.

    Attributes:
        kind: What a round's summary and the card of the page Label call it.
        one: An input.
        a: The same with its article.
        many: Inputs.
        answer: What the target answers with.
        stratum: What failures are counted within, as tables head it.
        judged: What is known of an answer.
        lost: Which unedited inputs a repair has lost, a clause that follows `many`.
        turned: The same of one answer, in a few words.
        sides: What the two that verification compares are called.
    """

    kind: str
    one: str
    a: str
    many: str
    answer: str
    stratum: str
    judged: Judged
    lost: str
    turned: str
    sides: tuple[str, str] = BEFORE_AND_NOW

    @property
    def is_text(self) -> bool:
        """Whether inputs and answers are texts."""
        return self.kind == WRITTEN

    @property
    def is_drawn(self) -> bool:
        """Whether inputs are prompts, and answers sets of pictures."""
        return self.kind == DRAWN

    @property
    def compares(self) -> bool:
        """Whether two checkpoints are compared, and nothing is repaired."""
        return self.sides == CHECKPOINTS

    @property
    def distinct(self) -> str:
        """What the verdicts that confirm a mode are on: inputs, or sets, for a prompt is drawn with many seeds."""
        return f"different {'sets of pictures' if self.is_drawn else self.many}"

    @property
    def passes(self) -> bool:
        """Whether an answer passes or fails by the round's measure, and is not right or wrong by its words."""
        return self.judged in (Judged.PASSED, Judged.DRAWN)

    @property
    def look(self) -> str:
        """Classes of a list with examples of it, after a space; none where they are single pictures."""
        return {WRITTEN: " texts", DRAWN: " sets f-generated"}.get(self.kind, "")

    @property
    def unseen(self) -> str:
        """What stands above a list whose pictures are hidden, as HTML; the style sheet hides it where they are not."""
        return UNSEEN if self.is_drawn else ""

    def count(self, number: int) -> str:
        """Return "1 picture" or "3 pictures"."""
        return plural(number, self.one, self.many)


PICTURES = Evidence(
    kind=PICTURE,
    one="picture",
    a="a picture",
    many="pictures",
    answer="answer",
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
    kind=WRITTEN,
    one="article",
    a="an article",
    many="articles",
    answer="summary",
    stratum="Stratum",
    judged=Judged.PASSED,
    lost="whose summary passed before the repair and fails now",
    turned="now failing",
)
PROMPTS = Evidence(
    kind=DRAWN,
    one="prompt",
    a="a prompt",
    many="prompts",
    answer="set",
    stratum="Group",
    judged=Judged.DRAWN,
    lost="whose set passed before the repair and fails now",
    turned="now failing",
)
WORSE = {
    Judged.RIGHT: ("that the target gets right and the candidate wrong", "wrong by the candidate"),
    Judged.KEPT: ("whose answer is as expected by the target and another by the candidate", "changed by the candidate"),
    Judged.PASSED: ("whose summary passes by the target and fails by the candidate", "failing by the candidate"),
    Judged.DRAWN: ("whose set passes by the target and fails by the candidate", "failing by the candidate"),
}
"""What a candidate loses, instead of `lost` and `turned` of a repair."""
OF_TASK = {TEXT: ARTICLES, DRAWING: PROMPTS}
OF_KIND = {ARTICLES.kind: ARTICLES, PROMPTS.kind: PROMPTS}


def of(summary: Mapping[str, Any], config: Mapping[str, Any] | None = None) -> Evidence:
    """Return the words for a round.

    Args:
        summary: The round's summary. One from before there were articles does not say what it is about: pictures.
        config: The campaign's configuration, which says it before the round has begun to explore.
    """
    begun = "evidence" in summary or "space" in summary
    found = OF_KIND.get(str(summary.get("evidence"))) if begun else OF_TASK.get(str((config or {}).get("task")))
    if found is None:
        found = PICTURES if summary.get("labelled", True) else KEPT_PICTURES
    if not (config or {}).get("candidate"):
        return found
    lost, turned = WORSE[found.judged]
    return replace(found, lost=lost, turned=turned, sides=CHECKPOINTS)


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


CLEAN_NAMES = {
    Judged.RIGHT: "accuracy",
    Judged.KEPT: "answers kept",
    Judged.PASSED: "summaries that pass",
    Judged.DRAWN: "sets that pass",
}


def clean(found: Mapping[str, Any], evidence: Evidence) -> Clean:
    """Return what a verification's `clean_before` and `clean_after` are."""
    if found.get("clean_is") == "score":
        return Clean("clean score", True)
    return Clean(CLEAN_NAMES[evidence.judged], False)
