"""The card of a picture proposal: what the page is told of it."""

from __future__ import annotations

import base64
import io
from html import escape
from pathlib import Path

from PIL import Image

from faded.demo.practice import Picture, Practice
from faded.domain import Proposal
from faded.store import blobs

MAGIC = {b"\x89PNG": "image/png", b"\xff\xd8\xff": "image/jpeg"}
"""First bytes of the formats that evidence is kept in; anything else is sent as bytes that no browser draws."""


def data_uri(workspace: Path, digest: str) -> str:
    """Return a blob as a data URI: the picture comes with the item, and no file is served.

    Raises:
        FadedError: there is no such blob.
    """
    return uri_of(blobs.get(workspace, digest))


def uri_of(content: bytes) -> str:
    """Return an encoded picture as a data URI."""
    kind = next((k for magic, k in MAGIC.items() if content.startswith(magic)), "application/octet-stream")
    return f"data:{kind};base64,{base64.b64encode(content).decode()}"


def img(uri: str, says: str) -> str:
    """Return a picture as HTML.

    Args:
        uri: Its data URI.
        says: What it shows, for whoever does not see it.
    """
    return f"<img src='{uri}' alt='{escape(says, quote=True)}'>"


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
        "evidence": "picture",
        "original": data_uri(workspace, proposal.original),
        "edited": data_uri(workspace, proposal.edited),
        "answer": proposal.answer,
        "reference": proposal.reference,
        "clean_answer": proposal.clean_answer,
        "setting": proposal.setting,
        "flag": flag,
    }


def practice_payload(item: Practice[Picture], number: int) -> dict[str, str | None]:
    """Return a practice item as the page shows it, with the right verdict and why."""
    original, edited = (uri_of(_png(picture)) for picture in (item.original, item.edited))
    return {
        "id": f"practice-{number}",
        "evidence": "picture",
        "original": original,
        "edited": edited,
        "answer": item.answer,
        "reference": item.reference,
        "clean_answer": None,
        "setting": item.setting,
        "flag": None,
        "verdict": item.verdict.value,
        "why": item.why,
    }


def _png(picture: Picture) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(picture).save(buffer, format="PNG")
    return buffer.getvalue()
