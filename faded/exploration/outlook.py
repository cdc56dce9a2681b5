"""What is known so far and what that makes a query worth: the landscape, who was asked what, and verdicts' weights."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from faded.concepts.spec import ConceptSpace
from faded.exploration.candidates import attend, renew
from faded.exploration.frame import Frame
from faded.exploration.steering import Known, Weigh
from faded.exploration.stream import bits_from
from faded.landscape.calibration import Calibration
from faded.landscape.posterior import Landscape
from faded.landscape.samples import SampleEffects
from faded.landscape.worth import Worth

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]


GROWN = 0.1
"""Where not all cells are looked at, the landscape is fitted anew once trials have grown by this share."""

RENEW_EVERY = 2
"""Candidates are chosen anew at every such fit."""


class Outlook:
    """The books of exploring. Tables have the landscape's columns.

    Args:
        space: The concepts.
        frame: The explore frame.
        bound: The registered bound.
        known: Trials from the start.
        weigh: See `ExploreEnv.steer`.
        rng: Draws candidates.

    Attributes:
        landscape: Every trial, and what follows from them.
        calibration: What control queries say of it.
        asked: Which cells were asked of each row of the frame, shape (n_rows, n_columns).
        worth: Worth of one more query, weighed by what verdicts say, shape (n_strata, n_columns).
        weights: What a failure is worth finding, the same shape; None while no verdict says anything.
    """

    def __init__(
        self,
        space: ConceptSpace,
        frame: Frame,
        bound: float,
        known: Known,
        weigh: Weigh | None,
        rng: np.random.Generator,
    ) -> None:
        self._frame, self._rng = frame, rng
        samples = SampleEffects(frame.stratum, frame.eligible)
        self.landscape = Landscape(space, frame.strata, bound, frame.invalid, samples)
        self.calibration = Calibration()
        self._worth = Worth(bound, int(np.bincount(frame.stratum[frame.eligible]).max()))
        known.put(self.landscape, frame.stratum)
        self.asked: BoolArray = np.zeros((len(frame.sample_ids), len(self.landscape.cells)), dtype=np.bool_)
        self.asked[known.rows, self.landscape.cells.find(known.cells)] = True
        self.worth: FloatArray
        self.weights: FloatArray | None
        self._weigh: Weigh | None
        self._fits, self._fitted = 0, 0.0
        self._steer(weigh)
        self._renew()
        self._look()

    def steer(self, weigh: Weigh | None) -> None:
        """Weigh what is found by what verdicts say from now on; see `ExploreEnv.steer`."""
        self._steer(weigh)
        self._look()

    def new(self, rows: IntArray, cells: IntArray) -> BoolArray:
        """Say which of a batch can add a trial: the setting is valid, and asked of the sample for the first time."""
        columns = self._columns(cells)
        _, firsts = np.unique(rows * len(self.landscape.cells) + columns, return_index=True)
        found = np.zeros(len(rows), dtype=np.bool_)
        found[firsts] = True
        return found & ~self.asked[rows, columns] & ~self.landscape.known_invalid[self._frame.stratum[rows], columns]

    def open(self, rows: IntArray) -> BoolArray:
        """Say which cells can add a trial to samples: valid, and not asked of them yet; shape (n, n_columns)."""
        return np.asarray(~self.landscape.excluded[self._frame.stratum[rows]] & ~self.asked[rows])

    def learn(
        self, rows: IntArray, cells: IntArray, failed: BoolArray, counted: BoolArray, control: BoolArray
    ) -> FloatArray:
        """Put the trials of a batch into the landscape; all arguments have shape (batch,).

        Returns:
            What its cell's established mode gained by every query.
        """
        strata, columns = self._frame.stratum[rows], self._columns(cells)
        self.asked[rows[counted], columns[counted]] = True
        told = counted & control
        self.calibration.note(self.landscape, strata[told], columns[told], failed[told])
        before = self._held(strata, columns)
        self.landscape.add(strata[counted], cells[counted], failed[counted], rows[counted])
        due = self.landscape.cells.all or self.landscape.trials.sum() >= (1 + GROWN) * self._fitted
        if due:
            self.landscape.refit()
        gained = np.where(counted, self._held(strata, columns) - before, 0.0)
        if due:
            self._renew()
        self._look()
        return gained

    def state_dict(self) -> dict[str, Any]:
        """Return everything that changes; the weights are not part of it."""
        state: dict[str, Any] = {f"landscape.{k}": v for k, v in self.landscape.state_dict().items()}
        state |= {f"calibration.{k}": v for k, v in self.calibration.state_dict().items()}
        return state | {"asked": np.packbits(self.asked, axis=None), "fits": self._fits, "fitted": self._fitted}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on from where `state_dict` was taken, with the weights that are in force."""
        self.landscape.load_state_dict({k[10:]: np.asarray(v) for k, v in state.items() if k.startswith("landscape.")})
        self.calibration.load_state_dict({k[12:]: v for k, v in state.items() if k.startswith("calibration.")})
        shape = (len(self._frame.sample_ids), len(self.landscape.cells))
        self._fits, self._fitted = int(np.asarray(state.get("fits", 0))), float(np.asarray(state.get("fitted", 0)))
        self.asked = bits_from(np.asarray(state["asked"]), shape)
        self._steer(self._weigh)
        self._look()

    def _held(self, strata: IntArray, columns: IntArray) -> FloatArray:
        """Return what is held at places, weighed by what verdicts say."""
        held = self._worth.value(self.landscape, strata, columns)
        return held if self.weights is None else held * self.weights[strata, columns]

    def _columns(self, cells: IntArray) -> IntArray:
        """Let the landscape look at cells, and return their columns."""
        columns = self.landscape.consider(cells)
        self._widen(np.ones(self.asked.shape[1], dtype=np.bool_))
        return columns

    def _renew(self) -> None:
        """After a fit, attend to what is likeliest to fail, and to new candidates, where not all is looked at."""
        if self.landscape.cells.all:
            return
        if self._fits % RENEW_EVERY == 0:
            self._widen(renew(self.landscape, self._rng))
        attend(self.landscape, self.weights)
        self._fits, self._fitted = self._fits + 1, float(self.landscape.trials.sum())

    def _widen(self, kept: BoolArray) -> None:
        """Follow the landscape's columns: the kept ones of those that there were, and new ones behind them."""
        before = int(kept.sum())
        new = len(self.landscape.cells) - before
        if new == 0 and before == len(kept):
            return
        self.asked = np.pad(self.asked[:, kept], ((0, 0), (0, new)))
        if self._weigh is not None and self.weights is not None:
            added = self._weigh(self.landscape.cells.numbers[before:])
            self.weights = np.hstack([self.weights[:, kept], added])

    def _steer(self, weigh: Weigh | None) -> None:
        self._weigh = weigh
        self.weights = None if weigh is None else weigh(self.landscape.cells.numbers)

    def _look(self) -> None:
        """Work out what a query is worth."""
        worth = self._worth(self.landscape)
        self.worth = worth if self.weights is None else worth * self.weights
