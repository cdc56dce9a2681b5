"""Text-to-image models as targets: briefs in, a set of pictures for each out, with what a reader reads of them.

A set is drawn from latents that its seeds alone decide. So the target is deterministic: the same prompt and seeds
before and after a repair differ in nothing but the weights.
"""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch

from faded.briefs import Brief
from faded.domain import FadedError, TargetError
from faded.targets import denoising
from faded.targets.attributes import AttributeReader
from faded.targets.checkpoints import reason, writing
from faded.targets.fingerprint import fingerprint
from faded.targets.sets import FloatArray, Pictures, Sets
from faded.targets.writing import out_of_memory

ROWS = 16
"""Pictures per pass at most."""
KEPT_BYTES = 200_000_000
"""Sets are kept up to this size, for what was asked is often asked for again: by cards, and to be shown."""
BLACK = 2
"""A picture whose brightest value of 255 is no higher than this is black: what a safety checker leaves of it."""


@dataclass(frozen=True, slots=True)
class Sampling:
    """How pictures are drawn.

    Attributes:
        steps: Steps of the sampler.
        guidance: Weight of what the prompt changes, against the empty prompt.
    """

    steps: int
    guidance: float


@dataclass(frozen=True)
class TextToImage:
    """A target that draws.

    Attributes:
        pipeline: A text-to-image pipeline of diffusers.
        reader: Reads what pictures show.
        sampling: How it draws.
        device: Where its networks live.
        source: Folder or name that it was loaded from, for messages.
        rows: Pictures per pass at most.
    """

    pipeline: Any
    reader: AttributeReader
    sampling: Sampling
    device: torch.device
    source: str
    rows: int = ROWS
    _kept: OrderedDict[tuple[str, tuple[int, ...]], Pictures] = field(default_factory=OrderedDict, repr=False)

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
        for prompt in prompts:
            if not prompt.strip():
                raise FadedError("A prompt is empty. Give a prompt of one word or more.")
        counts = [len(ids) for ids in self.pipeline.tokenizer(list(prompts))["input_ids"]]
        longest = int(np.argmax(counts))
        if counts[longest] > self.window:
            raise FadedError(
                f"The prompt {prompts[longest]!r} has {counts[longest]} tokens, but {self.source} reads {self.window}: "
                "what stands behind would be left out. Shorten it, or the words of its slots."
            )

    def answer(self, inputs: Sequence[Brief]) -> Sets:
        """Draw a set for each brief and read it.

        Raises:
            TargetError: the pipeline raised, drew NaN or black pictures, or memory is too short for one picture.
        """
        pictures = self.draw(inputs)
        batch, count = pictures.shape[:2]
        read = self.reader.read(pictures.reshape(-1, *pictures.shape[2:]))
        return Sets(
            briefs=list(inputs),
            pictures=pictures,
            shown={name: found.reshape(batch, count) for name, found in read.shown.items()},
            values=self.reader.values,
            embedding=read.embedding.reshape(batch, count, -1),
            features=self.states([brief.prompt for brief in inputs]),
        )

    def states(self, prompts: Sequence[str]) -> FloatArray:
        """Return the mean of the text encoder's last states over each prompt's tokens, shape (batch, width)."""
        read = self.pipeline.tokenizer(list(prompts), padding=True, return_tensors="pt").to(self.device)
        with torch.inference_mode():
            states = self.pipeline.text_encoder(**read).last_hidden_state.float()
        mask = read["attention_mask"].unsqueeze(-1)
        mean: FloatArray = ((states * mask).sum(1) / mask.sum(1)).cpu().numpy()
        return mean

    def draw(self, briefs: Sequence[Brief]) -> Pictures:
        """Return a set for each brief, drawn now or kept from before.

        Args:
            briefs: All with the same number of seeds.

        Returns:
            Shape (batch, pictures per set, height, width, 3).

        Raises:
            TargetError: see `answer`.
        """
        keys = [(brief.prompt, brief.seeds) for brief in briefs]
        missing = list(dict.fromkeys(key for key in keys if key not in self._kept))
        found = dict(zip(missing, self._drawn(missing), strict=True)) if missing else {}
        found |= {key: self._kept[key] for key in keys if key not in found}
        self._keep(found)
        return np.stack([found[key] for key in keys])

    def forget(self) -> None:
        """Keep no set any more: the weights have changed."""
        self._kept.clear()

    def _keep(self, found: Mapping[tuple[str, tuple[int, ...]], Pictures]) -> None:
        """Keep sets; the longest unused go."""
        for key, pictures in found.items():
            self._kept[key] = pictures
            self._kept.move_to_end(key)
        size = next(iter(found.values())).nbytes
        while len(self._kept) * size > KEPT_BYTES and len(self._kept) > 1:
            self._kept.popitem(last=False)

    def _drawn(self, briefs: Sequence[tuple[str, tuple[int, ...]]]) -> Pictures:
        """Draw a set for each prompt with seeds; where memory is short, batches are halved."""
        rows = [(prompt, seed) for prompt, seeds in briefs for seed in seeds]
        waiting = [rows[i : i + self.rows] for i in range(0, len(rows), self.rows)][::-1]
        drawn: list[Pictures] = []
        while waiting:
            part = waiting.pop()
            try:
                drawn.append(self._pass(part))
            except Exception as error:
                if not out_of_memory(error):
                    raise
                if len(part) == 1:
                    raise TargetError(
                        f"Memory is too short for {self.source} to draw one picture. Give a smaller model or a machine "
                        "with more memory."
                    ) from error
                half = math.ceil(len(part) / 2)
                waiting += [part[half:], part[:half]]
        pictures = np.concatenate(drawn)
        return pictures.reshape(len(briefs), -1, *pictures.shape[1:])

    def _pass(self, rows: Sequence[tuple[str, int]]) -> Pictures:
        """Draw one picture for each prompt and seed."""
        try:
            with torch.inference_mode():
                made = self.pipeline(
                    [prompt for prompt, _ in rows],
                    num_inference_steps=self.sampling.steps,
                    guidance_scale=self.sampling.guidance,
                    latents=self.latents([seed for _, seed in rows]),
                    output_type="pt",
                ).images
        except Exception as error:
            if out_of_memory(error):
                raise
            raise TargetError(
                f"The target {self.source} failed on a batch of {len(rows)} prompts: {reason(error)}"
            ) from error
        if not bool(torch.isfinite(made).all()):
            raise TargetError(
                f"The target {self.source} drew NaN or infinity. Check its weights, or run it in float32."
            )
        pictures = (made.float().clamp(0, 1) * 255).round().byte().permute(0, 2, 3, 1).cpu().numpy()
        black = int((pictures.max(axis=(1, 2, 3)) <= BLACK).sum())
        if black:
            raise TargetError(
                f"The target {self.source} drew {black} of {len(rows)} pictures black. Check its weights and its "
                "precision: half precision often ends so."
            )
        return np.ascontiguousarray(pictures)

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

    @property
    def noise_steps(self) -> int:
        """Times that noise is drawn from."""
        return int(self.pipeline.scheduler.config.num_train_timesteps)

    def encoded(self, pictures: Pictures) -> torch.Tensor:
        """Return the latents of pictures of shape (n, height, width, 3), shape (n, channels, height, width)."""
        return denoising.encoded(self.pipeline.vae, torch.from_numpy(pictures).permute(0, 3, 1, 2))

    def embedded(self, prompts: Sequence[str]) -> torch.Tensor:
        """Return what the denoiser is told of prompts, shape (n, tokens, width)."""
        return denoising.embedded(self.pipeline, prompts)

    def noised(self, latents: torch.Tensor, noise: torch.Tensor, times: torch.Tensor) -> torch.Tensor:
        """Return latents with noise on them."""
        noisy: torch.Tensor = self.pipeline.scheduler.add_noise(latents, noise, times)
        return noisy

    def wanted(self, latents: torch.Tensor, noise: torch.Tensor, times: torch.Tensor) -> torch.Tensor:
        """Return what the denoiser should say of noised latents."""
        return denoising.wanted(self.pipeline, latents, noise, times)

    def said(self, noisy: torch.Tensor, times: torch.Tensor, told: torch.Tensor) -> torch.Tensor:
        """Return what the denoiser says, with gradients where enabled."""
        said: torch.Tensor = self.pipeline.unet(noisy, times, encoder_hidden_states=told).sample
        return said

    def original(self) -> AbstractContextManager[None]:
        """Let the denoiser answer without its adapter."""
        return denoising.without_adapter(self.pipeline.unet)

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
