"""The kinds of concepts of prompts, and what a campaign may say of each. No torch.

Slots take words: plain ones, colours, counts, and words that deny something. A paraphrase takes the place of the whole
wording, and an order turns its clauses round.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from faded.concepts.spec import ConceptSpec
from faded.domain import Kind


class PromptKind(StrEnum):
    """What a concept of prompts does."""

    SLOT = "slot"
    COLOUR = "colour"
    COUNT = "count"
    NEGATION = "negation"
    PARAPHRASE = "paraphrase"
    ORDER = "order"


WHOLE = (PromptKind.PARAPHRASE, PromptKind.ORDER)
"""Kinds that change a wording as a whole and have no place in templates."""
AS_WRITTEN, REVERSED, LAST_FIRST = "as written", "reversed", "last first"
ORDERS = (AS_WRITTEN, REVERSED, LAST_FIRST)
"""Levels of an order."""
COLOURS = ("black", "white", "red", "green", "yellow", "blue", "brown", "orange", "pink", "purple", "grey")
"""The eleven basic colour terms of English (Berlin and Kay 1969)."""
ONE = ("", "a", "an", "one", "a single")
"""Counts that leave a noun in the singular."""
FIELDS: Mapping[PromptKind, tuple[str, ...]] = {
    PromptKind.SLOT: ("attribute", "shows"),
    PromptKind.COLOUR: ("attribute", "shows"),
    PromptKind.COUNT: ("attribute", "shows", "noun"),
    PromptKind.NEGATION: ("attribute", "denies"),
    PromptKind.PARAPHRASE: (),
    PromptKind.ORDER: (),
}
"""What may be said of a concept beside name, kind and levels."""
LEVELS: Mapping[PromptKind, tuple[str, ...]] = {PromptKind.COLOUR: ("", *COLOURS), PromptKind.ORDER: ORDERS}
"""Of kinds that need not be given any."""
ATTRIBUTE: Mapping[PromptKind, str] = {PromptKind.COLOUR: "colour"}
"""What words ask for where it is not said."""
EMPTY: Mapping[PromptKind, str] = {PromptKind.PARAPHRASE: AS_WRITTEN}
"""Name of an empty level."""


@dataclass(frozen=True, slots=True)
class Slot:
    """A concept of prompts: what may stand in one place of a prompt, or what is done to a wording as a whole.

    Attributes:
        name: Name of the place in templates, and of the concept.
        words: The levels; the first is the neutral, and may be empty. Of a paraphrase they are templates, the first,
            empty one for the sample's own; of an order they are some of `ORDERS`.
        attribute: What the words ask for or deny, empty where nothing is read of it.
        shows: Which value of it each word asks for, empty where a word leaves it open.
        denies: Which value of it each word says is not there, empty where a word denies nothing.
        kind: What the concept does.
        noun: Of a count, the slot of what is counted; empty for the next one in a template that is no colour.
    """

    name: str
    words: tuple[str, ...]
    attribute: str = ""
    shows: tuple[str, ...] = ()
    denies: tuple[str, ...] = ()
    kind: PromptKind = PromptKind.SLOT
    noun: str = ""

    @property
    def spec(self) -> ConceptSpec:
        """The concept; its levels are the numbers of the words."""
        empty = EMPTY.get(self.kind, "nothing")
        names = tuple(word or empty for word in self.words)
        levels = tuple(map(float, range(len(self.words))))
        return ConceptSpec(self.name, Kind.NOMINAL, levels, 0.0, f"{self.name}: {{name}}", names=names)

    @property
    def has_place(self) -> bool:
        """Whether it stands in templates."""
        return self.kind not in WHOLE
