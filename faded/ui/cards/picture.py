"""The card of a picture proposal: what the page is told of it, and the parts that draw it."""

from __future__ import annotations

import base64
from pathlib import Path

from faded.domain import Proposal
from faded.store import blobs
from faded.ui.theme import asset

MAGIC = {b"\x89PNG": "image/png", b"\xff\xd8\xff": "image/jpeg"}
"""First bytes of the formats that evidence is kept in; anything else is sent as bytes that no browser draws."""

HTML = asset("label.html")
CSS = asset("label.css")
SCRIPT = f"{asset('outbox.js')}\n{asset('picker.js')}\n{asset('label.js')}\nmountLabel(element, server);"


def data_uri(workspace: Path, digest: str) -> str:
    """Return a blob as a data URI: the picture comes with the item, and no file is served.

    Raises:
        FadedError: there is no such blob.
    """
    content = blobs.get(workspace, digest)
    kind = next((k for magic, k in MAGIC.items() if content.startswith(magic)), "application/octet-stream")
    return f"data:{kind};base64,{base64.b64encode(content).decode()}"


def payload(workspace: Path, proposal: Proposal, flag: str | None) -> dict[str, str | None]:
    """Return what the page shows of a proposal. The target's confidence is not in it: people judge without it.

    Args:
        workspace: Where the blobs are.
        proposal: The proposal.
        flag: The reason of the flag that stands on it, None where there is none.

    Raises:
        FadedError: a picture is missing from the workspace.
    """
    return {
        "id": proposal.id,
        "original": data_uri(workspace, proposal.original),
        "edited": data_uri(workspace, proposal.edited),
        "answer": proposal.answer,
        "reference": proposal.reference,
        "clean_answer": proposal.clean_answer,
        "setting": proposal.setting,
        "flag": flag,
    }
