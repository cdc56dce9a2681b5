"""What the rest of the landscape leads one to expect of every rate, as a Beta worth a few pseudo-counts."""

from __future__ import annotations

import copy
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from faded.concepts.spec import ConceptSpace
from faded.landscape.design import Design
from faded.landscape.fit import AdditiveFit, pull
from faded.landscape.pair_test import called_for
from faded.landscape.residual import START_RESIDUAL, beta_priors, residual_variance

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]

LEAST_LEFT = 0.05
"""The least share of its precision that leaving a cell's own trials out may leave it: keeps the formula finite."""

TRIALS_BEFORE_PAIRS = 200
"""Trials before pairs of concepts are tested for effects of their own, times `GROWN`."""

GROWN = 1.5
"""They are tested anew once trials have grown by this factor."""


class Priors:
    """The priors, and the model behind them. Tables have the shape (n_strata, n_columns).

    Args:
        space: The concepts.
        n_strata: Number of strata.
        levels: Level indices of the cells, shape (n_columns, n_concepts).

    Attributes:
        fit: The model.
        a: First parameters of the Betas.
        b: Second parameters.
        live: Places whose priors are kept up to date between fits, beside those with trials.
    """

    def __init__(self, space: ConceptSpace, n_strata: int, levels: IntArray) -> None:
        self.fit = AdditiveFit(Design(space), n_strata)
        self._rows = self.fit.design.rows(levels)
        self._residual = START_RESIDUAL
        self._tested = float(TRIALS_BEFORE_PAIRS)
        shape = (n_strata, len(levels))
        self.a: FloatArray = np.ones(shape)
        self.b: FloatArray = np.ones(shape)
        self.live: BoolArray = np.ones(shape, dtype=np.bool_)
        self.improve(*np.zeros((4, *shape)))
        first = self._of(self.fit.design.rows(space.levels([0])))
        self.empty_count = float((first[0] + first[1])[0, 0])
        """Pseudo-counts before any data: of all cells alike."""

    def append(self, levels: IntArray) -> None:
        """Add cells without trials."""
        rows = self.fit.design.rows(levels)
        a, b = self._of(rows)
        self._rows = np.vstack([self._rows, rows])
        self.a, self.b = np.hstack([self.a, a]), np.hstack([self.b, b])
        self.live = np.hstack([self.live, np.ones(a.shape, dtype=np.bool_)])

    def keep(self, kept: BoolArray) -> None:
        """Forget the other cells; `kept` has shape (n_columns,)."""
        self._rows = self._rows[kept]
        self.a, self.b, self.live = self.a[:, kept], self.b[:, kept], self.live[:, kept]

    def of_cells(self, levels: IntArray, trials: FloatArray, failures: FloatArray) -> Priors:
        """Return the priors of other cells by the same model, all up to date."""
        other = copy.copy(self)
        other._rows = self.fit.design.rows(levels)
        other.live = np.ones(trials.shape, dtype=np.bool_)
        logit, variance = other._left_out(trials, failures)
        other.a, other.b = beta_priors(logit, variance + self._residual)
        return other

    def attend(self, live: BoolArray, trials: FloatArray, failures: FloatArray) -> None:
        """Keep no priors up to date but those of some places, and of those with trials."""
        new = live & ~self.live & (trials == 0)
        self.live = live
        self._set(new, *self._left_out(trials, failures, new))

    def logits(self) -> FloatArray:
        """Return the logits that effects alone lead one to expect."""
        return self.fit.logits(self._rows)

    def improve(self, trials: FloatArray, failures: FloatArray, asked: FloatArray, failed: FloatArray) -> None:
        """Improve the model by one Newton step and learn its variances; set the priors, each without its own trials.

        Args:
            trials: Trials as they count.
            failures: Failed ones.
            asked: Trials as they were made: what effects leave unexplained shows in these alone, for the others are
                told by the model in part.
            failed: Failed ones of those.
        """
        self.fit.step(self._rows, trials, failures, self._residual)
        tried = trials > 0
        needed = self.live | tried
        logit, variance = self._left_out(trials, failures, None if needed.all() else needed)
        self._residual = residual_variance(logit[tried], variance[tried], failed[tried], asked[tried])
        self._set(needed, logit, variance)

    def look_for_pairs(self, levels: IntArray, trials: FloatArray, failures: FloatArray) -> bool:
        """Let pairs of concepts have effects of their own where the trials call for it; say if anything changed."""
        if self.fit.design.listed or trials.sum() < GROWN * self._tested:
            return False
        self._tested = float(trials.sum())
        before = self.fit.design.pairs
        self.let_pairs(called_for(self.fit, levels, trials, failures, self._residual), levels)
        return self.fit.design.pairs != before

    def let_pairs(self, pairs: Iterable[tuple[int, int]], levels: IntArray) -> None:
        """Let these pairs of concepts have effects of their own, and no others."""
        self.fit.let_pairs(pairs)
        self._rows = self.fit.design.rows(levels)

    def state_dict(self) -> dict[str, NDArray[np.float64]]:
        """Return everything that changes, as arrays."""
        state = {"residual": np.array([self._residual]), "prior_a": self.a.copy(), "prior_b": self.b.copy()}
        state |= self.fit.state_dict()
        if self.fit.design.listed:
            return state
        return state | {"live": self.live.astype(np.float64), "tested": np.array([self._tested])}

    def load_state_dict(self, state: dict[str, NDArray[np.float64]], levels: IntArray) -> None:
        """Go on from where `state_dict` was taken, with the cells that there were."""
        self.fit.load_state_dict(state)
        self._rows = self.fit.design.rows(levels)
        self.a, self.b = np.array(state["prior_a"]), np.array(state["prior_b"])
        self.live = np.ones(self.a.shape, dtype=np.bool_)
        if "residual" in state:  # a checkpoint of an earlier version has none
            self._residual = float(state["residual"][0])
        if not self.fit.design.listed:
            self.live, self._tested = state["live"] > 0, float(state["tested"][0])

    def _of(self, rows: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return the priors of cells without trials."""
        return beta_priors(self.fit.logits(rows), self.fit.variance(rows) + self._residual)

    def _set(self, places: BoolArray, logit: FloatArray, variance: FloatArray) -> None:
        self.a[places], self.b[places] = beta_priors(logit[places], variance[places] + self._residual)

    def _left_out(
        self, trials: FloatArray, failures: FloatArray, needed: BoolArray | None = None
    ) -> tuple[FloatArray, FloatArray]:
        """Return mean and variance of every logit as the others' trials have them; see `AdditiveFit.variance`."""
        eta = self.logits()
        weight, score = pull(eta, trials, failures, self._residual)
        variance = self.fit.variance(self._rows, needed)
        variance = variance / np.maximum(1 - weight * variance, LEAST_LEFT)
        return eta - variance * score, variance
