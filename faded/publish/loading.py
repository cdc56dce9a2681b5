"""How a published target is loaded, said in Python: for its card."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from faded.config import CampaignConfig
from faded.publish.card import hub_id
from faded.saved import Saved
from faded.tasks import IMAGE

LIBRARY = {
    Saved.MODEL: "transformers",
    Saved.PEFT: "peft",
    Saved.LORA: "diffusers",
    Saved.PIPELINE: "diffusers",
}
"""What the hub calls the library that loads it; nothing for a module of somebody's own."""
HERE = "FOLDER_OR_ID"


def loading(saved: Saved, config: CampaignConfig, folder: Path) -> str:
    """Return how a repaired target is loaded, as Markdown.

    Args:
        saved: How it lies in its folder.
        config: The campaign's configuration.
        folder: The folder.
    """
    original = f'"{hub_id(config)}"' if hub_id(config) else "ORIGINAL"
    if saved is Saved.PIPELINE:
        lines = ["from diffusers import DiffusionPipeline", "", f"DiffusionPipeline.from_pretrained({HERE})"]
    elif saved is Saved.LORA:
        lines = ["from diffusers import DiffusionPipeline", ""]
        lines += [f"pipeline = DiffusionPipeline.from_pretrained({original})", f"pipeline.load_lora_weights({HERE})"]
    elif saved is Saved.PEFT:
        layers = json.loads((folder / Saved.PEFT.value).read_text(encoding="utf-8"))["target_modules"]
        kind = _writer(any("encoder" in layer.split(".") for layer in layers))
        lines = ["from peft import PeftModel", f"from transformers import {kind}, AutoTokenizer", ""]
        file = config.target.rpartition("/")[2]
        packed = f', gguf_file="{file}"' if hub_id(config) and file.endswith(".gguf") else ""
        lines += [f"model = PeftModel.from_pretrained({kind}.from_pretrained({original}{packed}), {HERE})"]
        lines += [f"tokenizer = AutoTokenizer.from_pretrained({HERE})"]
    elif saved is Saved.MODEL:
        lines = _whole(config, json.loads((folder / Saved.MODEL.value).read_text(encoding="utf-8")))
    else:
        lines = ["from safetensors.torch import load_file", ""]
        lines += ["module = ...  # the original module", f'module.load_state_dict(load_file("{saved.value}"))']
    said = "\n".join(f"    {line}".rstrip() for line in lines)
    lacks = saved in (Saved.PEFT, Saved.LORA, Saved.STATE) and hub_id(config) is None
    return said + ("\n\nThe original is not part of this folder and has to be at hand." if lacks else "")


def _whole(config: CampaignConfig, described: Any) -> list[str]:
    kind, reads = "AutoModelForImageClassification", "AutoImageProcessor"
    if config.task != IMAGE:
        kind, reads = _writer(bool(described.get("is_encoder_decoder"))), "AutoTokenizer"
    names = [f"from transformers import {', '.join(sorted((reads, kind)))}", ""]
    return [*names, f"model = {kind}.from_pretrained({HERE})", f"reader = {reads}.from_pretrained({HERE})"]


def _writer(encodes: bool) -> str:
    return "AutoModelForSeq2SeqLM" if encodes else "AutoModelForCausalLM"
