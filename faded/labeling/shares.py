"""The interval of a share."""

from __future__ import annotations

from math import sqrt

from faded.landscape.beta import Z90


def wilson90(part: int, whole: int) -> tuple[float, float]:
    """Return the 90% interval of a share (Wilson 1927, Journal of the American Statistical Association 22, 209-212).

    Args:
        part: How many have it.
        whole: Of how many; at least one.
    """
    share, z2 = part / whole, Z90 * Z90
    middle = (share + z2 / (2 * whole)) / (1 + z2 / whole)
    half = Z90 / (1 + z2 / whole) * sqrt(share * (1 - share) / whole + z2 / (4 * whole * whole))
    return max(0.0, middle - half), min(1.0, middle + half)
