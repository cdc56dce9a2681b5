"""An article as words and what lies between them, and what edits of articles need to know of English words.

`"".join(split(text))` is the text again, to the byte, in any script. Standard library and `regex` (Unicode classes).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Sequence
from typing import TypeVar

import numpy as np
import regex

T = TypeVar("T")

_WORD = regex.compile(r"(\p{N}+(?:[.,:]\p{N}+)+|[\p{L}\p{M}\p{N}_]+(?:['\u2019][\p{L}\p{M}\p{N}_]+)*)")
"""A word: letters, marks and digits with the apostrophes inside it, or a number with the points inside it."""
_SENTENCE_END = regex.compile(r"[.!?\u2026\u3002\uff01\uff1f\u061f\u0964]|\n")
"""The marks that end a sentence, with those of Chinese, Japanese, Arabic and Hindi, or a new line."""
_LETTER = regex.compile(r"\X")


def vocabulary(text: str) -> frozenset[str]:
    """Return the words of a text that spaces part."""
    return frozenset(text.split())


STOP_WORDS = vocabulary(
    """a an the this that these those some any each every either both all such same other another i me my mine we us
    our ours you your yours he him his she her hers it its they them their theirs who whom whose which what where
    when why how there here am is are was were be been being has have had having do does did doing done can could
    will would shall should may might must and or but if than then so as because while although though until since
    whether of in on at by to from with about into onto over under after before between through during against
    along across around near off out up down for again also just only very too still even more most much many
    itself themselves himself herself ourselves myself yourself it's that's there's they're we're i'm"""
)
"""English words that carry little of what a sentence says. Negations are not among them: without one, a sentence says
the opposite."""
NEGATIONS = vocabulary("no not never nor neither none nobody nothing nowhere cannot without")
_ROUNDING = 1e-9
"""Keeps 0.7 * 10, which is a little more than 7 in floating point, from counting as 8."""


def split(text: str) -> list[str]:
    """Return gap, word, gap, word, ..., gap: the words stand at the odd places."""
    pieces: list[str] = _WORD.split(text)
    return pieces


def words_of(text: str) -> list[str]:
    """Return the words alone."""
    return split(text)[1::2]


def letters_of(word: str) -> list[str]:
    """Return what a reader takes for one letter each: a letter with its marks stays together."""
    letters: list[str] = _LETTER.findall(word)
    return letters


def sentences(pieces: Sequence[str]) -> list[list[int]]:
    """Return the places of the words of each sentence; a sentence ends with its mark or its line."""
    found: list[list[int]] = [[]]
    for i in range(1, len(pieces), 2):
        found[-1].append(i)
        if _SENTENCE_END.search(pieces[i + 1]):
            found.append([])
    return [places for places in found if places]


def plain(word: str) -> str:
    """Return a word without capitals and with a straight apostrophe, as the vocabularies have it."""
    return word.casefold().replace("\u2019", "'")


def is_negation(word: str) -> bool:
    """Say whether a word negates."""
    return plain(word) in NEGATIONS or plain(word).endswith("n't")


def carries_fact(word: str) -> bool:
    """Say whether the word is a number or a negation: without it, or with another, the article says something else."""
    return any(c.isdigit() for c in word) or is_negation(word)


def chosen(places: Sequence[T], share: float, draws: np.random.Generator) -> list[T]:
    """Return a share of the places, at least one of any: a larger share has those of a smaller one and more."""
    order = draws.permutation(len(places))[: math.ceil(share * len(places) - _ROUNDING)]
    return [places[i] for i in order.tolist()]


def rewrite(text: str, share: float, draws: np.random.Generator, edit: Callable[[str, float], str | None]) -> str:
    """Rewrite a share of the words that can be; none becomes a negation ("on" with its letters swapped).

    Args:
        text: The article.
        share: The share of those words, above 0.
        draws: The article's generator.
        edit: A word and its own number in [0, 1) to the edited word; None where it cannot be edited.
    """
    pieces = split(text)
    own = draws.random(len(pieces) // 2).tolist()
    edited = {}
    for i, number in zip(range(1, len(pieces), 2), own, strict=True):
        word = edit(pieces[i], number)
        if word not in (None, pieces[i]) and (is_negation(pieces[i]) or not is_negation(word)):
            edited[i] = word
    for i in chosen(list(edited), share, draws):
        pieces[i] = edited[i]
    return "".join(pieces)


def without(pieces: Sequence[str], places: Collection[int]) -> str:
    """Return the text without the words at some places, and without the space that each leaves over."""
    text = pieces[0]
    for i in range(1, len(pieces), 2):
        gap = pieces[i + 1]
        if i not in places:
            text += pieces[i] + gap
        elif text and not text[-1].isspace():
            text += gap
        elif gap[:1].isspace():
            text += gap[1:]
        else:
            text = (text[:-1] if gap or i == len(pieces) - 2 else text) + gap
    return text


def cased_like(word: str, model: str) -> str:
    """Return the word with the capitals of another: none, the first letter, or all."""
    if model.isupper() and len(model) > 1:
        return word.upper()
    return word[:1].upper() + word[1:] if model[:1].isupper() else word
