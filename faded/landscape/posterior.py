"""The failure landscape: a posterior failure rate for every stratum and cell, with its uncertainty.

Every stratum and cell has its own Beta posterior. Its prior is not flat: it says what the rest of the landscape leads
one to expect there, as a Beta worth a few pseudo-counts. The expectation comes from an additive logistic model with
three parts, each shrunk towards nothing by a normal prior whose variance is learned from the data (empirical Bayes):

1. a level for every stratum;
2. effects of levels, and of pairs of levels, common to all strata;
3. effects of levels, and of pairs of levels, of each stratum's own.

Levels share strength by the kind of their concept (`design.level_factor`). A cell's own trials are left out of its own
prior (the leave-one-out formulas of penalised least squares), so no trial counts twice. Numpy and scipy only.

In a space too large to be listed, pairs of levels have effects only for those concepts for which the trials call.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import betaincc

from faded.concepts.spec import ConceptSpace
from faded.domain import FadedError
from faded.landscape.beta import interval90
from faded.landscape.cells import Cells, Invalid, from_table
from faded.landscape.fit import AdditiveFit
from faded.landscape.priors import Priors
from faded.landscape.samples import SampleEffects

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]

SURE = 0.9
"""A mode is suspected or established from this probability on (the words of the project)."""

LEAST_SHARE = 0.005
"""Means of rates are kept this far from 0 and 1: trials that take their samples into account may lead beyond."""

ENOUGH_TRIALS = 1.0
"""Own trials plus borrowed pseudo-counts, less what the prior had before any data, that count as knowing something."""


@dataclass(frozen=True)
class Posterior:
    """What is known of every stratum and cell; all arrays of shape (n_strata, n_columns) of the landscape.

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
        trials: Trials, shape (n_strata, n_columns), as all tables.
        failures: Failed ones.
        known_invalid: Settings left out.
    """

    def __init__(
        self,
        space: ConceptSpace,
        strata: tuple[str, ...],
        bound: float,
        known_invalid: BoolArray | Invalid,
        samples: SampleEffects | None = None,
    ) -> None:
        self.space, self.strata, self.bound = space, strata, bound
        self.cells = Cells(space)
        self._invalid = known_invalid if callable(known_invalid) else from_table(known_invalid)
        self.known_invalid = np.array(self._invalid(self.cells.numbers), dtype=np.bool_)
        shape = (len(strata), len(self.cells))
        self.trials: FloatArray = np.zeros(shape)
        self.failures: FloatArray = np.zeros(shape)
        self._samples = samples
        self._view = False
        self._told: FloatArray = np.zeros((2, *shape))
        self._priors = Priors(space, len(strata), self.cells.levels)

    @property
    def fit(self) -> AdditiveFit:
        """The model behind the priors."""
        return self._priors.fit

    @property
    def live(self) -> BoolArray:
        """Places whose priors are kept up to date between fits, beside those with trials: of a listed space all."""
        return self._priors.live

    def consider(self, numbers: ArrayLike) -> IntArray:
        """Look at cells, given by their numbers, and return their columns; of the shape of the numbers."""
        new = self.cells.missing(numbers)
        if len(new):
            self._priors.append(self.space.levels(new))
            self.cells.append(new)
            empty = np.zeros((len(self.strata), len(new)))
            self.trials, self.failures = np.hstack([self.trials, empty]), np.hstack([self.failures, empty])
            self._told = np.concatenate([self._told, np.stack([empty, empty])], axis=2)
            self.known_invalid = np.hstack([self.known_invalid, self._invalid(new)])
        return self.cells.find(numbers)

    def forget(self, kept: BoolArray) -> BoolArray:
        """Look no more at cells without trials that are not to be kept; return which were, shape (n_columns,)."""
        kept = kept | self.trials.any(axis=0)
        self.cells.keep(kept)
        self._priors.keep(kept)
        self.trials, self.failures = self.trials[:, kept], self.failures[:, kept]
        self._told = self._told[:, :, kept]
        self.known_invalid = self.known_invalid[:, kept]
        return kept

    def attend(self, live: BoolArray) -> None:
        """Keep no priors up to date but those of some places, shape (n_strata, n_columns), and of those with trials."""
        self._priors.attend(live, *self._usable())

    def add(self, strata: ArrayLike, cells: ArrayLike, failed: ArrayLike, rows: IntArray | None = None) -> None:
        """Count trials, on samples that have no trial in that cell yet.

        Args:
            strata: Indices of the strata, shape (n,).
            cells: Numbers of the cells.
            failed: Outcomes.
            rows: Indices of the samples; given where the landscape knows samples, and only there.
        """
        self._check_whole()
        if (rows is None) != (self._samples is None):
            raise ValueError("Trials are added with their samples where the landscape knows samples, and only there.")
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
        if self._priors.look_for_pairs(self.cells.levels, *self._usable()):
            self._improve(steps)

    def let_pairs(self, pairs: Iterable[tuple[int, int]]) -> None:
        """Let these pairs of concepts have effects of their own, of a space that is not listed, and fit them."""
        self._priors.let_pairs(pairs, self.cells.levels)
        self._improve(1)

    def logits(self) -> FloatArray:
        """Return the logits that effects alone lead one to expect, shape (n_strata, n_columns)."""
        return self._priors.logits()

    @property
    def alpha(self) -> FloatArray:
        """First parameter of every rate's Beta posterior, shape (n_strata, n_columns)."""
        trials, failures = self._counted()
        total = self._priors.a + self._priors.b + trials
        return np.clip(self._priors.a + failures, LEAST_SHARE * total, (1 - LEAST_SHARE) * total)

    @property
    def beta(self) -> FloatArray:
        """Second parameter of it."""
        return self._priors.a + self._priors.b + self._counted()[0] - self.alpha

    def mean(self) -> FloatArray:
        """Return the mean of every rate's posterior, shape (n_strata, n_columns)."""
        return np.asarray(self.alpha / (self.alpha + self.beta))

    def found(self) -> FloatArray:
        """Return the rates at which something is found: their means, zero where a setting is left out."""
        return np.where(self.excluded, 0.0, self.mean())

    def probability(self) -> FloatArray:
        """Return P(rate > bound), shape (n_strata, n_columns); zero where a setting is left out."""
        return np.where(self.excluded, 0.0, betaincc(self.alpha, self.beta, self.bound))

    @property
    def excluded(self) -> BoolArray:
        """Where nothing can be found: known-invalid settings, and the clean control where it lies on the grid."""
        out = self.known_invalid.copy()
        if self.space.control_index is not None:
            out[:, self.cells.numbers == self.space.control_index] = True
        return out

    def own_probability(self) -> FloatArray:
        """Return P(rate > bound) from own trials alone under a uniform prior, shape (n_strata, n_columns)."""
        passes = self.trials - self.failures
        return np.asarray(betaincc(1.0 + self.failures, 1.0 + passes, self.bound), dtype=np.float64)

    def looking_at(self, numbers: ArrayLike) -> Landscape:
        """Return a landscape of the same trials that looks at these cells as well and has all priors up to date."""
        new = self.cells.missing(numbers)
        return self if self.cells.all else self.of_cells(np.concatenate([self.cells.numbers, new]))

    def of_cells(self, numbers: IntArray) -> Landscape:
        """Return a landscape that looks at these cells alone, each once, with the trials that they have; to be read."""
        other = copy.copy(self)
        other._view = True
        other.cells = Cells(self.space)
        other.cells.append(numbers)
        columns = self.cells.find(numbers)  # ABSENT is the last one: a column without trials
        other.known_invalid = self._invalid(numbers)
        tables = [np.pad(t, ((0, 0), (0, 1)))[:, columns] for t in (self.trials, self.failures, *self._told)]
        other.trials, other.failures, other._told = tables[0], tables[1], np.stack(tables[2:])
        other._priors = self._priors.of_cells(other.cells.levels, *other._usable())
        return other

    def posterior(self) -> Posterior:
        """Return means, 90% intervals and P(rate > bound) of every stratum and cell that is looked at."""
        if not self.live.all():
            return self.of_cells(self.cells.numbers).posterior()
        low90, high90 = interval90(self.alpha, self.beta)
        borrowed = self._priors.a + self._priors.b - self._priors.empty_count
        return Posterior(
            mean=self.mean(),
            low90=low90,
            high90=high90,
            probability=self.probability(),
            enough=(self.trials > 0) | (borrowed >= ENOUGH_TRIALS),
        )

    def state_dict(self) -> dict[str, NDArray[Any]]:
        """Return everything that changes, as arrays."""
        state: dict[str, NDArray[Any]] = {"trials": self.trials.copy(), "failures": self.failures.copy()}
        state |= self._priors.state_dict()
        if self._samples is not None:
            state |= {"told": self._told.copy()} | {f"samples.{k}": v for k, v in self._samples.state_dict().items()}
        return state if self.cells.all else state | {"numbers": self.cells.numbers.copy()}

    def load_state_dict(self, state: dict[str, NDArray[Any]]) -> None:
        """Go on from where `state_dict` was taken.

        Raises:
            FadedError: the state is of an earlier version, which listed all cells of what is not listed now.
        """
        if not self.cells.all:
            if "numbers" not in state:
                raise FadedError(
                    "The exploration was begun by an earlier version of Faded, which went through all "
                    f"{self.space.n_cells:,} settings, and cannot go on: start a round anew."
                )
            self.cells = Cells(self.space)
            self.cells.append(np.array(state["numbers"], dtype=np.int64))
            self.known_invalid = np.array(self._invalid(self.cells.numbers), dtype=np.bool_)
        self.trials, self.failures = np.array(state["trials"]), np.array(state["failures"])
        self._priors.load_state_dict(state, self.cells.levels)
        self._told = np.array(state.get("told", (self.trials, self.failures)))
        if "told" not in state:  # a checkpoint of an earlier version does not know which samples were asked
            self._samples = None
        if self._samples is not None:
            self._samples.load_state_dict({k[8:]: v for k, v in state.items() if k.startswith("samples.")})

    def _check_whole(self) -> None:
        if self._view:
            raise ValueError("A landscape of some cells is a view: add trials to the whole one and fit that.")

    def _counted(self) -> tuple[FloatArray, FloatArray]:
        """Return trials and failures as they count."""
        return (self.trials, self.failures) if self._samples is None else (self._told[0], self._told[1])

    def _usable(self) -> tuple[FloatArray, FloatArray]:
        """Return trials and failures that the fit learns from."""
        trials, failures = self._counted()
        return np.where(self.excluded, 0.0, trials), failures

    def _improve(self, steps: int) -> None:
        self._check_whole()
        for _ in range(steps):
            if self._samples is not None:
                self._told = self._samples.tell(self.mean(), self.cells)
            self._priors.improve(*self._usable(), self.trials, self.failures)
