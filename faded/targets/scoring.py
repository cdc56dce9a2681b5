"""How probable given texts are to a summarizer, with gradients where they are enabled.

Texts go through in parts of about the same length, and an encoder reads an article once, however many texts are written
about it: the better and the worse one of a preference, as a rule.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch.nn import functional as F
from transformers.modeling_outputs import BaseModelOutput

from faded.targets.writing import by_length, padded

ROWS = 16
"""Texts per part at most; in larger ones more is padding."""


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
    decoded = _decoded if module.config.is_encoder_decoder else _continued
    parts = by_length([len(ids) for ids in read], ROWS)
    nats: list[torch.Tensor] = []
    lengths: list[torch.Tensor] = []
    for part in parts:
        logits, labels, said = decoded(module, [read[i] for i in part], [outputs[i] for i in part], pad)
        each = F.cross_entropy(logits.float().transpose(1, 2), labels, reduction="none")
        nats.append(-(each * said).sum(1))
        lengths.append(said.sum(1))
    order = torch.tensor([i for part in parts for i in part], device=module.device).argsort()
    return torch.cat(nats)[order], torch.cat(lengths)[order]


def _decoded(
    module: Any, read: Sequence[Sequence[int]], outputs: Sequence[Sequence[int]], pad: int
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Return logits, labels and which labels count, of an encoder-decoder model."""
    places: dict[tuple[int, ...], int] = {}
    of = torch.tensor([places.setdefault(tuple(row), len(places)) for row in read], device=module.device)
    ids, mask = (t.to(module.device) for t in padded(list(places), pad, left=False))
    states = module.get_encoder()(input_ids=ids, attention_mask=mask, return_dict=True).last_hidden_state
    labels, said = (t.to(module.device) for t in padded(outputs, pad, left=False))
    begun = torch.cat([torch.full_like(labels[:, :1], module.config.decoder_start_token_id), labels[:, :-1]], dim=1)
    logits = module(
        encoder_outputs=BaseModelOutput(last_hidden_state=states[of]),
        attention_mask=mask[of],
        decoder_input_ids=begun,
        use_cache=False,
    ).logits
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
