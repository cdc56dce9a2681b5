"""A target that fails in the dark, in a way that can be mended: it names the brightest channel, but leans to red."""

from __future__ import annotations

import os
import time
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import nn

NAMES = ("red", "green", "blue")
LEAN = 0.9
"""In a picture darkened by 80% the channels differ by less than this in the logits."""


class Colours(nn.Module):
    labels = NAMES
    input_size = (8, 8)

    def __init__(self) -> None:
        super().__init__()
        self.linear = nn.Linear(3, 3)
        with torch.no_grad():
            self.linear.weight.copy_(8.0 * torch.eye(3))
            self.linear.bias.copy_(torch.tensor([LEAN, 0.0, 0.0]))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        time.sleep(float(os.environ.get("COLOURS_SECONDS", "0")))
        logits: torch.Tensor = self.linear(x.mean(dim=(2, 3)))
        return logits

    @staticmethod
    def preprocess(pixels: torch.Tensor) -> torch.Tensor:
        return pixels


def target() -> Colours:
    return Colours()


def leaning(lean: float) -> Colours:
    found = Colours()
    with torch.no_grad():
        found.linear.bias[0] = lean
    return found


def upright() -> Colours:
    """A checkpoint that does not fail in the dark."""
    return leaning(0.0)


def askew() -> Colours:
    """A checkpoint that fails sooner."""
    return leaning(3 * LEAN)


def other_names() -> Colours:
    found = Colours()
    found.labels = ("red", "green", "violet")
    return found


def larger() -> Colours:
    found = Colours()
    found.input_size = (16, 16)
    return found


def draw(folder: Path, per_class: int, seed: int = 0) -> Path:
    """Write pictures of noise in which one channel is brightest, in one folder per class."""
    rng = np.random.default_rng(seed)
    for channel, name in enumerate(NAMES):
        (folder / name).mkdir(parents=True)
        for i in range(per_class):
            pixels = rng.integers(0, 130, (8, 8, 3), dtype=np.uint8)
            pixels[..., channel] += 120
            Image.fromarray(pixels).save(folder / name / f"{i}.png")
    return folder
