"""Sets of pictures as people are shown them: a PNG file with the wording in it, and what a card says of the prompt."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PIL import Image
from PIL.PngImagePlugin import PngInfo

from faded.briefs import Wording
from faded.concepts.prompt import filled, parts, worded
from faded.concepts.prompt_kinds import Slot
from faded.domain import Details
from faded.sheets import sheet
from faded.store.ratings import PICTURES
from faded.targets.sets import Pictures

WORDING = "wording"
"""Chunk of a set's PNG file that holds template and seeds."""


@dataclass(frozen=True)
class Drawing:
    """A set of pictures as people are shown it.

    Attributes:
        wording: The sample's payload.
        prompt: What it was drawn for.
        pictures: Shape (pictures, height, width, 3).
    """

    wording: Wording
    prompt: str
    pictures: Pictures


def told(
    wording: Wording, edited: Drawing, slots: Sequence[Slot], values: Sequence[float], control: Sequence[float]
) -> Details:
    """Return what a card says: the prompt, its parts and slots as JSON, the prompt without the edit, and how many.

    Args:
        wording: The sample's payload.
        edited: What was drawn under the setting.
        slots: The concepts.
        values: The setting.
        control: The clean control.
    """
    words, neutral = (worded(wording.template, slots, list(map(int, levels))) for levels in (values, control))
    marked = parts(*words)
    if "".join(text for text, _ in marked) != edited.prompt:  # its clauses stand in another order
        marked = [(edited.prompt, "")]
    return {
        "prompt": edited.prompt,
        "slots": json.dumps(marked),
        "base": filled(*neutral),
        PICTURES: len(edited.pictures),
    }


def written(drawing: Drawing) -> bytes:
    """Return a PNG file of the set as one picture, that holds the wording as well."""
    told = PngInfo()
    told.add_itxt(WORDING, json.dumps({"template": drawing.wording.template, "seeds": drawing.wording.seeds}))
    file = io.BytesIO()
    sheet(drawing.pictures).save(file, "PNG", pnginfo=told)
    return file.getvalue()


def wording_of(content: bytes) -> Wording:
    """Read the wording from what `written` wrote."""
    with Image.open(io.BytesIO(content)) as image:
        found: Any = json.loads(image.text[WORDING])  # type: ignore[attr-defined]
    return Wording(found["template"], tuple(found["seeds"]))
