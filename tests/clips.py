"""A tiny random CLIP model in transformers' folder format."""

from __future__ import annotations

import string
from pathlib import Path

import torch
from transformers import CLIPConfig, CLIPImageProcessorPil, CLIPModel, CLIPTokenizer

WINDOW = 24
"""Tokens, and a token is a letter."""
WIDTH = 12
START, END = "<|startoftext|>", "<|endoftext|>"


def write_clip(folder: Path, seed: int = 0, **text: int) -> Path:
    """Write a `CLIPModel` of one layer each that looks at pictures of 16 by 16; `text` changes its text encoder."""
    torch.manual_seed(seed)
    letters = string.ascii_lowercase + string.digits
    pieces = [START, END, *letters, *(f"{letter}</w>" for letter in letters)]
    tokenizer = CLIPTokenizer(
        vocab={piece: i for i, piece in enumerate(pieces)}, merges=[], bos_token=START, eos_token=END, unk_token=END,
        pad_token=END, model_max_length=WINDOW,
    )  # fmt: skip
    sizes = {"hidden_size": 16, "intermediate_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2}
    config = CLIPConfig(
        text_config={
            **sizes, "vocab_size": len(pieces), "max_position_embeddings": WINDOW, "bos_token_id": 0,
            "eos_token_id": 1, "pad_token_id": 1, **text,
        },
        vision_config={**sizes, "image_size": 16, "patch_size": 8},
        projection_dim=WIDTH,
        initializer_factor=5.0,
    )  # fmt: skip
    CLIPModel(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    size = {"height": 16, "width": 16}
    CLIPImageProcessorPil(size={"shortest_edge": 16}, crop_size=size).save_pretrained(folder)
    return folder
