"""Intervals of Beta posteriors."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaincinv

FloatArray = NDArray[np.float64]

Z90 = 1.6448536269514722
"""Half width of a normal's 90% interval, in standard deviations."""

OUTSIDE = 0.1
"""What a 90% interval leaves out."""

NEAR_END = 0.01
"""A likeliest rate this near to 0 or 1 counts as 0 or 1: a stratum of a hundred samples has no rate in between."""


def interval90(a: FloatArray, b: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the ends of 90% credible intervals of Beta(a, b).

    Both tails are equal, but where the likeliest rate is 0 or 1 that end is in the interval and the whole tail is cut
    at the other: a setting that never failed may well have a rate of 0, which no interval with two tails contains.

    Args:
        a: First parameters, any shape.
        b: Second parameters, the same shape.
    """
    reach = NEAR_END * np.maximum(a + b - 2, 0.0)
    at_zero, at_one = a - 1 <= reach, b - 1 <= reach
    below = np.where(at_zero, 0.0, np.where(at_one, OUTSIDE, OUTSIDE / 2))
    above = np.where(at_one, 0.0, np.where(at_zero, OUTSIDE, OUTSIDE / 2))
    return np.asarray(betaincinv(a, b, below)), np.asarray(betaincinv(a, b, 1 - above))
