"""Articles and summaries for lists, as HTML: a stretch of an article around its first edit, and what differs."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from html import escape
from pathlib import Path

from faded.domain import Proposal
from faded.store import blobs
from faded.ui.text_marks import CHANGED, REMOVED, SAME, Segment, html, marked

STRETCH = 180
"""Letters of a stretch: three lines of a list in two columns, enough to see what a setting does."""

LEAD = 40
"""Letters before the first edit: it is read with what it stands in."""

FEWEST_SAME = 0.25
"""Share of a text that has to stand in the other for marks to say anything: else all of it would be marked."""

ELLIPSIS = "\N{HORIZONTAL ELLIPSIS}"


@lru_cache(maxsize=512)
def article(workspace: Path, digest: str) -> str:
    """Return an article.

    Raises:
        FadedError: there is no such blob.
    """
    return blobs.get(workspace, digest).decode("utf-8", "replace")


@lru_cache(maxsize=512)
def stretch(workspace: Path, original: str, edited: str, longest: int = STRETCH) -> str:
    """Return a stretch of an article as the target saw it, around its first edit, as HTML with the edits marked.

    Args:
        workspace: Where the articles are.
        original: Digest of the article as it is.
        edited: Digest of the article as edited.
        longest: Letters of it, about.

    Raises:
        FadedError: an article is missing.
    """
    segments = marked(article(workspace, original), article(workspace, edited))
    return html(cut(as_edited(segments), longest))


def as_edited(segments: Sequence[Segment]) -> list[Segment]:
    """Return the segments of the text after, with what was removed only where nothing has taken its place."""
    following = [*(kind for kind, _ in segments[1:]), SAME]
    return [s for s, after in zip(segments, following, strict=True) if s[0] != REMOVED or after != CHANGED]


def sides(segments: Sequence[Segment]) -> tuple[list[Segment], list[Segment]]:
    """Return what is shown of the text before, and of the text after: each without what is only in the other."""
    return [s for s in segments if s[0] in (SAME, REMOVED)], [s for s in segments if s[0] != REMOVED]


def cut(segments: Sequence[Segment], longest: int) -> list[Segment]:
    """Return about `longest` letters of segments, from shortly before the first that differs, with an ellipsis."""
    first = 0
    for kind, text in segments:
        if kind != SAME:
            break
        first += len(text)
    whole = "".join(text for _, text in segments)
    first = 0 if first == len(whole) else first
    begin = _word_start(whole, max(min(first - LEAD, len(whole) - longest), 0))
    end = len(whole) if len(whole) - begin <= longest else _word_start(whole, begin + longest)
    found, at = [], 0
    for kind, text in segments:
        piece = text[max(begin - at, 0) : max(end - at, 0)]
        at += len(text)
        if piece:
            found.append((kind, piece))
    if end < len(whole):
        kind, text = found.pop()
        found += [(kind, text.rstrip()), (SAME, f"\N{NO-BREAK SPACE}{ELLIPSIS}")]
    return [(SAME, f"{ELLIPSIS} "), *found] if begin else found


def _word_start(text: str, at: int) -> int:
    """Return where the word begins that `at` is in; `at` itself where there is no space near."""
    space = max((text.rfind(mark, max(at - LEAD, 0), at) for mark in " \n"), default=-1)
    return space + 1 if at and space >= 0 else at


def opening(workspace: Path, digest: str, longest: int) -> str:
    """Return the first words of an article as text.

    Raises:
        FadedError: there is no such blob.
    """
    words = " ".join(article(workspace, digest).split())
    return words if len(words) <= longest else f"{words[: _word_start(words, longest)].rstrip()} {ELLIPSIS}"


def compared(before: str, after: str) -> tuple[list[Segment], list[Segment]]:
    """Return the segments of two texts, each with what is not in the other marked; plain where little is the same."""
    segments = marked(before, after)
    same = sum(len(text) for kind, text in segments if kind == SAME)
    if same < FEWEST_SAME * max(len(before), len(after)):
        return [(SAME, before)], [(SAME, after)]
    return sides(segments)


@lru_cache(maxsize=512)
def differing(before: str, after: str) -> tuple[str, str]:
    """Return the same as HTML."""
    old, new = compared(before, after)
    return html(old), html(new)


def example(workspace: Path, proposal: Proposal, longest: int = STRETCH, compare: bool = False) -> str:
    """Return a proposal in small as HTML: a stretch of the edited article, and what the target wrote of it.

    Args:
        workspace: Where the articles are.
        proposal: The proposal.
        longest: Letters of the stretch, about.
        compare: Whether what is expected stands beside it, with what differs marked in both.

    Raises:
        FadedError: an article is missing.
    """
    shown = f"<p class='f-stretch'>{stretch(workspace, proposal.original, proposal.edited, longest)}</p>"
    wrote, expected = escape(proposal.answer), ""
    if compare and proposal.expected is not None:
        wanted, wrote = differing(proposal.expected, proposal.answer)
        expected = f"<dt>expected</dt><dd>{wanted}</dd>"
    return f"{shown}<dl class='f-wrote'><dt>wrote</dt><dd>{wrote}</dd>{expected}</dl>"
