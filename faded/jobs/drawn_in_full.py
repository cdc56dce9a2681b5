"""What is asked in full of a model that draws, for the figure "faithfulness".

Briefs in full fill every slot, evenly, and ask for what the prompts leave open; nothing is denied.
"""

from __future__ import annotations

from collections.abc import Container, Sequence

import numpy as np

from faded.briefs import Brief, Wording
from faded.concepts.prompt import PromptEditor
from faded.concepts.prompt_kinds import PromptKind, Slot
from faded.data.prompts import OpenAttribute
from faded.domain import Sample
from faded.jobs.sorting import asking

FILLING = (PromptKind.SLOT, PromptKind.COLOUR, PromptKind.COUNT)


class InFull:
    """Makes briefs that ask in full.

    Args:
        slots: The concepts.
        open_: What the prompts leave open, or None.
    """

    def __init__(self, slots: Sequence[Slot], open_: OpenAttribute | None) -> None:
        self._slots = tuple(slots)
        self._open = open_ if open_ is not None and open_.words else None
        self._levels = [
            [i for i, word in enumerate(slot.words) if word and slot.kind in FILLING] or [0] for slot in slots
        ]

    def asks_for_any(self, attributes: Container[str]) -> bool:
        """Say whether briefs in full ask for a value of one of these attributes."""
        if self._open is not None and self._open.attribute in attributes:
            return True
        return any(
            slot.attribute in attributes and any(slot.shows[i] for i in levels)
            for slot, levels in zip(self._slots, self._levels, strict=True)
            if slot.shows
        )

    def briefs(self, samples: Sequence[Sample[Wording]]) -> list[Brief]:
        """Return a brief for each sample; which values it asks for follows from the sample's id."""
        places = [int(sample.id, 16) for sample in samples]
        values = np.array([[found[(p >> 4 * i) % len(found)] for i, found in enumerate(self._levels)] for p in places])
        briefs = PromptEditor(self._slots)([s.payload for s in samples], values.astype(np.float64))
        if self._open is None:
            return briefs
        names = list(self._open.shares)
        return [asking(b, self._open, names[(p >> 40) % len(names)]) for b, p in zip(briefs, places, strict=True)]
