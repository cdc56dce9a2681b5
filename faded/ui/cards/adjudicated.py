"""What was adjudicated, as HTML for managers; whoever gave a verdict can take it back."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from pathlib import Path

from faded.store.people import Adjudication
from faded.ui.cards.team import VERDICT_WORDS, folded, item
from faded.ui.facts import Facts

SHOWN = 20
"""The latest that are listed; the export has all."""


def render(facts: Facts | None, found: Sequence[Adjudication], name: str, workspace: Path) -> str:
    """Return the list, folded; nothing where nothing was adjudicated. `name` is who looks."""
    if facts is None or not found:
        return ""
    items = "".join(_item(facts, one, name, workspace) for one in found)
    head = "The latest adjudications" if len(found) == SHOWN else f"Adjudicated: {len(found)}"
    return folded(facts, "adjudicated", head, items)


def _item(facts: Facts, one: Adjudication, name: str, workspace: Path) -> str:
    stated = "" if one.answer is None else f": {escape(one.answer)}"
    back = ""
    if facts.open and one.who == name:
        back = (
            "<form class='t-decide' data-send='team_take_back' data-said='Taken back.'>"
            f"<input type='hidden' name='event' value='{escape(one.key, quote=True)}'><button class='f-save'>Take back"
            "</button><p class='o-wrong' role='alert'></p></form>"
        )
    about = (
        f"<p><b>{VERDICT_WORDS[one.verdict]}{stated}</b><span class='t-named'>, by {escape(one.who)}</span>: "
        f"{escape(one.reason)}</p>{back}"
    )
    return item(facts, one.proposal, workspace, about)
