"""Tiny random summarizers of several families in transformers' folder format, with a tokenizer made here."""

from __future__ import annotations

from pathlib import Path

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers
from transformers import (
    BartConfig,
    BartForConditionalGeneration,
    GPT2Config,
    GPT2LMHeadModel,
    PreTrainedTokenizerFast,
    T5Config,
    T5ForConditionalGeneration,
)

WINDOW = 192
TEXTS = [
    "The river rose by two metres and the bridge was closed until noon.",
    "A lorry lost its load on the ring road, and nobody was hurt.",
    "Snow fell all night; seven trains were late in the morning.",
]
TEMPLATE = (
    "{% for message in messages %}<{{ message['role'] }}>{{ message['content'] }}</s>{% endfor %}"
    "{% if add_generation_prompt %}<assistant>{% endif %}"
)


def tokenizer(marks: bool, template: str | None = None) -> PreTrainedTokenizerFast:
    """Return byte-level pieces learned from a few sentences; `marks`: it ends a text with its mark."""
    made = Tokenizer(models.BPE())
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.decoder = decoders.ByteLevel()
    names = ["<pad>", "<s>", "</s>"]
    made.train_from_iterator(
        TEXTS,
        trainers.BpeTrainer(
            vocab_size=300,
            special_tokens=names,
            initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
            show_progress=False,
        ),
    )
    if marks:
        made.post_processor = processors.TemplateProcessing(single="$A </s>", special_tokens=[("</s>", 2)])
    wrapped = PreTrainedTokenizerFast(
        tokenizer_object=made,
        model_max_length=WINDOW,
        **dict(zip(("pad_token", "bos_token", "eos_token"), names, strict=True)),
    )
    wrapped.chat_template = template
    return wrapped


def write_summarizer(family: str, folder: Path, template: str | None = TEMPLATE) -> Path:
    """Write the folder of a tiny random summarizer: "bart", "t5" or "gpt2"."""
    torch.manual_seed(0)
    ids = {"pad_token_id": 0, "bos_token_id": 1, "eos_token_id": 2}
    words = tokenizer(marks=family != "gpt2", template=template if family == "gpt2" else None)
    size = len(words)
    if family == "bart":
        module = BartForConditionalGeneration(
            BartConfig(
                vocab_size=size, d_model=16, encoder_layers=1, decoder_layers=1, encoder_attention_heads=2,
                decoder_attention_heads=2, encoder_ffn_dim=32, decoder_ffn_dim=32, max_position_embeddings=WINDOW,
                init_std=0.5, decoder_start_token_id=2, forced_eos_token_id=2, **ids,
            )
        )  # fmt: skip
    elif family == "t5":
        module = T5ForConditionalGeneration(
            T5Config(
                vocab_size=size, d_model=16, d_kv=8, num_heads=2, num_layers=1, d_ff=32, initializer_factor=3.0,
                decoder_start_token_id=0, **ids,
            )
        )  # fmt: skip
    else:
        module = GPT2LMHeadModel(
            GPT2Config(
                vocab_size=size, n_embd=16, n_layer=2, n_head=2, n_positions=WINDOW, initializer_range=0.5, **ids
            )
        )
    module.save_pretrained(folder)
    words.save_pretrained(folder)
    return folder
