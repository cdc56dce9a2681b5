"""What a repair needs to go on after it was killed: tensors for a safetensors file and a few JSON values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import nn

Tensors = dict[str, torch.Tensor]
MOMENTS = ("exp_avg", "exp_avg_sq")
"""The two running means of Adam (Kingma and Ba 2015)."""


@dataclass(frozen=True)
class Checkpoint:
    """A repair between two steps.

    Attributes:
        tensors: Weights under `module.`, the best weights so far under `best.`, moments under their own names.
        state: Step, best score and history; JSON values only.
    """

    tensors: Tensors
    state: dict[str, object]


def weights(module: nn.Module) -> Tensors:
    """Return a copy of a module's weights and buffers."""
    return {name: tensor.detach().clone().contiguous() for name, tensor in module.state_dict().items()}


def prefixed(prefix: str, tensors: Mapping[str, torch.Tensor]) -> Tensors:
    """Return the tensors under `prefix.`, ready to be written."""
    return {f"{prefix}.{name}": tensor.cpu().contiguous() for name, tensor in tensors.items()}


def under(prefix: str, tensors: Mapping[str, torch.Tensor]) -> Tensors:
    """Return the tensors under `prefix.` by their names without it."""
    return {name[len(prefix) + 1 :]: tensor for name, tensor in tensors.items() if name.startswith(f"{prefix}.")}


def moments(module: nn.Module, optimizer: torch.optim.Optimizer) -> Tensors:
    """Return a copy of Adam's moments, by moment and parameter name; empty before the first step."""
    found: Tensors = {}
    for name, parameter in module.named_parameters():
        if parameter in optimizer.state:
            for moment in MOMENTS:
                found[f"{moment}.{name}"] = optimizer.state[parameter][moment].detach().cpu().clone()
    return found


def restore_moments(
    module: nn.Module, optimizer: torch.optim.Optimizer, tensors: Mapping[str, torch.Tensor], step: int
) -> None:
    """Put Adam's moments back, as they were after `step` steps."""
    for name, parameter in module.named_parameters():
        if f"{MOMENTS[0]}.{name}" in tensors:
            optimizer.state[parameter] = {
                "step": torch.tensor(float(step)),
                **{moment: tensors[f"{moment}.{name}"].to(parameter.device).clone() for moment in MOMENTS},
            }
