"""Applies the edits of pictures and builds spaces of them. The edits themselves are in the modules beside, by family.

The order of a space's concepts is the order in which its edits are applied.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from faded.concepts import image_colour, image_cover, image_geometry, image_quality  # noqa: F401 - register edits
from faded.concepts.building import build_space, checked_setting, generator
from faded.concepts.image_registry import image_concepts
from faded.concepts.spec import ConceptSpace

Picture = NDArray[np.uint8]
"""Shape (height, width, 3)."""


class ImageEditor:
    """Turns pictures and settings into pixels.

    Args:
        space: The concepts; every name is a registered image concept.
    """

    def __init__(self, space: ConceptSpace) -> None:
        self._concepts = [(spec, image_concepts.get(spec.name)) for spec in space.specs]

    def __call__(self, payloads: Sequence[Picture], values: NDArray[np.float64]) -> torch.Tensor:
        """Return pixels in [0, 1], shape (batch, 3, height, width), for pictures of one size and one setting each."""
        pixels = torch.from_numpy(np.stack(payloads)).permute(0, 3, 1, 2).float().div_(255)
        for column, (spec, concept) in enumerate(self._concepts):
            rows = np.flatnonzero(values[:, column] != spec.neutral)
            if len(rows):
                at, level = torch.from_numpy(rows), torch.from_numpy(values[rows, column]).float()
                if concept.apply is not None:
                    pixels[at] = concept.apply(pixels[at], level)
                elif concept.draw is not None:
                    drawn = [generator(spec.name, np.ascontiguousarray(payloads[r]).data) for r in rows.tolist()]
                    pixels[at] = concept.draw(pixels[at], level, drawn)
        return pixels.clamp_(0, 1)


def image_space(items: Sequence[Mapping[str, object]]) -> ConceptSpace:
    """Build a space of edits of pictures, see `build_space`."""
    return build_space(image_concepts, items)


def check_setting(space: ConceptSpace, values: Sequence[object]) -> NDArray[np.float64]:
    """Return a setting of edits of pictures as numbers, see `checked_setting`."""
    return checked_setting(image_concepts, space, values)
