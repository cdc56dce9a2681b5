"""Which words of a sentence are finite verbs, and their other tense, by rules over neighbouring words.

There is no parser: a rule that cannot tell leaves the word alone, so some verbs are missed and few other words taken
for one ("the closed road", "was closed", "remains closed", "hit by a lorry" are no past tense).
"""

from __future__ import annotations

from collections.abc import Sequence

from faded.concepts.text_inflection import (
    base_of_past,
    base_of_third,
    is_only,
    is_participle,
    lemmas,
    past,
    singular,
    third,
)
from faded.concepts.text_words import vocabulary

AUXILIARIES = vocabulary(
    """am is are was were has have had do does did can could will would shall should may might must"""
)
_BE = vocabulary("am is are was were be been being")
_HAVE = vocabulary("has have had having")
_LINKING = vocabulary("remain remains remained stay stays stayed keep keeps kept lie lies lay")
_OTHER_TENSE = {
    "am": "was", "is": "was", "are": "were", "was": "is", "were": "are",
    "has": "had", "have": "had", "do": "did", "does": "did",
    "will": "would", "would": "will", "can": "could", "could": "can",
}  # fmt: skip
_MODIFIED = vocabulary(
    """a an the this that these those its their his her our my your no any each every some of in on at with by for"""
)
"""After one of these stands a noun or what describes it, so a word that ends in -ed describes."""
_PLURAL_SUBJECTS = vocabulary("i we you they people police these those who")
_SINGULAR_SUBJECTS = vocabulary("he she it that which who this")


def _word(sentence: Sequence[str], at: int) -> str:
    return sentence[at].casefold() if 0 <= at < len(sentence) else ""


def _before(sentence: Sequence[str], at: int) -> str:
    """Return the word before, beyond "not" and adverbs such as "fully"."""
    at -= 1
    while at > 0 and (_word(sentence, at) in ("not", "also", "now") or is_only(_word(sentence, at), "ADV")):
        at -= 1
    return _word(sentence, at)


def _plural_subject(before: str) -> bool:
    return before in _PLURAL_SUBJECTS or (singular(before) is not None and base_of_past(before) is None)


def past_verb(sentence: Sequence[str], at: int) -> str | None:
    """Return the base form where the word stands in the past tense, else None."""
    word, before = _word(sentence, at), _before(sentence, at)
    base = base_of_past(word)
    if base is None or at == 0 or before in _MODIFIED:
        return None
    after_verb = before in _BE | _HAVE | _LINKING | AUXILIARIES or is_only(before, "VERB")
    return None if is_participle(word) and (after_verb or _word(sentence, at + 1) == "by") else base


def present_verb(sentence: Sequence[str], at: int) -> str | None:
    """Return the base form where the word stands in the present tense, else None."""
    word, before = _word(sentence, at), _before(sentence, at)
    base = base_of_third(word)
    if base is not None:
        return base if before in _SINGULAR_SUBJECTS or singular(word) is None else None
    known = lemmas(word)
    is_base = word in known.get("VERB", ()) and past(word) not in (None, word)
    return (
        word if is_base and (before in _PLURAL_SUBJECTS or ("NOUN" not in known and _plural_subject(before))) else None
    )


def is_auxiliary(sentence: Sequence[str], at: int) -> bool:
    """Say whether "not" can follow the word: "has" only before a participle, "do" only before another verb."""
    word, after = _word(sentence, at), _word(sentence, at + 1)
    if word in _HAVE:
        return is_participle(after) or after == "been"
    if word in ("do", "does", "did"):
        return "VERB" in lemmas(after)
    return word in AUXILIARIES


def other_tense(sentence: Sequence[str], at: int) -> str | None:
    """Return the word in the other tense (past for present, present for past), None where it is no finite verb."""
    word, before = _word(sentence, at), _before(sentence, at)
    plural = _plural_subject(before)
    if word in ("had", "did"):
        return (
            None
            if before in AUXILIARIES
            else {"had": "have" if plural else "has", "did": "do" if plural else "does"}[word]
        )
    if word in ("have", "do"):
        return None if before in AUXILIARIES or before == "to" else _OTHER_TENSE[word]
    if word in _OTHER_TENSE:
        return _OTHER_TENSE[word]
    base = past_verb(sentence, at)
    if base is not None:
        return base if plural else third(base)
    base = present_verb(sentence, at)
    return past(base) if base is not None else None
