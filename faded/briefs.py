"""What is asked of a model that draws: a wording with open slots, and a brief with every slot filled.

Edits make the one into the other, targets draw the other; both know these records and not each other. Standard library
only.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Wording:
    """A sample of a model that draws.

    Attributes:
        template: A prompt with slots in braces: "a {job} {place}".
        seeds: One per picture of the set that is drawn.
    """

    template: str
    seeds: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Brief:
    """What a set of pictures is drawn from.

    Attributes:
        prompt: The words.
        seeds: One per picture.
        asked: Attributes that the words ask for, with their values.
        denied: Attributes of which the words deny a value, with that value.
    """

    prompt: str
    seeds: tuple[int, ...]
    asked: tuple[tuple[str, str], ...] = ()
    denied: tuple[tuple[str, str], ...] = ()
