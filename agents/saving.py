"""What learners with a network save and take up again: weights and Adam's moments, as arrays under flat names."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from agents.base import State


def weights_of(network: nn.Module, name: str) -> State:
    """Return a network's weights under NAME.PARAMETER."""
    return {f"{name}.{k}": v.numpy().copy() for k, v in network.state_dict().items()}


def load_weights(network: nn.Module, name: str, state: State) -> None:
    """Give a network the weights that `weights_of` returned."""
    begins = f"{name}."
    network.load_state_dict({k.removeprefix(begins): tensor(v) for k, v in state.items() if k.startswith(begins)})


def moments_of(optimizer: torch.optim.Adam) -> State:
    """Return Adam's moments under adam.INDEX.NAME."""
    kept = optimizer.state_dict()["state"]
    return {f"adam.{i}.{k}": v.numpy().copy() for i, moments in kept.items() for k, v in moments.items()}


def load_moments(optimizer: torch.optim.Adam, state: State) -> None:
    """Give Adam the moments that `moments_of` returned."""
    moments: dict[int, dict[str, Tensor]] = {}
    for key, value in state.items():
        if key.startswith("adam."):
            _, index, name = key.split(".")
            moments.setdefault(int(index), {})[name] = tensor(value)
    optimizer.load_state_dict({**optimizer.state_dict(), "state": moments})


def tensor(value: NDArray[np.generic]) -> Tensor:
    """Return a copy as a tensor."""
    return torch.from_numpy(np.array(value))
