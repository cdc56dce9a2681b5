"""Prompts as concepts: slots of a wording, each with words to choose from.

A slot is a nominal concept; its first word is its neutral. What stands in a slot may ask for an attribute that the
pictures should show, so that a reader of pictures can tell whether they do. No torch.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from faded.briefs import Brief, Wording
from faded.concepts.spec import ConceptSpace, ConceptSpec
from faded.domain import FadedError, Kind

OPEN = re.compile(r"\{([^{}]*)\}")
"""A slot of a template."""
VOWEL = re.compile(r"\b([Aa])(?= [aeiou])")
"""An article before a vowel."""


@dataclass(frozen=True, slots=True)
class Slot:
    """What may stand in one place of a prompt.

    Attributes:
        name: Name of the place in templates, and of the concept.
        words: The levels; the first is the neutral, and may be empty.
        attribute: What the words ask for, empty where nothing is read of it.
        shows: Which value of it each word asks for, empty where a word leaves it open.
    """

    name: str
    words: tuple[str, ...]
    attribute: str = ""
    shows: tuple[str, ...] = ()

    @property
    def spec(self) -> ConceptSpec:
        """The concept; its levels are the numbers of the words."""
        names = tuple(word or "nothing" for word in self.words)
        levels = tuple(map(float, range(len(self.words))))
        return ConceptSpec(self.name, Kind.NOMINAL, levels, 0.0, f"{self.name}: {{name}}", names=names)


class PromptEditor:
    """Fills the slots of wordings.

    Args:
        slots: The concepts of the space, in its order.
    """

    def __init__(self, slots: Sequence[Slot]) -> None:
        self._slots = tuple(slots)

    def __call__(self, payloads: Sequence[Wording], values: NDArray[np.float64]) -> list[Brief]:
        """Return the briefs, one setting each; `values` has shape (batch, n_concepts)."""
        return [self._filled(wording, row) for wording, row in zip(payloads, values.astype(int).tolist(), strict=True)]

    def _filled(self, wording: Wording, chosen: Sequence[int]) -> Brief:
        words = {slot.name: slot.words[level] for slot, level in zip(self._slots, chosen, strict=True)}
        asked = tuple(
            (slot.attribute, slot.shows[level])
            for slot, level in zip(self._slots, chosen, strict=True)
            if slot.attribute and slot.shows[level]
        )
        return Brief(filled(wording.template, words), wording.seeds, asked)


def filled(template: str, words: Mapping[str, str]) -> str:
    """Return a template with words in its slots.

    An empty slot leaves no gap and no comma at an end, and "a" before a vowel becomes "an".
    """
    text = OPEN.sub(lambda slot: words[slot[1]], template)
    return VOWEL.sub(r"\1n", " ".join(text.split()).replace(" ,", ",").strip(" ,"))


def parts(template: str, words: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return what `filled` returns in parts: each a text, and the slot that it stands in, empty outside of slots."""
    pieces = OPEN.split(template)
    names = pieces[1::2]
    pattern = _loosely(pieces[0])
    for name, between in zip(names, pieces[2::2], strict=True):
        pattern += f"({_loosely(words[name])}){_loosely(between)}"
    text = filled(template, words)
    match = re.fullmatch(pattern, text)
    if match is None:  # a word that only a gap's closing has made
        return [(text, "")]
    found, at = [], 0
    for number, name in enumerate(names, 1):
        start, end = match.span(number)
        found += [(text[at:start], ""), (text[start:end], name)]
        at = end
    return [part for part in [*found, (text[at:], "")] if part[0]]


def _loosely(text: str) -> str:
    """Return a pattern of a text as `filled` may leave it: without spaces and commas at gaps, "an" for "a"."""
    pattern = re.sub(r"(?:\\[ \n\t]|\s)+", r"\\s*", re.escape(text)).replace(",", ",?")
    return re.sub(r"\b[Aa]\b", r"\g<0>n?", pattern)


def check_template(template: str, slots: Sequence[Slot]) -> None:
    """See that a template has every slot and no other.

    Raises:
        FadedError: it lacks one, or has one without words.
    """
    found, names = OPEN.findall(template), [slot.name for slot in slots]
    if sorted(found) != sorted(names) or "{" in OPEN.sub("", template) or "}" in OPEN.sub("", template):
        raise FadedError(
            f"The prompt {template!r} has the slots {', '.join(found) or 'none'}, and there are words for "
            f"{', '.join(names)}: write each of these once, in braces."
        )


def prompt_slots(items: Sequence[Mapping[str, object]]) -> tuple[Slot, ...]:
    """Read slots from mappings with name and levels and, where pictures are read for it, attribute and shows.

    Raises:
        FadedError: a slot cannot be used.
    """
    return tuple(_slot(item) for item in items)


def prompt_space(slots: Sequence[Slot]) -> ConceptSpace:
    """Return the space of the slots."""
    return ConceptSpace(tuple(slot.spec for slot in slots))


def check_prompt_setting(space: ConceptSpace, values: Sequence[object]) -> NDArray[np.float64]:
    """Return a setting as numbers of words, shape (n_concepts,).

    Raises:
        FadedError: there is not one value per slot, or one is no number of a word.
    """
    if len(values) != len(space.specs):
        names = ", ".join(spec.name for spec in space.specs)
        raise FadedError(f"The setting {list(values)} does not fit: give one value for each of {names}.")
    for spec, value in zip(space.specs, values, strict=True):
        if isinstance(value, bool) or value not in spec.levels:
            raise FadedError(
                f"The slot {spec.name!r} has no word {value!r}: give a number from 0 to {len(spec.levels) - 1}."
            )
    return np.array(values, dtype=np.float64)


def _slot(item: Mapping[str, object]) -> Slot:
    unknown = set(item) - {"name", "levels", "attribute", "shows"}
    if "name" not in item or "levels" not in item or unknown:
        raise FadedError(f"The slot {dict(item)} must have a name and levels and may have attribute and shows.")
    name, words = str(item["name"]), _words(item, "levels")
    attribute = str(item.get("attribute", ""))
    shows = _words(item, "shows") if "shows" in item else words if attribute else ()
    if shows and (not attribute or len(shows) != len(words)):
        raise FadedError(
            f"The slot {name!r} has {len(words)} levels and shows {len(shows)} values of "
            f"{attribute or 'no attribute'}: give an attribute and one value per level, empty where it is left open."
        )
    return Slot(name, words, attribute, shows)


def _words(item: Mapping[str, object], field: str) -> tuple[str, ...]:
    found = item[field]
    if not isinstance(found, Sequence) or isinstance(found, str) or not all(isinstance(word, str) for word in found):
        raise FadedError(f"The {field} of the slot {item['name']!r} are {found!r}: give a list of texts.")
    return tuple(str(word).strip() for word in found)
