"""Edits of single letters: deleted, inserted, repeated, swapped, in the other case, the next key on the keyboard.

Each edits one letter in a share of the words. Numbers and negations are left alone: "now" for "not" is another fact.
"""

from __future__ import annotations

import string
from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from faded.concepts.text_registry import share_concept
from faded.concepts.text_words import carries_fact, letters_of, rewrite

_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_SHIFTS = ((0, -1), (0, 1), (-1, 0), (-1, 1), (1, -1), (1, 0))
"""Row and column from a key to those that touch it: each row of a keyboard is set off to the right of the one above."""


def _touching(row: int, column: int) -> str:
    near = [(row + down, column + along) for down, along in _SHIFTS]
    return "".join(_ROWS[r][c] for r, c in near if 0 <= r < len(_ROWS) and 0 <= c < len(_ROWS[r]))


ADJACENT = {key: _touching(r, c) for r, row in enumerate(_ROWS) for c, key in enumerate(row)}
"""Keys that touch a key on an English (QWERTY) keyboard."""


def _letters(word: str) -> list[str]:
    """Return the letters of a word that may be edited, none for a number or a negation."""
    return [] if carries_fact(word) else letters_of(word)


def _pick(options: Sequence[str], number: float) -> str | None:
    """Return one of the options by a number in [0, 1), None where there are none."""
    return options[int(number * len(options))] if options else None


@share_concept("letter_deletion", phrase="a letter deleted in {value:.0%} of the words")
def delete_letter(text: str, share: float, draws: np.random.Generator) -> str:
    """Delete a random letter in a share of the words of two letters and more."""

    def edit(word: str, number: float) -> str | None:
        letters = _letters(word)
        at = [i for i, letter in enumerate(letters) if letter[0].isalpha()]
        return _pick(["".join(letters[:i] + letters[i + 1 :]) for i in at], number) if len(at) > 1 else None

    return rewrite(text, share, draws, edit)


@share_concept("letter_insertion", phrase="a letter inserted in {value:.0%} of the words")
def insert_letter(text: str, share: float, draws: np.random.Generator) -> str:
    """Insert a random letter in a share of the words: one of a to z, in another alphabet one of the word's own."""

    def edit(word: str, number: float) -> str | None:
        letters = _letters(word)
        if not letters or not word[0].isalpha():
            return None
        alphabet = (
            string.ascii_lowercase
            if any(c in string.ascii_letters for c in word)
            else "".join(sorted({letter[0] for letter in letters}))
        )
        at, which = divmod(int(number * len(letters) * len(alphabet)), len(alphabet))
        letter = alphabet[which].upper() if word.isupper() and len(word) > 1 else alphabet[which]
        return "".join([*letters[: at + 1], letter, *letters[at + 1 :]])

    return rewrite(text, share, draws, edit)


@share_concept("letter_repetition", phrase="a letter repeated in {value:.0%} of the words")
def repeat_letter(text: str, share: float, draws: np.random.Generator) -> str:
    """Write a random letter twice in a share of the words."""

    def edit(word: str, number: float) -> str | None:
        letters = _letters(word)
        at = [i for i, letter in enumerate(letters) if letter[0].isalpha()]
        return _pick(["".join([*letters[: i + 1], *letters[i:]]) for i in at], number)

    return rewrite(text, share, draws, edit)


@share_concept("letter_swap", phrase="two neighbouring letters swapped in {value:.0%} of the words")
def swap_letters(text: str, share: float, draws: np.random.Generator) -> str:
    """Swap two random neighbouring letters, different ones, in a share of the words."""

    def edit(word: str, number: float) -> str | None:
        letters = _letters(word)
        pairs = [i for i, (a, b) in enumerate(pairwise(letters)) if a != b and a[0].isalpha() and b[0].isalpha()]
        return _pick(["".join([*letters[:i], letters[i + 1], letters[i], *letters[i + 2 :]]) for i in pairs], number)

    return rewrite(text, share, draws, edit)


@share_concept("letter_case", phrase="a letter in the other case in {value:.0%} of the words")
def change_case(text: str, share: float, draws: np.random.Generator) -> str:
    """Turn a random small letter into a capital, or the reverse, in a share of the words."""

    def edit(word: str, number: float) -> str | None:
        letters = _letters(word)
        at = [i for i, letter in enumerate(letters) if letter != letter.swapcase()]
        return _pick(["".join([*letters[:i], letters[i].swapcase(), *letters[i + 1 :]]) for i in at], number)

    return rewrite(text, share, draws, edit)


@share_concept("adjacent_key", phrase="a letter mistyped as its neighbour on the keyboard in {value:.0%} of the words")
def hit_adjacent_key(text: str, share: float, draws: np.random.Generator) -> str:
    """Replace a random letter of a to z by one whose key touches its own, in a share of the words."""

    def edit(word: str, number: float) -> str | None:
        letters = _letters(word)
        options = []
        for i, letter in enumerate(letters):
            for key in ADJACENT.get(letter.lower(), ""):
                options.append("".join([*letters[:i], key.upper() if letter.isupper() else key, *letters[i + 1 :]]))
        return _pick(options, number)

    return rewrite(text, share, draws, edit)
