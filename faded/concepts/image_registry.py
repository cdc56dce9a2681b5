"""How an edit of pictures is registered: one decorated function on pixels in [0, 1], one level per row of a batch.

An edit is given only the rows that are not at the neutral, so the neutral is the identity to the last bit.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch

from faded.concepts.building import Concept
from faded.domain import Kind
from faded.registry import Registry

Edit = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]
"""Pixels (batch, 3, height, width) and one value per row to edited pixels of the same shape, in [0, 1]."""

Draws = list[np.random.Generator]
"""One generator per row, seeded by the concept and the unedited picture alone: the same picture is drawn for alike in
any batch and at any level."""

DrawingEdit = Callable[[torch.Tensor, torch.Tensor, Draws], torch.Tensor]
"""An edit with something random in it."""


@dataclass(frozen=True, slots=True)
class ImageConcept(Concept):
    """A registered edit of pictures.

    Attributes:
        apply: The edit; None where it draws.
        draw: The edit with something random in it; None where it has none.
    """

    apply: Edit | None
    draw: DrawingEdit | None


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
