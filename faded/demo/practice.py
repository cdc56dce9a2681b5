"""Three pictures to practise labeling on: one to confirm, one to reject, one that the edit made invalid.

Drawn by the demo's own code and edited with Pillow, so that the web process can show them without a worker. What they
teach is what the verdicts mean; it holds for any target. `practice_texts.py` has the same for articles.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from faded.demo import signs
from faded.domain import Details, Verdict

SEED = 7
"""Of the pictures; any would do."""

Picture = NDArray[np.uint8]
"""Shape (height, width, 3)."""

Evidence = TypeVar("Evidence")


@dataclass(frozen=True)
class Practice(Generic[Evidence]):
    """An item with the verdict that is right, and why.

    Attributes:
        original: The input.
        edited: The same under the setting.
        answer: What the target is supposed to have said.
        reference: What the reference says.
        setting: The setting in words.
        verdict: The right verdict.
        why: Why it is.
        clean_answer: What the target is supposed to have said of the original, where the card shows it.
        details: What the card shows beside it.
    """

    original: Evidence
    edited: Evidence
    answer: str
    reference: str
    setting: str
    verdict: Verdict
    why: str
    clean_answer: str | None = None
    details: Details = field(default_factory=dict)


@lru_cache(maxsize=1)
def practice() -> tuple[Practice[Picture], ...]:
    """Return the three items."""
    drawn = {s.label: s.sample.payload for s in signs.draw(SEED, signs.ROUND_STREAM, len(signs.CLASSES))}
    stop, arrow, parking = drawn["stop"], drawn["turn left"], drawn["parking"]
    return (
        Practice(
            stop,
            _edit(stop, 30, 0.4),
            "no entry",
            "stop",
            "Turned left by 30 degrees, darkened by 40%.",
            Verdict.CONFIRM,
            "A stop sign stays a stop sign turned and darker, and it can still be read: the target is wrong.",
        ),
        Practice(
            arrow,
            _edit(arrow, -90, 0.0),
            "straight ahead",
            "turn left",
            "Turned right by 90 degrees.",
            Verdict.REJECT,
            "The edit turned the arrow: as edited it points straight ahead, which is what the target said. "
            "So it is right, whatever the reference says.",
        ),
        Practice(
            parking,
            _edit(parking, 0, 0.97),
            "cycle path",
            "parking",
            "Darkened by 97%.",
            Verdict.INVALID,
            "Nothing can be read any more. Nobody could have answered, so it is no failure of the target.",
        ),
    )


def _edit(picture: Picture, degrees: float, darkening: float) -> Picture:
    turned = Image.fromarray(picture).rotate(degrees, Image.Resampling.BILINEAR)
    return (np.asarray(turned) * (1 - darkening)).astype(np.uint8)
