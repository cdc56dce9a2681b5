"""Pictures as files that a page can show."""

from __future__ import annotations

import io

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image


def png(picture: NDArray[np.uint8]) -> bytes:
    """Return a picture of shape (height, width, 3) as a PNG file."""
    buffer = io.BytesIO()
    Image.fromarray(picture).save(buffer, format="PNG", compress_level=1)
    return buffer.getvalue()


def from_png(data: bytes) -> NDArray[np.uint8]:
    """Read what `png` wrote."""
    with Image.open(io.BytesIO(data)) as image:
        return np.asarray(image)


def to_picture(pixels: torch.Tensor) -> NDArray[np.uint8]:
    """Return pixels in [0, 1], shape (3, height, width), as a picture of shape (height, width, 3)."""
    rounded: NDArray[np.uint8] = pixels.mul(255).round().byte().permute(1, 2, 0).cpu().numpy()
    return rounded
