"""Low-rank adapters on a network of transformers or diffusers (LoRA, Hu et al. 2021), by peft."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import torch
from torch import nn

from faded.domain import FadedError
from faded.repair.checkpoint import Tensors

LORA = "lora_"
"""In the names of all weights of an adapter, and of no other."""


ALL_LINEAR = "all-linear"
"""Every linear layer of a network of transformers but the one that makes the logits."""


def attach(module: Any, rank: int, seed: int, layers: str | Sequence[str] = ALL_LINEAR, scale: int = 2) -> bool:
    """Let an adapter be tuned and nothing else; return whether it is a new one.

    An adapter that is there, from an earlier repair, goes on being tuned. A new one changes nothing at first: its
    second factor is zero.

    Args:
        module: The network.
        rank: Of a new adapter.
        seed: Of its first weights.
        layers: Layers that it sits on: `ALL_LINEAR`, or how their names end.
        scale: What its product is multiplied by (alpha over the rank).

    Raises:
        FadedError: the network has no layer that an adapter could sit on.
    """
    from peft import LoraConfig

    new = not adapter_names(module)
    if new:
        config = LoraConfig(r=rank, lora_alpha=scale * rank, lora_dropout=0.0, target_modules=layers)
        with torch.random.fork_rng(), warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="fan_in_fan_out")  # GPT-2's layers, turned as peft says itself
            torch.manual_seed(seed)
            try:
                module.add_adapter(config)
            except ValueError as error:
                raise FadedError(
                    f"No adapter can be put on {type(module).__name__}: {error} Give a model with linear layers."
                ) from error
    for name, parameter in module.named_parameters():
        parameter.requires_grad_(LORA in name)
    return new


def detach(module: Any) -> None:
    """Take off an adapter, so that the network is what it was, its names included."""
    from peft.tuners.tuners_utils import BaseTunerLayer

    for name, layer in list(module.named_modules()):
        if isinstance(layer, BaseTunerLayer):
            parent, _, own = name.rpartition(".")
            setattr(module.get_submodule(parent), own, layer.get_base_layer())
    module._hf_peft_config_loaded = False
    del module.peft_config


def adapter_names(module: nn.Module) -> list[str]:
    """Return the names of the weights of adapters."""
    return [name for name, _ in module.named_parameters() if LORA in name]


def adapter_weights(module: nn.Module) -> Tensors:
    """Return a copy of the weights of the adapter."""
    return {
        name: parameter.detach().clone().contiguous() for name, parameter in module.named_parameters() if LORA in name
    }


def put_adapter(module: nn.Module, tensors: Mapping[str, torch.Tensor]) -> None:
    """Put back what `adapter_weights` returned."""
    held = dict(module.named_parameters())
    with torch.no_grad():
        for name, tensor in tensors.items():
            held[name].copy_(tensor)


@contextmanager
def adapter_as(module: nn.Module, tensors: Mapping[str, torch.Tensor]) -> Iterator[None]:
    """Let a network answer with other weights of its adapter, such as those that a repair began with."""
    now = adapter_weights(module)
    put_adapter(module, tensors)
    try:
        yield
    finally:
        put_adapter(module, now)
