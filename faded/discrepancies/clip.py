"""The discrepancy "clip": how far pictures are from their prompt, as a CLIP model sees it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from faded.briefs import Brief
from faded.clip import Clip
from faded.discrepancies.base import MOST_APART, ExpectedDiscrepancy, by_expected

FloatArray = NDArray[np.float64]


class Pictured(Protocol):
    """What drawn sets must offer to be compared with their prompts."""

    @property
    def briefs(self) -> Sequence[Brief]:
        """What each set was drawn for."""
        ...

    @property
    def pictures(self) -> NDArray[np.uint8]:
        """The sets, shape (batch, pictures, height, width, 3)."""
        ...


def clip_distance(clip: Clip) -> ExpectedDiscrepancy[Pictured]:
    """Return the discrepancy "clip": the mean over a set's pictures of 1 - cosine of prompt and picture, 0 to 2.

    A prompt that several sets were drawn for is read once. A prompt beyond the model's window raises FadedError.
    """

    @by_expected
    def measure(answers: Pictured, expected: Sequence[str | None]) -> FloatArray:
        found: FloatArray = picture_distances(clip, answers).mean(axis=1)
        return found

    return measure


def picture_distances(clip: Clip, answers: Pictured) -> FloatArray:
    """Return 1 - cosine of each picture and its prompt, 0 to 2, shape (batch, pictures)."""
    batch, count = answers.pictures.shape[:2]
    prompts, number = np.unique([brief.prompt for brief in answers.briefs], return_inverse=True)
    told = clip.of_texts(prompts.tolist())[number]
    shown = clip.of_pictures(answers.pictures.reshape(-1, *answers.pictures.shape[2:])).reshape(batch, count, -1)
    cosine = np.einsum("bf,bpf->bp", told.astype(np.float64), shown.astype(np.float64))
    found: FloatArray = np.clip(1.0 - cosine, 0.0, MOST_APART)
    return found
