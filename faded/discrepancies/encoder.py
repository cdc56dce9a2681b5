"""Sentence encoders: a folder or hub id in transformers' format to embeddings of texts."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from faded.discrepancies.text import Encode
from faded.domain import FadedError
from faded.runtime import BUILDING, device

BATCH = 64
"""Texts per forward pass."""
LONGEST = 256
"""Tokens of a text at most; what encoders of sentences are trained on, and more than a summary has."""


def load_encoder(source: str) -> Encode:
    """Load a sentence encoder: the mean of the last hidden states over a text's tokens is its embedding.

    Args:
        source: A folder or hub id with config.json, model.safetensors and the tokenizer.

    Raises:
        FadedError: it cannot be loaded.
    """
    from transformers import AutoModel, AutoTokenizer

    try:
        with BUILDING:
            tokenizer = AutoTokenizer.from_pretrained(source, trust_remote_code=False)
            model = AutoModel.from_pretrained(
                source, trust_remote_code=False, use_safetensors=True, dtype=torch.float32
            )
    except Exception as error:  # whatever transformers stumbles over, it is the source that cannot be read
        said = str(error).partition("\n")[0]
        raise FadedError(
            f"The sentence encoder {source!r} cannot be loaded: {said} Give a folder or hub id that holds "
            "config.json, model.safetensors and the tokenizer."
        ) from error
    model.to(device()).eval()

    def encode(texts: Sequence[str]) -> NDArray[np.floating]:
        order = sorted(range(len(texts)), key=lambda i: len(texts[i]))  # little is padded
        found = np.empty((len(texts), model.config.hidden_size), dtype=np.float32)
        for start in range(0, len(order), BATCH):
            rows = order[start : start + BATCH]
            batch = tokenizer(
                [texts[i] for i in rows], padding=True, truncation=True, max_length=LONGEST,
                return_tensors="pt",
            ).to(model.device)  # fmt: skip
            with torch.inference_mode():
                states = model(**batch).last_hidden_state
            mask = batch["attention_mask"].unsqueeze(-1)
            found[rows] = ((states * mask).sum(1) / mask.sum(1).clamp(min=1)).cpu().numpy()
        return found

    return encode
