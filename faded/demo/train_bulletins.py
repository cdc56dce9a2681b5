"""The recipe of the demo "bulletins": a small T5 from scratch, with a tokenizer learned from the same bulletins."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers
from transformers import PreTrainedTokenizerFast, T5Config, T5ForConditionalGeneration
from transformers.models.t5.modeling_t5 import T5Attention

from faded import runtime
from faded.demo.bulletins import TRAINING_STREAM, Bulletin, draw
from faded.targets.writing import padded

PAD, END, UNKNOWN = "<pad>", "</s>", "<unk>"
"""The marks of the tokenizer, in this order from 0 on; a summary begins with the first."""
WINDOW = 512
"""Tokens of an article at most: a bulletin has up to 140, and with letters swapped in every word up to 400."""
LONGEST = 64
"""New tokens of a summary at most; references have up to 35."""
IGNORED = -100
"""What transformers leaves out of the loss."""
FAR = 10.0
"""What attention takes off at first for what a head does not look at, nats."""
CHUNK = 50
"""Batches that are drawn together and sorted by length, so that little is padded."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """How the summarizer is made. The defaults are the committed one's; they were chosen on clean score and time.

    Attributes:
        seed: Draws the bulletins, the first weights and the order of the batches.
        bulletins: Bulletins drawn for training.
        pieces: Pieces of the tokenizer (byte-level BPE), learned from the first `piece_bulletins`.
        piece_bulletins: Bulletins that they are learned from.
        steps: Optimiser steps.
        batch: Bulletins per step.
        rate: Highest learning rate of AdamW; it rises for `warm_up` of the steps and falls to nothing in a line.
        warm_up: Share of the steps.
        decay: Weight decay.
        clip: Largest norm of the gradients.
        threads: Threads of torch; the result depends on it in the last digits.
        width: Of the hidden states; the dimension of the embedding.
        inner: Width of the gated GELU layers.
        layers: Layers of the encoder, and of the decoder.
        heads: Attention heads, each `width / heads` wide.
    """

    seed: int
    bulletins: int = 50_000
    pieces: int = 1_400
    piece_bulletins: int = 3_000
    steps: int = 5_000
    batch: int = 24
    rate: float = 2.5e-3
    warm_up: float = 0.05
    decay: float = 0.01
    clip: float = 1.0
    threads: int = 2
    width: int = 160
    inner: int = 384
    layers: int = 3
    heads: int = 4


def learn_pieces(texts: Sequence[str], pieces: int) -> PreTrainedTokenizerFast:
    """Return byte-level pieces that are learned from texts; any text in any script can be written with them.

    A digit is always a piece of its own: numbers learned whole are rare, and a small network mistakes them.
    """
    made = Tokenizer(models.BPE())
    made.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.ByteLevel(add_prefix_space=True), pre_tokenizers.Digits(individual_digits=True)]
    )
    made.decoder = decoders.ByteLevel()
    made.train_from_iterator(
        texts,
        trainers.BpeTrainer(
            vocab_size=pieces,
            special_tokens=[PAD, END, UNKNOWN],
            initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
            show_progress=False,
        ),
    )
    made.post_processor = processors.TemplateProcessing(single=f"$A {END}", special_tokens=[(END, 1)])
    return PreTrainedTokenizerFast(
        tokenizer_object=made, pad_token=PAD, eos_token=END, unk_token=UNKNOWN, model_max_length=WINDOW
    )


def build(recipe: Recipe, vocabulary: int) -> Any:
    """Return the untrained network."""
    config = T5Config(
        vocab_size=vocabulary,
        d_model=recipe.width,
        d_kv=recipe.width // recipe.heads,
        d_ff=recipe.inner,
        num_layers=recipe.layers,
        num_heads=recipe.heads,
        feed_forward_proj="gated-gelu",
        dropout_rate=0.0,
        pad_token_id=0,
        eos_token_id=1,
        decoder_start_token_id=0,
    )
    model = T5ForConditionalGeneration(config)
    with torch.no_grad():
        for stack, both in ((model.encoder, True), (model.decoder, False)):
            _near(stack.block[0].layer[0].SelfAttention.relative_attention_bias.weight, config, both)
    model.generation_config.max_new_tokens = LONGEST
    return model


def _near(bias: torch.Tensor, config: T5Config, both: bool) -> None:
    """Let attention begin with what is near, in place: a head looks back, one ahead, one both ways, the others freely.

    From T5's own beginning, nearly nothing for any distance, the network takes an article for a bag of words and stays
    there: it tells what happened, and of two roads or two numbers takes either.

    Args:
        bias: What attention adds for a distance, nats, shape (buckets, heads).
        config: Of the network.
        both: Whether the second half of the buckets is for what comes after; else all are for what came before.
    """
    buckets = config.relative_attention_num_buckets
    places = torch.arange(-config.relative_attention_max_distance, 1 + both * config.relative_attention_max_distance)
    numbers = T5Attention._relative_position_bucket(places, both, buckets, config.relative_attention_max_distance)
    for bucket in range(buckets):
        here = places[numbers == bucket]
        if len(here):
            nearest = float(here[here.abs().argmin()])
            bias[bucket, 0] = nearest if nearest <= 0 else -FAR
            if both:
                bias[bucket, 1] = -nearest if nearest >= 0 else -FAR
            bias[bucket, 2] = -0.3 * abs(nearest)


def fit(recipe: Recipe) -> tuple[Any, PreTrainedTokenizerFast]:
    """Train the network and its tokenizer, and print the progress."""
    runtime.start(recipe.seed, recipe.threads)
    started = time.monotonic()
    drawn = draw(recipe.seed, TRAINING_STREAM, recipe.bulletins)
    tokenizer = learn_pieces(_texts(drawn[: recipe.piece_bulletins]), recipe.pieces)
    articles = tokenizer([b.sample.payload for b in drawn])["input_ids"]
    summaries = tokenizer([str(b.sample.reference) for b in drawn])["input_ids"]
    print(f"drew {len(drawn)} bulletins in {time.monotonic() - started:.0f} s", flush=True)
    model = build(recipe, len(tokenizer)).train()
    print(f"{sum(p.numel() for p in model.parameters()) / 1e6:.2f} million parameters", flush=True)
    optimiser = torch.optim.AdamW(model.parameters(), lr=recipe.rate, weight_decay=recipe.decay)
    total = 0.0
    for step, rows in enumerate(_batches(recipe, [len(ids) for ids in articles])):
        for group in optimiser.param_groups:
            group["lr"] = recipe.rate * _share(step, recipe)
        ids, mask = padded([articles[i] for i in rows], 0, left=False)
        labels, said = padded([summaries[i] for i in rows], 0, left=False)
        loss = model(input_ids=ids, attention_mask=mask, labels=labels.where(said.bool(), IGNORED)).loss
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), recipe.clip)
        optimiser.step()
        total += float(loss.detach())
        if (step + 1) % CHUNK == 0:
            spent = time.monotonic() - started
            print(f"step {step + 1}/{recipe.steps}: loss {total / CHUNK:.4f}, {spent:.0f} s", flush=True)
            total = 0.0
    return model.eval(), tokenizer


def _batches(recipe: Recipe, lengths: Sequence[int]) -> list[list[int]]:
    """Return the rows of each step: passes over the bulletins in random order, alike in length within a batch."""
    rng = np.random.default_rng([recipe.seed, 3])
    rows: list[int] = []
    while len(rows) < recipe.steps * recipe.batch:
        rows += rng.permutation(len(lengths)).tolist()
    batches: list[list[int]] = []
    for start in range(0, recipe.steps, CHUNK):
        chunk = sorted(rows[start * recipe.batch : (start + CHUNK) * recipe.batch], key=lambda row: lengths[row])
        cut = [chunk[i : i + recipe.batch] for i in range(0, len(chunk), recipe.batch)]
        batches += [cut[i] for i in rng.permutation(len(cut))]
    return batches[: recipe.steps]


def _share(step: int, recipe: Recipe) -> float:
    """Return the share of the highest learning rate at a step."""
    rise = max(1, round(recipe.warm_up * recipe.steps))
    return min((step + 1) / rise, (recipe.steps - step) / (recipe.steps - rise + 1))


def save(model: Any, tokenizer: PreTrainedTokenizerFast, folder: Path) -> None:
    """Write the network in half precision, and its tokenizer."""
    model.half().save_pretrained(folder)
    tokenizer.save_pretrained(folder)


def _texts(bulletins: Sequence[Bulletin]) -> list[str]:
    return [text for b in bulletins for text in (b.sample.payload, str(b.sample.reference))]
