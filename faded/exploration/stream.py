"""The stream of samples that every explorer sees: eligible ones, reshuffled each pass."""

from __future__ import annotations

import json

import numpy as np
from numpy.typing import NDArray

IntArray = NDArray[np.int64]


def rng_to_json(rng: np.random.Generator) -> str:
    """Return a generator's state as JSON."""
    return json.dumps(rng.bit_generator.state)


def rng_from_json(text: str) -> np.random.Generator:
    """Return a generator that goes on where `rng_to_json` was called."""
    rng = np.random.default_rng(0)
    rng.bit_generator.state = json.loads(text)
    return rng


class Stream:
    """Endless passes over the eligible rows, each pass in an order of its own; equal seeds give equal streams.

    Args:
        rows: Eligible rows of the frame.
        rng: Where the orders come from; the stream's own.
    """

    def __init__(self, rows: IntArray, rng: np.random.Generator) -> None:
        self._rows = rows
        self._rng = rng
        self._order: IntArray = rng.permutation(rows)
        self._position = 0

    def take(self, count: int) -> IntArray:
        """Return the next `count` rows."""
        parts: list[IntArray] = []
        while count > 0:
            part = self._order[self._position : self._position + count]
            parts.append(part)
            count -= len(part)
            self._position += len(part)
            if self._position == len(self._order):
                self._order = self._rng.permutation(self._rows)
                self._position = 0
        return np.concatenate(parts)

    def state_dict(self) -> dict[str, IntArray | str | int]:
        """Return the order of the running pass, the position in it and the generator's state."""
        return {"order": self._order.copy(), "position": self._position, "rng": rng_to_json(self._rng)}

    def load_state_dict(self, state: dict[str, IntArray | str | int]) -> None:
        """Go on from where `state_dict` was taken."""
        self._order = np.array(state["order"])
        self._position = int(state["position"])
        self._rng = rng_from_json(str(state["rng"]))
