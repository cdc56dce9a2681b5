"""What answers tell of depths that correlate: a failure how deep it is, a pass only that it is not above 0.

A failure is a normal answer as it stands. A pass is not: expectation propagation (Rasmussen and Williams 2006, section
3.6) puts in its place the normal answer that says the same, given what all the others say. Finding the most probable
depths instead would take a thousand passes for hardly more than one: once a depth is below 0 no pass moves it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import log_ndtr

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

SWEEPS = 6
"""Sweeps in which what each pass says is worked out anew: changes are below a hundredth by then."""
DAMPING = 0.8
"""How far a sweep moves towards what it finds."""
PADDING = 1e-9
"""The weight of an answer that is not there."""
LEAST_WEIGHT = 1e-6
"""The least weight of an answer that surprises nobody."""
LEAST_LEFT = 1e-3
"""The least share of a depth's precision that leaving an answer out may leave: keeps a division finite."""


@dataclass(frozen=True)
class Told:
    """What a batch of samples' answers tell.

    Attributes:
        inverse: Inverse covariance of the answers, shape (batch, answers, answers).
        surprise: It times the answers less what was expected, shape (batch, answers).
        target: Where the answers put the depths, shape (batch, answers).
    """

    inverse: FloatArray
    surprise: FloatArray
    target: FloatArray


def weigh(
    kernel: FloatArray, expected: FloatArray, seen: FloatArray, failed: BoolArray, there: BoolArray, noise: float
) -> Told:
    """Weigh answers.

    Args:
        kernel: Prior covariance of the depths, shape (batch, answers, answers).
        expected: Their prior means, shape (batch, answers), as all that follow.
        seen: Depths of the failures; of the others whatever.
        failed: Which answers are failures.
        there: Which are answers at all: samples have more and less.
        noise: Variance of what is particular to one answer.
    """
    prior = np.diagonal(kernel, axis1=1, axis2=2)
    passed = there & ~failed
    weight = np.where(failed, 1 / noise, PADDING)
    target = np.where(failed, seen, expected)
    for sweep in range(SWEEPS):
        inverse = _inverse(kernel, weight)
        surprise = (inverse @ (target - expected)[..., None])[..., 0]
        mean = expected + (kernel @ surprise[..., None])[..., 0]
        variance = prior - ((kernel @ inverse) * kernel).sum(axis=2)
        left = np.maximum(1 - weight * variance, LEAST_LEFT)
        said, at = _pass((mean - weight * variance * target) / left, variance / left, noise)
        part = DAMPING if sweep else 1.0
        moved = (1 - part) * weight + part * said
        at = ((1 - part) * weight * target + part * said * at) / moved
        weight, target = np.where(passed, moved, weight), np.where(passed, at, target)
    inverse = _inverse(kernel, weight)
    return Told(inverse, (inverse @ (target - expected)[..., None])[..., 0], target)


def _inverse(kernel: FloatArray, weight: FloatArray) -> FloatArray:
    covariance = kernel.copy()
    diagonal = np.arange(kernel.shape[1])
    covariance[:, diagonal, diagonal] += 1 / weight
    return np.asarray(np.linalg.inv(covariance))


def _pass(mean: FloatArray, variance: FloatArray, noise: float) -> tuple[FloatArray, FloatArray]:
    """Return weight and place of the normal answer that says of a depth what a pass says of it."""
    spread = np.sqrt(variance + noise)
    away = -mean / spread
    ratio = np.exp(-0.5 * away**2 - 0.5 * np.log(2 * np.pi) - log_ndtr(away))
    bend = np.maximum(ratio * (ratio + away) / spread**2, LEAST_WEIGHT)
    return bend / np.maximum(1 - variance * bend, LEAST_LEFT), mean - ratio / spread / bend
