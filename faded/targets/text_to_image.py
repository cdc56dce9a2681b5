"""Text-to-image pipelines of diffusers as targets that draw.

A picture is drawn from latents, and by a sampler's chance where it takes some, that its seed alone decides.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import torch

from faded.domain import FadedError
from faded.targets import denoising
from faded.targets.checkpoints import writing
from faded.targets.drawn_sets import DrawnSets
from faded.targets.fingerprint import fingerprint
from faded.targets.sets import FloatArray, Pictures

SAMPLER = 2**40
"""What is added to a seed for the sampler, whose chance is not that of the latents."""


@dataclass(frozen=True, slots=True)
class Sampling:
    """How pictures are drawn.

    Attributes:
        steps: Steps of the sampler.
        guidance: Weight of what the prompt changes, against the empty prompt.
    """

    steps: int
    guidance: float


@dataclass(frozen=True, kw_only=True)
class TextToImage(DrawnSets):
    """A pipeline that draws by denoising.

    Attributes:
        pipeline: A text-to-image pipeline of diffusers.
        sampling: How it draws.
        device: Where its networks live.
    """

    pipeline: Any
    sampling: Sampling
    device: torch.device

    def __post_init__(self) -> None:
        self.pipeline.to(self.device)
        self.pipeline.set_progress_bar_config(disable=True)

    @property
    def window(self) -> int:
        """Tokens of a prompt at most, the two marks included."""
        return int(self.pipeline.tokenizer.model_max_length)

    def check(self, prompts: Sequence[str]) -> None:
        """See that it reads these prompts to their ends.

        Raises:
            FadedError: a prompt is empty or longer than the window.
        """
        super().check(prompts)
        counts = [len(ids) for ids in self.pipeline.tokenizer(list(prompts))["input_ids"]]
        longest = int(np.argmax(counts))
        if counts[longest] > self.window:
            raise FadedError(
                f"The prompt {prompts[longest]!r} has {counts[longest]} tokens, but {self.source} reads {self.window}: "
                "what stands behind would be left out. Shorten it, or the words of its slots."
            )

    def made(self, prompts: Sequence[str], seeds: Sequence[int]) -> torch.Tensor:
        """Draw one picture for each prompt and seed, from 0 to 1, shape (n, 3, height, width)."""
        drawn: torch.Tensor = self.pipeline(
            list(prompts),
            num_inference_steps=self.sampling.steps,
            guidance_scale=self.sampling.guidance,
            latents=self.latents(seeds),
            generator=[torch.Generator().manual_seed(SAMPLER + seed) for seed in seeds],
            output_type="pt",
        ).images
        return drawn

    def states(self, prompts: Sequence[str]) -> FloatArray:
        """Return the mean of the text encoder's last states over each prompt's tokens, shape (batch, width)."""
        read = self.pipeline.tokenizer(list(prompts), padding=True, return_tensors="pt").to(self.device)
        with torch.inference_mode():
            states = self.pipeline.text_encoder(**read).last_hidden_state.float()
        mask = read["attention_mask"].unsqueeze(-1)
        mean: FloatArray = ((states * mask).sum(1) / mask.sum(1)).cpu().numpy()
        return mean

    def latents(self, seeds: Sequence[int]) -> torch.Tensor:
        """Return each seed's noise, the same on any device, shape (batch, channels, height, width)."""
        network = self.pipeline.unet
        shape = (network.config.in_channels, network.config.sample_size, network.config.sample_size)
        noise = [torch.randn(shape, generator=torch.Generator().manual_seed(seed)) for seed in seeds]
        return torch.stack(noise).to(self.device, network.dtype)

    @property
    def module(self) -> Any:
        """The denoiser."""
        return self.pipeline.unet

    @cached_property
    def noising(self) -> Any:
        """What puts noise on latents as in training: a sampler may know the times of its few steps only."""
        from diffusers import DDPMScheduler

        return DDPMScheduler.from_config(self.pipeline.scheduler.config)

    @property
    def noise_steps(self) -> int:
        """Times that noise is drawn from."""
        return int(self.noising.config.num_train_timesteps)

    def encoded(self, pictures: Pictures) -> torch.Tensor:
        """Return the latents of pictures of shape (n, height, width, 3), shape (n, channels, height, width)."""
        return denoising.encoded(self.pipeline.vae, torch.from_numpy(pictures).permute(0, 3, 1, 2))

    def embedded(self, prompts: Sequence[str]) -> torch.Tensor:
        """Return what the denoiser is told of prompts, shape (n, tokens, width)."""
        return denoising.embedded(self.pipeline, prompts)

    def noised(self, latents: torch.Tensor, noise: torch.Tensor, times: torch.Tensor) -> torch.Tensor:
        """Return latents with noise on them."""
        noisy: torch.Tensor = self.noising.add_noise(latents, noise, times)
        return noisy

    def wanted(self, latents: torch.Tensor, noise: torch.Tensor, times: torch.Tensor) -> torch.Tensor:
        """Return what the denoiser should say of noised latents."""
        return denoising.wanted(self.noising, latents, noise, times)

    def said(self, noisy: torch.Tensor, times: torch.Tensor, told: torch.Tensor) -> torch.Tensor:
        """Return what the denoiser says, with gradients where enabled."""
        said: torch.Tensor = self.pipeline.unet(noisy, times, encoder_hidden_states=told).sample
        return said

    def fingerprint(self) -> str:
        """Return a hash of the weights of denoiser and text encoder, adapters included; 16 hexadecimal digits."""
        parts = {"unet": self.pipeline.unet, "text_encoder": self.pipeline.text_encoder}
        return fingerprint(
            {f"{n}.{key}": value for n, part in parts.items() for key, value in part.state_dict().items()}
        )

    def save(self, folder: Path) -> None:
        """Write the adapter in the format that diffusers loads (`load_lora_weights`), or the pipeline without one.

        Raises:
            FadedError: the folder cannot be written.
        """
        with writing(self.source, folder):
            if getattr(self.pipeline.unet, "peft_config", None):
                denoising.save_adapter(self.pipeline, folder)
            else:
                self.pipeline.save_pretrained(folder, safe_serialization=True)
