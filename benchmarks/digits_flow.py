"""A trained generator of MNIST digits, written from the description beside its weights (`mnist_flow_vit.json`).

It is flow matching in pixel space: a picture on its way from noise at time 0 to a digit at time 1 is a straight mixture
of both, and the network says which digit it will be. Patches, time and class are tokens of a small transformer.
"""

from __future__ import annotations

import math
from pathlib import Path

import torch
from diffusers.loaders import PeftAdapterMixin
from safetensors.torch import load_file
from torch import nn
from torch.nn import functional as F

WEIGHTS = Path("models") / "mnist_flow_vit.safetensors"
SIDE = 28
PATCH = 7
ACROSS = SIDE // PATCH
WIDTH = 64
HEADS = 4
LAYERS = 4
CLASSES = 10
NO_CLASS = CLASSES
"""Row of the class table that leaves the digit open."""
EXTRA = 2
"""Tokens that tell the time, and as many that tell the class."""
LONGEST_PERIOD = 1e4
STEPS = 25
"""Steps of a drawing, as the description has it."""
GUIDANCE = 2.0
GUIDED = (0.3, 0.7)
"""Times between which the class is weighed against no class."""


class Attention(nn.Module):
    """Self-attention with a layer of its own for queries, keys, values and output, so that each can be adapted."""

    def __init__(self) -> None:
        super().__init__()
        self.to_q, self.to_k, self.to_v = (nn.Linear(WIDTH, WIDTH) for _ in range(3))
        self.to_out = nn.ModuleList([nn.Linear(WIDTH, WIDTH)])

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Map tokens (batch, tokens, width) to what each gathers from all."""
        q, k, v = (layer(x).unflatten(-1, (HEADS, -1)).transpose(1, 2) for layer in (self.to_q, self.to_k, self.to_v))
        found: torch.Tensor = self.to_out[0](F.scaled_dot_product_attention(q, k, v).transpose(1, 2).flatten(2))
        return found


class Layer(nn.Module):
    """A layer of the transformer; norms come after the sums."""

    def __init__(self) -> None:
        super().__init__()
        self.attention = Attention()
        self.linear1, self.linear2 = nn.Linear(WIDTH, 4 * WIDTH), nn.Linear(4 * WIDTH, WIDTH)
        self.norm1, self.norm2 = nn.LayerNorm(WIDTH), nn.LayerNorm(WIDTH)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Map tokens to tokens."""
        x = self.norm1(x + self.attention(x))
        found: torch.Tensor = self.norm2(x + self.linear2(F.gelu(self.linear1(x))))
        return found


class DigitsFlow(nn.Module, PeftAdapterMixin):  # type: ignore[misc]
    """The network."""

    def __init__(self) -> None:
        super().__init__()
        self.pos_embed = nn.Parameter(torch.zeros(1, ACROSS * ACROSS, WIDTH))
        self.patch_embed = nn.Conv2d(1, WIDTH, PATCH, PATCH)
        self.y_encoder = nn.Embedding(CLASSES + 1, EXTRA * WIDTH)
        self.transformer = nn.ModuleList(Layer() for _ in range(LAYERS))
        self.unpatch = nn.ConvTranspose2d(WIDTH, 1, PATCH, PATCH)

    def told(self, classes: torch.Tensor) -> torch.Tensor:
        """Return the tokens of classes, shape (n, tokens, width)."""
        found: torch.Tensor = self.y_encoder(classes).unflatten(-1, (EXTRA, WIDTH))
        return found

    def forward(self, noisy: torch.Tensor, t: torch.Tensor, told: torch.Tensor) -> torch.Tensor:
        """Return the digits that pictures (n, 1, 28, 28) at times (n,) will be."""
        patches = self.patch_embed(noisy).flatten(2).transpose(1, 2) + self.pos_embed
        x = torch.cat([patches, _time_tokens(t), told], dim=1)
        for layer in self.transformer:
            x = layer(x)
        found: torch.Tensor = self.unpatch(x[:, : -2 * EXTRA].transpose(1, 2).reshape(len(x), -1, ACROSS, ACROSS))
        return found


def _time_tokens(t: torch.Tensor) -> torch.Tensor:
    half = EXTRA * WIDTH // 2
    angles = t[:, None] * torch.exp(torch.arange(half, device=t.device) * (-math.log(LONGEST_PERIOD) / (half - 1)))
    return torch.cat([angles.sin(), angles.cos()], dim=1).reshape(len(t), EXTRA, WIDTH)


def draw(network: DigitsFlow, noise: torch.Tensor, classes: torch.Tensor) -> torch.Tensor:
    """Return the digits, from 0 to 1, that noise of shape (n, 1, 28, 28) becomes; `NO_CLASS` leaves one open."""
    told, unasked = network.told(classes), network.told(torch.full_like(classes, NO_CLASS))
    asked = bool((classes != NO_CLASS).any())
    x = noise
    for step in range(STEPS):
        t = step / STEPS
        times = torch.full((len(x),), t, device=x.device)
        becomes = network(x, times, told)
        if asked and GUIDED[0] < t < GUIDED[1]:
            becomes = GUIDANCE * becomes + (1 - GUIDANCE) * network(x, times, unasked)
        x = x + (becomes - x) / (1 - t) / STEPS
    return x.clamp(0, 1)


def load(assets: Path) -> DigitsFlow:
    """Return the network with its trained weights."""
    held: dict[str, torch.Tensor] = {}
    for name, tensor in load_file(assets / WEIGHTS).items():
        at, _, own = name.partition("self_attn.")
        if own.startswith("in_proj_"):
            parts = zip(("to_q", "to_k", "to_v"), tensor.chunk(3), strict=True)
            held |= {f"{at}attention.{part}.{own.removeprefix('in_proj_')}": rows for part, rows in parts}
        elif own:
            held[f"{at}attention.{own.replace('out_proj', 'to_out.0')}"] = tensor
        else:
            held[name] = tensor
    network = DigitsFlow()
    network.load_state_dict(held)
    return network.eval()
