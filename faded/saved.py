"""How a repaired target lies in its folder, told by its files: whoever loads it or says how to looks here."""

from __future__ import annotations

from enum import Enum
from pathlib import Path


class Saved(Enum):
    """What a repair wrote, by the file that tells; the value is the file's name."""

    PIPELINE = "model_index.json"
    """A whole pipeline of diffusers."""
    LORA = "pytorch_lora_weights.safetensors"
    """An adapter, as diffusers loads it."""
    MODEL = "config.json"
    """A whole model of transformers."""
    PEFT = "adapter_config.json"
    """An adapter in peft's format."""
    STATE = "model.safetensors"
    """The weights of a module that a callable returns."""

    def is_in(self, folder: Path) -> bool:
        """Say whether its file is in a folder."""
        return (folder / self.value).is_file()


def saved_as(folder: Path) -> Saved:
    """Return what is in a folder that a repair wrote."""
    return next((saved for saved in Saved if saved.is_in(folder)), Saved.STATE)
