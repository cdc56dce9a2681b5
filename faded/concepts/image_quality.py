"""Edits of what a camera and a file do to a picture: blur, noise, JPEG."""

from __future__ import annotations

import io
import math

import kornia
import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image

from faded.concepts.image_registry import Draws, drawing_concept, image_concept
from faded.domain import Kind

KERNEL_REACH = 3.0
"""Standard deviations that a blur's kernel reaches to each side: 99.7% of a Gaussian."""


@image_concept(
    "blur", kind=Kind.ORDINAL, neutral=0.0, bounds=(0.0, 0.1), phrase="blurred over {value:.1%} of the width"
)
def blur(pixels: torch.Tensor, share: torch.Tensor) -> torch.Tensor:
    """Gaussian blur; the standard deviation is given as a share of the width, so that sizes feel alike.

    Rows of one level go together, since a kernel's size follows from its level.
    """
    blurred = torch.empty_like(pixels)
    for level in sorted(set(share.tolist())):
        rows = share == level
        sigma = level * pixels.shape[-1]
        size = 2 * max(1, math.ceil(KERNEL_REACH * sigma)) + 1
        blurred[rows] = kornia.filters.gaussian_blur2d(pixels[rows], size, (sigma, sigma), border_type="replicate")
    return blurred


@drawing_concept(
    "noise",
    kind=Kind.ORDINAL,
    neutral=0.0,
    bounds=(0.0, 1.0),
    phrase="with noise of {value:.0%} of the full brightness",
)
def add_noise(pixels: torch.Tensor, deviation: torch.Tensor, draws: Draws) -> torch.Tensor:
    """Add Gaussian noise to every pixel and channel; its standard deviation is a share of the full brightness.

    A picture has one pattern of noise, which grows with the level.
    """
    patterns = np.stack([rng.standard_normal(pixels.shape[1:], dtype=np.float32) for rng in draws])
    return (pixels + deviation.view(-1, 1, 1, 1) * torch.from_numpy(patterns).to(pixels.device)).clamp(0, 1)


@image_concept(
    "jpeg", kind=Kind.ORDINAL, neutral=100.0, bounds=(1.0, 100.0), phrase="saved as JPEG of quality {value:g}"
)
def compress(pixels: torch.Tensor, quality: torch.Tensor) -> torch.Tensor:
    """Encode and decode as JPEG (libjpeg's quality, rounded to a whole number; colours at half resolution).

    The neutral, 100, stands for a picture that was not encoded at all.
    """
    pictures = pixels.mul(255).round().byte().permute(0, 2, 3, 1).cpu().numpy()
    decoded = [_through_jpeg(p, round(q)) for p, q in zip(pictures, quality.tolist(), strict=True)]
    return torch.from_numpy(np.stack(decoded)).to(pixels.device).permute(0, 3, 1, 2).float().div_(255)


def _through_jpeg(picture: NDArray[np.uint8], quality: int) -> NDArray[np.uint8]:
    buffer = io.BytesIO()
    Image.fromarray(picture).save(buffer, format="JPEG", quality=quality, subsampling="4:2:0")
    with Image.open(buffer) as image:
        return np.asarray(image)
