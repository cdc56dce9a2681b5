"""What a repair of drawings asks of its target, and of what is to be drawn."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

IntArray = NDArray[np.int64]


class Painter(Protocol):
    """A target that draws by denoising, and whose denoiser can be tuned."""

    @property
    def module(self) -> nn.Module:
        """The denoiser."""
        ...

    def encoded(self, pictures: NDArray[np.uint8]) -> torch.Tensor:
        """Return the latents of pictures, shape (n, channels, height, width)."""
        ...

    def embedded(self, prompts: Sequence[str]) -> torch.Tensor:
        """Return what the denoiser is told of prompts, shape (n, tokens, width)."""
        ...

    def noised(self, latents: torch.Tensor, noise: torch.Tensor, times: torch.Tensor) -> torch.Tensor:
        """Return latents with noise on them."""
        ...

    def wanted(self, latents: torch.Tensor, noise: torch.Tensor, times: torch.Tensor) -> torch.Tensor:
        """Return what the denoiser should say of noised latents."""
        ...

    def said(self, noisy: torch.Tensor, times: torch.Tensor, told: torch.Tensor) -> torch.Tensor:
        """Return what the denoiser says, with gradients where enabled."""
        ...

    @property
    def noise_steps(self) -> int:
        """Times that noise is drawn from."""
        ...

    def forget(self) -> None:
        """Keep no drawn set any more: the weights have changed."""
        ...


class Sorting(Protocol):
    """What a set should show, and how to come by it."""

    @property
    def shares(self) -> tuple[float, ...]:
        """How often each group of pictures is wanted; adds up to 1."""
        ...

    def groups(self, sets: Any, /) -> IntArray:
        """Return the group of each picture, shape (batch, pictures); below 0 where it does not show what is asked."""
        ...

    def coached(self, inputs: Sequence[Any], /) -> list[Sequence[Any]]:
        """Return inputs of the target that draw more of each group, one list per group; empty where there are none."""
        ...
