"""What people have flagged as HTML, for managers: those who label are told nothing of each other's flags."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path

from faded.domain import Proposal
from faded.store import proposals, remarks
from faded.store.engine import Db
from faded.store.remarks import Flag
from faded.ui.cards.team import folded, item
from faded.ui.facts import Facts
from faded.ui.words import clock, count, plural

SHOWN = 20
"""Flags that are shown with their evidence, the newest; the export has all."""


def read(db: Db, round_id: int) -> tuple[list[Flag], Mapping[str, Proposal]]:
    """Return the flags of a round, the newest first, and the proposals of those that are shown, by their ids."""
    found = remarks.flags(db, round_id)[::-1]
    shown = proposals.get_many(db, list(dict.fromkeys(flag.proposal_id for flag in found[:SHOWN])))
    return found, {proposal.id: proposal for proposal in shown}


def render(facts: Facts, found: Sequence[Flag], shown: Mapping[str, Proposal], workspace: Path) -> str:
    """Return the card's content; nothing where nobody has flagged anything."""
    if not found:
        return ""
    items = "".join(_item(facts, flag, shown[flag.proposal_id], workspace) for flag in found[:SHOWN])
    left = len(found) - SHOWN
    more = f"<p class='f-quiet'>{count(left)} older ones are in the export.</p>" if left > 0 else ""
    return (
        f"<h2>What people flagged</h2><p class='f-quiet'>A flag is a remark beside any verdict. Who labels sees their "
        f"own flags only.</p>{facts.evidence.unseen}"
        f"{folded(facts, 'flags', plural(len(found), 'flag', 'flags'), items, more)}"
    )


def _item(facts: Facts, flag: Flag, proposal: Proposal, workspace: Path) -> str:
    about = (
        f"<p><b class='t-named'>{escape(flag.annotator)}, </b>{clock(flag.created_at)}: {escape(flag.reason)}</p>"
        f"<p class='f-quiet'>Proposal {escape(proposal.id)}</p>"
    )
    return item(facts, proposal, workspace, about)
