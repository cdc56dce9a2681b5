"""What the demos leave to chance: one of several, and a colour near another."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import numpy as np

T = TypeVar("T")

Colour = tuple[int, int, int]


def one(rng: np.random.Generator, options: Sequence[T]) -> T:
    """Return one of the options."""
    return options[int(rng.integers(len(options)))]


def near(rng: np.random.Generator, colour: Colour, spread: int = 22) -> Colour:
    """Return a colour near another."""
    r, g, b = (int(np.clip(c + d, 0, 255)) for c, d in zip(colour, rng.integers(-spread, spread + 1, 3), strict=True))
    return r, g, b
