"""Edits that hide a part of a picture: occlusion."""

from __future__ import annotations

import numpy as np
import torch

from faded.concepts.image_registry import Draws, drawing_concept
from faded.domain import Kind

GREY = 0.5
"""The middle of the range: neither a light nor a dark object."""


@drawing_concept(
    "occlusion",
    kind=Kind.ORDINAL,
    neutral=0.0,
    bounds=(0.0, 1.0),
    phrase="covered by a grey square over {value:.0%} of the picture",
)
def cover(pixels: torch.Tensor, share: torch.Tensor, draws: Draws) -> torch.Tensor:
    """Cover a share of the area by one grey square (on a picture that is no square: a rectangle of its shape).

    Its place is drawn once for a picture; it grows with the level and goes on covering what it covered.
    """
    place = torch.from_numpy(np.stack([rng.random(2, dtype=np.float32) for rng in draws])).to(pixels.device)
    side = share.sqrt().to(pixels.device)
    rows, columns = (_covered(place[:, axis] * (1 - side), side, pixels.shape[2 + axis]) for axis in range(2))
    hidden = rows[:, None, :, None] * columns[:, None, None, :]
    return torch.lerp(pixels, torch.full_like(pixels, GREY), hidden)


def _covered(start: torch.Tensor, side: torch.Tensor, length: int) -> torch.Tensor:
    """Return how much of each pixel of an axis lies within [start, start + side), given as shares of the axis.

    Shape (batch, length); a pixel on the edge is covered in part, so that a small picture has its exact share as well.
    """
    pixel = torch.arange(length, device=start.device)
    end = torch.minimum((start + side)[:, None] * length, pixel + 1)
    return (end - torch.maximum(start[:, None] * length, pixel)).clamp(0, 1)
