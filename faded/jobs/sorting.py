"""What a repair makes likelier: pictures sorted by what a campaign on a model that draws measures, see `Sorting`."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from faded.briefs import Brief
from faded.clip import Clip
from faded.data.prompts import OpenAttribute
from faded.discrepancies.clip import picture_distances
from faded.targets.sets import Sets

IntArray = NDArray[np.int64]


class Evenly:
    """Sorts pictures by what of an open attribute they show; wanted are all values in the shares that are stated.

    Args:
        open_: What the prompts leave open.
        values: Its values in the reader's order.
    """

    def __init__(self, open_: OpenAttribute, values: Sequence[str]) -> None:
        self._open, self._values = open_, tuple(values)
        self.shares = tuple(open_.shares[value] for value in values)

    def groups(self, sets: Sets, /) -> IntArray:
        """Return the number of the value, -1 where a picture does not show what else is asked."""
        return np.where(sets.astray, -1, sets.shown[self._open.attribute])

    def coached(self, inputs: Sequence[Brief], /) -> list[Sequence[Brief]]:
        """Return the briefs with each value asked for in words; nothing where none are told."""
        return [self._asking(inputs, value) for value in self._values]

    def _asking(self, inputs: Sequence[Brief], value: str) -> list[Brief]:
        return [asking(b, self._open, value) for b in inputs] if self._open.words else []


def asking(brief: Brief, open_: OpenAttribute, value: str) -> Brief:
    """Return a brief that asks for a value of what it left open."""
    asked = (*brief.asked, (open_.attribute, value))
    return Brief(f"{brief.prompt} {open_.words[value]}", brief.seeds, asked, brief.denied)


class Near:
    """Sorts pictures by how far they are from their prompt; wanted are those that a threshold lets pass.

    Args:
        clip: Compares them.
        threshold: The campaign's.
    """

    shares = (1.0, 0.0)

    def __init__(self, clip: Clip, threshold: float) -> None:
        self._clip, self._threshold = clip, threshold

    def groups(self, sets: Sets, /) -> IntArray:
        """Return 0 for a picture that is near and 1 for one that is not."""
        return (picture_distances(self._clip, sets) > self._threshold).astype(np.int64)

    def coached(self, inputs: Sequence[Brief], /) -> list[Sequence[Brief]]:
        """Return nothing: what is wanted has no other words."""
        return [[], []]


class AsAsked:
    """Sorts pictures by whether they show all that is asked and nothing that is denied; wanted are those that do."""

    shares = (1.0, 0.0)

    def groups(self, sets: Sets, /) -> IntArray:
        """Return 0 for a picture that does and 1 for one that does not."""
        return sets.astray.astype(np.int64)

    def coached(self, inputs: Sequence[Brief], /) -> list[Sequence[Brief]]:
        """Return nothing: what is wanted has no other words."""
        return [[], []]
