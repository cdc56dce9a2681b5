"""How an edit of pictures is registered: one decorated function on pixels in [0, 1], one level per row of a batch.

An edit is given only the rows that are not at the neutral, so the neutral is the identity to the last bit.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch

from faded.domain import FadedError, Kind
from faded.registry import Registry

Edit = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]
"""Pixels (batch, 3, height, width) and one value per row to edited pixels of the same shape, in [0, 1]."""

Draws = list[np.random.Generator]
"""One generator per row, seeded by the concept and the unedited picture alone: the same picture is drawn for alike in
any batch and at any level."""

DrawingEdit = Callable[[torch.Tensor, torch.Tensor, Draws], torch.Tensor]
"""An edit with something random in it."""


@dataclass(frozen=True, slots=True)
class ImageConcept:
    """A registered edit with what is known of its values.

    Attributes:
        kind: What the levels mean to each other.
        neutral: The value that changes nothing.
        low: Smallest value that makes sense.
        high: Largest value that makes sense.
        phrase: The edit in words, see `ConceptSpec`.
        phrase_below: The same below the neutral.
        apply: The edit; None where it draws.
        draw: The edit with something random in it; None where it has none.
    """

    kind: Kind
    neutral: float
    low: float
    high: float
    phrase: str
    phrase_below: str
    apply: Edit | None
    draw: DrawingEdit | None

    def check(self, name: str, level: object) -> float:
        """Return a level as a number.

        Raises:
            FadedError: it is no number or out of bounds.
        """
        if isinstance(level, bool) or not isinstance(level, int | float) or not math.isfinite(level):
            raise FadedError(f"The level {level!r} of {name!r} is no number.")
        if not self.low <= level <= self.high:
            raise FadedError(
                f"The level {level:g} of {name!r} is out of bounds: give levels from {self.low:g} to {self.high:g}."
            )
        return float(level)


image_concepts: Registry[ImageConcept] = Registry("image concept")


def image_concept(
    name: str, *, kind: Kind, neutral: float, bounds: tuple[float, float], phrase: str, phrase_below: str = ""
) -> Callable[[Edit], Edit]:
    """Return a decorator that registers an edit as a concept."""

    def file(edit: Edit) -> Edit:
        image_concepts.register(name)(ImageConcept(kind, neutral, *bounds, phrase, phrase_below, edit, None))
        return edit

    return file


def drawing_concept(
    name: str, *, kind: Kind, neutral: float, bounds: tuple[float, float], phrase: str, phrase_below: str = ""
) -> Callable[[DrawingEdit], DrawingEdit]:
    """Return a decorator that registers an edit with something random in it as a concept."""

    def file(edit: DrawingEdit) -> DrawingEdit:
        image_concepts.register(name)(ImageConcept(kind, neutral, *bounds, phrase, phrase_below, None, edit))
        return edit

    return file
