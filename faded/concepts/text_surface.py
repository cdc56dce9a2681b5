"""Edits of words and marks that need no grammar: dropped, repeated, reordered, without marks, without capitals."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

import numpy as np

from faded.concepts.text_registry import share_concept
from faded.concepts.text_words import STOP_WORDS, carries_fact, chosen, plain, rewrite, sentences, split, without


@share_concept("stop_words", phrase="stop words dropped ({value:.0%})")
def drop_stop_words(text: str, share: float, draws: np.random.Generator) -> str:
    """Drop a share of the words that carry little ("the", "was", "of"); negations are not among them."""
    return _drop(text, share, draws, lambda word: plain(word) in STOP_WORDS)


@share_concept("word_deletion", phrase="words deleted at random ({value:.0%})")
def delete_words(text: str, share: float, draws: np.random.Generator) -> str:
    """Delete a share of the words, whatever they are but numbers and negations."""
    return _drop(text, share, draws, lambda word: not carries_fact(word))


def _drop(text: str, share: float, draws: np.random.Generator, may_go: Callable[[str], bool]) -> str:
    """Drop a share of the words that may go, but never the last word that is left."""
    pieces = split(text)
    places = [i for i in range(1, len(pieces), 2) if may_go(pieces[i])]
    going = chosen(places, share, draws)
    return without(pieces, set(going[: len(pieces) // 2 - 1]))


@share_concept("word_repetition", phrase="words written twice ({value:.0%})")
def repeat_words(text: str, share: float, draws: np.random.Generator) -> str:
    """Write a share of the words twice."""
    return rewrite(text, share, draws, lambda word, _: f"{word} {word}")


@share_concept("word_order", phrase="neighbouring words swapped ({value:.0%} of the pairs)")
def perturb_order(text: str, share: float, draws: np.random.Generator) -> str:
    """Swap a share of the pairs of neighbouring words; each sentence is cut into pairs at random."""
    pieces = split(text)
    pairs: list[tuple[int, int]] = []
    for places in sentences(pieces):
        first = int(draws.integers(2)) if len(places) > 2 else 0
        pairs += zip(places[first::2], places[first + 1 :: 2], strict=False)
    pairs = [(a, b) for a, b in pairs if pieces[a] != pieces[b]]
    for a, b in chosen(pairs, share, draws):
        pieces[a], pieces[b] = pieces[b], pieces[a]
    return "".join(pieces)


@share_concept("lowercase", phrase="words with capitals written small ({value:.0%})")
def lowercase(text: str, share: float, draws: np.random.Generator) -> str:
    """Write a share of the words that have capitals without them."""
    return rewrite(text, share, draws, lambda word, _: word.lower())


@share_concept("punctuation", phrase="punctuation removed ({value:.0%})")
def remove_punctuation(text: str, share: float, draws: np.random.Generator) -> str:
    """Remove a share of the marks between words; words that only a mark kept apart get a space.

    Marks within a word stay: an apostrophe, the point of 3.5, the colon of 14:30.
    """
    pieces = split(text)
    places = [(i, j) for i in range(0, len(pieces), 2) for j, c in enumerate(pieces[i]) if _is_mark(c)]
    going = set(chosen(places, share, draws))
    for i in {i for i, _ in going}:
        kept = "".join(c for j, c in enumerate(pieces[i]) if (i, j) not in going)
        pieces[i] = kept or (" " if 0 < i < len(pieces) - 1 else "")
    return "".join(pieces)


def _is_mark(character: str) -> bool:
    return unicodedata.category(character).startswith("P")
