"""The newest failures found, as thumbnails of the edited inputs: a glance at what exploring turns up."""

from __future__ import annotations

from html import escape
from pathlib import Path

from faded.domain import Proposal
from faded.store import proposals
from faded.store.engine import Db
from faded.ui.facts import Facts
from faded.ui.page import empty
from faded.ui.thumbs import thumb

SHOWN = 12
"""Two rows on a wide page."""

Find = tuple[Proposal, str]
"""A proposal with its edited picture as a data URI."""


def read(db: Db, workspace: Path, facts: Facts | None) -> list[Find]:
    """Return the newest proposals of a round, newest first."""
    if facts is None:
        return []
    return [(p, thumb(workspace, p.edited)) for p in proposals.newest(db, facts.round.id, SHOWN)]


def render(found: list[Find], facts: Facts | None) -> str:
    """Return the card's content."""
    if not found:
        text = "Failures show up here as soon as exploring finds some."
        return "<h2>Newest finds</h2>" + empty("No finds yet", text)
    more = "" if facts is None or not facts.open else " <a href='#label'>Label them</a>."
    items = "".join(
        f"<li><img src='{uri}' alt='{escape(p.setting, quote=True)}'><span><b>{escape(p.answer)}</b>"
        f"<small>{_truth(p)}</small></span></li>"
        for p, uri in found
    )
    head = f"<h2>Newest finds</h2><p class='f-quiet'>What the target said, edited as shown.{more}</p>"
    return f"{head}<ul class='f-finds'>{items}</ul>"


def _truth(proposal: Proposal) -> str:
    return "no reference" if proposal.reference is None else f"for {escape(proposal.reference)}"
