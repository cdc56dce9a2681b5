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
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_solve, solve_triangular
from scipy.special import expit

from faded.concepts.spec import ConceptSpace
from faded.domain import Judgement, Verdict
from faded.landscape.design import level_factor

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

PARTS = ("stratum", "setting", "place")
"""What may matter, in the order of the variances."""

VARIANCES = ((0.0, 2.0, 10.0), (0.0, 2.0, 10.0), (0.0, 3.0))
"""Variances that each part may have, in squared logits: absent; felt; some strata confirmed at 96% and some at 4%."""

ABSENT = (0.9, 0.9, 0.5)
"""Prior probability that a part is absent. A hundred verdicts that follow a pattern outweigh it by far; the third is
the looser one because verdicts on one mode do resemble each other."""

OVERALL_VARIANCE = 4.0
"""Prior variance of the overall logit: shares from 2% to 98% are within two standard deviations."""

LEAST_WEIGHT = 1e-3
"""A combination of variances that weighs less than this is left out of the averages."""

NEWTON_STEPS = 30
TOLERANCE = 1e-4
"""A fit has settled when no logit moves more."""

Z90 = 1.6448536269514722
"""Half width of a normal's 90% interval, in standard deviations."""


@dataclass(frozen=True)
class Judged:
    """Verdicts by stratum and cell, those that say something; one row each, in order of stratum and cell.

    Attributes:
        stratum: Index of the stratum, shape (n,).
        cell: Number of the cell, shape (n,).
        confirm: Confirmations, shape (n,).
        against: Rejections and invalid ones, shape (n,).
    """

    stratum: IntArray
    cell: IntArray
    confirm: IntArray
    against: IntArray

    @classmethod
    def of(cls, space: ConceptSpace, strata: tuple[str, ...], judgements: Iterable[Judgement]) -> Judged:
        """Count verdicts; strata that are not among those given are passed over."""
        place = {name: i for i, name in enumerate(strata)}
        counts: dict[tuple[int, int], list[int]] = {}
        for judgement in judgements:
            if judgement.verdict is Verdict.UNSURE or judgement.key.stratum not in place:
                continue
            at = counts.setdefault((place[judgement.key.stratum], space.index(judgement.key.cell)), [0, 0])
            at[judgement.verdict is not Verdict.CONFIRM] += 1
        return cls.from_json([[*key, *counts[key]] for key in sorted(counts)])

    @property
    def total(self) -> int:
        """Number of verdicts."""
        return int(self.confirm.sum() + self.against.sum())

    def changes_from(self, before: Judged) -> int:
        """Return how many verdicts have come, gone or changed sides since."""
        here, there = ({(s, c): (y, n) for s, c, y, n in j.to_json()} for j in (self, before))
        zero = (0, 0)
        pairs = [(here.get(key, zero), there.get(key, zero)) for key in here | there]
        return sum(abs(a[0] - b[0]) + abs(a[1] - b[1]) for a, b in pairs)

    def to_json(self) -> list[list[int]]:
        """Return rows of stratum, cell, confirmations and the rest."""
        found: list[list[int]] = np.stack([self.stratum, self.cell, self.confirm, self.against], axis=1).tolist()
        return found

    @classmethod
    def from_json(cls, rows: list[list[int]]) -> Judged:
        """Rebuild from `to_json`'s values."""
        table = np.array(rows, dtype=np.int64).reshape(-1, 4)
        return cls(*table.T)


@dataclass(frozen=True)
class _Kernels:
    """Correlations of the three parts between the judged places, and of all places with them."""

    judged: tuple[FloatArray, ...]
    across: tuple[FloatArray, ...]


@dataclass(frozen=True)
class _Fit:
    """One combination of variances, fitted: its evidence, and what predictions are made from (algorithm 3.2 there)."""

    evidence: float
    slope: FloatArray
    root: FloatArray
    factor: FloatArray


@dataclass(frozen=True)
class Confirmation:
    """The model after some verdicts.

    Attributes:
        space: The concepts.
        strata: Names of the strata.
        judged: The verdicts it knows.
        probability: P(a failure here would be confirmed), shape (n_strata, n_cells).
        mean: Mean of its logit, the same shape.
        spread: Standard deviation of its logit, the same shape.
        present: Posterior probability of each of `PARTS` that it is there at all.
    """

    space: ConceptSpace
    strata: tuple[str, ...]
    judged: Judged
    probability: FloatArray
    mean: FloatArray
    spread: FloatArray
    present: tuple[float, float, float]

    @cached_property
    def weights(self) -> FloatArray:
        """What a failure is worth finding, relative to the average place; shape (n_strata, n_cells)."""
        return np.asarray(self.probability / self.probability.mean())

    @cached_property
    def hopes(self) -> FloatArray:
        """What a verdict is worth asking for, relative to the average place; shape (n_strata, n_cells).

        One standard deviation above the mean logit: what nobody has judged yet is asked about before what was judged
        and rejected, and where verdicts follow no pattern all places are alike.
        """
        upper = expit(self.mean + self.spread)
        return np.asarray(upper / upper.mean())

    def expected_share(self, failures: FloatArray) -> float | None:
        """Return the mean probability over failures, given as counts of shape (n_strata, n_cells); None of none."""
        total = float(failures.sum())
        return float((failures * self.probability).sum() / total) if total else None

    def to_json(self, rates: FloatArray) -> dict[str, Any]:
        """Return what a page shows of it, as JSON values.

        Args:
            rates: Induced rates by stratum and cell, zero where nothing can be found: what stands behind a stratum's
                or a level's mean is its failures.
        """
        totals = rates.sum(axis=1)
        share = rates / np.maximum(totals, 1e-12)[:, None]
        mean, logit = (share * self.probability).sum(axis=1), (share * self.mean).sum(axis=1)
        spread = (share * self.spread).sum(axis=1)
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
            "levels": self._levels(rates),
        }

    def _levels(self, rates: FloatArray) -> list[dict[str, Any]]:
        """Return the mean probability of every level of every concept, None where nothing fails under it."""
        found: list[dict[str, Any]] = []
        for k, spec in enumerate(self.space.specs):
            means = []
            for level in range(len(spec.levels)):
                there = np.where(self.space.cells[:, k] == level, rates, 0.0)
                share = self.expected_share(there)
                means.append(None if share is None else round(share, 4))
            found.append({"concept": spec.name, "levels": list(spec.levels), "mean": means})
        return found


def learn(space: ConceptSpace, strata: tuple[str, ...], judged: Judged) -> Confirmation | None:
    """Fit the model; None while there is no verdict that says anything."""
    if judged.total == 0:
        return None
    kernels = _kernels(space, len(strata), judged)
    grid = list(itertools.product(*VARIANCES))
    fits = [_fit(_weighed(kernels.judged, v) + OVERALL_VARIANCE, judged) for v in grid]
    logs = np.array([f.evidence + _log_prior(v) for f, v in zip(fits, grid, strict=True)])
    weights = np.exp(logs - logs.max())
    weights /= weights.sum()
    shape = (len(strata), space.n_cells)
    probability, mean, square = np.zeros(shape), np.zeros(shape), np.zeros(shape)
    kept = weights >= LEAST_WEIGHT
    for i in np.flatnonzero(kept):
        m, v = (a.reshape(shape) for a in _predict(kernels, grid[i], fits[i]))
        part = weights[i] / weights[kept].sum()
        probability += part * expit(m / np.sqrt(1 + np.pi * v / 8))
        mean += part * m
        square += part * (v + m**2)
    present = tuple(float(sum(w for w, v in zip(weights, grid, strict=True) if v[k] > 0)) for k in range(len(PARTS)))
    spread = np.sqrt(np.maximum(square - mean**2, 0.0))
    return Confirmation(space, strata, judged, probability, mean, spread, (present[0], present[1], present[2]))


def _kernels(space: ConceptSpace, n_strata: int, judged: Judged) -> _Kernels:
    """Correlate places: same stratum; levels alike on average over concepts; both, levels alike in all concepts."""
    levels = [level_factor(s) @ level_factor(s).T for s in space.specs]
    alike = np.stack([r[np.ix_(space.cells[:, k], space.cells[:, k])] for k, r in enumerate(levels)])
    setting, near = alike.mean(axis=0), alike.prod(axis=0)
    strata, cells = np.divmod(np.arange(n_strata * space.n_cells), space.n_cells)
    across = _parts(setting, near, strata, cells, judged)
    return _Kernels(_parts(setting, near, judged.stratum, judged.cell, judged), across)


def _parts(
    setting: FloatArray, near: FloatArray, strata: IntArray, cells: IntArray, judged: Judged
) -> tuple[FloatArray, ...]:
    same = (strata[:, None] == judged.stratum).astype(np.float64)
    between = np.ix_(cells, judged.cell)
    return same, setting[between], same * near[between]


def _weighed(parts: tuple[FloatArray, ...], variances: tuple[float, ...]) -> FloatArray:
    return np.asarray(sum(v * part for v, part in zip(variances, parts, strict=True)))


def _log_prior(variances: tuple[float, ...]) -> float:
    """Return the log of the prior of a combination: absent, or any of the others alike."""
    each = zip(variances, ABSENT, VARIANCES, strict=True)
    return float(sum(np.log(p if v == 0 else (1 - p) / (len(known) - 1)) for v, p, known in each))


def _fit(kernel: FloatArray, judged: Judged) -> _Fit:
    """Find the mode of the logits and Laplace's approximation of the evidence."""
    confirm = judged.confirm.astype(np.float64)
    trials = confirm + judged.against
    logits = np.zeros(len(trials))
    for _ in range(NEWTON_STEPS):
        rate = expit(logits)
        root = np.sqrt(trials * rate * (1 - rate))
        factor = np.asarray(np.linalg.cholesky(np.eye(len(trials)) + root[:, None] * kernel * root), dtype=np.float64)
        b = root**2 * logits + confirm - trials * rate
        slope = b - root * cho_solve((factor, True), root * (kernel @ b))
        before, logits = logits, kernel @ slope
        if np.abs(logits - before).max() < TOLERANCE:
            break
    likelihood = confirm @ logits - trials @ np.logaddexp(0.0, logits)
    evidence = likelihood - 0.5 * slope @ logits - np.log(np.diag(factor)).sum()
    return _Fit(float(evidence), slope, root, factor)


def _predict(kernels: _Kernels, variances: tuple[float, ...], fit: _Fit) -> tuple[FloatArray, FloatArray]:
    """Return mean and variance of every place's logit, each of shape (n_strata * n_cells,)."""
    across = _weighed(kernels.across, variances) + OVERALL_VARIANCE
    explained = (solve_triangular(fit.factor, fit.root[:, None] * across.T, lower=True) ** 2).sum(axis=0)
    return across @ fit.slope, np.maximum(OVERALL_VARIANCE + sum(variances) - explained, 0.0)
