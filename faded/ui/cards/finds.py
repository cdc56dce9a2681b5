"""The newest failures found, in small: a glance at what exploring turns up."""

from __future__ import annotations

from html import escape
from pathlib import Path

from faded.domain import Proposal
from faded.store import proposals
from faded.store.engine import Db
from faded.ui import articles, thumbs
from faded.ui.cards.drawn import measured
from faded.ui.cards.picture import img
from faded.ui.evidence import DRAWN, PICTURE, WRITTEN
from faded.ui.facts import Facts
from faded.ui.page import empty

PICTURES = 12
"""Two rows on a wide page."""

ARTICLES = 6
"""Of texts, which take more room: three rows."""

SETS = 6
"""Of sets of pictures, which are wider."""

Find = tuple[Proposal, str]
"""A proposal with its edited picture as a data URI, or a stretch of its edited article and its summary as HTML."""


def read(db: Db, workspace: Path, facts: Facts | None) -> list[Find]:
    """Return the newest proposals of a round, newest first."""
    if facts is None:
        return []
    if facts.evidence.is_text:
        found = proposals.newest(db, facts.round.id, ARTICLES)
        return [(p, articles.example(workspace, p, compare=True)) for p in found]
    most = SETS if facts.evidence.is_drawn else PICTURES
    return [(p, thumbs.edited(workspace, p)) for p in proposals.newest(db, facts.round.id, most)]


def render(found: list[Find], facts: Facts | None) -> str:
    """Return the card's content."""
    if not found or facts is None:
        text = "Failures show up here as soon as exploring finds some."
        return "<h2>Newest finds</h2>" + empty("No finds yet", text)
    more = " <a href='#label'>Label them</a>." if facts.open else ""
    words = facts.evidence
    said, draw, look = FORMS[words.kind]
    items = "".join(draw(p, shown) for p, shown in found)
    head = f"<h2>Newest finds</h2><p class='f-quiet'>{said}{more}</p>{words.unseen}"
    return f"{head}<ul class='{look}'>{items}</ul>"


def _picture(proposal: Proposal, uri: str) -> str:
    return (
        f"<li>{img(uri, proposal.setting)}<span><b>{escape(proposal.answer)}</b>"
        f"<small>{_truth(proposal)}</small></span></li>"
    )


def _text(proposal: Proposal, shown: str) -> str:
    return f"<li><small><b>{escape(proposal.key.stratum)}</b> {escape(proposal.setting)}</small>{shown}</li>"


def _set(proposal: Proposal, uri: str) -> str:
    prompt = escape(str(proposal.details.get("prompt") or proposal.setting))
    return (
        f"<li>{img(uri, proposal.setting)}<span><b>{prompt}</b><small>{escape(measured(proposal))}</small></span></li>"
    )


def _truth(proposal: Proposal) -> str:
    return "no reference" if proposal.reference is None else f"for {escape(proposal.reference)}"


FORMS = {
    PICTURE: ("What the target said, edited as shown.", _picture, "f-finds"),
    WRITTEN: (
        "What the target wrote of the edited article. Edits are marked, and what differs from the summary expected.",
        _text,
        "f-texts",
    ),
    DRAWN: ("What the target drew for a prompt, and what a program measured of it.", _set, "f-finds sets f-generated"),
}
"""What stands above finds of each kind, how one is drawn, and the classes of the list."""
