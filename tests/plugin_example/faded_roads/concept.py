"""A concept of pictures, fog, and a space that has it."""

from __future__ import annotations

import torch

from faded.concepts.image_registry import image_concept
from faded.concepts.presets import presets
from faded.domain import Kind

HAZE = 0.8
"""Brightness of fog by day."""


@image_concept(
    "fog",
    kind=Kind.ORDINAL,
    neutral=0.0,
    bounds=(0.0, 1.0),
    phrase="seen through fog that takes {value:.0%} of the contrast",
)
def fog(pixels: torch.Tensor, share: torch.Tensor) -> torch.Tensor:
    """Mix each picture with the grey of the fog."""
    return torch.lerp(pixels, torch.full_like(pixels, HAZE), share.to(pixels.device)[:, None, None, None])


presets.register("road")(
    [
        {"name": "fog", "levels": [0, 0.3, 0.6, 0.9]},
        {"name": "darkening", "levels": [0, 0.4, 0.8]},
    ]
)
"""12 cells of weather and dusk."""
