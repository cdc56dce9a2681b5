"""What every search for smallest failing settings shares: whom to ask, what was asked, and the smallest that failed.

A sample's *smallest failing setting* is the one with the fewest summed levels from neutral of those that were asked of
it and failed. Nothing counts that was not asked. A (sample, cell) asked before is answered from memory and costs no
query; a setting known to be invalid is never asked, nor is the clean control, which every eligible sample passes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from faded.concepts.spec import ConceptSpace
from faded.domain import FadedError
from faded.exploration.frame import Ask, Frame
from faded.exploration.increments import Increments
from faded.exploration.nearness import Nearness, describe
from faded.exploration.stream import rng_from_json, rng_to_json

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]

NOTHING = -1
"""In place of a cell: no failing setting was found."""
GROWTH = 0.1
"""The model is fitted anew once answers have grown by this share: about 25 fits up to the 5,000th answer."""


@dataclass(frozen=True)
class Answered:
    """Answers got before, each (sample, cell) once; all arrays of shape (n,).

    Attributes:
        rows: Rows of the frame.
        cells: Numbers of the cells.
        values: Discrepancies of failures, 0 of passes.
    """

    rows: IntArray
    cells: IntArray
    values: FloatArray


NOTHING_ANSWERED = Answered(np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64), np.zeros(0))


@dataclass(frozen=True)
class HuntConfig:
    """What a search begins with.

    Attributes:
        price: What a query costs, in levels: a chance of p to save n levels is taken while n * p is above it.
        batch: Samples asked at once.
        seed: Of the order of the samples, and of the ties.
    """

    price: float = 0.08
    batch: int = 64
    seed: int = 0

    def __post_init__(self) -> None:
        if self.price <= 0 or self.batch < 1:
            raise FadedError(
                f"A search with a price of {self.price} and a batch of {self.batch} never ends or never begins: give a "
                "price above 0 and a batch of at least 1."
            )


class Hunt:
    """The books of a search.

    Args:
        space: The concepts.
        frame: The explore frame.
        ask: Asks the target.
        config: What the search begins with.
        known: Answers got before, such as by exploring: the model learns from them, those that failed can be a
            sample's smallest failing setting, and none is asked again or counts as a query.
    """

    def __init__(
        self, space: ConceptSpace, frame: Frame, ask: Ask, config: HuntConfig, known: Answered = NOTHING_ANSWERED
    ) -> None:
        self.space, self.frame, self.config = space, frame, config
        self._ask, self._known = ask, known
        self.increments = Increments.of(space)
        self.features = describe(frame.features.astype(np.float64), frame.eligible)
        self.begin(config.seed)

    def begin(self, seed: int) -> None:
        """Begin anew."""
        n = len(self.frame.sample_ids)
        self.rng = np.random.default_rng(seed)
        self.nearness = Nearness(self.increments, self.frame.stratum, self.features)
        self.order: IntArray = self.rng.permutation(np.flatnonzero(self.frame.eligible))
        self.closed: BoolArray = np.array(self.frame.known_invalid[self.frame.stratum])
        if self.space.control_index is not None:
            self.closed[:, self.space.control_index] = True
        self.smallest: IntArray = np.full(n, NOTHING, dtype=np.int64)
        self.asked_of: IntArray = np.zeros(n, dtype=np.int64)
        self._values: dict[tuple[int, int], float] = {}
        self._take(self._known.rows, self._known.cells, self._known.values)
        self.asked_of[:] = 0
        self.nearness.refit()

    @property
    def queries(self) -> int:
        """Queries spent so far, on all samples."""
        return int(self.asked_of.sum())

    @property
    def beyond(self) -> int:
        """What a sample counts as of which no failing setting is known: one level more than the grid has."""
        return int(self.increments.steps.max()) + 1

    def levels(self, rows: IntArray) -> IntArray:
        """Return the summed levels of samples' smallest failing settings, `beyond` where none is known."""
        cells = self.smallest[rows]
        return np.where(cells == NOTHING, self.beyond, self.increments.steps[cells])

    def gains(self, rows: IntArray) -> FloatArray:
        """Return the levels that asking each setting can be expected to save, 0 if closed; shape (batch, n_cells)."""
        fewer = np.maximum(self.levels(rows)[:, None] - self.increments.steps, 0)
        return np.where(self.closed[rows], 0.0, self.nearness.chances(rows) * fewer)

    def ask(self, rows: IntArray, cells: IntArray) -> FloatArray:
        """Ask settings, one of each of some different samples, that are not closed to them.

        Returns:
            By sample, the discrepancy of a failure, 0 of a pass.
        """
        if len(rows) == 0:
            return np.zeros(0)
        if self.closed[rows, cells].any() or len(set(rows.tolist())) < len(rows):
            raise ValueError("A setting was asked twice, is known to be invalid, or a sample was asked two at once.")
        replies = self._ask(rows, cells)
        values = np.where(replies.failed, replies.discrepancy, 0.0)
        self._take(rows, cells, values)
        if self.nearness.grown >= GROWTH:
            self.nearness.refit()
        return values

    def value(self, row: int, cell: int) -> float | None:
        """Return what was answered before, None if it was not asked."""
        return self._values.get((row, cell))

    def state_dict(self) -> dict[str, Any]:
        """Return everything that changes."""
        state: dict[str, Any] = {f"nearness.{k}": v for k, v in self.nearness.state_dict().items()}
        return state | {"order": self.order.copy(), "asked_of": self.asked_of.copy(), "rng": rng_to_json(self.rng)}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on from where `state_dict` was taken."""
        self.begin(self.config.seed)
        found = {k[9:]: v for k, v in state.items() if k.startswith("nearness.")}
        self._take(*(np.array(found[name]) for name in ("rows", "cells", "excess")))
        self.asked_of = np.array(state["asked_of"])
        self.nearness.load_state_dict(found)
        self.order = np.array(state["order"])
        self.rng = rng_from_json(str(state["rng"]))

    def _take(self, rows: IntArray, cells: IntArray, values: FloatArray) -> None:
        self.nearness.add(rows, cells, values)
        self.closed[rows, cells] = True
        np.add.at(self.asked_of, rows, 1)
        self._values |= zip(zip(rows.tolist(), cells.tolist(), strict=True), values.tolist(), strict=True)
        self._note(rows[values > 0], cells[values > 0])

    def _note(self, rows: IntArray, cells: IntArray) -> None:
        """Keep what is smaller than a sample's smallest."""
        steps = self.increments.steps
        for row, cell in zip(rows.tolist(), cells.tolist(), strict=True):
            if self.smallest[row] == NOTHING or steps[cell] < steps[self.smallest[row]]:
                self.smallest[row] = cell
