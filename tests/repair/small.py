"""A tiny classifier of lamps that mistakes a darkened coloured lamp for a grey one, trained in a second."""

from __future__ import annotations

from functools import cache

import numpy as np
import torch
from PIL import Image
from torch import nn

from faded.concepts.image import ImageEditor, image_space
from faded.data.hashing import picture_id
from faded.domain import Sample
from faded.targets.classifier import Classifier

LABELS = ("grey", "red", "green")
SPACE = image_space([{"name": "darkening", "levels": [0, 0.3, 0.6, 0.9]}])
EDITOR = ImageEditor(SPACE)


def lamps(count: int, seed: int) -> list[Sample]:
    """Grey lamps are dim; coloured ones are bright, with a weak hue."""
    rng = np.random.default_rng(seed)
    found = []
    for _ in range(count):
        label = LABELS[rng.integers(3)]
        light = rng.uniform(20, 70) if label == "grey" else rng.uniform(150, 230)
        tint = {"grey": (0, 0, 0), "red": (1, -1, -1), "green": (-1, 1, -1)}[label]
        colour = light * (1 + 0.12 * np.array(tint))
        picture = np.clip(colour + rng.normal(0, 8, (8, 8, 3)), 0, 255).astype(np.uint8)
        found.append(Sample(picture_id(picture), picture, label, label))
    return found


def network() -> nn.Module:
    return nn.Sequential(
        nn.Conv2d(3, 12, 3),
        nn.BatchNorm2d(12),
        nn.ReLU(),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Linear(12, 16),
        nn.ReLU(),
        nn.Linear(16, 3),
    )


@cache
def trained() -> dict[str, torch.Tensor]:
    """Weights that are right on clean lamps."""
    torch.manual_seed(0)
    torch.set_num_threads(1)
    module, samples = network(), lamps(600, seed=1)
    inputs = EDITOR([s.payload for s in samples], np.zeros((len(samples), 1)))
    truth = torch.tensor([LABELS.index(s.stratum) for s in samples])
    optimizer = torch.optim.Adam(module.parameters(), lr=0.01)
    for step in range(150):
        rows = torch.arange(step * 64, step * 64 + 64) % len(samples)
        optimizer.zero_grad()
        nn.functional.cross_entropy(module(inputs[rows]), truth[rows]).backward()
        optimizer.step()
    return {name: tensor.clone() for name, tensor in module.state_dict().items()}


def target() -> Classifier:
    """A fresh copy of the trained classifier."""
    module = network()
    module.load_state_dict(trained())

    def fit(image: Image.Image) -> np.ndarray:
        return np.asarray(image.resize((8, 8)), dtype=np.uint8)

    return Classifier(module, LABELS, (8, 8), fit, lambda pixels: pixels, torch.device("cpu"), "lamps")
