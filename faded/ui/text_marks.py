"""What an edit did to a text, word by word, and as HTML. Standard library only.

Words are compared without their capitals, so that a word written small is still the same word, changed. A text is
taken apart without loss: the segments of each side, joined, are that side again, with its spaces and line breaks.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from html import escape

SAME, ADDED, REMOVED, CHANGED = "same", "added", "removed", "changed"
"""Kinds of segments. The text after is what is not removed; the text before is the same and the removed. What was
changed follows what was removed for it."""

AT_ONCE = 800
"""Most words of each side that are compared at once, as the time grows with the square of it. A longer text is followed
from one stretch of that length to the next, so what an edit moves further than that is shown as removed and added."""

MOST_PAIRS = 40_000
"""Equal words on the two sides, counted as pairs, up to which every word may be matched: five times what a stretch of
English has. Beyond it the words it is full of are no anchors any more."""

FIRM = 4
"""Equal words in a row at which the next stretch may begin."""

_UNIT = re.compile(
    r"(\d+(?:[.,:]\d+)+|[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff]|(?:(?![\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff])\w)+"
    r"(?:['\u2019]\w+)*|[^\w\s])(\s*)"
)
"""A word or a mark with the space behind it. A number keeps its points; of scripts without spaces each character is a
word."""

Segment = tuple[str, str]
"""A kind and the text it is said of."""

_Unit = tuple[str, str]
"""A word or a mark, and the space behind it."""

_TAGS = {ADDED: "ins", REMOVED: "del", CHANGED: "mark"}


def marked(before: str, after: str) -> list[Segment]:
    """Return the segments of two texts in reading order.

    Args:
        before: The text before the edit.
        after: The text after it.

    Returns:
        Segments; neighbours differ in kind. Those not removed join to `after`, the same and the removed to `before`.
    """
    found = _Joined()
    found.old_gap, old = _units(before)
    found.new_gap, new = _units(after)
    for tag, i, j, k, m in _opcodes([w.casefold() for w, _ in old], [w.casefold() for w, _ in new]):
        if tag == "delete":
            found.remove(old[i:j])
        elif tag == "insert":
            found.insert(new[k:m])
        elif j - i == m - k:  # the same words, or as many others: one for one
            for one, other in zip(old[i:j], new[k:m], strict=True):
                found.exchange([one], [other])
        else:
            found.exchange(old[i:j], new[k:m])
    found.flush()
    return found.segments


def is_changed(segments: Sequence[Segment]) -> bool:
    """Say whether the two texts differ at all."""
    return any(kind != SAME for kind, _ in segments)


def html(segments: Sequence[Segment]) -> str:
    """Return segments as escaped HTML: <ins> for added words, <mark> for changed ones, <del> for removed ones.

    `assets/marks.css` keeps the line breaks, underlines, strikes out, and says to a screen reader what is marked. The
    spaces at the ends of removed words are a <del class="gap">, which is not struck out, but is hidden with them.
    Other spaces are not marked, and where spaces alone were removed nothing is shown.
    """
    return f"<span class='f-marked'>{''.join(_drawn(kind, text) for kind, text in segments)}</span>"


def _drawn(kind: str, text: str) -> str:
    words = text.strip()
    if kind == SAME or not words:
        return "" if kind == REMOVED else escape(text)
    lead, tail = text[: text.index(words)], text[text.index(words) + len(words) :]
    if kind == REMOVED:
        lead, tail = (f"<del class='gap'>{gap}</del>" if gap else "" for gap in (lead, tail))
    return f"{lead}<{_TAGS[kind]}>{escape(words)}</{_TAGS[kind]}>{tail}"


def _units(text: str) -> tuple[str, list[_Unit]]:
    """Take a text apart: the space at its beginning, then its units."""
    body = text.lstrip()
    return text[: len(text) - len(body)], _UNIT.findall(body)


def _opcodes(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[str, int, int, int, int]]:
    """Yield what turns one list of words into the other, as `SequenceMatcher.get_opcodes` does, stretch by stretch."""
    at = to = 0
    while at < len(old) or to < len(new):
        codes = _stretch(old[at : at + AT_ONCE], new[to : to + AT_ONCE])
        if at + AT_ONCE < len(old) or to + AT_ONCE < len(new):
            firm = [n for n, (tag, i, j, _, _) in enumerate(codes) if tag == "equal" and j - i >= FIRM]
            codes = codes[: firm[-1] + 1] if firm else codes
        yield from ((tag, at + i, at + j, to + k, to + m) for tag, i, j, k, m in codes)
        at, to = at + codes[-1][2], to + codes[-1][4]


def _stretch(old: Sequence[str], new: Sequence[str]) -> Sequence[tuple[str, int, int, int, int]]:
    ours, theirs = Counter(old), Counter(new)
    dear = sum(n * theirs[word] for word, n in ours.items()) > MOST_PAIRS
    return SequenceMatcher(None, old, new, autojunk=dear).get_opcodes()


class _Joined:
    """Segments so far, and the space on either side that is still to be said."""

    def __init__(self) -> None:
        self.segments: list[Segment] = []
        self.old_gap = self.new_gap = ""

    def remove(self, units: Sequence[_Unit]) -> None:
        text, gap = _text(units)
        self._add(REMOVED, self.old_gap + text)
        self.old_gap = gap

    def insert(self, units: Sequence[_Unit]) -> None:
        text, gap = _text(units)
        self._add(ADDED, self.new_gap + text)
        self.new_gap = gap

    def exchange(self, old: Sequence[_Unit], new: Sequence[_Unit]) -> None:
        """Put words in the place of others, or the same."""
        self.flush()
        (was, self.old_gap), (now, self.new_gap) = _text(old), _text(new)
        if was == now:
            self._add(SAME, was)
        else:
            self._add(REMOVED, was)
            self._add(CHANGED, now)

    def flush(self) -> None:
        """Say the space between two words: mostly it is the same on both sides."""
        if self.old_gap == self.new_gap:
            self._add(SAME, self.old_gap)
        else:
            self._add(REMOVED, self.old_gap)
            self._add(ADDED, self.new_gap)
        self.old_gap = self.new_gap = ""

    def _add(self, kind: str, text: str) -> None:
        if not text:
            return
        if self.segments and self.segments[-1][0] == kind:
            text = self.segments.pop()[1] + text
        self.segments.append((kind, text))


def _text(units: Sequence[_Unit]) -> tuple[str, str]:
    """Return units as text, and the space behind the last apart."""
    last, gap = units[-1]
    return "".join(word + space for word, space in units[:-1]) + last, gap
