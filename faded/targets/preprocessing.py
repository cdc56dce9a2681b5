"""What a transformers image processor does, cut in two: the edits of a setting come between fitting and normalising."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image

Picture = NDArray[np.uint8]

TRIAL_SIZE = (640, 480)
"""Width and height of a picture that is fitted once to learn the size a processor makes."""
TRIAL_BLOCK = 80
"""Side of its squares of one random colour: fitted to 16 pixels it still holds nearly black and nearly white."""


@dataclass(frozen=True)
class Preprocessing:
    """The two halves of a processor.

    Attributes:
        size: Height and width that a picture is brought to.
        fit: Resizes and crops a picture; shape (height, width, 3).
        normalise: Maps pixels in [0, 1], shape (batch, 3, height, width), to what the module is fed.
    """

    size: tuple[int, int]
    fit: Callable[[Image.Image], Picture]
    normalise: Callable[[torch.Tensor], torch.Tensor]

    def __call__(self, image: Image.Image) -> torch.Tensor:
        """Return what the module is fed for a picture without edits, shape (3, height, width)."""
        return self.normalise(torch.from_numpy(self.fit(image)).permute(2, 0, 1)[None].float() / 255)[0]


def preprocessing(processor: Any) -> Preprocessing:
    """Cut an image processor in two."""

    def fit(image: Image.Image) -> Picture:
        pixels = processor(images=image, do_rescale=False, do_normalize=False, return_tensors="np")["pixel_values"][0]
        return np.ascontiguousarray(np.asarray(pixels).transpose(1, 2, 0)).round().astype(np.uint8)

    height, width, _ = fit(trial()).shape
    return Preprocessing((height, width), fit, _normaliser(processor))


def agree(one: Preprocessing, other: Preprocessing) -> bool:
    """Return whether both feed a module the same for a picture of noise."""
    return one.size == other.size and torch.equal(one(trial()), other(trial()))


def trial() -> Image.Image:
    """Return a picture of random squares, the same each time."""
    width, height = TRIAL_SIZE
    colours = np.random.default_rng(0).integers(
        0, 256, (height // TRIAL_BLOCK, width // TRIAL_BLOCK, 3), dtype=np.uint8
    )
    return Image.fromarray(colours).resize(TRIAL_SIZE, Image.Resampling.NEAREST)


def _normaliser(processor: Any) -> Callable[[torch.Tensor], torch.Tensor]:
    if not processor.do_normalize:
        return lambda pixels: pixels
    mean = torch.tensor(processor.image_mean).view(1, -1, 1, 1)
    std = torch.tensor(processor.image_std).view(1, -1, 1, 1)
    return lambda pixels: (pixels - mean.to(pixels.device)) / std.to(pixels.device)
