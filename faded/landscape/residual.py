"""From a normal logit to a Beta prior, and how much of a single cell's logit additive effects leave unexplained."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaln, expit

FloatArray = NDArray[np.float64]

START_RESIDUAL = 0.15
"""What additive effects leave unexplained of one cell's logit before any data, as a variance."""

CANDIDATES = START_RESIDUAL * 2.0 ** np.arange(-3, 3)
"""Residual variances that are weighed by how well they explain the trials."""

START_SPREAD = 0.5
"""Standard deviation of the logarithm of the residual variance before any data."""

MAX_PSEUDO_COUNTS = 120.0
"""The most that a prior may weigh against own trials: the model is an approximation, however sure it is of itself."""

LEAST_PSEUDO_COUNTS = 0.5
"""The least that a prior weighs."""

LEAST_MEAN = 1e-3
"""Prior means are kept this far from 0 and 1."""

_nodes, _weights = np.polynomial.hermite_e.hermegauss(9)
NODES: FloatArray = _nodes
WEIGHTS: FloatArray = _weights / _weights.sum()
"""Gauss-Hermite quadrature of a standard normal."""


def beta_priors(logit: FloatArray, variance: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the Beta distributions with mean and variance of rates whose logits are normal.

    Args:
        logit: Means of the logits, any shape.
        variance: Their variances, the same shape.
    """
    rates = expit(logit[..., None] + np.sqrt(variance)[..., None] * NODES)
    mean = rates @ WEIGHTS
    spread = np.maximum((rates - mean[..., None]) ** 2 @ WEIGHTS, 1e-12)
    mean = np.clip(mean, LEAST_MEAN, 1 - LEAST_MEAN)
    counts = np.clip(mean * (1 - mean) / spread - 1, LEAST_PSEUDO_COUNTS, MAX_PSEUDO_COUNTS)
    return counts * mean, counts * (1 - mean)


def residual_variance(logit: FloatArray, variance: FloatArray, failures: FloatArray, trials: FloatArray) -> float:
    """Estimate the residual variance from trials that their own priors have not seen (empirical Bayes).

    Every candidate gives each cell a Beta prior; it is weighed by the beta-binomial likelihood of the cell's trials and
    by how far it is from `START_RESIDUAL`. The estimate is the mean of their logarithms.

    Args:
        logit: Means of the cells' logits, each without its own trials, shape (n,).
        variance: Variances of these means, shape (n,).
        failures: Failed trials, shape (n,).
        trials: Trials, shape (n,).
    """
    explained = -0.5 * (np.log(CANDIDATES / START_RESIDUAL) / START_SPREAD) ** 2
    for i, candidate in enumerate(CANDIDATES):
        a, b = beta_priors(logit, variance + candidate)
        explained[i] += (betaln(a + failures, b + trials - failures) - betaln(a, b)).sum()
    weights = np.exp(explained - explained.max())
    return float(np.exp(weights @ np.log(CANDIDATES) / weights.sum()))
