"""How near every sample is to failing under every setting: a model of the discrepancy that all samples teach.

What is modelled is a *depth*: above 0 the sample fails, and the deeper the larger its discrepancy. Where a sample
passes, all that is known is that its depth is not above 0 (Tobin 1958, "Estimation of relationships for limited
dependent variables").

    depth = overall + summed levels + increments + pairs of increments      common to all samples
          + level and increments of the stratum
          + what the sample's features say
          + level and increments of the sample's own + what is particular to one setting

Every term has a normal prior (`Variances`). A sample's own terms are never fitted one by one: they make its answers
correlate and are integrated out, a Gaussian process with one small block per sample (`told.py`). So a sample that
nobody has asked yet is told by the others, and every answer of its own moves all its settings. Numpy and scipy only.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from faded.exploration.increments import Increments
from faded.exploration.told import Told, weigh

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]

MAX_FEATURES = 64
"""Features beyond so many are replaced by their leading principal components."""


@dataclass(frozen=True)
class Variances:
    """Prior variances of the terms; a depth is about 1 for a failure of usual depth.

    What else was tried stands in docs/exploration.md.

    Attributes:
        overall: Of the overall level.
        step: Of the effect of one more level, whichever; its mean is 0.5, for farther settings fail more.
        increment: Of each increment's effect beyond that.
        pair: Of each pair of increments of different concepts.
        stratum: Of a stratum's level.
        stratum_increment: Of a stratum's effect on each increment.
        feature: Of what all features say together.
        sample: Of a sample's own level.
        sample_increment: Of a sample's own effect on each increment.
        setting: Of what is particular to one sample under one setting.
    """

    overall: float = 4.0
    step: float = 1.0
    increment: float = 1.0
    pair: float = 0.3
    stratum: float = 0.5
    stratum_increment: float = 0.2
    feature: float = 3.0
    sample: float = 0.5
    sample_increment: float = 0.15
    setting: float = 0.3


OVERALL_MEAN, STEP_MEAN = -1.5, 0.5
"""Prior means: unedited samples pass, and every level brings them nearer to failing."""


def describe(features: FloatArray, eligible: BoolArray) -> FloatArray:
    """Return features with spread 1 in all, so that one variance speaks for them; shape (n_samples, <= 64)."""
    known = features[eligible]
    x = (features - known.mean(axis=0)) / np.maximum(known.std(axis=0), 1e-6)
    if x.shape[1] > MAX_FEATURES:
        x = x @ np.linalg.svd(x[eligible], full_matrices=False)[2][:MAX_FEATURES].T
    return np.asarray(x / max(float(np.sqrt((x[eligible] ** 2).sum(axis=1).mean())), 1e-6))


class Nearness:
    """The model, and the answers it learns from.

    Args:
        increments: The settings.
        stratum: Stratum of every sample.
        features: What is known of every sample before it is asked, from `describe`.
        variances: Prior variances.
    """

    def __init__(
        self, increments: Increments, stratum: IntArray, features: FloatArray, variances: Variances | None = None
    ) -> None:
        self._stratum, self._x = stratum, features
        self._v = v = variances or Variances()
        added, concept = increments.added, increments.concept
        self._own_columns = np.concatenate([np.ones((len(added), 1)), added], axis=1)
        n_own = self._own_columns.shape[1]
        first, second = np.triu_indices(len(concept), 1)
        across = concept[first] != concept[second]
        pairs = added[:, first[across]] * added[:, second[across]]
        steps = increments.steps[:, None].astype(np.float64)
        self._shared_columns = np.concatenate([self._own_columns, steps, pairs, self._own_columns], axis=1)
        self._n_common = self._shared_columns.shape[1] - n_own
        n_strata = int(stratum.max()) + 1
        own = np.full(n_own - 1, v.stratum_increment)
        variance = np.concatenate(
            [
                [v.overall],
                np.full(n_own - 1, v.increment),
                [v.step],
                np.full(pairs.shape[1], v.pair),
                np.tile(np.concatenate([[v.stratum], own]), n_strata),
                np.full(features.shape[1], v.feature),
            ]
        )
        self._prior = np.zeros(len(variance))
        self._prior[0], self._prior[n_own] = OVERALL_MEAN, STEP_MEAN
        self._precision = 1 / variance
        self._effects, self._covariance = self._prior.copy(), np.diag(variance)
        scale = np.concatenate([[v.sample], np.full(n_own - 1, v.sample_increment)])
        self._kernel = (self._own_columns * scale) @ self._own_columns.T
        self._answers: list[list[tuple[int, float]]] = [[] for _ in stratum]
        self._failing: FloatArray = np.zeros(0)
        self._count, self._fitted = 0, 0

    def add(self, rows: IntArray, cells: IntArray, excess: FloatArray) -> None:
        """Take answers in: samples, settings, and by how much the discrepancy is above the threshold, 0 for a pass."""
        for row, cell, value in zip(rows.tolist(), cells.tolist(), excess.tolist(), strict=True):
            self._answers[row].append((cell, value))
        self._count += len(rows)

    def refit(self) -> None:
        """Fit what is common anew, by one Newton step from where it stands."""
        asked = np.array([row for row, answers in enumerate(self._answers) if answers], dtype=np.int64)
        self._failing = np.sort([value for answers in self._answers for _, value in answers if value > 0])
        precision, weighted = np.diag(self._precision), self._precision * self._prior
        for stratum in np.unique(self._stratum[asked]):
            rows = asked[self._stratum[asked] == stratum]
            cells, told = self._own(rows)
            root = np.linalg.cholesky(told.inverse).transpose(0, 2, 1)
            columns = np.concatenate(
                [
                    self._shared_columns[cells],
                    np.broadcast_to(self._x[rows][:, None], (*cells.shape, self._x.shape[1])),
                ],
                axis=2,
            )
            flat = (root @ columns).reshape(-1, columns.shape[2])
            target = (root @ told.target[..., None]).reshape(-1)
            where = self._places(int(stratum))
            precision[np.ix_(where, where)] += flat.T @ flat
            weighted[where] += flat.T @ target
        self._covariance = np.linalg.inv(precision)
        self._effects = self._covariance @ weighted
        self._fitted = self._count

    @property
    def grown(self) -> float:
        """By what share the answers have grown since the last fit."""
        return (self._count - self._fitted) / max(self._fitted, 1)

    def chances(self, rows: IntArray) -> FloatArray:
        """Return P(fail) of samples under every setting, shape (batch, n_cells); 0 or 1 where it was asked."""
        mean, variance = self._told_by_others(rows)
        cells, told = self._own(rows)
        across = self._kernel[:, cells].transpose(1, 0, 2)
        mean = mean + (across @ told.surprise[..., None])[..., 0]
        variance = variance + self._kernel.diagonal() - ((across @ told.inverse) * across).sum(axis=2)
        found = ndtr(mean / np.sqrt(np.maximum(variance, 0.0) + self._v.setting))
        for i, row in enumerate(rows.tolist()):
            for cell, value in self._answers[row]:
                found[i, cell] = float(value > 0)
        return np.asarray(found)

    def state_dict(self) -> dict[str, Any]:
        """Return everything that changes, as arrays."""
        flat = [(row, cell, value) for row, answers in enumerate(self._answers) for cell, value in answers]
        rows, cells, values = zip(*flat, strict=True) if flat else ((), (), ())
        return {
            "rows": np.array(rows, dtype=np.int64),
            "cells": np.array(cells, dtype=np.int64),
            "excess": np.array(values, dtype=np.float64),
            "effects": self._effects.copy(),
            "covariance": self._covariance.copy(),
            "failing": self._failing.copy(),
            "fitted": self._fitted,
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on from where `state_dict` was taken."""
        self._answers = [[] for _ in self._stratum]
        self._count = 0
        self.add(np.array(state["rows"]), np.array(state["cells"]), np.array(state["excess"]))
        self._effects, self._covariance = np.array(state["effects"]), np.array(state["covariance"])
        self._failing, self._fitted = np.array(state["failing"]), int(state["fitted"])

    def _places(self, stratum: int) -> IntArray:
        """Return where the effects are that concern a stratum, in the order of columns."""
        n_own = self._own_columns.shape[1]
        start = self._n_common + stratum * n_own
        first_feature = len(self._effects) - self._x.shape[1]
        return np.concatenate(
            [np.arange(self._n_common), np.arange(start, start + n_own), np.arange(first_feature, len(self._effects))]
        )

    def _told_by_others(self, rows: IntArray) -> tuple[FloatArray, FloatArray]:
        """Return mean and variance of depths as what is common has them, both of shape (batch, n_cells)."""
        mean = np.empty((len(rows), len(self._shared_columns)))
        variance = np.empty_like(mean)
        n = self._shared_columns.shape[1]
        for stratum in np.unique(self._stratum[rows]):
            of = np.flatnonzero(self._stratum[rows] == stratum)
            where = self._places(int(stratum))
            x, effects = self._x[rows[of]], self._effects[where]
            covariance = self._covariance[np.ix_(where, where)]
            through = self._shared_columns @ covariance[:n]
            mean[of] = self._shared_columns @ effects[:n] + (x @ effects[n:])[:, None]
            variance[of] = (through[:, :n] * self._shared_columns).sum(axis=1) + 2 * x @ through[:, n:].T
            variance[of] += ((x @ covariance[n:, n:]) * x).sum(axis=1)[:, None]
        return mean, variance

    def _own(self, rows: IntArray) -> tuple[IntArray, Told]:
        """Return which cells samples were asked, shape (batch, most answers of a sample), and what they say."""
        most = max(1, *(len(self._answers[r]) for r in rows.tolist())) if len(rows) else 1
        cells = np.zeros((len(rows), most), dtype=np.int64)
        excess = np.zeros((len(rows), most))
        there = np.zeros((len(rows), most), dtype=np.bool_)
        for i, row in enumerate(rows.tolist()):
            for j, (cell, value) in enumerate(self._answers[row]):
                cells[i, j], excess[i, j], there[i, j] = cell, value, True
        expected = np.empty(cells.shape)
        n = self._shared_columns.shape[1]
        for stratum in np.unique(self._stratum[rows]):
            of = np.flatnonzero(self._stratum[rows] == stratum)
            effects = self._effects[self._places(int(stratum))]
            expected[of] = (self._shared_columns @ effects[:n])[cells[of]] + (self._x[rows[of]] @ effects[n:])[:, None]
        kernel = self._kernel[cells[:, :, None], cells[:, None, :]]
        told = weigh(kernel, expected, self._depths(excess), there & (excess > 0), there, self._v.setting)
        return cells, told

    def _depths(self, excess: FloatArray) -> FloatArray:
        """Return depths of failures: half-normal scores of their rank among all failures, whatever the unit."""
        n = len(self._failing)
        rank = np.searchsorted(self._failing, excess, "left") + np.searchsorted(self._failing, excess, "right")
        return np.asarray(ndtri(0.5 + 0.5 * (rank / 2 + 0.5) / (n + 1)))
