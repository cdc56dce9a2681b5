"""Edits of where things are in a picture: rotation, zoom. What comes in from outside is black."""

from __future__ import annotations

import kornia
import torch

from faded.concepts.image_registry import image_concept
from faded.domain import Kind


@image_concept(
    "rotation",
    kind=Kind.ORDINAL,
    neutral=0.0,
    bounds=(-180.0, 180.0),
    phrase="turned left by {distance:g} degrees",
    phrase_below="turned right by {distance:g} degrees",
)
def rotate(pixels: torch.Tensor, degrees: torch.Tensor) -> torch.Tensor:
    """Turn about the centre, counter-clockwise for positive degrees, bilinear."""
    turned: torch.Tensor = kornia.geometry.transform.rotate(pixels, degrees, mode="bilinear", padding_mode="zeros")
    return turned


@image_concept(
    "zoom",
    kind=Kind.ORDINAL,
    neutral=1.0,
    bounds=(0.5, 4.0),
    phrase="zoomed in {value:g} times",
    phrase_below="shrunk to {value:.0%} of its size",
)
def zoom(pixels: torch.Tensor, factor: torch.Tensor) -> torch.Tensor:
    """Scale about the centre, bilinear: above 1 the borders are lost, below 1 there is black around.

    Below one half, bilinear sampling would leave out pixels, so that is the bound.
    """
    scaled: torch.Tensor = kornia.geometry.transform.scale(pixels, factor, mode="bilinear", padding_mode="zeros")
    return scaled
