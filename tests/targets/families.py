"""Tiny random classifiers of several families in transformers' folder format, and their files edited."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from transformers import (
    DeiTConfig,
    DeiTForImageClassification,
    SwinConfig,
    SwinForImageClassification,
    ViTConfig,
    ViTForImageClassification,
    ViTImageProcessor,
)

SIDE = 16
LABELS = {0: "red", 1: "green", 2: "blue"}
_TINY = {
    "hidden_size": 8,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "intermediate_size": 16,
    "image_size": SIDE,
    "patch_size": 8,
}
FAMILIES = {
    "vit": (ViTForImageClassification, ViTConfig, _TINY),
    "deit": (DeiTForImageClassification, DeiTConfig, _TINY),
    "swin": (
        SwinForImageClassification,
        SwinConfig,
        {"image_size": SIDE, "patch_size": 4, "embed_dim": 8, "depths": [1, 1], "num_heads": [2, 2], "window_size": 2},
    ),
}


def write_family(name: str, folder: Path) -> Path:
    """Write the folder of a tiny random classifier with the classes red, green and blue."""
    network, config, sizes = FAMILIES[name]
    torch.manual_seed(0)
    labels = {"id2label": LABELS, "label2id": {label: i for i, label in LABELS.items()}}
    network(config(**sizes, **labels)).save_pretrained(folder)
    ViTImageProcessor(size={"height": SIDE, "width": SIDE}).save_pretrained(folder)
    return folder


def edit_json(file: Path, **values: object) -> None:
    """Replace values in a JSON file."""
    file.write_text(json.dumps(json.loads(file.read_text()) | values))


def edit_weights(folder: Path, change: Callable[[dict[str, torch.Tensor]], dict[str, torch.Tensor]]) -> None:
    """Rewrite a checkpoint."""
    file = folder / "model.safetensors"
    save_file(change(load_file(file)), file, {"format": "pt"})
