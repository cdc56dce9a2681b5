"""How far people agree, day by day. Pure functions of counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from faded.labeling.coefficients import Coefficient, alpha
from faded.labeling.units import Units, units
from faded.store.over_time import BIN_SECONDS, JudgedAlike

MOST_SHOWN = 30
"""Days or hours that are told, the latest ones: as many as a chart has room for, and a bootstrap each."""


@dataclass(frozen=True, slots=True)
class AgreedOn:
    """How far people agree on the proposals whose latest opinion came on one day, or in one hour.

    Attributes:
        place: Of the day or hour among `units`.
        alpha: Krippendorff's alpha.
        items: Proposals with two opinions or more.
        opinions: Opinions of these.
    """

    place: int
    alpha: Coefficient
    items: int
    opinions: int


@dataclass(frozen=True, slots=True)
class OverTime:
    """How far people agree over time.

    Attributes:
        units: The days or hours.
        found: Those with such proposals, the latest `MOST_SHOWN`.
        earlier: How many there are before these.
    """

    units: Units
    found: tuple[AgreedOn, ...]
    earlier: int


def agreement_over_time(judged: Sequence[JudgedAlike], seed: int = 0) -> OverTime | None:
    """Measure agreement day by day, or by hours where all came within two days; None where nobody judges with others.

    Args:
        judged: What people say, in the order of the bins.
        seed: Of the bootstrap.
    """
    if not judged:
        return None
    found = units(judged[0].bin * BIN_SECONDS, judged[-1].bin * BIN_SECONDS)
    by_place: dict[int, list[JudgedAlike]] = {}
    for alike in judged:
        by_place.setdefault(found.place(alike.bin * BIN_SECONDS), []).append(alike)
    shown = list(by_place.items())[-MOST_SHOWN:]
    return OverTime(found, tuple(_of(place, said, seed) for place, said in shown), len(by_place) - len(shown))


def _of(place: int, said: Sequence[JudgedAlike], seed: int) -> AgreedOn:
    counts = np.repeat([one.opinions for one in said], [one.proposals for one in said], axis=0)
    return AgreedOn(place, alpha(counts, seed), len(counts), int(counts.sum()))
