"""Reading concepts of prompts from what a campaign says of them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from faded.concepts.prompt_kinds import AS_WRITTEN, ATTRIBUTE, FIELDS, LEVELS, ONE, ORDERS, WHOLE, PromptKind, Slot
from faded.domain import FadedError
from faded.registry import did_you_mean

BRACES = re.compile(r"[{}]")


def read_slot(item: Mapping[str, object]) -> Slot:
    """Read a concept of prompts from a mapping with a name, levels, a kind unless it is a plain slot, and its fields.

    Raises:
        FadedError: it cannot be used.
    """
    kind = _kind(item)
    needed = ("name",) if kind in LEVELS else ("name", "levels")
    optional = (*FIELDS[kind], *(("levels",) if kind in LEVELS else ()))
    known = (*needed, *optional, "kind")
    if not set(needed) <= set(item) <= set(known):
        lacking = [field for field in needed if field not in item]
        unknown = [f"{field}{did_you_mean(field, known)}" for field in item if field not in known]
        found = [f"it lacks {' and '.join(lacking)}"] * bool(lacking) + [f"it has {', '.join(unknown)}"] * bool(unknown)
        raise FadedError(
            f"The {kind} {item['name'] if 'name' in item else dict(item)!r} must have a {' and '.join(needed)} and may "
            f"have {', '.join(optional[:-1]) + ' and ' if optional[1:] else ''}"
            f"{optional[-1] if optional else 'no more'}, but {' and '.join(found)}."
        )
    name = str(item["name"])
    if not name.strip() or BRACES.search(name):
        raise FadedError(f"The {kind} has the name {name!r}: give one that can stand in braces.")
    words = _texts(item, "levels") if "levels" in item else LEVELS[kind]
    if len(set(words)) < max(2, len(words)):
        raise FadedError(f"The {kind} {name!r} has the levels {list(words)}: give at least two different ones.")
    _check_first(kind, name, words)
    attribute = str(item.get("attribute", ATTRIBUTE.get(kind, "")))
    noun = str(item.get("noun", ""))
    if kind is PromptKind.NEGATION:
        denies = _texts(item, "denies") if "denies" in item else ()
        _check_values(kind, name, words, attribute, "denies", denies)
        if denies[0] or not any(denies):
            raise FadedError(
                f"The negation {name!r} denies {list(denies)}: let its first level deny nothing, and another a value."
            )
        return Slot(name, words, attribute, denies=denies, kind=kind)
    shows = _texts(item, "shows") if "shows" in item else words if attribute else ()
    if shows:
        _check_values(kind, name, words, attribute, "shows", shows)
    return Slot(name, words, attribute, shows, kind=kind, noun=noun)


def check_together(slots: Sequence[Slot]) -> None:
    """See that concepts go together.

    Raises:
        FadedError: there are two paraphrases or orders, or a setting would both ask for a value and deny it.
    """
    for kind in WHOLE:
        several = [slot.name for slot in slots if slot.kind is kind]
        if len(several) > 1:
            raise FadedError(f"The concepts {', '.join(several)} are of one kind, {kind}: leave one of them.")
    asking = {(slot.attribute, value): slot.name for slot in slots for value in slot.shows}
    for slot in slots:
        for value in filter(None, slot.denies):
            if (slot.attribute, value) in asking:
                raise FadedError(
                    f"The slot {asking[slot.attribute, value]!r} asks for {value!r} of {slot.attribute!r}, which "
                    f"{slot.name!r} denies: some settings would contradict themselves. Leave the value out of one."
                )


def _kind(item: Mapping[str, object]) -> PromptKind:
    given = item.get("kind", PromptKind.SLOT)
    if given not in tuple(PromptKind):
        raise FadedError(
            f"The concept {item.get('name')!r} has the kind {given!r}: give one of {', '.join(PromptKind)}."
        )
    return PromptKind(str(given))


def _check_first(kind: PromptKind, name: str, words: tuple[str, ...]) -> None:
    """See that the first level of a kind changes nothing."""
    if kind is PromptKind.COUNT and words[0] not in ONE:
        raise FadedError(
            f"The count {name!r} begins with {words[0]!r}, which puts a noun into the plural: begin with one of "
            f"{', '.join(map(repr, ONE))}."
        )
    if kind is PromptKind.PARAPHRASE and words[0]:
        raise FadedError(f"The paraphrase {name!r} begins with {words[0]!r}: begin with an empty text, {AS_WRITTEN}.")
    if kind is PromptKind.ORDER and (words[0] != AS_WRITTEN or not set(words) <= set(ORDERS)):
        raise FadedError(
            f"The order {name!r} has the levels {list(words)}: begin with {AS_WRITTEN!r} and give one or both of "
            f"{', '.join(map(repr, ORDERS[1:]))}."
        )


def _check_values(
    kind: PromptKind, name: str, words: Sequence[str], attribute: str, field: str, values: Sequence[str]
) -> None:
    if not attribute or len(values) != len(words):
        raise FadedError(
            f"The {kind} {name!r} has {len(words)} levels and {field} {len(values)} values of "
            f"{attribute or 'no attribute'}: give an attribute and one value per level, empty where it is left open."
        )


def _texts(item: Mapping[str, object], field: str) -> tuple[str, ...]:
    found = item[field]
    if not isinstance(found, Sequence) or isinstance(found, str) or not all(isinstance(word, str) for word in found):
        raise FadedError(f"The {field} of the {_kind(item)} {item['name']!r} are {found!r}: give a list of texts.")
    return tuple(str(word).strip() for word in found)
