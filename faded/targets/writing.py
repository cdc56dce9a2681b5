"""One batch of tokens in, greedily written tokens out, with the state and the sureness that the same pass gives."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from transformers import LogitsProcessorList

NO_MEMORY = ("can't allocate memory", "not enough memory", "out of memory")
"""Words by which torch says that memory is short; on a processor it raises a plain RuntimeError."""
TOKENS = 16_384
"""Tokens read per pass at most, padding included: sixteen articles of a thousand."""


@dataclass(frozen=True)
class Written:
    """What a network wrote for a batch.

    Attributes:
        ids: New tokens, shape (batch, n_new); past the end of a shorter text they mean nothing.
        lengths: New tokens per row, the mark of the end included, shape (batch,).
        states: Mean of the last hidden states over the tokens read, shape (batch, n_features).
        log_probability: Mean over the new tokens of the log-probability of each, nats, shape (batch,).
    """

    ids: torch.Tensor
    lengths: torch.Tensor
    states: torch.Tensor
    log_probability: torch.Tensor


class _Sureness:
    """A logits processor that keeps the log-probability of each step's likeliest token, the one that is written."""

    def __init__(self) -> None:
        self.steps: list[torch.Tensor] = []

    def __call__(self, input_ids: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:
        self.steps.append(scores.float().log_softmax(-1).amax(-1))
        return scores


def write(module: Any, rules: Any, rows: Sequence[Sequence[int]]) -> Written:
    """Write for a batch in inference mode: one pass over what is read, then a token at a time.

    Args:
        module: A model that generates, encoder-decoder or causal.
        rules: Its generation configuration: greedy, with the token to pad with.
        rows: Token numbers to read, none empty.
    """
    sure = _Sureness()
    processors = LogitsProcessorList([sure])
    encoder_decoder = bool(module.config.is_encoder_decoder)
    ids, mask = padded(rows, int(rules.pad_token_id), left=not encoder_decoder)
    ids, mask = ids.to(module.device), mask.to(module.device)
    with torch.inference_mode():
        if encoder_decoder:
            read = module.get_encoder()(input_ids=ids, attention_mask=mask, return_dict=True)
            states = mean_state(read.last_hidden_state, mask)
            made = module.generate(
                encoder_outputs=read, attention_mask=mask, generation_config=rules, logits_processor=processors
            )
        else:
            with _first_states(module.base_model, mask) as seen:
                made = module.generate(ids, attention_mask=mask, generation_config=rules, logits_processor=processors)
            states = seen[0]
        steps = torch.stack(sure.steps, dim=1)
        new = made[:, made.shape[1] - steps.shape[1] :]
        lengths = ends(new, rules.eos_token_id)
        written = torch.arange(new.shape[1], device=new.device) < lengths[:, None]
        log_probability = steps.where(written, 0.0).sum(1) / lengths
    return Written(new, lengths, states, log_probability)


@contextlib.contextmanager
def _first_states(body: Any, mask: torch.Tensor) -> Iterator[list[torch.Tensor]]:
    """Catch the mean last hidden state of the first forward pass, the one over the prompt."""
    seen: list[torch.Tensor] = []

    def catch(_module: Any, _args: Any, output: Any) -> None:
        if not seen:
            seen.append(mean_state(output[0], mask))

    hook = body.register_forward_hook(catch)
    try:
        yield seen
    finally:
        hook.remove()


def mean_state(states: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    """Return the mean over the tokens that are read, shape (batch, n_features); `states` is (batch, tokens, ...)."""
    weights = mask[..., None].to(torch.float32)
    return (states.float() * weights).sum(1) / weights.sum(1)


def padded(rows: Sequence[Sequence[int]], pad: int, left: bool) -> tuple[torch.Tensor, torch.Tensor]:
    """Return token numbers and which of them are to be read, both of shape (batch, longest)."""
    longest = max(len(row) for row in rows)
    ids = torch.full((len(rows), longest), pad, dtype=torch.long)
    mask = torch.zeros((len(rows), longest), dtype=torch.long)
    for i, row in enumerate(rows):
        at = slice(longest - len(row), longest) if left else slice(0, len(row))
        ids[i, at] = torch.tensor(row, dtype=torch.long)
        mask[i, at] = 1
    return ids, mask


def by_length(lengths: Sequence[int], rows: int, tokens: int = TOKENS) -> list[list[int]]:
    """Return batches of rows of about the same length, shortest first.

    Args:
        lengths: Tokens per row.
        rows: Rows per batch at most.
        tokens: Tokens per batch at most, padding included; a longer row stands alone.
    """
    batches: list[list[int]] = []
    for row in sorted(range(len(lengths)), key=lambda i: lengths[i]):
        room = min(rows, tokens // max(1, lengths[row]))
        if batches and len(batches[-1]) < room:
            batches[-1].append(row)
        else:
            batches.append([row])
    return batches


def ends(new: torch.Tensor, eos: int | Sequence[int] | None) -> torch.Tensor:
    """Return how many tokens each row has, up to the first mark of the end and with it, shape (batch,)."""
    marks = torch.tensor([] if eos is None else [eos] if isinstance(eos, int) else list(eos), device=new.device)
    ended = torch.isin(new, marks.to(new.dtype))
    first = ended.int().argmax(1) + 1
    return torch.where(ended.any(1), first, new.shape[1])


def out_of_memory(error: BaseException) -> bool:
    """Say whether an error means that a smaller batch may fit."""
    short = isinstance(error, (torch.OutOfMemoryError, MemoryError))
    return short or (isinstance(error, RuntimeError) and any(words in str(error) for words in NO_MEMORY))
