"""The failure landscape: a posterior failure rate for every stratum and cell, with its uncertainty.

Every stratum and cell has its own Beta posterior. Its prior is not flat: it says what the rest of the landscape leads
one to expect there, as a Beta worth a few pseudo-counts. The expectation comes from an additive logistic model with
three parts, each shrunk towards nothing by a normal prior whose variance is learned from the data (empirical Bayes):

1. a level for every stratum;
2. effects of levels, and of pairs of levels, common to all strata;
3. effects of levels of each stratum's own.

Levels share strength by the kind of their concept (`design.level_factor`). A cell's own trials are left out of its own
prior (the leave-one-out formulas of penalised least squares), so no trial counts twice. Numpy and scipy only.

In a space too large to be listed, pairs of levels have effects only for those concepts for which the trials call.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import betaincc

from faded.concepts.spec import ConceptSpace
from faded.landscape.beta import interval90
from faded.landscape.cells import Cells, Invalid, from_table
from faded.landscape.design import Design
from faded.landscape.fit import AdditiveFit, pull
from faded.landscape.pair_test import called_for
from faded.landscape.residual import START_RESIDUAL, beta_priors, residual_variance
from faded.landscape.samples import SampleEffects

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]

SURE = 0.9
"""A mode is suspected or established from this probability on (the words of the project)."""

LEAST_LEFT = 0.05
"""The least share of its precision that leaving a cell's own trials out may leave it: keeps the formula finite."""

TRIALS_BEFORE_PAIRS = 200
"""Trials before pairs of concepts are tested for effects of their own, times `GROWN`."""

GROWN = 1.5
"""They are tested anew once trials have grown by this factor."""

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

    All tables have a column per cell that is looked at (`cells`): of a listed space all cells, the column being the
    number; of a larger one those that were asked and those that `consider` was told of.

    Args:
        space: The concepts.
        strata: Names of the strata.
        bound: A mode is a rate above it; registered before exploring.
        known_invalid: Settings left out of every rate: of a listed space as a table, shape (n_strata, n_cells), or as a
            function from numbers of cells to such columns.
        samples: What samples add to failing; None where trials do not say of which sample they are.

    Attributes:
        cells: The cells that are looked at.
        fit: The model of the priors.
        trials: Trials, shape (n_strata, n_columns), as all tables.
        failures: Failed ones.
        known_invalid: Settings left out.
        live: Places whose priors are kept up to date between refits: all of a listed space; of a larger one those that
            `attend` was told of, beside those with trials.
    """

    def __init__(
        self,
        space: ConceptSpace,
        strata: tuple[str, ...],
        bound: float,
        known_invalid: BoolArray | Invalid,
        samples: SampleEffects | None = None,
    ) -> None:
        self.space = space
        self.strata = strata
        self.bound = bound
        self.cells = Cells(space)
        self._invalid = known_invalid if callable(known_invalid) else from_table(known_invalid)
        self.known_invalid = np.array(self._invalid(self.cells.numbers), dtype=np.bool_)
        shape = (len(strata), len(self.cells))
        self.trials: FloatArray = np.zeros(shape)
        self.failures: FloatArray = np.zeros(shape)
        self.live: BoolArray = np.ones(shape, dtype=np.bool_)
        self._samples = samples
        self._told: tuple[FloatArray, FloatArray] = np.zeros(shape), np.zeros(shape)
        self.fit = AdditiveFit(Design(space), len(strata))
        self._rows = self.fit.design.rows(self.cells.levels)
        self._residual = START_RESIDUAL
        self._prior_a: FloatArray = np.ones(shape)
        self._prior_b: FloatArray = np.ones(shape)
        self._tested = float(TRIALS_BEFORE_PAIRS)
        self.refit()
        first = self._priors(self.fit.design.rows(space.levels([0])))
        self._empty_count = float((first[0] + first[1])[0, 0])  # before any data all cells have as many

    def consider(self, numbers: ArrayLike) -> IntArray:
        """Look at cells, given by their numbers, and return their columns; of the shape of the numbers."""
        new = self.cells.missing(numbers)
        if len(new):
            levels = self.space.levels(new)
            rows = self.fit.design.rows(levels)
            a, b = self._priors(rows)
            self.cells.append(new)
            empty = np.zeros(a.shape)
            self._rows = np.vstack([self._rows, rows])
            self._prior_a, self._prior_b = np.hstack([self._prior_a, a]), np.hstack([self._prior_b, b])
            self.trials, self.failures = np.hstack([self.trials, empty]), np.hstack([self.failures, empty])
            self._told = np.hstack([self._told[0], empty]), np.hstack([self._told[1], empty])
            self.known_invalid = np.hstack([self.known_invalid, self._invalid(new)])
            self.live = np.hstack([self.live, np.ones(a.shape, dtype=np.bool_)])
        return self.cells.find(numbers)

    def forget(self, kept: BoolArray) -> BoolArray:
        """Look no more at cells without trials that are not to be kept; return which were, shape (n_columns,)."""
        kept = kept | self.trials.any(axis=0)
        self.cells.keep(kept)
        self._rows = self._rows[kept]
        for name in ("trials", "failures", "known_invalid", "live", "_prior_a", "_prior_b"):
            setattr(self, name, getattr(self, name)[:, kept])
        self._told = self._told[0][:, kept], self._told[1][:, kept]
        return kept

    def attend(self, live: BoolArray) -> None:
        """Keep no priors up to date but those of some places, shape (n_strata, n_columns), and of those with trials."""
        new = live & ~self.live & (self._counted()[0] == 0)
        self.live = live
        logit, variance = self._left_out(new)
        self._prior_a[new], self._prior_b[new] = beta_priors(logit[new], variance[new] + self._residual)

    def add(self, strata: ArrayLike, cells: ArrayLike, failed: ArrayLike, rows: IntArray | None = None) -> None:
        """Count trials, on samples that have no trial in that cell yet.

        Args:
            strata: Indices of the strata, shape (n,).
            cells: Numbers of the cells.
            failed: Outcomes.
            rows: Indices of the samples, where the landscape knows samples.
        """
        where = (np.asarray(strata, dtype=np.int64), self.consider(cells))
        outcomes = np.asarray(failed, dtype=np.float64)
        for trials, failures in ((self.trials, self.failures), self._told):
            np.add.at(trials, where, 1.0)
            np.add.at(failures, where, outcomes)
        if self._samples is not None and rows is not None:
            self._samples.add(rows, np.asarray(cells, dtype=np.int64), outcomes > 0)

    def refit(self, steps: int = 1) -> None:
        """Improve the model of the priors by Newton steps from where it stands, and learn its variances."""
        self._improve(steps)
        if not self.cells.all and self.trials.sum() >= GROWN * self._tested and self._look_for_pairs():
            self._improve(steps)

    def logits(self) -> FloatArray:
        """Return the logits that effects alone lead one to expect, shape (n_strata, n_columns)."""
        return self.fit.logits(self._rows)

    @property
    def alpha(self) -> FloatArray:
        """First parameter of every rate's Beta posterior, shape (n_strata, n_columns)."""
        return self._prior_a + self._counted()[1]

    @property
    def beta(self) -> FloatArray:
        """Second parameter of it."""
        trials, failures = self._counted()
        return self._prior_b + trials - failures

    def probability(self) -> FloatArray:
        """Return P(rate > bound), shape (n_strata, n_columns); zero where a setting is left out."""
        found = np.asarray(betaincc(self.alpha, self.beta, self.bound), dtype=np.float64)
        return np.where(self.excluded, 0.0, found)

    @property
    def excluded(self) -> BoolArray:
        """Where nothing can be found: known-invalid settings, and the clean control where it lies on the grid."""
        out = self.known_invalid.copy()
        if self.space.control_index is not None:
            out[:, self.cells.numbers == self.space.control_index] = True
        return out

    def own_probability(self) -> FloatArray:
        """Return P(rate > bound) from own trials alone under a uniform prior, shape (n_strata, n_columns)."""
        found = np.asarray(
            betaincc(1.0 + self.failures, 1.0 + self.trials - self.failures, self.bound), dtype=np.float64
        )
        return found

    def looking_at(self, numbers: ArrayLike) -> Landscape:
        """Return a landscape of the same trials that looks at these cells as well and has all priors up to date."""
        if self.cells.all:
            return self
        wider = copy.copy(self)
        wider.cells = copy.copy(self.cells)
        wider.consider(numbers)
        wider.live = np.ones_like(wider.live)
        logit, variance = wider._left_out()
        wider._prior_a, wider._prior_b = beta_priors(logit, variance + self._residual)
        return wider

    def posterior(self) -> Posterior:
        """Return means, 90% intervals and P(rate > bound) of every stratum and cell that is looked at."""
        if not self.live.all():
            return self.looking_at([]).posterior()
        a, b = self.alpha, self.beta
        low90, high90 = interval90(a, b)
        borrowed = self._prior_a + self._prior_b - self._empty_count
        return Posterior(
            mean=a / (a + b),
            low90=low90,
            high90=high90,
            probability=self.probability(),
            enough=(self.trials > 0) | (borrowed >= ENOUGH_TRIALS),
        )

    def state_dict(self) -> dict[str, NDArray[np.float64]]:
        """Return everything that changes, as arrays."""
        samples = {} if self._samples is None else self._samples.state_dict()
        state = {
            "trials": self.trials.copy(),
            "failures": self.failures.copy(),
            **self.fit.state_dict(),
            "residual": np.array([self._residual]),
            "prior_a": self._prior_a.copy(),
            "prior_b": self._prior_b.copy(),
            "told": np.stack(self._told),
            **{f"samples.{name}": value for name, value in samples.items()},
        }
        if self.cells.all:
            return state
        more = {"numbers": self.cells.numbers.copy(), "live": self.live.copy(), "tested": np.array([self._tested])}
        return state | more

    def load_state_dict(self, state: dict[str, NDArray[np.float64]]) -> None:
        """Go on from where `state_dict` was taken."""
        self.fit.load_state_dict(state)
        if not self.cells.all:
            self.cells = Cells(self.space)
            self.cells.append(np.array(state["numbers"], dtype=np.int64))
            self.known_invalid = np.array(self._invalid(self.cells.numbers), dtype=np.bool_)
            self.live = np.array(state["live"], dtype=np.bool_)
            self._tested = float(state["tested"][0])
            self._rows = self.fit.design.rows(self.cells.levels)
        self.trials = np.array(state["trials"])
        self.failures = np.array(state["failures"])
        self._told = self.trials.copy(), self.failures.copy()
        if "told" in state:  # a checkpoint of an earlier version knows no samples
            self._told = state["told"][0].copy(), state["told"][1].copy()
        if self._samples is not None and "samples.rows" in state:
            self._samples.load_state_dict({k[8:]: v for k, v in state.items() if k.startswith("samples.")})
        if "residual" in state:  # a checkpoint of an earlier version has none
            self._residual = float(state["residual"][0])
        self._prior_a = np.array(state["prior_a"])
        self._prior_b = np.array(state["prior_b"])

    def _counted(self) -> tuple[FloatArray, FloatArray]:
        """Return trials and failures as they count."""
        return (self.trials, self.failures) if self._samples is None else self._told

    def _usable(self) -> tuple[FloatArray, FloatArray]:
        """Return trials and failures that the fit learns from."""
        trials, failures = self._counted()
        return np.where(self.excluded, 0.0, trials), failures

    def _improve(self, steps: int) -> None:
        for _ in range(steps):
            if self._samples is not None:
                self._told = self._samples.tell(self.alpha / (self.alpha + self.beta), self.cells)
            usable, failures = self._usable()
            self.fit.step(self._rows, usable, failures, self._residual)
            self._set_priors()

    def _look_for_pairs(self) -> bool:
        """Let pairs of concepts have effects of their own where the trials call for it; say if any is new."""
        self._tested = float(self.trials.sum())
        pairs = called_for(self.fit, self.cells.levels, *self._usable(), self._residual)
        changed = tuple(pairs) != self.fit.design.pairs
        self._let_pairs(pairs)
        return changed

    def _let_pairs(self, pairs: Iterable[tuple[int, int]]) -> None:
        self.fit.let_pairs(pairs)
        self._rows = self.fit.design.rows(self.cells.levels)

    def _left_out(self, needed: BoolArray | None = None) -> tuple[FloatArray, FloatArray]:
        """Return mean and variance of every logit as the others' trials have them; see `AdditiveFit.variance`."""
        eta = self.logits()
        weight, score = pull(eta, *self._usable(), self._residual)
        variance = self.fit.variance(self._rows, needed)
        variance = variance / np.maximum(1 - weight * variance, LEAST_LEFT)
        return eta - variance * score, variance

    def _set_priors(self) -> None:
        """Turn fitted logits, each without its own trials, into Beta priors; learn what effects leave unexplained."""
        usable, failures = self._usable()
        tried = usable > 0
        needed = None if self.live.all() else self.live | tried
        logit, variance = self._left_out(needed)
        self._residual = residual_variance(logit[tried], variance[tried], failures[tried], usable[tried])
        if needed is None:
            self._prior_a, self._prior_b = beta_priors(logit, variance + self._residual)
        else:
            self._prior_a[needed], self._prior_b[needed] = beta_priors(logit[needed], variance[needed] + self._residual)

    def _priors(self, rows: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return the Beta priors of cells without trials."""
        return beta_priors(self.fit.logits(rows), self.fit.variance(rows) + self._residual)
