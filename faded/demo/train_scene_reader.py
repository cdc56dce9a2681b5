"""The attribute reader of the demo "scenes": a small residual network that says what a drawn picture shows.

It learns from drawings that are not skewed, half of them as the pipeline's autoencoder draws them again, so that what a
latent model blurs is read as well as what was drawn sharply.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch.nn import functional as F
from transformers import ResNetConfig, ResNetForImageClassification, ViTImageProcessor

from faded.demo.scene_figures import SIDE
from faded.demo.scenes import VALUES, Scene

LABELS = tuple(f"{name}: {value}" for name, values in VALUES.items() for value in values)
"""What the columns of the logits mean; those of one attribute are alternatives."""


@dataclass(frozen=True, slots=True)
class ReaderRecipe:
    """How the reader is made.

    Attributes:
        scenes: Scenes drawn for training, not skewed.
        epochs: Passes over them.
        batch: Pictures per step.
        rate: Highest learning rate of AdamW; it falls to nothing as half a cosine.
        stem: Channels of the stem.
        widths: Channels of the stages.
        depths: Residual blocks of the stages.
    """

    scenes: int = 6_000
    epochs: int = 6
    batch: int = 64
    rate: float = 3e-3
    stem: int = 24
    widths: tuple[int, ...] = (24, 48, 96)
    depths: tuple[int, ...] = (1, 1, 2)


def columns() -> dict[str, slice]:
    """Return where the logits of each attribute stand."""
    found, start = {}, 0
    for name, values in VALUES.items():
        found[name] = slice(start, start + len(values))
        start += len(values)
    return found


def truth(scenes: Sequence[Scene]) -> torch.Tensor:
    """Return the number of each attribute's value, shape (n, attributes)."""
    return torch.tensor([[VALUES[name].index(s.shows.named()[name]) for name in VALUES] for s in scenes])


def fit(recipe: ReaderRecipe, seed: int, pictures: torch.Tensor, shown: torch.Tensor) -> Any:
    """Train the reader.

    Args:
        recipe: How.
        seed: Of the first weights and the order of the batches.
        pictures: Shape (n, 3, 64, 64), uint8.
        shown: What `truth` says of them.
    """
    torch.manual_seed(seed)
    config = ResNetConfig(
        embedding_size=recipe.stem,
        hidden_sizes=list(recipe.widths),
        depths=list(recipe.depths),
        layer_type="basic",
        id2label=dict(enumerate(LABELS)),
        label2id={label: i for i, label in enumerate(LABELS)},
    )
    model = ResNetForImageClassification(config).train()
    optimiser = torch.optim.AdamW(model.parameters(), lr=recipe.rate)
    rng = np.random.default_rng([seed, 5])
    per_epoch = len(pictures) // recipe.batch
    for step in range(recipe.epochs * per_epoch):
        if step % per_epoch == 0:
            order = rng.permutation(len(pictures))
        rows = order[step % per_epoch * recipe.batch :][: recipe.batch]
        logits = model(pictures[rows].float() / 127.5 - 1).logits
        loss = torch.stack(
            [F.cross_entropy(logits[:, where], shown[rows, i]) for i, where in enumerate(columns().values())]
        ).sum()
        for group in optimiser.param_groups:
            group["lr"] = recipe.rate * (1 + math.cos(math.pi * step / (recipe.epochs * per_epoch))) / 2
        optimiser.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
    return model.eval()


def save(model: Any, folder: Path) -> None:
    """Write the reader in half precision, with its image processor."""
    model.half().save_pretrained(folder)
    half = [0.5] * 3
    ViTImageProcessor(size={"height": SIDE, "width": SIDE}, image_mean=half, image_std=half).save_pretrained(folder)
