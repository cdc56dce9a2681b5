"""Edits of English grammar: negation, singular and plural, tense. Other languages stand as they are."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from faded.concepts.text_inflection import lemmas, plural, singular
from faded.concepts.text_registry import share_concept
from faded.concepts.text_verbs import is_auxiliary, other_tense, past_verb, present_verb
from faded.concepts.text_words import cased_like, chosen, is_negation, plain, sentences, split, vocabulary, without

_POSITIVE = {"cannot": "can", "can't": "can", "won't": "will", "shan't": "shall", "ain't": "is", "neither": "either",
             "nor": "or", "none": "all", "nobody": "everybody", "nothing": "everything", "nowhere": "everywhere", 
             "without": "with"}  # fmt: skip
"""A negation without its no; of the others "n't" is cut off, and "no", "not" and "never" are left out."""
_BEFORE_NOUN = vocabulary(
    """a an the this that these those its their his her our my your no any each every some one another in on of at
    near by"""
)
"""After one of these a word that can be noun or verb is a noun."""


@share_concept(
    "negation", phrase="{value:.0%} of the sentences negated, which turns what they say", changes_meaning=True
)
def negate(text: str, share: float, draws: np.random.Generator) -> str:
    """Negate a share of the sentences: a "not" after the auxiliary, or the "no" that is there taken away.

    "The road was closed" becomes "The road was not closed", "A tree fell" becomes "A tree did not fall".
    """
    pieces = split(text)
    turned = [found for places in sentences(pieces) if (found := _turned(pieces, places))]
    going = set()
    for at, word, start in chosen(turned, share, draws):
        if word:
            pieces[at] = cased_like(word, pieces[at])
        else:
            going.add(at)
            if at == start and at + 2 < len(pieces):
                pieces[at + 2] = cased_like(pieces[at + 2], pieces[at][:1])
    return without(pieces, going)


def _positive(word: str, after: Sequence[str]) -> str:
    """Return what stands for a negation in the sentence without it, empty where nothing does."""
    folded = plain(word)
    if folded == "no" and [plain(w) for w in after] == ["one"]:
        return "some"
    return _POSITIVE.get(folded, folded[:-3] if folded.endswith("n't") else "")


def _turned(pieces: Sequence[str], places: Sequence[int]) -> tuple[int, str, int] | None:
    """Return the place, the word to stand there (empty: none) and the place where the sentence starts."""
    sentence = [pieces[i] for i in places]
    start = places[0]
    for at, (i, word) in enumerate(zip(places, sentence, strict=True)):
        if is_negation(word):
            return i, _positive(word, sentence[at + 1 : at + 2]), start
    for at, (i, word) in enumerate(zip(places, sentence, strict=True)):
        if is_auxiliary(sentence, at):
            return i, f"{word} not", start
    for at, i in enumerate(places):
        base = past_verb(sentence, at)
        if base is not None:
            return i, f"did not {base}", start
    for at, i in enumerate(places):
        base = present_verb(sentence, at)
        if base is not None:
            return i, f"{'do' if base == sentence[at].casefold() else 'does'} not {base}", start
    return None


@share_concept("singular_plural", phrase="singular and plural exchanged in {value:.0%} of the nouns")
def toggle_number(text: str, share: float, draws: np.random.Generator) -> str:
    """Put a share of the nouns into the other number: "two cars" becomes "two car", "a road" becomes "a roads"."""
    return _toggle(text, share, draws, _other_number)


@share_concept(
    "tense", phrase="{value:.0%} of the verbs in the other tense, which moves them in time", changes_meaning=True
)
def change_tense(text: str, share: float, draws: np.random.Generator) -> str:
    """Put a share of the finite verbs into the other tense: past into present, present into past."""
    return _toggle(text, share, draws, other_tense)


def _toggle(
    text: str, share: float, draws: np.random.Generator, other: Callable[[Sequence[str], int], str | None]
) -> str:
    """Put a share of the words that have another form into it."""
    pieces = split(text)
    found: list[tuple[int, str]] = []
    for places in sentences(pieces):
        sentence = [pieces[i] for i in places]
        for at, i in enumerate(places):
            word = other(sentence, at)
            if word is not None and word != pieces[i].casefold():
                found.append((i, cased_like(word, pieces[i])))
    for i, word in chosen(found, share, draws):
        pieces[i] = word
    return "".join(pieces)


def _other_number(sentence: Sequence[str], at: int) -> str | None:
    """Return a noun in its other number, None for a name, an adverb, what stands before a noun, and perhaps a verb."""
    word, known = plain(sentence[at]), lemmas(plain(sentence[at]))
    other = singular(word) or plural(word)
    if other is None or "ADV" in known or (at > 0 and sentence[at][:1].isupper()):
        return None
    if "ADJ" in known and at + 1 < len(sentence) and "NOUN" in lemmas(plain(sentence[at + 1])):
        return None
    after_article = at > 0 and plain(sentence[at - 1]) in _BEFORE_NOUN
    return other if "VERB" not in known or after_article else None
