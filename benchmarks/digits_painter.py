"""The trained generator of digits as a target: briefs in, sets of digits out, with a denoiser that can be tuned.

A brief is the word for a digit, or `ANY`, which leaves it open. Pictures are drawn from noise that the seeds alone
decide.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file

from benchmarks.digits_flow import SIDE, DigitsFlow, draw
from benchmarks.digits_judge import Judge
from faded.briefs import Brief
from faded.domain import TargetError
from faded.targets.fingerprint import fingerprint
from faded.targets.sets import Pictures, Sets

WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
ANY = "any digit"
PROMPTS = (*WORDS, ANY)
"""What can be asked, by class of the network."""
ROWS = 250
"""Pictures per pass."""
TIMES = 1000
"""Times that noise is drawn from; 0 is all noise, and the picture, at 1, is never reached."""
EARLY = 2.0
"""Power that makes early times likelier, when it is decided which digit it will be."""


class DigitsPainter:
    """Draws digits; what a repair asks of it is documented in `Painter`.

    Args:
        network: The generator.
        judge: Reads what it draws.
    """

    noise_steps = TIMES

    def __init__(self, network: DigitsFlow, judge: Judge) -> None:
        self.module = network
        self._judge = judge

    def answer(self, inputs: Sequence[Brief]) -> Sets:
        """Draw a set for each brief, all of one size, and read it.

        Raises:
            TargetError: a brief asks for something else than a digit.
        """
        count = len(inputs[0].seeds)
        pictures = self._drawn([brief.prompt for brief in inputs for _ in brief.seeds], _seeds(inputs))
        read = self._judge.read(pictures)
        return Sets(
            briefs=list(inputs),
            pictures=pictures.reshape(len(inputs), count, *pictures.shape[1:]),
            shown={name: shown.reshape(len(inputs), count) for name, shown in read.shown.items()},
            values=self._judge.values,
            embedding=read.embedding.reshape(len(inputs), count, -1),
            features=self.embedded([brief.prompt for brief in inputs]).mean(1).numpy(),
        )

    def _drawn(self, prompts: Sequence[str], seeds: Sequence[int]) -> Pictures:
        """Draw one picture for each prompt and seed, shape (n, height, width, 3)."""
        noise = torch.stack([torch.randn(1, SIDE, SIDE, generator=torch.Generator().manual_seed(s)) for s in seeds])
        with torch.inference_mode():
            parts = zip(torch.split(noise, ROWS), torch.split(_classes(prompts), ROWS), strict=True)
            drawn = torch.cat([draw(self.module, rows, classes) for rows, classes in parts])
        grey = (drawn * 255).round().byte().permute(0, 2, 3, 1).numpy()
        return np.repeat(grey, 3, axis=-1)

    def encoded(self, pictures: Pictures) -> torch.Tensor:
        """Return pictures from 0 to 1: it draws in pixels."""
        return torch.from_numpy(pictures[..., :1]).permute(0, 3, 1, 2).float() / 255

    def embedded(self, prompts: Sequence[str]) -> torch.Tensor:
        """Return the tokens of the classes."""
        with torch.no_grad():
            return self.module.told(_classes(prompts))

    def noised(self, latents: torch.Tensor, noise: torch.Tensor, times: torch.Tensor) -> torch.Tensor:
        """Return pictures on their way from noise."""
        t = time_of(times)[:, None, None, None]
        return (1 - t) * noise + t * latents

    def wanted(self, latents: torch.Tensor, noise: torch.Tensor, times: torch.Tensor) -> torch.Tensor:
        """Return the pictures: the network says what noise will be."""
        return latents

    def said(self, noisy: torch.Tensor, times: torch.Tensor, told: torch.Tensor) -> torch.Tensor:
        """Return what the network says."""
        said: torch.Tensor = self.module(noisy, time_of(times), told)
        return said

    def forget(self) -> None:
        """Do nothing: no set is kept."""

    def fingerprint(self) -> str:
        """Return a hash of the weights, adapter included."""
        return fingerprint(self.module.state_dict())

    def save(self, folder: Path) -> None:
        """Write the weights, adapter included."""
        save_file(self.module.state_dict(), folder / "digits.safetensors")


def time_of(times: torch.Tensor) -> torch.Tensor:
    """Return the network's times, from 0 to 1, of whole numbers below `TIMES`."""
    return (times / TIMES) ** EARLY


def _seeds(briefs: Sequence[Brief]) -> list[int]:
    return [seed for brief in briefs for seed in brief.seeds]


def _classes(prompts: Sequence[str]) -> torch.Tensor:
    for prompt in set(prompts):
        if prompt not in PROMPTS:
            raise TargetError(f"The digits cannot be drawn of {prompt!r}: ask for one of {', '.join(PROMPTS)}.")
    return torch.tensor([PROMPTS.index(prompt) for prompt in prompts])
