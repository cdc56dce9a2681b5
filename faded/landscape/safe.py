"""How far is safe: along one concept, from its neutral outwards, until the failure rate may reach the bound."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from faded.concepts.spec import ConceptSpec
from faded.domain import Kind
from faded.landscape.posterior import Landscape, Posterior
from faded.landscape.slices import cut


class Standing(StrEnum):
    """What can be said of a level."""

    NEUTRAL = "neutral"
    """It changes nothing."""
    SAFE = "safe"
    """The upper end of the rate's 90% interval is below the bound."""
    DOUBT = "in doubt"
    """The interval reaches the bound from below."""
    FAILS = "fails"
    """The whole interval is at the bound or above it."""
    UNKNOWN = "cannot tell"
    """There is not enough data."""
    LEFT_OUT = "left out"
    """The setting is known to hide the input or to change its answer."""


@dataclass(frozen=True, slots=True)
class LevelRate:
    """A level and what is known of it.

    Attributes:
        value: The level's value.
        standing: What can be said.
        rate: The induced rate; it and its interval mean nothing where nothing can be said.
        low: Lower end of its 90% interval.
        high: Upper end of it.
        trials: Trials behind it.
    """

    value: float
    standing: Standing
    rate: float
    low: float
    high: float
    trials: int


@dataclass(frozen=True, slots=True)
class Reach:
    """How far is safe into one direction.

    Attributes:
        safe: The farthest level that is safe with all levels before it; None where not even the first is.
        stop: The first level that is not safe; None where every level in this direction is.
    """

    safe: LevelRate | None
    stop: LevelRate | None


@dataclass(frozen=True, slots=True)
class SafeRange:
    """A concept with the others held where they change nothing, or averaged over.

    Attributes:
        spec: The concept.
        pinned: Names of the other concepts that are held at their neutral.
        averaged: Names of the others, that are averaged over.
        levels: Its levels in the order of the grid.
        reaches: One entry per direction from the neutral; a nominal concept has none.
    """

    spec: ConceptSpec
    pinned: tuple[str, ...]
    averaged: tuple[str, ...]
    levels: tuple[LevelRate, ...]
    reaches: tuple[Reach, ...]


def safe_ranges(landscape: Landscape, found: Posterior, stratum: str | None, average: bool) -> list[SafeRange]:
    """Say for every concept how far from its neutral the failure rate surely stays below the bound.

    Args:
        landscape: Trials, the space and the bound.
        found: Its posterior.
        stratum: One stratum, or None for the mean over all.
        average: Whether the other concepts are averaged over. Otherwise they are held at their neutral, and only those
            whose neutral is off the grid are averaged over.
    """
    return [_range(landscape, found, spec, stratum, average) for spec in landscape.space.specs]


def _range(landscape: Landscape, found: Posterior, spec: ConceptSpec, stratum: str | None, average: bool) -> SafeRange:
    others = [s for s in landscape.space.specs if s.name != spec.name]
    pins = {s.name: s.neutral_level for s in others if s.neutral_level is not None and not average}
    rates = cut(landscape, found, [spec.name], pins, stratum)
    levels = []
    for i, value in enumerate(spec.levels):
        low, high = float(rates.low[i]), float(rates.high[i])
        standing = _standing(low, high, landscape.bound, bool(rates.enough[i]))
        if value == spec.neutral:
            standing = Standing.NEUTRAL
        elif rates.left_out[i]:
            standing = Standing.LEFT_OUT
        levels.append(LevelRate(value, standing, float(rates.rate[i]), low, high, int(rates.trials[i])))
    averaged = tuple(s.name for s in others if s.name not in pins)
    reaches = tuple(reach(way) for way in directions(spec, levels))
    return SafeRange(spec, tuple(pins), averaged, tuple(levels), reaches)


def _standing(low: float, high: float, bound: float, enough: bool) -> Standing:
    if not enough:
        return Standing.UNKNOWN
    if high < bound:
        return Standing.SAFE
    return Standing.FAILS if low >= bound else Standing.DOUBT


def directions(spec: ConceptSpec, levels: list[LevelRate]) -> list[list[LevelRate]]:
    """Return the levels from the neutral outwards, one list per direction.

    An ordinal concept has the levels below and above its neutral. A circular one is gone round from its neutral both
    ways, half of the levels each. A nominal one has no direction.
    """
    below = [level for level in levels if level.value < spec.neutral]
    above = [level for level in levels if level.value > spec.neutral]
    if spec.kind is Kind.NOMINAL:
        return []
    if spec.kind is Kind.CIRCULAR:
        way_up = above + below
        half = len(way_up) // 2
        below, above = list(reversed(way_up[len(way_up) - half :])), way_up[: len(way_up) - half]
        return [way for way in (below, above) if way]
    return [way for way in (below[::-1], above) if way]


def reach(way: list[LevelRate]) -> Reach:
    """Return how far is safe along levels that are given from the neutral outwards."""
    safe = None
    for level in way:
        if level.standing is not Standing.SAFE:
            return Reach(safe, level)
        safe = level
    return Reach(safe, None)
