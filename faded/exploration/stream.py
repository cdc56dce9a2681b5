"""The stream of samples that every explorer sees: eligible ones, reshuffled each pass.

Where verdicts say that some strata promise more than others, strata are drawn first and then their next sample. Within
a stratum the order stays a uniform one, so the rates of a stratum stay unbiased.
"""

from __future__ import annotations

import json

import numpy as np
from numpy.typing import NDArray

IntArray = NDArray[np.int64]
FloatArray = NDArray[np.float64]


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
        strata: Index of each row's stratum.
        rng: Where the orders come from; the stream's own.
        draws: Where draws of strata come from; untouched until there are shares.
    """

    def __init__(self, rows: IntArray, strata: IntArray, rng: np.random.Generator, draws: np.random.Generator) -> None:
        self._rows = rows
        self._stratum = dict(zip(rows.tolist(), strata.tolist(), strict=True))
        self._rng = rng
        self._draws = draws
        self._order: IntArray = rng.permutation(rows)
        self._position = 0
        self._queues: dict[int, IntArray] | None = None

    def take(self, count: int, shares: FloatArray | None = None) -> IntArray:
        """Return the next `count` rows.

        Args:
            count: How many.
            shares: Share of the draws that each stratum gets, adding up to 1, zero for one without rows; None for the
                uniform stream. Once there were shares, give them always.
        """
        if shares is None:
            return self._next(count)
        if self._queues is None:
            self._queues = self._by_stratum(self._order[self._position :])
        strata = self._draws.choice(len(shares), size=count, p=shares)
        return np.array([self._next_of(int(s)) for s in strata], dtype=np.int64)

    def _next(self, count: int) -> IntArray:
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

    def _next_of(self, stratum: int) -> IntArray:
        """Return the next row of a stratum: first the rest of the running pass, then passes of its own."""
        assert self._queues is not None  # noqa: S101 - made before the first draw
        queue = self._queues.get(stratum, self._rows[:0])
        if len(queue) == 0:
            queue = self._rng.permutation(self._of(self._rows, stratum))
        self._queues[stratum] = queue[1:]
        return np.asarray(queue[0])

    def _by_stratum(self, rows: IntArray) -> dict[int, IntArray]:
        return {stratum: self._of(rows, stratum) for stratum in sorted(set(self._stratum.values()))}

    def _of(self, rows: IntArray, stratum: int) -> IntArray:
        return np.array([r for r in rows.tolist() if self._stratum[r] == stratum], dtype=np.int64)

    def state_dict(self) -> dict[str, IntArray | str | int]:
        """Return what is left to give, and the generators' states."""
        state: dict[str, IntArray | str | int] = {
            "order": self._order.copy(),
            "position": self._position,
            "rng": rng_to_json(self._rng),
            "draws": rng_to_json(self._draws),
        }
        if self._queues is not None:
            state["queues"] = np.concatenate([np.asarray(q) for q in self._queues.values()])
        return state

    def load_state_dict(self, state: dict[str, IntArray | str | int]) -> None:
        """Go on from where `state_dict` was taken."""
        self._order = np.array(state["order"])
        self._position = int(state["position"])
        self._rng = rng_from_json(str(state["rng"]))
        self._draws = rng_from_json(str(state["draws"]))
        self._queues = self._by_stratum(np.array(state["queues"])) if "queues" in state else None
