"""The failure landscape: a posterior failure rate for every stratum and cell, with its uncertainty.

Every stratum and cell has its own Beta posterior. Its prior is not flat: it says what the rest of the landscape leads
one to expect there, as a Beta worth a few pseudo-counts. The expectation comes from an additive logistic model with
three parts, each shrunk towards nothing by a normal prior whose variance is learned from the data (empirical Bayes):

1. a level for every stratum;
2. effects of levels, and of pairs of levels, common to all strata;
3. effects of levels of each stratum's own.

Levels share strength by the kind of their concept (`design.level_factor`). A cell's own trials are left out of its own
prior (the leave-one-out formulas of penalised least squares), so no trial counts twice. Numpy and scipy only.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import betaincc, expit

from faded.concepts.spec import ConceptSpace
from faded.landscape.beta import interval90
from faded.landscape.design import Design
from faded.landscape.residual import START_RESIDUAL, beta_priors, residual_variance

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]

SURE = 0.9
"""A mode is suspected or established from this probability on (the words of the project)."""

START_VARIANCES = (1.0, 1.0, 0.25, 0.25)
"""Prior variances of stratum levels, common effects, common pair effects, stratum effects before any data (logits)."""

VARIANCE_WEIGHT = 8.0
"""How many coefficients' worth the start variances weigh when variances are learned."""

INTERCEPT_VARIANCE = 4.0
"""Prior variance of the overall logit: rates from 2% to 98% are within two standard deviations."""

MAX_NEWTON_MOVE = 2.0
"""The farthest that one step may move a logit: the fit goes on at the next batch."""

LEAST_RATE = 1e-3
"""Rates are kept this far from 0 and 1, where a logit has no slope left."""

LEAST_LEFT = 0.05
"""The least share of its precision that leaving a cell's own trials out may leave it: keeps the formula finite."""

ENOUGH_TRIALS = 1.0
"""Own trials plus borrowed pseudo-counts, less what the prior had before any data, that count as knowing something."""


@dataclass(frozen=True)
class Posterior:
    """What is known of every stratum and cell; all arrays of shape (n_strata, n_cells).

    Attributes:
        mean: Posterior mean of the induced rate.
        low90: Lower end of the 90% credible interval.
        high90: Upper end of it.
        probability: P(rate > bound); zero where the setting is known to be invalid.
        enough: Whether there is enough data to say anything at all: an own trial, or at least `ENOUGH_TRIALS`
            pseudo-counts borrowed from other cells' trials beyond what the prior had before any data.
    """

    mean: FloatArray
    low90: FloatArray
    high90: FloatArray
    probability: FloatArray
    enough: BoolArray


class Landscape:
    """Trials per stratum and cell, and what follows from them.

    Args:
        space: The concepts.
        strata: Names of the strata.
        bound: A mode is a rate above it; registered before exploring.
        known_invalid: Settings left out of every rate, shape (n_strata, n_cells).
    """

    def __init__(self, space: ConceptSpace, strata: tuple[str, ...], bound: float, known_invalid: BoolArray) -> None:
        self.space = space
        self.strata = strata
        self.bound = bound
        self.known_invalid = np.array(known_invalid, dtype=np.bool_)
        shape = (len(strata), space.n_cells)
        self.trials: FloatArray = np.zeros(shape)
        self.failures: FloatArray = np.zeros(shape)
        self._design = Design.of(space)
        self._common: FloatArray = np.zeros(self._design.common.shape[1])
        self._strata: FloatArray = np.zeros((len(strata), self._design.own.shape[1]))
        self._variances: FloatArray = np.array(START_VARIANCES)
        self._residual = START_RESIDUAL
        self._prior_a: FloatArray = np.ones(shape)
        self._prior_b: FloatArray = np.ones(shape)
        self.refit()
        self._empty_counts: FloatArray = self._prior_a + self._prior_b

    def add(self, strata: ArrayLike, cells: ArrayLike, failed: ArrayLike) -> None:
        """Count trials, on samples that have no trial in that cell yet: indices of strata and cells, and outcomes."""
        where = (np.asarray(strata, dtype=np.int64), np.asarray(cells, dtype=np.int64))
        np.add.at(self.trials, where, 1.0)
        np.add.at(self.failures, where, np.asarray(failed, dtype=np.float64))

    def refit(self, steps: int = 1) -> None:
        """Improve the model of the priors by Newton steps from where it stands, and learn its variances."""
        for _ in range(steps):
            self._newton_step()

    @property
    def alpha(self) -> FloatArray:
        """First parameter of every rate's Beta posterior, shape (n_strata, n_cells)."""
        return self._prior_a + self.failures

    @property
    def beta(self) -> FloatArray:
        """Second parameter of it."""
        return self._prior_b + self.trials - self.failures

    def probability(self) -> FloatArray:
        """Return P(rate > bound), shape (n_strata, n_cells); zero for known-invalid settings and the clean control."""
        found = np.asarray(betaincc(self.alpha, self.beta, self.bound), dtype=np.float64)
        return np.where(self.excluded, 0.0, found)

    @property
    def excluded(self) -> BoolArray:
        """Where nothing can be found: known-invalid settings, and the clean control where it lies on the grid."""
        out = self.known_invalid.copy()
        if self.space.control_index is not None:
            out[:, self.space.control_index] = True
        return out

    def own_probability(self) -> FloatArray:
        """Return P(rate > bound) from own trials alone under a uniform prior, shape (n_strata, n_cells)."""
        found = np.asarray(
            betaincc(1.0 + self.failures, 1.0 + self.trials - self.failures, self.bound), dtype=np.float64
        )
        return found

    def posterior(self) -> Posterior:
        """Return means, 90% intervals and P(rate > bound) of every stratum and cell."""
        a, b = self.alpha, self.beta
        low90, high90 = interval90(a, b)
        borrowed = self._prior_a + self._prior_b - self._empty_counts
        return Posterior(
            mean=a / (a + b),
            low90=low90,
            high90=high90,
            probability=self.probability(),
            enough=(self.trials > 0) | (borrowed >= ENOUGH_TRIALS),
        )

    def state_dict(self) -> dict[str, NDArray[np.float64]]:
        """Return everything that changes, as arrays."""
        return {
            "trials": self.trials.copy(),
            "failures": self.failures.copy(),
            "common": self._common.copy(),
            "strata": self._strata.copy(),
            "variances": self._variances.copy(),
            "residual": np.array([self._residual]),
            "prior_a": self._prior_a.copy(),
            "prior_b": self._prior_b.copy(),
        }

    def load_state_dict(self, state: dict[str, NDArray[np.float64]]) -> None:
        """Go on from where `state_dict` was taken."""
        self.trials = np.array(state["trials"])
        self.failures = np.array(state["failures"])
        self._common = np.array(state["common"])
        self._strata = np.array(state["strata"])
        self._variances = np.array(state["variances"])
        if "residual" in state:  # a checkpoint of an earlier version has none
            self._residual = float(state["residual"][0])
        self._prior_a = np.array(state["prior_a"])
        self._prior_b = np.array(state["prior_b"])

    def _newton_step(self) -> None:
        """One Newton step of the penalised logistic fit, then variances and priors from its curvature.

        The normal equations are block-arrow: a block for the common effects and one for each stratum. The strata are
        eliminated first (a Schur complement), so cost grows with the sum of the blocks.
        """
        common, own = self._design.common, self._design.own
        n_common = common.shape[1]
        common_precision, own_precision = self._precisions()
        usable = np.where(self.excluded, 0.0, self.trials)
        _, weight, score = self._pull(usable)

        cross, own_blocks = self._curvatures(weight)
        own_blocks += np.diag(own_precision)
        corner = common.T @ (weight.sum(axis=0)[:, None] * common) + np.diag(common_precision)
        own_gradient = score @ own - self._strata * own_precision
        common_gradient = score.sum(axis=0) @ common - self._common * common_precision

        own_inverse = np.linalg.inv(own_blocks)
        reduced = cross @ own_inverse
        by_common = reduced.transpose(1, 0, 2).reshape(n_common, -1)
        schur = np.linalg.inv(corner - by_common @ cross.transpose(1, 0, 2).reshape(n_common, -1).T)
        common_move = schur @ (common_gradient - by_common @ own_gradient.reshape(-1))
        own_move = (own_inverse @ own_gradient[..., None])[..., 0] - common_move @ reduced
        move = own_move @ own.T + common @ common_move
        damp = min(1.0, MAX_NEWTON_MOVE / max(float(np.abs(move).max()), 1e-9))
        self._common = self._common + damp * common_move
        self._strata = self._strata + damp * own_move

        # A logit's variance, (common - own R') schur (common - own R')' + own inverse own', multiplied out: the first
        # product is the same in every stratum, and the others are as narrow as `own`.
        through = schur @ reduced
        shared = ((common @ schur) * common).sum(axis=1)
        own_covariance = own_inverse + reduced.transpose(0, 2, 1) @ through
        variance = np.stack(
            [
                shared + ((own @ c - 2 * common @ t) * own).sum(axis=1)
                for c, t in zip(own_covariance, through, strict=True)
            ]
        )
        self._learn_variances(np.diag(schur), np.diagonal(own_covariance, axis1=1, axis2=2))
        self._set_priors(variance, usable)

    def _pull(self, usable: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Return the fitted logits, and curvature and slope of what trials say of each; all (n_strata, n_cells)."""
        eta = self._strata @ self._design.own.T + self._design.common @ self._common
        rate = _rate(eta)
        shrink = 1 + usable * rate * (1 - rate) * self._residual
        weight = usable * rate * (1 - rate) / shrink
        return eta, weight, np.where(usable > 0, self.failures - usable * rate, 0.0) / shrink

    def _curvatures(self, weight: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return each stratum's cross block and own block of the normal equations; only cells with trials weigh."""
        common, own = self._design.common, self._design.own
        cross = np.empty((len(weight), common.shape[1], own.shape[1]))
        blocks = np.empty((len(weight), own.shape[1], own.shape[1]))
        for i, weights in enumerate(weight):
            cells = np.flatnonzero(weights)
            weighted = weights[cells, None] * own[cells]
            cross[i], blocks[i] = common[cells].T @ weighted, own[cells].T @ weighted
        return cross, blocks

    def _precisions(self) -> tuple[FloatArray, FloatArray]:
        """Return the prior precisions of the common effects and of a stratum's own."""
        level, main, pair, deviation = 1 / self._variances
        n_main = self._design.own.shape[1] - 1
        n_pairs = self._design.common.shape[1] - 1 - n_main
        common = np.concatenate([[1 / INTERCEPT_VARIANCE], np.full(n_main, main), np.full(n_pairs, pair)])
        return common, np.concatenate([[level], np.full(n_main, deviation)])

    def _learn_variances(self, common_variance: FloatArray, own_variance: FloatArray) -> None:
        """One expectation-maximisation step for the four prior variances, from the effects' posterior variances."""
        n_main = self._design.own.shape[1] - 1
        common_square = self._common**2 + common_variance
        own_square = self._strata**2 + own_variance
        groups = (own_square[:, 0], common_square[1 : 1 + n_main], common_square[1 + n_main :], own_square[:, 1:])
        for i, group in enumerate(groups):
            start = START_VARIANCES[i] * VARIANCE_WEIGHT
            self._variances[i] = (start + group.sum()) / (VARIANCE_WEIGHT + group.size)

    def _set_priors(self, variance: FloatArray, usable: FloatArray) -> None:
        """Turn fitted logits, each without its own trials, into Beta priors; learn what effects leave unexplained."""
        eta, weight, score = self._pull(usable)
        left_out = variance / np.maximum(1 - weight * variance, LEAST_LEFT)
        logit = eta - left_out * score
        tried = usable > 0
        self._residual = residual_variance(logit[tried], left_out[tried], self.failures[tried], usable[tried])
        self._prior_a, self._prior_b = beta_priors(logit, left_out + self._residual)


def _rate(logit: FloatArray) -> FloatArray:
    return np.clip(expit(logit), LEAST_RATE, 1 - LEAST_RATE)
