"""The card of a set of pictures: the prompt with its slots marked, and what was drawn for it.

What the reader of pictures counted is not in it: people judge from the pictures.
"""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

from faded.demo.practice import Practice
from faded.demo.practice_sets import Pictures
from faded.domain import Details, Proposal
from faded.sheets import ACROSS, sheet
from faded.store.ratings import PICTURES
from faded.targets.sets import counted
from faded.ui.cards.picture import data_uri, uri_of
from faded.ui.evidence import DRAWN

Payload = dict[str, Any]


def payload(workspace: Path, proposal: Proposal, flag: str | None) -> Payload:
    """Return what the page shows of a proposal; the page cuts the sheets into their pictures.

    Args:
        workspace: Where the blobs are.
        proposal: The proposal.
        flag: The reason of the flag that stands on it, None where there is none.

    Raises:
        FadedError: a sheet is missing from the workspace.
    """
    sheets = {name: data_uri(workspace, d) for name, d in (("base", proposal.original), ("drawn", proposal.edited))}
    return _shown(proposal.details, proposal.setting) | {
        "id": proposal.id,
        "sheets": sheets,
        "reference": proposal.reference,
        "setting": proposal.setting,
        "flag": flag,
    }


def practice_payload(item: Practice[Pictures], number: int, hint: str) -> Payload:
    """Return a practice item as the page shows it, with what counts in it, the right verdict and why."""
    return _shown(item.details, item.setting) | {
        "id": f"practice-{number}",
        "sheets": {"base": _sheet(item.original), "drawn": _sheet(item.edited)},
        "reference": item.reference,
        "setting": item.setting,
        "flag": None,
        "hint": hint,
        "verdict": item.verdict.value,
        "why": item.why,
    }


def prompt_parts(details: Details, setting: str) -> list[tuple[str, str]]:
    """Return the prompt in parts: each a text, and the slot that it stands in, empty outside of slots.

    Args:
        details: The proposal's.
        setting: Its setting in words, which stands in for a prompt that was not kept.
    """
    slots = details.get("slots")
    if isinstance(slots, str):
        return [(str(text), str(slot)) for text, slot in json.loads(slots)]
    return [(str(details.get("prompt") or setting), "")]


def measured(proposal: Proposal) -> str:
    """Say what a program counted in a set; where it only compares pictures with their prompt, how far apart they are.

    Nothing of it is for who has yet to judge the set.
    """
    found = counted(proposal.answer)
    return f"counted: {found}" if found else f"distance from the prompt: {proposal.discrepancy:.2f}"


def _shown(details: Details, setting: str) -> Payload:
    return {
        "evidence": DRAWN,
        "prompt": prompt_parts(details, setting),
        "base": details.get("base"),
        "pictures": details.get(PICTURES) or 0,
        "across": ACROSS,
    }


def _sheet(pictures: Pictures) -> str:
    file = io.BytesIO()
    sheet(pictures).save(file, "PNG")
    return uri_of(file.getvalue())
