"""Texts as words and sentences, for measuring: what is compared and what of it.

A word is a run of letters and digits without capitals, with the apostrophes inside it; a number keeps its points
("3.5" is one word); of Chinese, Japanese and Thai, which put no spaces, each character is a word. Marks do not count.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from math import ceil

import regex

SHORTEST = 0.5
"""An answer may be this much shorter than what is expected before shortness itself counts as missing: a judgement, as
a summary of half the words can say what matters, one of three words hardly."""

WORD = regex.compile(
    r"(?V1)[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}]"
    r"|\p{N}+(?:[.,:]\p{N}+)*"
    r"|[[\p{L}\p{M}\p{N}]--[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}]]+"
    r"(?:['\u2019][[\p{L}\p{M}\p{N}]--[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}]]+)*"
)
_SENTENCE = regex.compile(r"(?<=[.!?\u2026\u061f\u0964][\"'\u2019\u201d)]*)\s+|(?<=[\u3002\uff01\uff1f])|\n+")


def words(text: str) -> list[str]:
    """Return the words of a text, without capitals."""
    return [w.casefold().replace("\u2019", "'") for w in WORD.findall(text)]


def sentences(text: str) -> list[str]:
    """Return the sentences of a text that have words."""
    return [s.strip() for s in _SENTENCE.split(text) if s and WORD.search(s)]


def runs(text: str, limit: int) -> list[str]:
    """Return every sentence, and every run of neighbouring sentences of at most so many words.

    What is added to a text in sentences of its own takes none of its runs away.
    """
    parts = sentences(text)
    sizes = [len(words(part)) for part in parts]
    found = []
    for start in range(len(parts)):
        found.append(parts[start])
        for end in range(start + 2, len(parts) + 1):
            if sum(sizes[start:end]) > limit:
                break
            found.append(" ".join(parts[start:end]))
    return found


def stretch(text: str, likest: Sequence[str]) -> str:
    """Return the stretch of a text that shares most words with others.

    It is as long as they are, and at least `SHORTEST` of the text.
    """
    found = list(WORD.finditer(text))
    size = max(len(likest), ceil(SHORTEST * len(found)))
    if size >= len(found):
        return text
    own, wanted = words(text), Counter(likest)
    shared = [(Counter(own[i : i + size]) & wanted).total() for i in range(len(found) - size + 1)]
    start = shared.index(max(shared))
    end = found[start + size - 1].end() if start + size < len(found) else len(text)
    return text[found[start].start() : end]
