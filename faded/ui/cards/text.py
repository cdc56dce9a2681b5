"""The card of a text proposal: an article, what the edit did to it, and what the target wrote about both."""

from __future__ import annotations

from math import floor
from pathlib import Path
from typing import Any

from faded.demo.practice import Practice
from faded.domain import Details, Proposal
from faded.ui.articles import article
from faded.ui.text_marks import marked
from faded.ui.words import count

Payload = dict[str, Any]


def payload(workspace: Path, proposal: Proposal, flag: str | None) -> Payload:
    """Return what the page shows of a proposal. The target's confidence is not in it: people judge without it.

    Args:
        workspace: Where the blobs are.
        proposal: The proposal.
        flag: The reason of the flag that stands on it, None where there is none.

    Raises:
        FadedError: an article is missing from the workspace.
    """
    original, edited = (article(workspace, digest) for digest in (proposal.original, proposal.edited))
    return _shown(original, edited, proposal.answer, proposal.clean_answer, proposal.details) | {
        "id": proposal.id,
        "reference": proposal.reference,
        "setting": proposal.setting,
        "flag": flag,
    }


def practice_payload(item: Practice[str], number: int) -> Payload:
    """Return a practice item as the page shows it, with the right verdict and why."""
    return _shown(item.original, item.edited, item.answer, item.clean_answer, item.details) | {
        "id": f"practice-{number}",
        "reference": item.reference,
        "setting": item.setting,
        "flag": None,
        "verdict": item.verdict.value,
        "why": item.why,
    }


def notes(details: Details) -> list[tuple[str, str]]:
    """Return what an annotator should know of an edit before the verdict: each a look ("" or "warn") and a sentence."""
    found = []
    kept, changing, unread = (details.get(name) for name in ("content_kept", "changes_meaning", "unread_tokens"))
    if isinstance(kept, int | float):
        share = "All" if kept >= 1 else f"{floor(100 * kept)}% of the"
        found.append(("", f"{share} content words are unchanged."))
    if changing:
        names = str(changing).replace("_", " ").split(", ")
        subject = " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))
        verb = "changes" if len(names) == 1 else "change"
        found.append(
            ("warn", f"{subject.capitalize()} {verb} what the article says: a different summary may be right.")
        )
    if isinstance(unread, int | float) and unread > 0:
        tokens = "1 token" if unread == 1 else f"{count(unread)} tokens"
        found.append(("warn", f"The target read only the beginning: {tokens} did not fit its window."))
    return found


def _shown(original: str, edited: str, answer: str, clean_answer: str | None, details: Details) -> Payload:
    return {
        "evidence": "text",
        "original": original,
        "edited": marked(original, edited),
        "answer": answer,
        "clean_answer": clean_answer,
        "differences": marked(answer if clean_answer is None else clean_answer, answer),
        "notes": notes(details),
    }
