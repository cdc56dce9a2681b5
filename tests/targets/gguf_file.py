"""A tiny random Llama in a GGUF file, with its tokenizer and chat template."""

from __future__ import annotations

import json
from pathlib import Path

import gguf
import torch
from transformers import LlamaConfig, LlamaForCausalLM

from tests.targets.writers import TEMPLATE, WINDOW, tokenizer

HEADS = 2
LAYER = {
    "input_layernorm": "attn_norm",
    "post_attention_layernorm": "ffn_norm",
    "self_attn.q_proj": "attn_q",
    "self_attn.k_proj": "attn_k",
    "self_attn.v_proj": "attn_v",
    "self_attn.o_proj": "attn_output",
    "mlp.gate_proj": "ffn_gate",
    "mlp.up_proj": "ffn_up",
    "mlp.down_proj": "ffn_down",
}
NAMES = {
    "model.embed_tokens.weight": "token_embd.weight",
    "model.norm.weight": "output_norm.weight",
    "lm_head.weight": "output.weight",
} | {f"model.layers.0.{ours}.weight": f"blk.0.{theirs}.weight" for ours, theirs in LAYER.items()}


def write_gguf(file: Path) -> dict[str, torch.Tensor]:
    """Write the file and return the weights in it."""
    torch.manual_seed(0)
    words = tokenizer(marks=False)
    config = LlamaConfig(
        vocab_size=len(words), hidden_size=32, intermediate_size=64, num_hidden_layers=1, num_attention_heads=HEADS,
        num_key_value_heads=HEADS, max_position_embeddings=WINDOW, initializer_range=0.5, tie_word_embeddings=False,
    )  # fmt: skip
    state = LlamaForCausalLM(config).state_dict()
    writer = gguf.GGUFWriter(file, "llama")
    writer.add_context_length(WINDOW)
    writer.add_embedding_length(config.hidden_size)
    writer.add_block_count(1)
    writer.add_feed_forward_length(config.intermediate_size)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(HEADS)
    writer.add_layer_norm_rms_eps(config.rms_norm_eps)
    writer.add_vocab_size(len(words))
    pieces = json.loads(words.backend_tokenizer.to_str())["model"]
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("smollm")
    writer.add_token_list(sorted(pieces["vocab"], key=pieces["vocab"].get))
    control, normal = gguf.TokenType.CONTROL, gguf.TokenType.NORMAL
    writer.add_token_types([control if i < 3 else normal for i in range(len(words))])
    writer.add_token_merges([" ".join(merge) for merge in pieces["merges"]])
    writer.add_pad_token_id(0)
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)
    writer.add_chat_template(TEMPLATE)
    for name, tensor in state.items():
        turned = _halves_apart(tensor) if "q_proj" in name or "k_proj" in name else tensor
        writer.add_tensor(NAMES[name], turned.contiguous().numpy())
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return state


def _halves_apart(weight: torch.Tensor) -> torch.Tensor:
    """Return a projection as GGUF files have it: the two halves that rotate together lie side by side."""
    return weight.view(HEADS, 2, weight.shape[0] // HEADS // 2, weight.shape[1]).transpose(1, 2).reshape(weight.shape)
