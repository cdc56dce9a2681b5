"""The demos that the page Run offers, in words."""

from __future__ import annotations

from dataclasses import dataclass

from faded.domain import FadedError
from faded.tasks import BULLETINS, DEFAULT_QUERIES, DRAWING_QUERIES, SCENES, SIGNS


@dataclass(frozen=True, slots=True)
class Demo:
    """A demo.

    Attributes:
        title: Its name in words.
        about: What it tests, one sentence.
        queries: Its usual budget of exploring.
    """

    title: str
    about: str
    queries: int


DEMOS = {
    SIGNS: Demo(
        "Traffic signs",
        "A small network reads drawn traffic signs, under rotation, darkness and faded colour.",
        DEFAULT_QUERIES,
    ),
    BULLETINS: Demo(
        "Incident reports",
        "A small summarizer puts a report into one sentence, while small words, the order of words, capitals and "
        "punctuation are disturbed.",
        3_000,  # a summary is written word by word, which takes several times as long as a look at a picture
    ),
    SCENES: Demo(
        "People at work",
        "A small text-to-image model draws people at work. Nobody says how long their hair is: is it drawn evenly?",
        DRAWING_QUERIES,
    ),
}
"""The demos by name, as they are offered."""


def check(name: object) -> str:
    """Return the name of a demo that is offered.

    Raises:
        FadedError: there is none of that name.
    """
    if not isinstance(name, str) or name not in DEMOS:
        raise FadedError(f"There is no demo {name!r}: choose one of {', '.join(DEMOS)}.")
    return name
