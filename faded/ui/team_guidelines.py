"""What a campaign adds to the guidelines, as the page Label is told it: words in blocks, and whether they are new."""

from __future__ import annotations

from typing import Any

from faded.store import campaigns, guidelines, people
from faded.store.campaigns import Round
from faded.store.engine import Db
from faded.ui.cards import labeling
from faded.ui.empty_queue import moment

LONGEST_VERSION = 24
"""Characters of a version: eight of the built-in guidelines' hash, a stroke, and the number of the campaign's own."""

CHANGED = "The guidelines have changed since your last verdict: they stand open below."


def version(db: Db, found: Round, kind: str) -> str:
    """Return the version that holds in a round for a kind of evidence: the built-in one, and the campaign's own."""
    config = campaigns.get_campaign(db, found.campaign_id).config
    built_in = labeling.VERSIONS[labeling.guide(kind, config.get("discrepancy"))]
    own = guidelines.latest(db, found.campaign_id)
    return built_in if own is None else f"{built_in}/{own.number}"


def told(db: Db, found: Round, annotator: str, holds: str, notice: str) -> dict[str, Any]:
    """Return the campaign's own guidelines, whether any have changed since a person's last verdict, and the notice."""
    own, last = guidelines.latest(db, found.campaign_id), people.last_guidelines(db, found.id, annotator)
    by = "" if own is None else f"{own.who}, {moment(own.created_at)}"
    team = None if own is None else {"number": own.number, "by": by, "blocks": blocks(own.text)}
    changed = last is not None and last != holds
    return {"team": team, "changed": changed, "notice": " ".join(filter(None, (notice, CHANGED if changed else "")))}


def blocks(text: str) -> list[tuple[str, str | list[str]]]:
    """Return a text as paragraphs ("p", its words) and lists ("ul", its lines): lines that begin with "- "."""
    found: list[tuple[str, str | list[str]]] = []
    ended = True
    for line in text.splitlines():
        words, is_item = line.removeprefix("- ").strip(), line.startswith("- ")
        if not words:
            ended = True
        elif is_item and found and isinstance(found[-1][1], list) and not ended:
            found[-1][1].append(words)
        elif is_item:
            found.append(("ul", [words]))
        elif found and isinstance(found[-1][1], str) and not ended:
            found[-1] = ("p", f"{found[-1][1]} {words}")
        else:
            found.append(("p", words))
        ended = ended and not words
    return found
