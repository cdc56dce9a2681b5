"""Who reads the drawn digits: a small network trained on real ones, which knows nothing of the generator."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import nn
from torch.nn import functional as F

from faded.targets.attributes import Readings
from faded.targets.fingerprint import fingerprint

DIGITS = Path("images") / "mnist_5000.parquet"
ATTRIBUTE = "digit"
HELD_OUT = 1000
"""Of the 5,000 digits, to tell how often the judge is right."""
EPOCHS = 12
BATCH = 64
LEARNING_RATE = 2e-3
FEATURES = 64
SHIFT = 2
"""Pixels by which a batch is moved at most while training."""
READ = 500
"""Pictures per pass."""


class _Network(nn.Module):
    """Two convolutions, a layer of features, and the logits."""

    def __init__(self) -> None:
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(1, 16, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(16, 32, 5), nn.ReLU(), nn.MaxPool2d(2),
            nn.Flatten(), nn.Dropout(0.3), nn.Linear(32 * 4 * 4, FEATURES), nn.ReLU(),
        )  # fmt: skip
        self.head = nn.Linear(FEATURES, 10)


@dataclass(frozen=True)
class Judge:
    """Reads digits.

    Attributes:
        network: The trained network.
        accuracy: Share of the held-out real digits that it reads rightly.
    """

    network: _Network
    accuracy: float

    @property
    def values(self) -> dict[str, tuple[str, ...]]:
        """The digits."""
        return {ATTRIBUTE: tuple(map(str, range(10)))}

    def read(self, pictures: NDArray[np.uint8]) -> Readings:
        """Read pictures of shape (n, height, width, 3), of which the channels are the same."""
        embedding, logits = self._said(torch.from_numpy(np.ascontiguousarray(pictures[..., 0])))
        return Readings({ATTRIBUTE: logits.argmax(1).numpy()}, embedding.numpy())

    def fingerprint(self) -> str:
        """Return a hash of the weights."""
        return fingerprint(self.network.state_dict())

    def sureness(self, pictures: NDArray[np.uint8]) -> NDArray[np.float64]:
        """Return the probability of what is read of each picture."""
        _, logits = self._said(torch.from_numpy(np.ascontiguousarray(pictures[..., 0])))
        return logits.softmax(1).amax(1).double().numpy()

    def _said(self, grey: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        with torch.inference_mode():
            found = torch.cat([self.network.body(_pixels(rows)) for rows in torch.split(grey, READ)])
            return found, self.network.head(found)


def train(assets: Path, seed: int = 0) -> Judge:
    """Train a judge on real digits, for some seconds."""
    table = pq.read_table(assets / DIGITS, columns=["image", "label"])
    grey = np.stack([np.asarray(Image.open(io.BytesIO(image))) for image in table["image"].to_pylist()])
    order = np.random.default_rng(seed).permutation(len(grey))
    pictures, labels = torch.from_numpy(grey[order]), torch.tensor(table["label"].to_pylist())[order]
    learned, held = slice(HELD_OUT, None), slice(HELD_OUT)
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        network = _Network()
        _fit(network, pictures[learned], labels[learned])
    judge = Judge(network.eval(), 0.0)
    _, logits = judge._said(pictures[held])
    return Judge(network, float((logits.argmax(1) == labels[held]).double().mean()))


def _fit(network: _Network, pictures: torch.Tensor, labels: torch.Tensor) -> None:
    steps = EPOCHS * -(-len(pictures) // BATCH)
    optimizer = torch.optim.AdamW(network.parameters(), lr=LEARNING_RATE)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, LEARNING_RATE, total_steps=steps)
    for _ in range(EPOCHS):
        for rows in torch.split(torch.randperm(len(pictures)), BATCH):
            moved = torch.roll(pictures[rows], torch.randint(-SHIFT, SHIFT + 1, (2,)).tolist(), (1, 2))
            loss = F.cross_entropy(network.head(network.body(_pixels(moved))), labels[rows])
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
            schedule.step()


def _pixels(grey: torch.Tensor) -> torch.Tensor:
    return grey[:, None].float() / 255
