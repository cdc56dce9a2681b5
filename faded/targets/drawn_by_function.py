"""Python functions as targets that draw: explored and judged; there is nothing of them to tune, and so to verify."""

from __future__ import annotations

import hashlib
import importlib
import inspect
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from faded.domain import FadedError, TargetError
from faded.targets.drawn_sets import DrawnSets
from faded.targets.sets import FloatArray

ROUNDING = 1e-3
"""How far from 0 to 1 a picture's values may be: less than a half of one of 255."""
WIDTH = 64
"""Of what an agent knows of a prompt: its words, each counted in a place that its hash says."""


@dataclass(frozen=True, kw_only=True)
class DrawnByFunction(DrawnSets):
    """A function that draws.

    Attributes:
        function: Takes prompts and as many seeds; returns pictures, uint8 or from 0 to 1, shape (n, height, width, 3).
    """

    function: Callable[[list[str], list[int]], Any]

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
        """Return how often each word occurs, by the hash of the word, shape (batch, `WIDTH`)."""
        found = np.zeros((len(prompts), WIDTH), dtype=np.float32)
        for row, prompt in enumerate(prompts):
            for word in prompt.lower().split():
                found[row, hashlib.sha256(word.encode()).digest()[0] % WIDTH] += 1
        return found

    def fingerprint(self) -> str:
        """Return a hash of the file that the function stands in; 16 hexadecimal digits. What it loads is not seen."""
        try:
            file = inspect.getsourcefile(inspect.unwrap(self.function))
        except TypeError:  # a partial function or an object that is called: the file that names it
            file = getattr(sys.modules.get(self.source.partition(":")[0]), "__file__", None)
        code = b"" if file is None else Path(file).read_bytes()
        return hashlib.sha256(self.source.encode() + code).hexdigest()[:16]


def named_function(source: str) -> Any:
    """Return what `package.module:function` names; the working directory is searched as well.

    Raises:
        FadedError: there is no such function.
    """
    module, _, name = source.partition(":")
    if "" not in sys.path:
        sys.path.insert(0, "")
    try:
        found = getattr(importlib.import_module(module), name)
    except Exception as error:  # whatever the module does when it is imported
        raise FadedError(
            f"The target {source!r} cannot be imported: {type(error).__name__}: {error}. Give package.module:function, "
            "where the function takes prompts and seeds and returns pictures."
        ) from error
    if not callable(found):
        raise FadedError(f"The target {source!r} is a {type(found).__name__}: give a function that draws.")
    return found
