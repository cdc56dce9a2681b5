"""The inputs that a report shows: as files beside it, and inside it."""

from __future__ import annotations

import base64
import difflib
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image

from faded.store import blobs

FOLDER = "evidence"
PNG, TEXT = ".png", ".txt"
PICTURE, WRITTEN, DRAWN = "picture", "text", "pictures"
"""What a round shows people, as its summary says it."""

LARGEST = {PICTURE: 256, DRAWN: 640}
"""Pixels of the longer side inside the report; the file beside it has them all."""

AROUND = 8
"""Words shown before and after each edit of a text."""

Piece = tuple[str, str]
"""What became of a stretch of text ("same", "gone", "new" or "cut"), and the text."""


def kind_of(summary: Mapping[str, Any]) -> str:
    """Return what a round shows people; one from before there were articles does not say it."""
    return str(summary.get("evidence", PICTURE))


def file_of(digest: str, kind: str) -> str:
    """Return the name of a blob's file beside the report."""
    return f"{FOLDER}/{digest}{TEXT if kind == WRITTEN else PNG}"


def digest_of(file: str) -> str:
    """Return the blob that a file beside the report is a copy of."""
    return Path(file).stem


@dataclass(frozen=True)
class Shown:
    """Reads the evidence of a workspace for a page.

    Attributes:
        workspace: Where the blobs are.
        kind: What they show.
    """

    workspace: Path
    kind: str

    def content(self, file: str) -> bytes:
        """Return a file's content.

        Raises:
            FadedError: the workspace has no such blob.
        """
        return blobs.get(self.workspace, digest_of(file))

    def uri(self, file: str) -> str:
        """Return a picture as a data URI, made smaller where it is large.

        Raises:
            FadedError: the workspace has no such blob.
        """
        content, largest = self.content(file), LARGEST[self.kind]
        with Image.open(io.BytesIO(content)) as picture:
            if max(picture.size) > largest:
                small = picture.convert("RGB")
                small.thumbnail((largest, largest))
                out = io.BytesIO()
                small.save(out, "PNG")
                content = out.getvalue()
        return f"data:image/png;base64,{base64.b64encode(content).decode()}"

    def text(self, file: str) -> str:
        """Return a text.

        Raises:
            FadedError: the workspace has no such blob.
        """
        return self.content(file).decode("utf-8", "replace")

    def edits(self, original: str, edited: str) -> list[Piece]:
        """Return what an edit did to a text, see `pieces`."""
        return pieces(self.text(original), self.text(edited))


def pieces(before: str, after: str) -> list[Piece]:
    """Return a text after an edit in pieces: same, gone, new, and cut where nothing changed for long."""
    old, new = (re.findall(r"\S+\s*", text) for text in (before, after))
    found: list[Piece] = []
    for what, i, j, k, m in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if what == "equal":
            found += _shortened(new[k:m], first=k == 0, last=m == len(new))
            continue
        found += [(kind, "".join(words)) for kind, words in (("gone", old[i:j]), ("new", new[k:m])) if words]
    return found


def _shortened(words: list[str], first: bool, last: bool) -> list[Piece]:
    """Return what stays the same, without its middle where that is long."""
    head, tail = 0 if first else AROUND, 0 if last else AROUND
    if first and last:
        head = 4 * AROUND
    if len(words) <= head + tail + AROUND:
        return [("same", "".join(words))]
    kept = [("same", "".join(words[:head])), ("cut", ""), ("same", "".join(words[len(words) - tail :]))]
    return [piece for piece in kept if piece[1] or piece[0] == "cut"]
