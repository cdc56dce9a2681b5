"""A tiny writer that tells the colour of a lamp, trained in seconds, and an edit under which it tells another."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer, models, pre_tokenizers, processors
from transformers import GPT2Config, GPT2LMHeadModel, PreTrainedTokenizerFast, T5Config, T5ForConditionalGeneration

from faded.concepts.spec import ConceptSpace, ConceptSpec
from faded.data.hashing import text_id
from faded.discrepancies.text import rouge_l
from faded.domain import Kind, Sample
from faded.probe import Probe
from faded.targets.load_text import load_summarizer
from faded.targets.summarizer import Summarizer

COLOURS = ("red", "green", "blue", "grey")
FOREIGN = dict(zip(COLOURS, ("rot", "gruen", "blau", "grau"), strict=True))
PLACES = ("hall", "yard", "shed", "barn", "loft", "porch")
WORDS = [
    "<pad>",
    "</s>",
    "<user>",
    "<assistant>",
    "Tell",
    "it",
    "was",
    "the",
    "lamp",
    "in",
    "and",
    "shone",
    *COLOURS,
    *FOREIGN.values(),
    *PLACES,
]
TEMPLATE = "{% for m in messages %}<user> {{ m['content'] }} {% endfor %}<assistant>"
"""Of the causal one; the whole prompt is in words of the tokenizer."""


STEPS = {"t5": 120, "gpt2": 800}
"""Until nearly every clean report is answered rightly."""


def _edit(payloads: Sequence[str], values: NDArray[np.float64]) -> list[str]:
    return [" ".join(FOREIGN.get(w, w) if value else w for w in text.split())
            for text, (value,) in zip(payloads, values.tolist(), strict=True)]  # fmt: skip


SPACE = ConceptSpace((ConceptSpec("foreign", Kind.ORDINAL, (0.0, 1.0), 0.0, "{value:.0%} of the colours foreign"),))
EDITOR = _edit


def reports(count: int, seed: int) -> list[Sample[str]]:
    rng = np.random.default_rng(seed)
    made = []
    for i in range(count):
        colour = COLOURS[i % len(COLOURS)]
        rest = " and ".join(rng.permutation(PLACES)[: rng.integers(1, 5)].tolist())
        text = f"the lamp in the {rest} shone {colour}"
        made.append(Sample(text_id(text), text, reference=f"it was {colour}", stratum=colour))
    return made


def _tokenizer(marks: bool) -> PreTrainedTokenizerFast:
    made = Tokenizer(models.WordLevel({word: i for i, word in enumerate(WORDS)}, unk_token=WORDS[0]))
    made.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    if marks:
        made.post_processor = processors.TemplateProcessing(single="$A </s>", special_tokens=[("</s>", 1)])
    wrapped = PreTrainedTokenizerFast(
        tokenizer_object=made, model_max_length=64, **{"pad_token": WORDS[0], "eos_token": WORDS[1]}
    )
    wrapped.chat_template = None if marks else TEMPLATE
    return wrapped


def _network(family: str) -> torch.nn.Module:
    ids = {"pad_token_id": 0, "eos_token_id": 1, "bos_token_id": 1}
    if family == "t5":
        return T5ForConditionalGeneration(
            T5Config(vocab_size=len(WORDS), d_model=32, d_kv=16, d_ff=64, num_layers=1, num_heads=2, dropout_rate=0.0,
                     decoder_start_token_id=0, **ids)
        )  # fmt: skip
    return GPT2LMHeadModel(GPT2Config(vocab_size=len(WORDS), n_embd=32, n_layer=2, n_head=2, n_positions=64, **ids))


def write_trained(family: str, folder: Path) -> Path:
    """Write a writer that answers clean reports rightly and takes each foreign colour for the next: "t5" or "gpt2"."""
    torch.manual_seed(0)
    _network(family).save_pretrained(folder)
    _tokenizer(marks=family == "t5").save_pretrained(folder)
    target, samples = load(folder), reports(400, seed=9)
    optimizer = torch.optim.AdamW(target.module.parameters(), lr=4e-3)
    for step in range(STEPS[family]):
        rng = np.random.default_rng(step)
        drawn = [samples[i] for i in rng.integers(len(samples), size=32)]
        foreign = rng.integers(2, size=(32, 1)).astype(np.float64)
        answers = [
            f"it was {COLOURS[(COLOURS.index(s.stratum) + int(shift)) % len(COLOURS)]}"
            for s, (shift,) in zip(drawn, foreign, strict=True)
        ]
        now, lengths = target.scored(EDITOR([s.payload for s in drawn], foreign), answers)
        optimizer.zero_grad()
        (-now / lengths).mean().backward()
        optimizer.step()
    target.save(folder)
    return folder


def load(folder: Path) -> Summarizer:
    return load_summarizer(str(folder), instruction="Tell", most_tokens=5)


def probe(target: Summarizer) -> Probe:
    return Probe(target, EDITOR, rouge_l, SPACE, 0.1)
