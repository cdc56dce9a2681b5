"""Verdicts by place, a stratum and cell, and a Gaussian process over places fitted to them; see `confirmation`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_solve, solve_triangular
from scipy.special import expit

from faded.concepts.spec import ConceptSpace
from faded.domain import Judgement, Verdict
from faded.landscape.design import level_factor

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

OVERALL_VARIANCE = 4.0
"""Prior variance of the overall logit: shares from 2% to 98% are within two standard deviations."""

NEWTON_STEPS = 30
TOLERANCE = 1e-4
"""A fit has settled when no logit moves more."""


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
class Fit:
    """One combination of variances, fitted: its evidence, and what predictions are made from (algorithm 3.2 there)."""

    variances: tuple[float, ...]
    evidence: float
    slope: FloatArray
    root: FloatArray
    factor: FloatArray


def correlate(space: ConceptSpace, strata: IntArray, cells: IntArray, judged: Judged) -> tuple[FloatArray, ...]:
    """Correlate places with the judged ones: same stratum; levels alike on average over concepts; both, alike in all.

    Returns:
        An array for each of `confirmation.PARTS`, shape (n, n_judged).
    """
    same = (strata[:, None] == judged.stratum).astype(np.float64)
    here, there = space.levels(cells), space.levels(judged.cell)
    setting, near = np.zeros(same.shape), same.copy()
    for k, spec in enumerate(space.specs):
        factor = level_factor(spec)
        alike = (factor @ factor.T)[here[:, k][:, None], there[:, k]]
        setting += alike / len(space.specs)
        near *= alike
    return same, setting, near


def weighed(parts: tuple[FloatArray, ...], variances: tuple[float, ...]) -> FloatArray:
    """Add the parts of `correlate` up, each times its variance."""
    return np.asarray(sum(v * part for v, part in zip(variances, parts, strict=True)))


def fitted(variances: tuple[float, ...], kernel: FloatArray, judged: Judged) -> Fit:
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
    return Fit(variances, float(evidence), slope, root, factor)


def predict(parts: tuple[FloatArray, ...], fit: Fit) -> tuple[FloatArray, FloatArray]:
    """Return mean and variance of every place's logit, each of shape (n,)."""
    across = weighed(parts, fit.variances) + OVERALL_VARIANCE
    explained = (solve_triangular(fit.factor, fit.root[:, None] * across.T, lower=True) ** 2).sum(axis=0)
    return across @ fit.slope, np.maximum(OVERALL_VARIANCE + sum(fit.variances) - explained, 0.0)
