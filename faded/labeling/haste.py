"""Which answers came faster than a person can look and read. Standard library only.

A mark says that nobody can have read what was shown in that time, not that the verdict is wrong: a summary may be
nonsense from its first line. So nothing is left out for it; who looks at many marks should talk to the person.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

LOOK_MS = 500
"""Shortest look at any item, milliseconds. To see that a photograph holds an animal takes 150 before the hand moves at
all (Thorpe, Fize and Marlot 1996, Nature 381, 520-522); here there are two pictures, an answer and four keys."""

WORDS_PER_MINUTE = 1000
"""Above it nobody reads with understanding (Rayner et al. 2016, Psychological Science in the Public Interest 17, 4-34).
Adults read 238 on average (Brysbaert 2019, Journal of Memory and Language 109, 104047); four times that is no haste."""


@dataclass(frozen=True, slots=True)
class Look:
    """How long an item was before a person who then gave a verdict.

    Attributes:
        annotator: Who.
        words: Those that the verdict hangs on. Of a picture none; of an article those of the edited article and of what
            the target wrote about it, for the other half of the card need not be read; of drawn pictures the prompt's.
        visible_ms: Milliseconds in a visible tab; None where nobody measured it.
    """

    annotator: str
    words: int
    visible_ms: int | None


@dataclass(frozen=True, slots=True)
class Haste:
    """How many of an annotator's answers came too fast.

    Attributes:
        annotator: Who.
        answers: Answers with a time.
        hasty: Of those, how many are below the floor.
    """

    annotator: str
    answers: int
    hasty: int

    @property
    def share(self) -> float | None:
        """Hasty of all answers with a time; None where no answer has a time."""
        return self.hasty / self.answers if self.answers else None


def floor_ms(words: int) -> float:
    """Return the shortest time in which a person can judge an item with so many words, milliseconds."""
    return LOOK_MS + words * 60_000 / WORDS_PER_MINUTE


def is_hasty(look: Look) -> bool:
    """Say whether an answer came faster than that; one without a time did not."""
    return look.visible_ms is not None and look.visible_ms < floor_ms(look.words)


def haste(looks: Iterable[Look]) -> tuple[Haste, ...]:
    """Count the answers that came too fast, for each annotator in order of their names.

    Args:
        looks: One for each verdict; those without a time are not counted.
    """
    answers: Counter[str] = Counter()
    hasty: Counter[str] = Counter()
    for look in looks:
        answers[look.annotator] += look.visible_ms is not None
        hasty[look.annotator] += is_hasty(look)
    return tuple(Haste(name, answers[name], hasty[name]) for name in sorted(answers))
