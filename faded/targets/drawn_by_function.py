"""Python functions as targets that draw: explored and judged; there is nothing of them to tune, and so to verify."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

from faded.domain import TargetError
from faded.targets.drawn_sets import DrawnSets
from faded.targets.functions import Draw, code_mark, word_counts
from faded.targets.sets import FloatArray

ROUNDING = 1e-3
"""How far from 0 to 1 a picture's values may be: less than a half of one of 255."""
DRAWS = "takes prompts and seeds and returns pictures"


@dataclass(frozen=True, kw_only=True)
class DrawnByFunction(DrawnSets):
    """A function that draws.

    Attributes:
        function: Takes prompts and as many seeds; returns pictures, uint8 or from 0 to 1, shape (n, height, width, 3).
    """

    function: Draw

    def made(self, prompts: Sequence[str], seeds: Sequence[int]) -> torch.Tensor:
        """Draw one picture for each prompt and seed, from 0 to 1, shape (n, 3, height, width).

        Raises:
            TargetError: the function returned something else than a picture for each, or values of another range.
        """
        drawn = np.asarray(self.function(list(prompts), list(seeds)))
        if drawn.ndim != 4 or len(drawn) != len(prompts) or drawn.shape[3] != 3:
            raise TargetError(
                f"The function {self.source} returned an array of shape {drawn.shape} for {len(prompts)} prompts: "
                f"return one of shape ({len(prompts)}, height, width, 3)."
            )
        if drawn.dtype != np.uint8 and (drawn.min() < -ROUNDING or drawn.max() > 1 + ROUNDING):
            raise TargetError(
                f"The function {self.source} returned {drawn.dtype} from {drawn.min():g} to {drawn.max():g}: return "
                "uint8, or values from 0 to 1."
            )
        scaled = drawn / 255 if drawn.dtype == np.uint8 else drawn
        return torch.from_numpy(np.ascontiguousarray(scaled, dtype=np.float32)).permute(0, 3, 1, 2)

    def states(self, prompts: Sequence[str]) -> FloatArray:
        """Return how often each word occurs, by the hash of the word, shape (batch, n_features)."""
        return word_counts(prompts)

    def fingerprint(self) -> str:
        """Return a hash of the file that the function stands in, see `code_mark`."""
        return code_mark(self.function, self.source)
