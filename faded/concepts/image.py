"""Edits of pictures: pixels in [0, 1], one level per row of a batch.

An edit is one decorated function. It is given only the rows that are not at the neutral, so the neutral is the identity
to the last bit. The order of a space's concepts is the order in which its edits are applied.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import kornia
import numpy as np
import torch
from numpy.typing import NDArray

from faded.concepts.spec import ConceptSpace, ConceptSpec
from faded.domain import FadedError, Kind
from faded.registry import Registry

Edit = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]
"""Pixels (batch, 3, height, width) and one value per row to edited pixels of the same shape."""

Picture = NDArray[np.uint8]
"""Shape (height, width, 3)."""


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
        apply: The edit.
    """

    kind: Kind
    neutral: float
    low: float
    high: float
    phrase: str
    phrase_below: str
    apply: Edit


image_concepts: Registry[ImageConcept] = Registry("image concept")


def image_concept(
    name: str, *, kind: Kind, neutral: float, bounds: tuple[float, float], phrase: str, phrase_below: str = ""
) -> Callable[[Edit], Edit]:
    """Return a decorator that registers an edit as a concept."""

    def file(edit: Edit) -> Edit:
        image_concepts.register(name)(ImageConcept(kind, neutral, *bounds, phrase, phrase_below, edit))
        return edit

    return file


@image_concept(
    "rotation",
    kind=Kind.ORDINAL,
    neutral=0.0,
    bounds=(-180.0, 180.0),
    phrase="turned left by {distance:g} degrees",
    phrase_below="turned right by {distance:g} degrees",
)
def rotate(pixels: torch.Tensor, degrees: torch.Tensor) -> torch.Tensor:
    """Turn about the centre, counter-clockwise for positive degrees, bilinear; what comes in from outside is black."""
    turned: torch.Tensor = kornia.geometry.transform.rotate(pixels, degrees, mode="bilinear", padding_mode="zeros")
    return turned


@image_concept("darkening", kind=Kind.ORDINAL, neutral=0.0, bounds=(0.0, 1.0), phrase="darkened by {value:.0%}")
def darken(pixels: torch.Tensor, share: torch.Tensor) -> torch.Tensor:
    """Multiply by (1 - share): 0 leaves the picture, 1 makes it black."""
    return pixels * (1 - share).view(-1, 1, 1, 1)


@image_concept(
    "saturation", kind=Kind.ORDINAL, neutral=1.0, bounds=(0.0, 4.0), phrase="colour saturation at {value:.0%}"
)
def saturate(pixels: torch.Tensor, factor: torch.Tensor) -> torch.Tensor:
    """Blend with the grey picture: 0 is grey, 1 leaves the picture, above 1 exaggerates its colours."""
    blended: torch.Tensor = kornia.enhance.adjust_saturation_with_gray_subtraction(pixels, factor)
    return blended


class ImageEditor:
    """Turns pictures and settings into pixels.

    Args:
        space: The concepts; every name is a registered image concept.
    """

    def __init__(self, space: ConceptSpace) -> None:
        self._concepts = [(spec.neutral, image_concepts.get(spec.name).apply) for spec in space.specs]

    def __call__(self, payloads: Sequence[Picture], values: NDArray[np.float64]) -> torch.Tensor:
        """Return pixels in [0, 1], shape (batch, 3, height, width), for pictures of one size and one setting each."""
        pixels = torch.from_numpy(np.stack(payloads)).permute(0, 3, 1, 2).float().div_(255)
        for column, (neutral, apply) in enumerate(self._concepts):
            rows = np.flatnonzero(values[:, column] != neutral)
            if len(rows):
                level = torch.from_numpy(values[rows, column]).float()
                pixels[torch.from_numpy(rows)] = apply(pixels[torch.from_numpy(rows)], level)
        return pixels.clamp_(0, 1)


def image_space(items: Sequence[Mapping[str, object]]) -> ConceptSpace:
    """Build a space from a list of concepts with name, levels and, where wanted, kind and neutral.

    Raises:
        FadedError: an unknown concept or kind, a level that is no number or out of bounds, a neutral that changes the
            picture.
    """
    return ConceptSpace(tuple(_spec(item) for item in items))


def _spec(item: Mapping[str, object]) -> ConceptSpec:
    unknown = set(item) - {"name", "kind", "levels", "neutral"}
    if "name" not in item or "levels" not in item or unknown:
        raise FadedError(f"The concept {dict(item)} must have a name and levels and may have kind and neutral.")
    name = str(item["name"])
    concept = image_concepts.get(name)
    levels = item["levels"]
    if not isinstance(levels, Sequence) or isinstance(levels, str):
        raise FadedError(f"The levels of {name!r} are {levels!r}: give a list of numbers.")
    for level in levels:
        if isinstance(level, bool) or not isinstance(level, int | float) or not math.isfinite(level):
            raise FadedError(f"The level {level!r} of {name!r} is no number.")
        if not concept.low <= level <= concept.high:
            raise FadedError(
                f"The level {level:g} of {name!r} is out of bounds: give "
                f"levels from {concept.low:g} to {concept.high:g}."
            )
    if item.get("neutral", concept.neutral) != concept.neutral:
        raise FadedError(f"The neutral of {name!r} is {concept.neutral:g}, not {item['neutral']}: leave it out.")
    kind = str(item.get("kind", concept.kind.value))
    if kind not in [k.value for k in Kind]:
        raise FadedError(f"The kind {kind!r} of {name!r} is none of {', '.join(k.value for k in Kind)}.")
    return ConceptSpec(
        name, Kind(kind), tuple(float(v) for v in levels), concept.neutral, concept.phrase, concept.phrase_below
    )
