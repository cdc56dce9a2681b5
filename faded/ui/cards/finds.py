"""The newest failures found, in small: a glance at what exploring turns up."""

from __future__ import annotations

from html import escape
from pathlib import Path

from faded.domain import Proposal
from faded.store import proposals
from faded.store.engine import Db
from faded.ui import articles
from faded.ui.facts import Facts
from faded.ui.page import empty
from faded.ui.thumbs import thumb

PICTURES = 12
"""Two rows on a wide page."""

ARTICLES = 6
"""Of texts, which take more room: three rows."""

Find = tuple[Proposal, str]
"""A proposal with its edited picture as a data URI, or a stretch of its edited article and its summary as HTML."""


def read(db: Db, workspace: Path, facts: Facts | None) -> list[Find]:
    """Return the newest proposals of a round, newest first."""
    if facts is None:
        return []
    if facts.evidence.is_text:
        found = proposals.newest(db, facts.round.id, ARTICLES)
        return [(p, articles.example(workspace, p, compare=True)) for p in found]
    return [(p, thumb(workspace, p.edited)) for p in proposals.newest(db, facts.round.id, PICTURES)]


def render(found: list[Find], facts: Facts | None) -> str:
    """Return the card's content."""
    if not found or facts is None:
        text = "Failures show up here as soon as exploring finds some."
        return "<h2>Newest finds</h2>" + empty("No finds yet", text)
    more = " <a href='#label'>Label them</a>." if facts.open else ""
    is_text = facts.evidence.is_text
    said = (
        "What the target wrote of the edited article. Edits are marked, and what differs from the summary expected."
        if is_text
        else "What the target said, edited as shown."
    )
    items = "".join(_text(p, shown) if is_text else _picture(p, shown) for p, shown in found)
    head = f"<h2>Newest finds</h2><p class='f-quiet'>{said}{more}</p>"
    return f"{head}<ul class='{'f-texts' if is_text else 'f-finds'}'>{items}</ul>"


def _picture(proposal: Proposal, uri: str) -> str:
    return (
        f"<li><img src='{uri}' alt='{escape(proposal.setting, quote=True)}'><span><b>{escape(proposal.answer)}</b>"
        f"<small>{_truth(proposal)}</small></span></li>"
    )


def _text(proposal: Proposal, shown: str) -> str:
    return f"<li><small><b>{escape(proposal.key.stratum)}</b> {escape(proposal.setting)}</small>{shown}</li>"


def _truth(proposal: Proposal) -> str:
    return "no reference" if proposal.reference is None else f"for {escape(proposal.reference)}"
