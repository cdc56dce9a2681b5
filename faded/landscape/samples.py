"""What a sample adds to failing, whatever the setting: some fail readily, some hardly ever.

A rate is a share of a stratum's samples, and only some of them are asked under a setting. Whether these are the fragile
ones is known from their answers under other settings. So every answer is compared with what its sample leads one to
expect, and the expectation is put in its place for the whole stratum:

    estimate = share that failed - mean expected of those asked + mean expected of the stratum

which is nearly unbiased whatever is expected, because samples come in a uniform order, and varies less the better it is
(the difference estimator of survey sampling: Cochran 1977, "Sampling Techniques", chapter 7). It may so lie below 0 or
above 1. What is expected comes from a logistic model with a normal effect of every sample, whose variance is learned
(empirical Bayes); a trial takes no part in its own sample's effect. Numpy and scipy only.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from faded.landscape.cells import Cells
from faded.landscape.fit import LEAST_RATE

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]

START_VARIANCE = 0.5
"""Variance of the samples' effects before any data (squared logits)."""

VARIANCE_WEIGHT = 50.0
"""How many samples' worth it weighs when the variance is learned."""

FLATTENING = 3 / np.pi**2
"""Averaged over a normal of variance v, a logistic is flatter by 1 / sqrt(1 + v * this), nearly."""

GROUPS = 12
"""Parts of equal size, by their effects, in which the samples of a stratum are averaged over."""

MOST_GAIN = 3.0
"""A trial counts as so many at most, however well its sample is known."""

LEAST_LEFT = 0.05
"""The least share of its precision that leaving a trial out may leave a sample's effect."""

STEPS, MOST_MOVE = 2, 2.0
"""Newton steps of the effects at every fit, and the farthest that one moves an effect."""


class SampleEffects:
    """Every trial, and what the samples' effects make of it.

    Args:
        stratum: Stratum of each sample, shape (n_samples,).
        eligible: Which samples may be asked; the others are in no stratum's mean, unless they are asked all the same.
    """

    def __init__(self, stratum: IntArray, eligible: BoolArray) -> None:
        self._stratum, self._members = stratum, np.array(eligible, dtype=np.bool_)
        self.variance = START_VARIANCE
        self._effect: FloatArray = np.zeros(len(stratum))
        self._spread: FloatArray = np.full(len(stratum), START_VARIANCE)
        self._rows: IntArray = np.zeros(0, dtype=np.int64)
        self._cells: IntArray = np.zeros(0, dtype=np.int64)
        self._failed: BoolArray = np.zeros(0, dtype=np.bool_)

    def add(self, rows: IntArray, cells: IntArray, failed: BoolArray) -> None:
        """Take trials in: indices of samples, numbers of cells and outcomes, each of shape (n,)."""
        self._rows = np.concatenate([self._rows, rows])
        self._members[rows] = True
        self._cells = np.concatenate([self._cells, cells])
        self._failed = np.concatenate([self._failed, failed])

    def tell(self, mean: FloatArray, cells: Cells) -> FloatArray:
        """Improve the effects, and return trials and failures as they count, shape (2, n_strata, n_columns).

        Args:
            mean: Rates as known so far, shape (n_strata, n_columns).
            cells: The cells that stand in its columns.
        """
        told = np.zeros((2, *mean.shape))
        if len(self._rows) == 0:
            return told
        strata, columns = self._stratum[self._rows], cells.find(self._cells)
        places, inverse = np.unique(strata * mean.shape[1] + columns, return_inverse=True)
        there = np.divmod(places, mean.shape[1])
        rate = np.clip(mean[there], LEAST_RATE, 1 - LEAST_RATE)
        logit = np.log(rate / (1 - rate)) * np.sqrt(1 + FLATTENING * self.variance)
        expected = self._fit(logit[inverse])
        whole, unexplained = self._of_strata(logit, there[0])
        count = np.bincount(inverse).astype(np.float64)
        share = whole + np.bincount(inverse, self._failed - expected) / count
        varies = (np.bincount(inverse, expected * (1 - expected)) + 2 * unexplained) / (count + 2)
        gain = np.clip(whole * (1 - whole) / np.maximum(varies, LEAST_RATE), 1.0, MOST_GAIN)
        told[0][there] = count * gain
        told[1][there] = count * gain * share
        return told

    def state_dict(self) -> dict[str, NDArray[Any]]:
        """Return everything that changes, as arrays."""
        return {
            "rows": self._rows.copy(),
            "cells": self._cells.copy(),
            "failed": self._failed.copy(),
            "effect": self._effect.copy(),
            "spread": self._spread.copy(),
            "variance": np.array([self.variance]),
        }

    def load_state_dict(self, state: Mapping[str, NDArray[Any]]) -> None:
        """Go on from where `state_dict` was taken."""
        self._rows, self._cells = np.array(state["rows"]), np.array(state["cells"])
        self._failed = np.array(state["failed"], dtype=np.bool_)
        self._members[self._rows] = True
        self._effect, self._spread = np.array(state["effect"]), np.array(state["spread"])
        self.variance = float(state["variance"][0])

    def _fit(self, logit: FloatArray) -> FloatArray:
        """Improve effects and their variance; return what every sample was expected to do, its trial left out."""
        n, rows = len(self._stratum), self._rows
        for _ in range(STEPS):
            rate = expit(logit + self._effect[rows])
            precision = np.bincount(rows, rate * (1 - rate), n) + 1 / self.variance
            slope = np.bincount(rows, self._failed - rate, n) - self._effect / self.variance
            self._effect = self._effect + np.clip(slope / precision, -MOST_MOVE, MOST_MOVE)
        rate = expit(logit + self._effect[rows])
        told = rate * (1 - rate)
        precision = np.bincount(rows, told, n) + 1 / self.variance
        self._spread = 1 / precision
        asked = np.unique(rows)
        square = self._effect[asked] ** 2 + self._spread[asked]
        self.variance = (START_VARIANCE * VARIANCE_WEIGHT + float(square.sum())) / (VARIANCE_WEIGHT + len(asked))
        left = np.maximum(precision[rows] - told, LEAST_LEFT * precision[rows])
        effect = self._effect[rows] - (self._failed - rate) / left
        return np.asarray(expit((logit + effect) / np.sqrt(1 + FLATTENING / left)))

    def _of_strata(self, logit: FloatArray, strata: IntArray) -> tuple[FloatArray, FloatArray]:
        """Return what a stratum's samples are expected to do on average, and what is left of an answer's variance.

        Args:
            logit: At the samples' mean effect, shape (n,).
            strata: Index of each place's stratum, shape (n,).
        """
        whole, left = np.zeros(len(logit)), np.zeros(len(logit))
        for stratum in np.unique(strata).tolist():
            members = np.flatnonzero(self._members & (self._stratum == stratum))
            parts = np.array_split(members[np.argsort(self._effect[members], kind="stable")], min(GROUPS, len(members)))
            effect = np.array([self._effect[part].mean() for part in parts])
            spread = np.array([self._spread[part].mean() + self._effect[part].var() for part in parts])
            weight = np.array([len(part) for part in parts]) / len(members)
            here = strata == stratum
            rates = expit((logit[here, None] + effect) / np.sqrt(1 + FLATTENING * spread))
            whole[here], left[here] = rates @ weight, (rates * (1 - rates)) @ weight
        return whole, left
