"""The rival in speed: one picture at a time, as the paper's public code does it.

A stable-baselines3 DQN sees the picture and chooses one of all cells; Pillow edits it; the target is asked twice, once
for its answer and once for its confidence, with gradients on. One-step episodes, and the paper's reward.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import gymnasium
import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image, ImageEnhance
from stable_baselines3 import DQN

from faded.concepts.spec import ConceptSpace
from faded.data.load import PictureSample
from faded.targets.classifier import Classifier

SMALLEST_SIDE = 36
"""The least that the convolutions of stable-baselines3's own picture policy can take; smaller ones go in flat."""
BUFFER = 10_000
"""Transitions kept; the library's million would take gigabytes."""
NEVER = 10**9
"""A warm-up that outlasts the run: the agents of the paper's public code were saved before any learning step."""


class OnePicture(gymnasium.Env[NDArray[np.uint8], np.int64]):  # type: ignore[misc]  # gymnasium is untyped here
    """One picture an episode, one setting a step.

    Args:
        target: The network under test.
        samples: Pictures, taken in turn.
        space: The concepts: rotation, saturation and darkening, in any order.
    """

    def __init__(self, target: Classifier, samples: Sequence[PictureSample], space: ConceptSpace) -> None:
        self._target, self._samples, self._space = target, samples, space
        self._at = 0
        self.observation_space = gymnasium.spaces.Box(0, 255, samples[0].payload.shape, np.uint8)
        self.action_space = gymnasium.spaces.Discrete(space.n_cells)

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[NDArray[np.uint8], dict[str, Any]]:
        """Show the next picture."""
        self._at = (self._at + 1) % len(self._samples)
        return self._samples[self._at].payload, {}

    def step(self, action: np.int64) -> tuple[NDArray[np.uint8], float, bool, bool, dict[str, Any]]:
        """Edit the picture and ask the target twice."""
        sample = self._samples[self._at]
        edited = self._edit(Image.fromarray(sample.payload), self._space.grid[int(action)])
        pixels = torch.from_numpy(np.array(edited)).permute(2, 0, 1)[None].float() / 255
        answer = self._target.labels[int(self._target.logits(pixels).argmax())]
        top = float(self._target.logits(pixels).softmax(1).max().detach().clamp(1e-6, 1 - 1e-6))
        reward = 10 * abs(math.log(top / (1 - top))) if answer != sample.reference else -1.0
        return sample.payload, reward, True, False, {}

    def _edit(self, picture: Image.Image, values: NDArray[np.float64]) -> Image.Image:
        for spec, value in zip(self._space.specs, values.tolist(), strict=True):
            if spec.name == "rotation":
                picture = picture.rotate(value, Image.Resampling.BILINEAR)
            elif spec.name == "saturation":
                picture = ImageEnhance.Color(picture).enhance(value)
            else:
                picture = ImageEnhance.Brightness(picture).enhance(1 - value)
        return picture


def dqn(env: OnePicture, learning: bool) -> DQN:
    """Return the agent with the library's own settings; without learning it is still warming up."""
    policy = "CnnPolicy" if min(env.observation_space.shape[:2]) >= SMALLEST_SIDE else "MlpPolicy"
    warm_up = {} if learning else {"learning_starts": NEVER}
    return DQN(policy, env, buffer_size=BUFFER, seed=0, device="cpu", **warm_up)
