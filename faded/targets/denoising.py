"""The denoiser of a latent-diffusion pipeline as something to tune: latents, noise, and what it should say of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch

from faded.domain import FadedError

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


def wanted(pipeline: Any, latents: torch.Tensor, noise: torch.Tensor, times: torch.Tensor) -> torch.Tensor:
    """Return what the denoiser should say of noised latents, as its scheduler understands it.

    Raises:
        FadedError: the scheduler's prediction is neither noise nor velocity.
    """
    kind = pipeline.scheduler.config.prediction_type
    if kind == "epsilon":
        return noise
    if kind == "v_prediction":
        velocity: torch.Tensor = pipeline.scheduler.get_velocity(latents, noise, times)
        return velocity
    raise FadedError(f"The denoiser predicts {kind!r}: give a pipeline that predicts epsilon or v_prediction.")


ADAPTER = "default"
"""Name of the adapter in a denoiser; peft gives it to one that is added without a name."""


def save_adapter(pipeline: Any, folder: Path) -> None:
    """Write the denoiser's adapter as diffusers loads it."""
    from peft.utils import get_peft_model_state_dict

    layers = get_peft_model_state_dict(pipeline.unet, adapter_name=ADAPTER)
    pipeline.save_lora_weights(folder, unet_lora_layers=layers, safe_serialization=True)


@contextmanager
def without_adapter(denoiser: Any) -> Iterator[None]:
    """Let a denoiser with an adapter answer as if it had none."""
    denoiser.disable_adapters()
    try:
        yield
    finally:
        denoiser.enable_adapters()
