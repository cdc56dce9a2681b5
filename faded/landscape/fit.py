"""The additive logistic model behind the landscape's priors, fitted by Newton steps; its variances are learned."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from faded.landscape.design import Design

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]

START_VARIANCES = (1.0, 1.0, 0.25, 0.25, 0.1)
"""Prior variances before any data (logits): of stratum levels, of common effects of levels and of pairs, and of a
stratum's own effects of levels and of pairs."""

VARIANCE_WEIGHT = 8.0
"""How many coefficients' worth the start variances weigh when variances are learned."""

INTERCEPT_VARIANCE = 4.0
"""Prior variance of the overall logit: rates from 2% to 98% are within two standard deviations."""

MAX_NEWTON_MOVE = 2.0
"""The farthest that one step may move a logit: the fit goes on at the next batch."""

LEAST_RATE = 1e-3
"""Rates are kept this far from 0 and 1, where a logit has no slope left."""


@dataclass(frozen=True)
class Effects:
    """What effects add to a logit; a row for every stratum, and every draw of it.

    Attributes:
        levels: By concept what each of its levels adds, shape (rows, levels).
        pairs: By pair of concepts, the later one first, what each pair of levels adds beyond that, shape (rows, levels
            of the later, levels of the earlier).
    """

    levels: tuple[FloatArray, ...]
    pairs: dict[tuple[int, int], FloatArray]


@dataclass(frozen=True)
class _Covariance:
    """Posterior covariances of the effects, in the blocks of the normal equations.

    Attributes:
        common: Of the common effects, shape (n_common, n_common).
        reduced: By how much a stratum's own effects fall as common ones rise, shape (n_strata, n_common, n_own).
        inverse: Covariance of a stratum's own effects given the common ones, shape (n_strata, n_own, n_own).
    """

    common: FloatArray
    reduced: FloatArray
    inverse: FloatArray

    @cached_property
    def through(self) -> FloatArray:
        """Minus the covariance of common effects and a stratum's own, shape (n_strata, n_common, n_own)."""
        return np.asarray(self.common @ self.reduced)

    @cached_property
    def own(self) -> FloatArray:
        """Covariance of a stratum's own effects, shape (n_strata, n_own, n_own)."""
        return np.asarray(self.inverse + self.reduced.transpose(0, 2, 1) @ self.through)


class AdditiveFit:
    """Effects, their prior variances and posterior covariances.

    Args:
        design: The regressors.
        n_strata: Number of strata.
    """

    def __init__(self, design: Design, n_strata: int) -> None:
        self.design = design
        self.common: FloatArray = np.zeros(design.n_common)
        self.strata: FloatArray = np.zeros((n_strata, design.n_own))
        self.variances: FloatArray = np.array(START_VARIANCES)
        self._covariance: _Covariance

    def logits(self, rows: FloatArray) -> FloatArray:
        """Return the fitted logits, shape (n_strata, n).

        Args:
            rows: Common regressors of the cells, shape (n, n_common): the first of them are a stratum's own as well.
        """
        return np.asarray(self.strata @ self._own(rows).T + rows @ self.common)

    def variance(self, rows: FloatArray, needed: BoolArray | None = None) -> FloatArray:
        """Return the logits' posterior variances, shape (n_strata, n).

        Args:
            rows: Common regressors of the cells, shape (n, n_common).
            needed: Which logits' are needed, shape (n_strata, n); of the others zero. None for all.
        """
        # A logit's variance, (common - own R') schur (common - own R')' + own inverse own', multiplied out: the first
        # product is the same in every stratum, and the others are as narrow as `own`.
        known, n_own = self._covariance, self.design.n_own
        shared = ((rows @ known.common) * rows).sum(axis=1)
        found = np.zeros((len(self.strata), len(shared)))
        for i, (own_covariance, through) in enumerate(zip(known.own, known.through, strict=True)):
            at = slice(None) if needed is None else np.flatnonzero(needed[i])
            here = rows[at]
            own = self._own(here)
            part = own @ (own_covariance - 2 * through[:n_own])
            if through.shape[0] > n_own:
                part -= 2 * here[:, n_own:] @ through[n_own:]
            found[i, at] = shared[at] + (part * own).sum(axis=1)
        return found

    def _own(self, rows: FloatArray) -> FloatArray:
        """Return the regressors of a stratum's own effects, the first of the common ones."""
        return rows[:, : self.design.n_own]

    def effects(self) -> Effects:
        """Return what effects add to a logit as they are estimated."""
        return self._told(self.common[None], self.strata[None])

    def draw_effects(self, count: int, rng: np.random.Generator) -> Effects:
        """Draw effects from their posterior: first the common ones, then a stratum's own given them.

        Args:
            count: Number of draws.
            rng: Draws them.
        """
        known = self._covariance
        moved = rng.standard_normal((count, len(self.common))) @ np.linalg.cholesky(known.common).T
        noise = rng.standard_normal((count, *self.strata.shape, 1))
        own = (
            self.strata
            - (moved[:, None, None] @ known.reduced)[:, :, 0]
            + (np.linalg.cholesky(known.inverse) @ noise)[..., 0]
        )
        return self._told(self.common + moved, own)

    def _told(self, common: FloatArray, strata: FloatArray) -> Effects:
        """Tell effects level by level; common ones have the shape (draws, n_common), (draws, n_strata, n_own) own."""
        n_own = 1 + self.design.n_main  # a space that is not listed has no own effects of pairs
        mains = (strata + common[:, None, :n_own]).reshape(-1, n_own)
        pairs = self.design.by_pair(np.repeat(common[:, n_own:], strata.shape[1], axis=0))
        return Effects(tuple(self.design.by_level(mains[:, 1:])), pairs)

    def step(self, rows: FloatArray, trials: FloatArray, failures: FloatArray, residual: float) -> None:
        """One Newton step of the penalised logistic fit, then its variances from the curvature.

        The normal equations are block-arrow: a block for the common effects and one for each stratum. The strata are
        eliminated first (a Schur complement), so cost grows with the sum of the blocks.

        Args:
            rows: Common regressors of the cells, shape (n, n_common).
            trials: Trials, shape (n_strata, n).
            failures: Failed ones, the same shape.
            residual: See `pull`.
        """
        own, n_own = self._own(rows), self.design.n_own
        common_precision, own_precision = self._precisions()
        weight, score = pull(self.logits(rows), trials, failures, residual)

        cross = np.stack([_weighed(rows, own, weights) for weights in weight])
        own_blocks = cross[:, :n_own] + np.diag(own_precision)
        corner = np.diag(common_precision)
        corner[:, :n_own] += cross.sum(axis=0)
        corner[:n_own, n_own:] = corner[n_own:, :n_own].T
        corner[n_own:, n_own:] += _weighed(rows[:, n_own:], rows[:, n_own:], weight.sum(axis=0))
        own_gradient = score @ own - self.strata * own_precision
        common_gradient = score.sum(axis=0) @ rows - self.common * common_precision

        own_inverse = np.linalg.inv(own_blocks)
        reduced = cross @ own_inverse
        by_common = reduced.transpose(1, 0, 2).reshape(len(corner), -1)
        schur = np.linalg.inv(corner - by_common @ cross.transpose(1, 0, 2).reshape(len(corner), -1).T)
        common_move = schur @ (common_gradient - by_common @ own_gradient.reshape(-1))
        own_move = (own_inverse @ own_gradient[..., None])[..., 0] - common_move @ reduced
        move = own_move @ own.T + rows @ common_move
        damp = min(1.0, MAX_NEWTON_MOVE / max(float(np.abs(move).max(initial=0.0)), 1e-9))
        self.common = self.common + damp * common_move
        self.strata = self.strata + damp * own_move

        self._covariance = known = _Covariance(np.asarray(schur), np.asarray(reduced), np.asarray(own_inverse))
        self._learn_variances(np.diag(schur), np.diagonal(known.own, axis1=1, axis2=2))

    def let_pairs(self, pairs: Iterable[tuple[int, int]]) -> None:
        """Let these pairs of concepts have effects of their own, those that have some already the ones they have."""
        effects, n_main = self.pair_effects(), 1 + self.design.n_main
        self.design.pairs = tuple(pairs)
        sizes = [math.prod(len(self.design.correlations[k]) for k in pair) for pair in self.design.pairs]
        parts = [effects.get(pair, np.zeros(n)) for pair, n in zip(self.design.pairs, sizes, strict=True)]
        self.common = np.concatenate([self.common[:n_main], *parts])

    def pair_effects(self) -> dict[tuple[int, int], FloatArray]:
        """Return the effects of every pair that has any."""
        alike = self.design.correlations
        ends = np.cumsum([len(alike[i]) * len(alike[j]) for i, j in self.design.pairs])
        parts = np.split(self.common[1 + self.design.n_main :], ends[:-1]) if self.design.pairs else []
        return dict(zip(self.design.pairs, parts, strict=True))

    def state_dict(self) -> dict[str, NDArray[np.float64]]:
        """Return everything that changes, as arrays."""
        state = {"common": self.common.copy(), "strata": self.strata.copy(), "variances": self.variances.copy()}
        if self.design.listed:
            return state
        known = self._covariance
        return state | {
            "pairs": np.array(self.design.pairs, dtype=np.float64).reshape(-1, 2),
            "covariance_common": known.common.copy(),
            "covariance_reduced": known.reduced.copy(),
            "covariance_inverse": known.inverse.copy(),
        }

    def load_state_dict(self, state: dict[str, NDArray[np.float64]]) -> None:
        """Go on from where `state_dict` was taken."""
        if not self.design.listed:
            self.let_pairs((int(i), int(j)) for i, j in state["pairs"])
            names = ("common", "reduced", "inverse")
            self._covariance = _Covariance(*(np.array(state[f"covariance_{name}"]) for name in names))
        self.common = np.array(state["common"])
        # A checkpoint of an earlier version has fewer of a stratum's own effects, and of the variances.
        self.strata[:, : state["strata"].shape[1]] = state["strata"]
        self.variances[: len(state["variances"])] = state["variances"]

    def _precisions(self) -> tuple[FloatArray, FloatArray]:
        """Return the prior precisions of the common effects and of a stratum's own."""
        level, main, pair, own_main, own_pair = 1 / self.variances
        n_main = self.design.n_main
        n_pairs, n_own_pairs = (n - 1 - n_main for n in (self.design.n_common, self.design.n_own))
        common = np.concatenate([[1 / INTERCEPT_VARIANCE], np.full(n_main, main), np.full(n_pairs, pair)])
        return common, np.concatenate([[level], np.full(n_main, own_main), np.full(n_own_pairs, own_pair)])

    def _learn_variances(self, common_variance: FloatArray, own_variance: FloatArray) -> None:
        """One expectation-maximisation step for the prior variances, from the effects' posterior variances."""
        ends = [1, 1 + self.design.n_main]
        _, common_main, common_pair = np.split(self.common**2 + common_variance, ends)
        level, own_main, own_pair = np.split(self.strata**2 + own_variance, ends, axis=1)
        for i, group in enumerate((level, common_main, common_pair, own_main, own_pair)):
            start = START_VARIANCES[i] * VARIANCE_WEIGHT
            self.variances[i] = (start + group.sum()) / (VARIANCE_WEIGHT + group.size)


def pull(eta: FloatArray, trials: FloatArray, failures: FloatArray, residual: float) -> tuple[FloatArray, FloatArray]:
    """Return curvature and slope of what trials say of each logit; all of the same shape.

    Args:
        eta: The fitted logits.
        trials: Trials.
        failures: Failed ones.
        residual: Variance of what effects leave unexplained of a logit.
    """
    rate = np.clip(expit(eta), LEAST_RATE, 1 - LEAST_RATE)
    shrink = 1 + trials * rate * (1 - rate) * residual
    weight = trials * rate * (1 - rate) / shrink
    return weight, np.where(trials > 0, failures - trials * rate, 0.0) / shrink


def _weighed(left: FloatArray, right: FloatArray, weights: FloatArray) -> FloatArray:
    """Return the products of columns summed over cells; only those that weigh are looked at."""
    cells = np.flatnonzero(weights)
    return np.asarray(left[cells].T @ (weights[cells, None] * right[cells]))
