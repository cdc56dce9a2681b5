"""Small pictures of the evidence for lists: enlarged sharply by the style sheet, never tinted, reduced where large."""

from __future__ import annotations

import base64
import io
from functools import lru_cache
from pathlib import Path

from PIL import Image

from faded.domain import Proposal
from faded.store import blobs
from faded.store.ratings import PICTURES
from faded.ui.cards.picture import data_uri

LARGEST = 128
"""Pixels of the longer side: twice what a list shows, for screens with two pixels to the point."""

LARGEST_SET = 512
"""The same of a set of pictures, which are small in it."""


@lru_cache(maxsize=512)
def thumb(workspace: Path, digest: str, largest: int = LARGEST) -> str:
    """Return a blob as a data URI of at most `largest` pixels a side; a smaller picture is sent as it is.

    Raises:
        FadedError: there is no such blob.
    """
    with Image.open(io.BytesIO(blobs.get(workspace, digest))) as picture:
        if max(picture.size) <= largest:
            return data_uri(workspace, digest)
        small = picture.convert("RGB")
        small.thumbnail((largest, largest))
    out = io.BytesIO()
    small.save(out, "PNG")
    return f"data:image/png;base64,{base64.b64encode(out.getvalue()).decode()}"


def edited(workspace: Path, proposal: Proposal) -> str:
    """Return what a proposal's target saw, or drew, in small.

    Raises:
        FadedError: there is no such blob.
    """
    return thumb(workspace, proposal.edited, LARGEST_SET if PICTURES in proposal.details else LARGEST)
