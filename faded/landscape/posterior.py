"""The failure landscape: a posterior failure rate for every stratum and cell, with its uncertainty.

Every stratum and cell has its own Beta posterior. Its prior is not flat: it says what the rest of the landscape leads
one to expect there, as a Beta worth a few pseudo-counts. The expectation comes from an additive logistic model with
three parts, each shrunk towards nothing by a normal prior whose variance is learned from the data (empirical Bayes):

1. a level for every stratum;
2. effects of levels, and of pairs of levels, common to all strata;
3. effects of levels of each stratum's own.

Levels share strength by the kind of their concept (`level_factor`). A cell's own trials are left out of its own
prior (the leave-one-out formulas of penalised least squares), so no trial counts twice. Numpy and scipy only.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import betaincc, betaincinv, expit

from faded.concepts.spec import ConceptSpace, ConceptSpec
from faded.domain import Kind

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]

SURE = 0.9
"""A mode is suspected or established from this probability on (the words of the project)."""

LEVEL_REACH = 1.2
"""How far ordered levels share strength, in levels: neighbours correlate by exp(-1 / (2 * 1.2 ** 2)) = 0.71."""

START_VARIANCES = (1.0, 1.0, 0.25, 0.25)
"""Prior variances of stratum levels, common effects, common pair effects, stratum effects before any data (logits)."""

VARIANCE_WEIGHT = 8.0
"""How many coefficients' worth the start variances weigh when variances are learned."""

RESIDUAL_VARIANCE = 0.15
"""What additive effects leave unexplained of one cell's logit: measured on exhaustive grids (docs/exploration.md)."""

MAX_PSEUDO_COUNTS = 40.0
"""The most that a prior may weigh against own trials: the model is an approximation, however sure it is of itself."""

INTERCEPT_VARIANCE = 4.0
"""Prior variance of the overall logit: rates from 2% to 98% are within two standard deviations."""

MAX_NEWTON_MOVE = 2.0
"""The farthest that one step may move a logit: the fit goes on at the next batch."""

ENOUGH_TRIALS = 1.0
"""Own trials plus borrowed pseudo-counts, less what the prior had before any data, that count as knowing something."""


def level_factor(spec: ConceptSpec) -> FloatArray:
    """Return a factor L of the levels' prior correlation L @ L.T, shape (levels, levels).

    Ordered levels correlate by their distance in levels, circular ones by the shorter way round, nominal ones not.
    """
    n = len(spec.levels)
    if spec.kind is Kind.NOMINAL:
        return np.eye(n)
    distance = np.abs(np.subtract.outer(np.arange(n), np.arange(n))).astype(np.float64)
    if spec.kind is Kind.CIRCULAR:
        distance = n / np.pi * np.sin(np.pi * distance / n)
    correlation = np.exp(-0.5 * (distance / LEVEL_REACH) ** 2)
    values, vectors = np.linalg.eigh(correlation)
    return np.asarray(vectors * np.sqrt(np.maximum(values, 0.0)))


@dataclass(frozen=True)
class Design:
    """The additive model's regressors: rows of cells, columns of effects.

    Attributes:
        main: Effects of levels, shape (n_cells, sum of levels).
        common: Effects of levels and of pairs of levels, shape (n_cells, n_common).
    """

    main: FloatArray
    common: FloatArray

    @classmethod
    def of(cls, space: ConceptSpace) -> Design:
        """Build the regressors of a space."""
        blocks = [level_factor(s)[space.cells[:, i]] for i, s in enumerate(space.specs)]
        pairs = [
            (blocks[i][:, :, None] * blocks[j][:, None, :]).reshape(space.n_cells, -1)
            for i in range(len(blocks))
            for j in range(i)
        ]
        main = np.concatenate(blocks, axis=1)
        return cls(main=main, common=np.concatenate([main, *pairs], axis=1))


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
        self._own = np.concatenate([np.ones((space.n_cells, 1)), self._design.main], axis=1)
        self._common: FloatArray = np.zeros(self._design.common.shape[1] + 1)
        self._strata: FloatArray = np.zeros((len(strata), self._own.shape[1]))
        self._variances: FloatArray = np.array(START_VARIANCES)
        self._prior_a: FloatArray = np.ones(shape)
        self._prior_b: FloatArray = np.ones(shape)
        self.refit()

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
        empty = Landscape(self.space, self.strata, self.bound, self.known_invalid)
        borrowed = self._prior_a + self._prior_b - empty._prior_a - empty._prior_b
        return Posterior(
            mean=a / (a + b),
            low90=np.asarray(betaincinv(a, b, (1 - SURE) / 2)),
            high90=np.asarray(betaincinv(a, b, (1 + SURE) / 2)),
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
        self._prior_a = np.array(state["prior_a"])
        self._prior_b = np.array(state["prior_b"])

    def _newton_step(self) -> None:
        """One Newton step of the penalised logistic fit, then variances and priors from its curvature.

        The normal equations are block-arrow: a block for the common effects and one for each stratum. The strata are
        eliminated first (a Schur complement), so cost grows with the sum of the blocks.
        """
        common = np.concatenate([np.ones((self.space.n_cells, 1)), self._design.common], axis=1)
        own = self._own
        n_main = self._design.main.shape[1]
        level, main, pair, deviation = self._variances
        n_pairs = common.shape[1] - 1 - n_main
        common_precision = np.concatenate(
            [[1 / INTERCEPT_VARIANCE], np.full(n_main, 1 / main), np.full(n_pairs, 1 / pair)]
        )
        own_precision = np.concatenate([[1 / level], np.full(n_main, 1 / deviation)])

        eta = self._strata @ own.T + common @ self._common
        rate = np.clip(expit(eta), 1e-3, 1 - 1e-3)
        usable = np.where(self.excluded, 0.0, self.trials)
        information = usable * rate * (1 - rate)
        shrink = 1 + information * RESIDUAL_VARIANCE
        weight = information / shrink
        score = np.where(self.excluded, 0.0, self.failures - self.trials * rate) / shrink

        own_blocks = np.einsum("sc,ci,cj->sij", weight, own, own, optimize=True) + np.diag(own_precision)
        cross = np.einsum("sc,ci,cj->sij", weight, common, own, optimize=True)
        corner = common.T @ (weight.sum(0)[:, None] * common) + np.diag(common_precision)
        own_gradient = score @ own - self._strata * own_precision
        common_gradient = score.sum(0) @ common - self._common * common_precision

        own_inverse = np.linalg.inv(own_blocks)
        reduced = cross @ own_inverse
        schur_inverse = np.linalg.inv(corner - np.einsum("sij,skj->ik", reduced, cross, optimize=True))
        common_move = schur_inverse @ (common_gradient - np.einsum("sij,sj->i", reduced, own_gradient))
        own_move = np.einsum("sij,sj->si", own_inverse, own_gradient) - np.einsum("sij,i->sj", reduced, common_move)
        move = own_move @ own.T + common @ common_move
        damp = min(1.0, MAX_NEWTON_MOVE / max(float(np.abs(move).max()), 1e-9))
        self._common = self._common + damp * common_move
        self._strata = self._strata + damp * own_move

        eta = eta + damp * move
        direct = common - np.einsum("ci,ski->sck", own, reduced, optimize=True)
        variance = ((direct @ schur_inverse) * direct).sum(-1) + ((own @ own_inverse) * own).sum(-1)
        self._learn_variances(schur_inverse, own_inverse, reduced)
        self._set_priors(eta, variance, weight, usable)

    def _learn_variances(self, common: FloatArray, own: FloatArray, reduced: FloatArray) -> None:
        """One expectation-maximisation step for the four prior variances."""
        n_main = self._design.main.shape[1]
        common_square = self._common**2 + np.diag(common)
        spread = np.einsum("sij,ik,skj->sj", reduced, common, reduced, optimize=True)
        own_square = self._strata**2 + np.diagonal(own, axis1=1, axis2=2) + spread
        groups = (own_square[:, 0], common_square[1 : 1 + n_main], common_square[1 + n_main :], own_square[:, 1:])
        for i, group in enumerate(groups):
            start = START_VARIANCES[i] * VARIANCE_WEIGHT
            self._variances[i] = (start + group.sum()) / (VARIANCE_WEIGHT + group.size)

    def _set_priors(self, eta: FloatArray, variance: FloatArray, weight: FloatArray, usable: FloatArray) -> None:
        """Turn fitted logits, each without its own trials, into Beta priors worth a few pseudo-counts."""
        rate = np.clip(expit(eta), 1e-3, 1 - 1e-3)
        left_out = variance / np.maximum(1 - weight * variance, 0.05)
        shrink = 1 + usable * rate * (1 - rate) * RESIDUAL_VARIANCE
        score = np.where(usable > 0, self.failures - usable * rate, 0.0) / shrink
        logit = eta - left_out * score
        spread = left_out + RESIDUAL_VARIANCE
        mean = np.clip(expit(logit / np.sqrt(1 + np.pi * spread / 8)), 1e-3, 1 - 1e-3)
        counts = np.clip(1 / (spread * mean * (1 - mean)), 1.0, MAX_PSEUDO_COUNTS)
        self._prior_a = counts * mean
        self._prior_b = counts * (1 - mean)
