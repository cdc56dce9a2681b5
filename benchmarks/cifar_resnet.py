"""ResNet-20 and ResNet-32 for CIFAR-10 (He et al. 2016, section 4.2), as a Python callable target.

Three stages of 16, 32 and 64 channels; shortcuts that change the shape take every second pixel and pad channels with
zeros (option A). The weights are found below the folder named by FADED_ASSETS.
"""

from __future__ import annotations

import os
from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import nn
from torch.nn import functional as F

LABELS = ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"]
MEAN = (0.485, 0.456, 0.406)
STD = (0.229, 0.224, 0.225)


class Block(nn.Module):
    """Two 3x3 convolutions with a parameter-free shortcut."""

    def __init__(self, channels_in: int, channels: int, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(channels_in, channels, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels)
        self.stride, self.padding = stride, (channels - channels_in) // 2

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Map (batch, channels_in, h, w) to (batch, channels, h / stride, w / stride)."""
        shortcut = x[:, :, :: self.stride, :: self.stride]
        shortcut = F.pad(shortcut, (0, 0, 0, 0, self.padding, self.padding))
        inner = self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x)))))
        return F.relu(inner + shortcut)


class CifarResNet(nn.Module):
    """The network, with the attributes that a callable target needs."""

    labels = LABELS
    input_size = (32, 32)

    def __init__(self, blocks: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, 16, 3, 1, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(16)
        self.layer1 = self._stage(16, 16, blocks, 1)
        self.layer2 = self._stage(16, 32, blocks, 2)
        self.layer3 = self._stage(32, 64, blocks, 2)
        self.linear = nn.Linear(64, len(LABELS))

    @staticmethod
    def _stage(channels_in: int, channels: int, blocks: int, stride: int) -> nn.Sequential:
        rest = [Block(channels, channels, 1) for _ in range(blocks - 1)]
        return nn.Sequential(Block(channels_in, channels, stride), *rest)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Map normalised pixels (batch, 3, 32, 32) to logits (batch, 10)."""
        x = F.relu(self.bn1(self.conv1(x)))
        x = self.layer3(self.layer2(self.layer1(x)))
        return self.linear(x.mean(dim=(2, 3)))  # type: ignore[no-any-return]

    @staticmethod
    def preprocess(pixels: torch.Tensor) -> torch.Tensor:
        """Normalise pixels in [0, 1]."""
        mean = torch.tensor(MEAN, device=pixels.device).view(1, 3, 1, 1)
        std = torch.tensor(STD, device=pixels.device).view(1, 3, 1, 1)
        return (pixels - mean) / std


def load(blocks: int, file: Path) -> CifarResNet:
    """Return the network with the pretrained weights in `file`."""
    network = CifarResNet(blocks)
    network.load_state_dict(load_file(file))
    return network.eval()


def assets() -> Path:
    """Return the folder of real data and weights."""
    return Path(os.environ.get("FADED_ASSETS", "../shared/assets"))


def resnet20() -> CifarResNet:
    """Return the pretrained ResNet-20."""
    return load(3, assets() / "models" / "cifar10_resnet20.safetensors")
