"""The stream of samples that every explorer sees: eligible ones, reshuffled each pass.

Where it is chosen which stratum the next sample is from, because a query is worth more there or because verdicts say
that some strata promise more than others, strata have passes of their own. Within a stratum the order stays a uniform
one, so the rates of a stratum stay unbiased.
"""

from __future__ import annotations

import json
import math

import numpy as np
from numpy.typing import NDArray

IntArray = NDArray[np.int64]
FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]


def rng_to_json(rng: np.random.Generator) -> str:
    """Return a generator's state as JSON."""
    return json.dumps(rng.bit_generator.state)


def rng_from_json(text: str) -> np.random.Generator:
    """Return a generator that goes on where `rng_to_json` was called."""
    rng = np.random.default_rng(0)
    rng.bit_generator.state = json.loads(text)
    return rng


def bits_from(packed: NDArray[np.uint8], shape: tuple[int, ...]) -> BoolArray:
    """Return truth values of a shape that `numpy.packbits` packed."""
    return np.unpackbits(packed, count=math.prod(shape)).reshape(shape).astype(np.bool_)


class Stream:
    """Endless passes over the eligible rows, each pass in an order of its own; equal seeds give equal streams.

    Args:
        rows: Eligible rows of the frame.
        strata: Index of each row's stratum.
        rng: Where the orders come from; the stream's own.
        draws: Where draws of strata and their own passes come from; untouched until a stratum is chosen.
    """

    def __init__(self, rows: IntArray, strata: IntArray, rng: np.random.Generator, draws: np.random.Generator) -> None:
        self._rows = rows
        self._stratum = dict(zip(rows.tolist(), strata.tolist(), strict=True))
        self._rng = rng
        self._draws = draws
        self._order: IntArray = rng.permutation(rows)
        self._position = 0
        self._queues: dict[int, list[int]] | None = None

    def take(self, count: int, shares: FloatArray | None = None) -> IntArray:
        """Return the next `count` rows.

        Args:
            count: How many.
            shares: Share of the draws that each stratum gets, adding up to 1, zero for one without rows; None for the
                uniform stream. Once there were shares, give them always.
        """
        if shares is None:
            return self._next(count)
        strata = self._draws.choice(len(shares), size=count, p=shares)
        taken = [self.take_of(int(s)) for s in strata]
        return np.array([row for row in taken if row is not None], dtype=np.int64)

    def take_of(self, stratum: int, passed: BoolArray | None = None) -> int | None:
        """Return the next row of a stratum: first the rest of the running pass, then passes of its own; None of none.

        Args:
            stratum: Index of the stratum.
            passed: Rows that are passed over and keep their turn, shape (rows of the frame,); None for none.
        """
        if self._queues is None:
            self._queues = self._by_stratum(self._order[self._position :])
        queue = self._queues.setdefault(stratum, [])
        for anew in (False, True):
            if anew:
                kept = set(queue)
                again = self._draws.permutation(self._of(self._rows, stratum)).tolist()
                queue += [row for row in again if row not in kept]
            at = next((i for i, row in enumerate(queue) if passed is None or not passed[row]), None)
            if at is not None:
                return queue.pop(at)
        return None

    def _next(self, count: int) -> IntArray:
        parts: list[IntArray] = [self._rows[:0]]
        while count > 0:
            part = self._order[self._position : self._position + count]
            parts.append(part)
            count -= len(part)
            self._position += len(part)
            if self._position == len(self._order):
                self._order = self._rng.permutation(self._rows)
                self._position = 0
        return np.concatenate(parts)

    def _by_stratum(self, rows: IntArray) -> dict[int, list[int]]:
        return {stratum: self._of(rows, stratum).tolist() for stratum in sorted(set(self._stratum.values()))}

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
            state["queues"] = np.array([row for queue in self._queues.values() for row in queue], dtype=np.int64)
        return state

    def load_state_dict(self, state: dict[str, IntArray | str | int]) -> None:
        """Go on from where `state_dict` was taken."""
        self._order = np.array(state["order"])
        self._position = int(state["position"])
        self._rng = rng_from_json(str(state["rng"]))
        self._draws = rng_from_json(str(state["draws"]))
        self._queues = self._by_stratum(np.array(state["queues"])) if "queues" in state else None
