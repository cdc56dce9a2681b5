"""Targets that draw: briefs in, a set of pictures for each out, with what a reader reads of them.

A set follows from prompt and seeds alone. So the target is deterministic: the same prompt and seeds before and after a
repair differ in nothing but the weights.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import torch

from faded.briefs import Brief
from faded.domain import FadedError, TargetError
from faded.targets.attributes import Reader
from faded.targets.checkpoints import reason
from faded.targets.sets import FloatArray, Pictures, Sets
from faded.targets.writing import out_of_memory

ROWS = 16
"""Pictures per pass at most."""
KEPT_BYTES = 200_000_000
"""Sets are kept up to this size, for what was asked is often asked for again: by cards, and to be shown."""
BLACK = 2
"""A picture whose brightest value of 255 is no higher than this is black: what a safety checker leaves of it."""


@dataclass(frozen=True)
class DrawnSets(ABC):
    """A target that draws. Those who extend it say how one pass is drawn (`made`) and what they read (`states`).

    Attributes:
        reader: Reads what pictures show.
        source: Folder or name that it was loaded from, for messages.
        rows: Pictures per pass at most.
    """

    reader: Reader
    source: str
    rows: int = ROWS
    _kept: OrderedDict[tuple[str, tuple[int, ...]], Pictures] = field(default_factory=OrderedDict, repr=False)

    @abstractmethod
    def made(self, prompts: Sequence[str], seeds: Sequence[int]) -> torch.Tensor:
        """Draw one picture for each prompt and seed, from 0 to 1, shape (n, 3, height, width)."""

    @abstractmethod
    def states(self, prompts: Sequence[str]) -> FloatArray:
        """Return what an agent knows of each prompt, shape (batch, width)."""

    def check(self, prompts: Sequence[str]) -> None:
        """See that it reads these prompts to their ends.

        Raises:
            FadedError: a prompt is empty or longer than the window.
        """
        for prompt in prompts:
            if not prompt.strip():
                raise FadedError("A prompt is empty. Give a prompt of one word or more.")

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
                made = self.made([prompt for prompt, _ in rows], [seed for _, seed in rows])
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
