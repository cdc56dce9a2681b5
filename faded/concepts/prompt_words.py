"""What happens to the words of a prompt: nouns are put into the plural, clauses in another order."""

from __future__ import annotations

import re

from faded.concepts.prompt_kinds import AS_WRITTEN, LAST_FIRST
from faded.concepts.text_inflection import forms, plural
from faded.domain import FadedError

CLAUSE = re.compile(r",\s+")
"""Between two clauses; the comma in "1,000 lamps" is none."""
CLOSE = " .!?"
"""What ends a prompt as a whole, whichever clause stands last."""
BEHIND = re.compile(r"\s(?:of|in|on|at|with|without|from|for|by|to|under|near)\s")
"""Before what is said of a noun behind it: "cup of tea"."""
ARTICLE = re.compile(r"(?:a|an|the)\s", re.IGNORECASE)
USUAL = {"person": "people", "fish": "fish"}
"""Plurals as captions have them; the dictionary's first are "persons" and "fishes"."""


def clauses(text: str) -> list[str]:
    """Return what stands between commas."""
    return CLAUSE.split(text)


def ordered(text: str, order: str) -> str:
    """Return a filled wording with its clauses in one of `ORDERS`; a full stop stays at the end."""
    if order == AS_WRITTEN:
        return text
    said = text.rstrip(CLOSE)
    found = clauses(said)
    turned = [found[-1], *found[:-1]] if order == LAST_FIRST else found[::-1]
    return ", ".join(turned) + text[len(said) :]


def plural_phrase(phrase: str) -> str:
    """Return a noun phrase in the plural: "street lamps" for "street lamp", "cups of tea" for "cup of tea".

    Raises:
        FadedError: it begins with an article, or its noun is not in lemminflect's dictionary.
    """
    if ARTICLE.match(phrase):
        raise FadedError(f"The words {phrase!r} cannot be counted: leave out the article.")
    found = BEHIND.search(phrase)
    end = found.start() if found else len(phrase)
    before, space, noun = phrase[:end].rpartition(" ")
    many = _plural(noun)
    if many is None:
        raise FadedError(
            f"The words {phrase!r} cannot be counted: the dictionary has no plural of {noun!r}. Give another noun, or "
            "say under noun which slot is counted."
        )
    return before + space + many + phrase[end:]


def _plural(noun: str) -> str | None:
    small = noun.lower()
    same = small if small in forms(small, "NOUN").get("NNS", ()) else None
    many = USUAL.get(small) or plural(small) or same
    return many.capitalize() if many and noun[:1].isupper() else many
