"""The denoiser of a latent-diffusion pipeline as something to tune: latents, noise, and what it should say of them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch

ENCODED = 64
"""Pictures encoded in one pass."""


def pixels_of(pictures: torch.Tensor) -> torch.Tensor:
    """Return uint8 pictures as an autoencoder reads them, from -1 to 1."""
    return pictures.float() / 127.5 - 1


def encoded(coder: Any, pictures: torch.Tensor) -> torch.Tensor:
    """Return the scaled means of the latents of pictures.

    Args:
        coder: The autoencoder.
        pictures: Shape (n, 3, height, width), uint8.

    Returns:
        Shape (n, channels, height, width), of the latents.
    """
    with torch.no_grad():
        found = [
            coder.encode(pixels_of(rows).to(coder.device, coder.dtype)).latent_dist.mode()
            for rows in torch.split(pictures, ENCODED)
        ]
    latents: torch.Tensor = torch.cat(found) * coder.config.scaling_factor
    return latents


def embedded(pipeline: Any, prompts: Sequence[str]) -> torch.Tensor:
    """Return the states of the text encoder that the denoiser is told, shape (n, window, width)."""
    with torch.no_grad():
        states, _ = pipeline.encode_prompt(list(prompts), pipeline.device, 1, False)
    told: torch.Tensor = states
    return told


PREDICTIONS = ("epsilon", "v_prediction")
"""What a denoiser may say: the noise, or the velocity."""


def wanted(noising: Any, latents: torch.Tensor, noise: torch.Tensor, times: torch.Tensor) -> torch.Tensor:
    """Return what the denoiser should say of noised latents.

    Args:
        noising: The scheduler that put the noise on, whose prediction is one of `PREDICTIONS`.
        latents: Shape (n, channels, height, width).
        noise: Of the same shape.
        times: Shape (n,).
    """
    if noising.config.prediction_type == "epsilon":
        return noise
    velocity: torch.Tensor = noising.get_velocity(latents, noise, times)
    return velocity


ADAPTER = "default"
"""Name of the adapter in a denoiser; peft gives it to one that is added without a name."""


def save_adapter(pipeline: Any, folder: Path) -> None:
    """Write the denoiser's adapter as diffusers loads it."""
    from peft.utils import get_peft_model_state_dict

    layers = get_peft_model_state_dict(pipeline.unet, adapter_name=ADAPTER)
    pipeline.save_lora_weights(folder, unet_lora_layers=layers, safe_serialization=True)
