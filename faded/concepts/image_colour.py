"""Edits of light and colour: darkening, contrast, saturation, hue."""

from __future__ import annotations

import kornia
import torch

from faded.concepts.image_registry import image_concept
from faded.domain import Kind


@image_concept("darkening", kind=Kind.ORDINAL, neutral=0.0, bounds=(0.0, 1.0), phrase="darkened by {value:.0%}")
def darken(pixels: torch.Tensor, share: torch.Tensor) -> torch.Tensor:
    """Multiply by (1 - share): 0 leaves the picture, 1 makes it black."""
    return pixels * (1 - share).view(-1, 1, 1, 1)


@image_concept("contrast", kind=Kind.ORDINAL, neutral=1.0, bounds=(0.0, 4.0), phrase="contrast at {value:.0%}")
def contrast(pixels: torch.Tensor, factor: torch.Tensor) -> torch.Tensor:
    """Blend with the picture's mean grey: 0 is that grey, 1 leaves the picture, above 1 exaggerates light and dark."""
    blended: torch.Tensor = kornia.enhance.adjust_contrast_with_mean_subtraction(pixels, factor)
    return blended


@image_concept(
    "saturation", kind=Kind.ORDINAL, neutral=1.0, bounds=(0.0, 4.0), phrase="colour saturation at {value:.0%}"
)
def saturate(pixels: torch.Tensor, factor: torch.Tensor) -> torch.Tensor:
    """Blend with the grey picture: 0 is grey, 1 leaves the picture, above 1 exaggerates its colours."""
    blended: torch.Tensor = kornia.enhance.adjust_saturation_with_gray_subtraction(pixels, factor)
    return blended


@image_concept(
    "hue",
    kind=Kind.CIRCULAR,
    neutral=0.0,
    bounds=(-180.0, 180.0),
    phrase="hue turned by {distance:g} degrees (red towards green)",
    phrase_below="hue turned by {distance:g} degrees (red towards blue)",
)
def turn_hue(pixels: torch.Tensor, degrees: torch.Tensor) -> torch.Tensor:
    """Turn every colour on the colour wheel (HSV): at 120 degrees red becomes green, at -120 blue; grey stays."""
    turned: torch.Tensor = kornia.enhance.adjust_hue(pixels, torch.deg2rad(degrees))
    return turned
