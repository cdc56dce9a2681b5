"""Names and numbers of an answer that the article lacks, found by form alone: no model, nothing downloaded.

A name is a word with a capital that does not begin a sentence (there, any word has one); each word of a longer name
counts by itself. A number is a word with digits first, or a number word from zero to ninety. "One" is too often no
number ("no one", "one of them") to count in an answer. Scripts without capitals have numbers only.
"""

from __future__ import annotations

from faded.discrepancies.text_words import WORD, sentences

_ONES = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
)
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
NUMBER_WORDS = {w: str(i) for i, w in enumerate(_ONES.split(" "))} | {
    w: str(10 * i) for i, w in enumerate(_TENS.split(" "), start=2)
}


def unsupported(answer: str, article: str) -> set[str]:
    """Return the names and numbers of the answer, without capitals and in digits, that the article has nowhere."""
    known = {_normal(word) for word in WORD.findall(article)}
    return {fact for fact in _facts(answer) if fact not in known}


def _facts(answer: str) -> set[str]:
    found = set()
    for sentence in sentences(answer):
        for at, word in enumerate(WORD.findall(sentence)):
            plain = _normal(word)
            is_name = at > 0 and word[0].isupper() and word != "I"
            if is_name or (plain[0].isdigit() and word.casefold() != "one"):
                found.add(plain)
    return found


def _normal(word: str) -> str:
    """Return a word as it is compared: "Anne's" as "anne", "1,200" as "1200", "three" as "3"."""
    plain: str = word.casefold().replace("\u2019", "'").removesuffix("'s")
    return NUMBER_WORDS.get(plain, plain.replace(",", "") if plain[0].isdigit() else plain)
