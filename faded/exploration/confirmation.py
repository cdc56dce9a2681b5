"""What verdicts teach: the probability that people will confirm a failure, for every stratum and cell.

Confirm counts for, reject and invalid against, unsure says nothing. The logit is a Gaussian process over (stratum,
cell) with three parts on top of an overall level, each of which may be absent:

1. *stratum*: some strata matter more than others;
2. *setting*: some levels of the concepts do, in every stratum;
3. *place*: a stratum under settings near each other, which also lets verdicts on one mode count less than as many on
   different ones.

How large each part is, is not fixed: every combination of the variances below is fitted (Laplace's approximation,
Rasmussen and Williams 2006, algorithm 3.1) and weighs by its marginal likelihood times a prior that bets on "absent".
Verdicts that follow no pattern leave the absent ones in force, and then every probability is the same. Numpy and scipy.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from faded.concepts.spec import ConceptSpace
from faded.exploration.places import OVERALL_VARIANCE, Fit, Judged, correlate, fitted, predict, weighed
from faded.landscape.beta import Z90

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

PARTS = ("stratum", "setting", "place")
"""What may matter, in the order of the variances."""

VARIANCES = ((0.0, 2.0, 10.0), (0.0, 2.0, 10.0), (0.0, 3.0))
"""Variances that each part may have, in squared logits: absent; felt; some strata confirmed at 96% and some at 4%."""

ABSENT = (0.9, 0.9, 0.5)
"""Prior probability that a part is absent. A hundred verdicts that follow a pattern outweigh it by far; the third is
the looser one because verdicts on one mode do resemble each other."""

AT_RANDOM = 1024
"""Cells that stand for all of a space that is not listed where a place is compared with the average one."""

AT_ONCE = 4_000_000
"""Correlations of places with verdicts that are held in memory at once."""

LEAST_WEIGHT = 1e-3
"""A combination of variances that weighs less than this is left out of the averages."""


@dataclass(frozen=True)
class Told:
    """What the model says of places; every array of shape (n_strata, n).

    Attributes:
        probability: P(a failure here would be confirmed).
        mean: Mean of its logit.
        spread: Standard deviation of its logit.
    """

    probability: FloatArray
    mean: FloatArray
    spread: FloatArray


@dataclass(frozen=True)
class Confirmation:
    """The model after some verdicts.

    Attributes:
        space: The concepts.
        strata: Names of the strata.
        judged: The verdicts it knows.
        fits: Combinations of variances, with what each weighs.
        present: Posterior probability of each of `PARTS` that it is there at all.
    """

    space: ConceptSpace
    strata: tuple[str, ...]
    judged: Judged
    fits: tuple[tuple[float, Fit], ...]
    present: tuple[float, float, float]

    @cached_property
    def overall(self) -> Told:
        """What it says of all cells of a listed space, by their numbers; of a larger one of cells at random."""
        rng = np.random.default_rng(0)
        n = self.space.n_cells
        return self._predict(np.arange(n) if self.space.listed else rng.integers(n, size=AT_RANDOM))

    def at(self, numbers: IntArray) -> Told:
        """Return what it says of cells given by their numbers, shape (n,)."""
        if not self.space.listed:
            return self._predict(numbers)
        known = self.overall
        return Told(known.probability[:, numbers], known.mean[:, numbers], known.spread[:, numbers])

    def weights(self, numbers: IntArray) -> FloatArray:
        """Return what a failure is worth finding, relative to the average place; shape (n_strata, n)."""
        return np.asarray(self.at(numbers).probability / self.overall.probability.mean())

    def hopes(self, numbers: IntArray) -> FloatArray:
        """Return what a verdict is worth asking for, relative to the average place; shape (n_strata, n).

        One standard deviation above the mean logit: what nobody has judged yet is asked about before what was judged
        and rejected, and where verdicts follow no pattern all places are alike.
        """
        told, overall = self.at(numbers), self.overall
        return np.asarray(expit(told.mean + told.spread) / expit(overall.mean + overall.spread).mean())

    def expected_share(self, failures: FloatArray, numbers: IntArray) -> float | None:
        """Return the mean probability over failures, None of none.

        Args:
            failures: Their counts, shape (n_strata, n).
            numbers: Numbers of the cells, shape (n,).
        """
        total = float(failures.sum())
        return float((failures * self.at(numbers).probability).sum() / total) if total else None

    def _predict(self, numbers: IntArray) -> Told:
        """Average what the combinations of variances say, some cells at a time."""
        most = max(1, AT_ONCE // (len(self.strata) * max(len(self.judged.cell), 1)))
        parts = [self._predict_part(numbers[i : i + most]) for i in range(0, len(numbers), most)]
        if not parts:
            parts = [Told(*(np.zeros((len(self.strata), 0)) for _ in range(3)))]
        tables = zip(*((told.probability, told.mean, told.spread) for told in parts), strict=True)
        return Told(*(np.hstack(table) for table in tables))

    def _predict_part(self, numbers: IntArray) -> Told:
        shape = (len(self.strata), len(numbers))
        strata = np.repeat(np.arange(shape[0]), shape[1])
        parts = correlate(self.space, strata, np.tile(numbers, shape[0]), self.judged)
        probability, mean, square = np.zeros(shape), np.zeros(shape), np.zeros(shape)
        for weight, one in self.fits:
            m, v = (a.reshape(shape) for a in predict(parts, one))
            probability += weight * expit(m / np.sqrt(1 + np.pi * v / 8))
            mean += weight * m
            square += weight * (v + m**2)
        return Told(probability, mean, np.sqrt(np.maximum(square - mean**2, 0.0)))

    def to_json(self, rates: FloatArray, numbers: IntArray) -> dict[str, Any]:
        """Return what a page shows of it, as JSON values.

        Args:
            rates: Induced rates of strata and cells, shape (n_strata, n), zero where nothing can be found: what stands
                behind a stratum's or a level's mean is its failures.
            numbers: Numbers of the cells, shape (n,).
        """
        told = self.at(numbers)
        totals = rates.sum(axis=1)
        share = rates / np.maximum(totals, 1e-12)[:, None]
        mean, logit = (share * told.probability).sum(axis=1), (share * told.mean).sum(axis=1)
        spread = (share * told.spread).sum(axis=1)
        ends = expit(np.stack([logit - Z90 * spread, logit + Z90 * spread]))
        confirm = np.bincount(self.judged.stratum, self.judged.confirm, len(self.strata))
        against = np.bincount(self.judged.stratum, self.judged.against, len(self.strata))
        strata = [
            {
                "stratum": name,
                "mean": round(float(mean[i]), 4),
                "low": round(float(min(ends[0, i], mean[i])), 4),
                "high": round(float(max(ends[1, i], mean[i])), 4),
                "confirm": int(confirm[i]),
                "against": int(against[i]),
            }
            for i, name in enumerate(self.strata)
            if totals[i] > 0
        ]
        return {
            "verdicts": self.judged.total,
            "confirm": int(self.judged.confirm.sum()),
            "matters": {name: round(p, 4) for name, p in zip(PARTS, self.present, strict=True)},
            "strata": strata,
            "levels": self._levels(rates, numbers, told),
        }

    def _levels(self, rates: FloatArray, numbers: IntArray, told: Told) -> list[dict[str, Any]]:
        """Return the mean probability of every level of every concept, None where nothing fails under it."""
        found: list[dict[str, Any]] = []
        levels = self.space.levels(numbers)
        for k, spec in enumerate(self.space.specs):
            means = []
            for level in range(len(spec.levels)):
                here = rates[:, there := levels[:, k] == level]
                total = float(here.sum())
                mean = float((here * told.probability[:, there]).sum() / total) if total else None
                means.append(None if mean is None else round(mean, 4))
            found.append({"concept": spec.name, "levels": list(spec.levels), "mean": means})
        return found


def learn(space: ConceptSpace, strata: tuple[str, ...], judged: Judged) -> Confirmation | None:
    """Fit the model; None while there is no verdict that says anything."""
    if judged.total == 0:
        return None
    parts = correlate(space, judged.stratum, judged.cell, judged)
    grid = list(itertools.product(*VARIANCES))
    fits = [fitted(v, weighed(parts, v) + OVERALL_VARIANCE, judged) for v in grid]
    logs = np.array([f.evidence + _log_prior(f.variances) for f in fits])
    weights = np.exp(logs - logs.max())
    weights /= weights.sum()
    kept = np.flatnonzero(weights >= LEAST_WEIGHT)
    shares = tuple((float(weights[i] / weights[kept].sum()), fits[i]) for i in kept)
    present = tuple(float(sum(w for w, v in zip(weights, grid, strict=True) if v[k] > 0)) for k in range(len(PARTS)))
    return Confirmation(space, strata, judged, shares, (present[0], present[1], present[2]))


def _log_prior(variances: tuple[float, ...]) -> float:
    """Return the log of the prior of a combination: absent, or any of the others alike."""
    each = zip(variances, ABSENT, VARIANCES, strict=True)
    return float(sum(np.log(p if v == 0 else (1 - p) / (len(known) - 1)) for v, p, known in each))
