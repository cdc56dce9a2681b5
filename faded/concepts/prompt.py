"""Prompts as concepts: slots of a wording, each with words to choose from, and what is done to a wording as a whole.

A concept of prompts is nominal; its first level is its neutral. What stands in a slot may ask for an attribute that the
pictures should show, or deny one, so that a reader of pictures can tell whether they do. No torch.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from faded.briefs import Brief, Wording
from faded.concepts.prompt_kinds import LAST_FIRST, ONE, REVERSED, PromptKind, Slot
from faded.concepts.prompt_reading import check_together, read_slot
from faded.concepts.prompt_words import clauses, ordered, plural_phrase
from faded.concepts.spec import ConceptSpace
from faded.domain import FadedError

OPEN = re.compile(r"\{([^{}]*)\}")
"""A slot of a template."""
VOWEL = re.compile(r"\b([Aa])(?= (?!uni(?![dmn])|us[aeu]|ut[eio]|eu|one\b|once\b)[aeiou])")
"""An article before the sound of a vowel: "artist", but not "unique artist"."""
COMMAS = re.compile(r"(?:\s*,)+")
"""A comma, with those that empty slots left beside it."""
GAP = re.compile(r"[\s,]+(?=[.!?]$)")
"""What an empty slot left before the end."""

LOOKED_AT = 2000
"""Settings under which a template is filled to be looked at, where they are too many to fill it under all."""


class PromptEditor:
    """Makes briefs of wordings: fills their slots, or those of what takes their place, and orders their clauses.

    Args:
        slots: The concepts of the space, in its order.
    """

    def __init__(self, slots: Sequence[Slot]) -> None:
        self._slots = tuple(slots)

    def __call__(self, payloads: Sequence[Wording], values: NDArray[np.float64]) -> list[Brief]:
        """Return the briefs, one setting each; `values` has shape (batch, n_concepts)."""
        return [self._filled(wording, row) for wording, row in zip(payloads, values.astype(int).tolist(), strict=True)]

    def throughout(self, template: str) -> list[Brief]:
        """Return a template's briefs under all settings, without seeds.

        Of a space too large to be listed: under some that are drawn, and last with the longest words of every slot.
        """
        space = prompt_space(self._slots)
        longest = [float(np.argmax([len(word) for word in slot.words])) for slot in self._slots]
        settings = space.settings(space.numbers(LOOKED_AT))
        settings = settings if space.listed else np.vstack([settings, longest])
        return self([Wording(template, ())] * len(settings), settings)

    def _filled(self, wording: Wording, chosen: Sequence[int]) -> Brief:
        prompt = filled(*worded(wording.template, self._slots, chosen))
        rows = list(zip(self._slots, chosen, strict=True))
        for slot, level in rows:
            if slot.kind is PromptKind.ORDER:
                prompt = ordered(prompt, slot.words[level])
        asked = tuple((slot.attribute, slot.shows[lv]) for slot, lv in rows if slot.shows and slot.shows[lv])
        denied = tuple((slot.attribute, slot.denies[lv]) for slot, lv in rows if slot.denies and slot.denies[lv])
        return Brief(prompt, wording.seeds, asked, denied)


def worded(template: str, slots: Sequence[Slot], chosen: Sequence[int]) -> tuple[str, dict[str, str]]:
    """Return the template of a setting, which a paraphrase may have taken the place of, and the words of its slots.

    Args:
        template: A sample's own, see `check_template`.
        slots: The concepts of the space.
        chosen: Numbers of their levels.
    """
    words: dict[str, str] = {}
    for slot, level in zip(slots, chosen, strict=True):
        if slot.kind is PromptKind.PARAPHRASE:
            template = slot.words[level] or template
        elif slot.has_place:
            words[slot.name] = slot.words[level]
    many = {_counted(template, slot, slots) for slot in _counts(slots) if words[slot.name] not in ONE}
    return template, words | {noun: plural_phrase(words[noun]) for noun in many}


def filled(template: str, words: Mapping[str, str]) -> str:
    """Return a template with words in its slots.

    An empty slot leaves no gap, no comma at an end and none beside another, and "a" before a vowel becomes "an".
    """
    text = COMMAS.sub(",", " ".join(OPEN.sub(lambda slot: words[slot[1]], template).split()))
    return VOWEL.sub(r"\1n", GAP.sub("", text.strip(" ,")))


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
    """See that a template has every slot and no other, nouns where something is counted and clauses to be ordered.

    Raises:
        FadedError: it lacks a slot, has one without words, counts what has no plural, or has too few clauses.
    """
    found, names = OPEN.findall(template), [slot.name for slot in slots if slot.has_place]
    if sorted(found) != sorted(names) or "{" in OPEN.sub("", template) or "}" in OPEN.sub("", template):
        raise FadedError(
            f"The prompt {template!r} has the slots {', '.join(found) or 'none'}, and there are words for "
            f"{', '.join(names)}: write each of these once, in braces, or give slots of your own (--space FILE.yaml; "
            'on the page New "My own") with words for the prompt\'s.'
        )
    for slot in slots:
        if slot.kind is PromptKind.COUNT:
            _check_count(template, slot, slots)
        if slot.kind is PromptKind.ORDER:
            _check_clauses(template, slot)


def prompt_slots(items: Sequence[Mapping[str, object]]) -> tuple[Slot, ...]:
    """Read concepts from mappings with name and levels, and what else their kind may have (`prompt_kinds.FIELDS`).

    Raises:
        FadedError: one cannot be used, or not with the others.
    """
    slots = tuple(read_slot(item) for item in items)
    check_together(slots)
    for slot in slots:
        if slot.kind is PromptKind.PARAPHRASE:
            for template in slot.words[1:]:
                check_template(template, slots)
    return slots


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


def _counts(slots: Sequence[Slot]) -> list[Slot]:
    return [slot for slot in slots if slot.kind is PromptKind.COUNT]


def _counted(template: str, count: Slot, slots: Sequence[Slot]) -> str:
    """Return the name of the slot that a count puts into the plural."""
    kinds = {slot.name: slot.kind for slot in slots}
    places = OPEN.findall(template)
    behind = [name for name in places[places.index(count.name) + 1 :] if kinds[name] is not PromptKind.COLOUR]
    noun = count.noun or next(iter(behind), "")
    if kinds.get(noun) is not PromptKind.SLOT:
        raise FadedError(
            f"The prompt {template!r} has no slot of what {count.name!r} counts: put a plain slot of nouns behind "
            f"{{{count.name}}}, or say under noun which it is."
        )
    return noun


def _check_count(template: str, count: Slot, slots: Sequence[Slot]) -> None:
    if re.search(rf"\ban?\s+{re.escape('{' + count.name + '}')}", template, re.IGNORECASE):
        raise FadedError(
            f"The prompt {template!r} has an article before {{{count.name}}}: leave it out, and begin the levels of "
            f'{count.name!r} with "a".'
        )
    noun = _counted(template, count, slots)
    for slot in slots:
        if slot.name == noun:
            for words in slot.words:
                plural_phrase(words)


def _check_clauses(template: str, order: Slot) -> None:
    found, needed = len(clauses(template)), 3 if {REVERSED, LAST_FIRST} <= set(order.words) else 2
    if found < needed:
        raise FadedError(
            f"The prompt {template!r} has {found} of {needed} clauses that {order.name!r} puts in order: separate them "
            "by commas, or give fewer orders."
        )
