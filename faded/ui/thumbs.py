"""Small pictures of the evidence for lists: enlarged sharply by the style sheet, never tinted, reduced where large."""

from __future__ import annotations

import base64
import io
from functools import lru_cache
from pathlib import Path

from PIL import Image

from faded.store import blobs
from faded.ui.cards.picture import data_uri

LARGEST = 128
"""Pixels of the longer side: twice what a list shows, for screens with two pixels to the point."""


@lru_cache(maxsize=512)
def thumb(workspace: Path, digest: str) -> str:
    """Return a blob as a data URI of at most `LARGEST` pixels a side; a smaller picture is sent as it is.

    Raises:
        FadedError: there is no such blob.
    """
    with Image.open(io.BytesIO(blobs.get(workspace, digest))) as picture:
        if max(picture.size) <= LARGEST:
            return data_uri(workspace, digest)
        small = picture.convert("RGB")
        small.thumbnail((LARGEST, LARGEST))
    out = io.BytesIO()
    small.save(out, "PNG")
    return f"data:image/png;base64,{base64.b64encode(out.getvalue()).decode()}"
