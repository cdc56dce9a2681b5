"""English number and tense of single words, from lemminflect's tables.

Only its dictionary is asked: what it does not know is not guessed, so names and typing errors keep their form, and
its guessing networks, which are pickles, are never loaded.
"""

from __future__ import annotations

from functools import lru_cache

import lemminflect

_MEMORY = 50_000
"""Words kept with what is known of them: the vocabulary of any set of articles here, a few megabytes."""


@lru_cache(_MEMORY)
def lemmas(word: str) -> dict[str, tuple[str, ...]]:
    """Return the base forms of a small-written word by part of speech: NOUN, VERB, ADJ, ADV, AUX."""
    found: dict[str, tuple[str, ...]] = lemminflect.getAllLemmas(word)
    return found


@lru_cache(_MEMORY)
def forms(lemma: str, part: str) -> dict[str, tuple[str, ...]]:
    """Return the forms of a base form by Penn tag (NN, NNS, VB, VBD, VBN, VBZ), the usual one first."""
    found: dict[str, tuple[str, ...]] = lemminflect.getAllInflections(lemma, upos=part)
    return found


def plural(noun: str) -> str | None:
    """Return the plural of a singular noun, None where the word is no singular noun or its plural is the same."""
    if noun not in lemmas(noun).get("NOUN", ()):
        return None
    found = forms(noun, "NOUN").get("NNS", ())
    return found[0] if found and found[0] != noun else None


def singular(noun: str) -> str | None:
    """Return the singular of a plural noun, None where the word is none."""
    return next((base for base in lemmas(noun).get("NOUN", ()) if base != noun), None)


def is_only(word: str, part: str) -> bool:
    """Say whether the word is of this part of speech and of no other."""
    return set(lemmas(word)) == {part}


def _base_by(word: str, tag: str) -> str | None:
    """Return the verb whose form of this tag the word is, None where there is none that looks different."""
    return next(
        (base for base in lemmas(word).get("VERB", ()) if base != word and word in forms(base, "VERB").get(tag, ())),
        None,
    )


def base_of_past(word: str) -> str | None:
    """Return "close" for "closed", None for what is no past tense."""
    return _base_by(word, "VBD")


def base_of_third(word: str) -> str | None:
    """Return "close" for "closes", None for what is no third person singular."""
    return _base_by(word, "VBZ")


def is_participle(word: str) -> bool:
    """Say whether the word can follow "has": "closed", "been", "driven"."""
    if word == "been":
        return True
    found = [forms(base, "VERB") for base in lemmas(word).get("VERB", ())]
    return any(word in tags.get("VBN", tags.get("VBD", ())) for tags in found)


def past(base: str) -> str | None:
    """Return "closed" for "close", None for what is no verb."""
    return next(iter(forms(base, "VERB").get("VBD", ())), None)


def third(base: str) -> str | None:
    """Return "closes" for "close", None for what is no verb."""
    return next(iter(forms(base, "VERB").get("VBZ", ())), None)
