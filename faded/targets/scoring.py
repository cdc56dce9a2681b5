"""How probable given texts are to a summarizer: one forward pass, with gradients where they are enabled."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch.nn import functional as F

from faded.targets.writing import padded


def output_tokens(tokenizer: Any, texts: Sequence[str], end: int, marks: bool) -> list[list[int]]:
    """Return texts as a network would write them, each with one mark of the end.

    Args:
        tokenizer: Of the network.
        texts: What is written.
        end: Token that ends a text.
        marks: Whether the tokenizer adds its own marks of beginning and end.
    """
    rows = [list(ids) for ids in tokenizer(list(texts), add_special_tokens=marks)["input_ids"]] if texts else []
    return [row if row and row[-1] == end else [*row, end] for row in rows]


def scored(
    module: Any, read: Sequence[Sequence[int]], outputs: Sequence[Sequence[int]], pad: int
) -> tuple[torch.Tensor, torch.Tensor]:
    """Return the log-probability of each output after what is read, nats, and its tokens; both of shape (batch,).

    Args:
        module: A model of transformers, encoder-decoder or causal.
        read: Token numbers that are read, none empty.
        outputs: Token numbers that are written, none empty.
        pad: Token to pad with.
    """
    if module.config.is_encoder_decoder:
        logits, labels, said = _decoded(module, read, outputs, pad)
    else:
        logits, labels, said = _continued(module, read, outputs, pad)
    nats = F.cross_entropy(logits.float().transpose(1, 2), labels, reduction="none")
    return -(nats * said).sum(1), said.sum(1)


def _decoded(
    module: Any, read: Sequence[Sequence[int]], outputs: Sequence[Sequence[int]], pad: int
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Return logits, labels and which labels count, of an encoder-decoder model."""
    ids, mask = (t.to(module.device) for t in padded(read, pad, left=False))
    labels, said = (t.to(module.device) for t in padded(outputs, pad, left=False))
    begun = torch.cat([torch.full_like(labels[:, :1], module.config.decoder_start_token_id), labels[:, :-1]], dim=1)
    logits = module(input_ids=ids, attention_mask=mask, decoder_input_ids=begun, use_cache=False).logits
    return logits, labels, said


def _continued(
    module: Any, read: Sequence[Sequence[int]], outputs: Sequence[Sequence[int]], pad: int
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Return logits, labels and which labels count, of a causal model; only the part that is written has logits."""
    whole = [[*before, *after] for before, after in zip(read, outputs, strict=True)]
    ids, mask = (t.to(module.device) for t in padded(whole, pad, left=False))
    lengths = torch.tensor([len(row) for row in read], device=module.device)
    said = mask * (torch.arange(ids.shape[1], device=module.device) >= lengths[:, None])
    kept = ids.shape[1] - int(lengths.min())
    logits = module(input_ids=ids, attention_mask=mask, logits_to_keep=kept + 1, use_cache=False).logits
    return logits[:, :-1], ids[:, -kept:], said[:, -kept:]
