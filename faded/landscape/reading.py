"""Reading the map: the failing settings nearest to neutral, what fails only together, and the safe region."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from faded.concepts.spec import LISTED as LISTED_CELLS
from faded.concepts.spec import ConceptSpace, ConceptSpec
from faded.domain import FadedError, Kind
from faded.landscape.judged import Judged, chance_above, judge, own_trials_say
from faded.landscape.modes import established_table
from faded.landscape.posterior import SURE, IntArray, Landscape, Posterior
from faded.landscape.safe_box import Box, safe_box
from faded.landscape.together import SIZES, fail_together, levels_away

LISTED = 8
"""Settings listed of a kind: the rest are counted."""

DIGITS = 6
"""Decimals of estimated rates in JSON: what lies below is rounding of the machine and not of the estimate."""


@dataclass(frozen=True, slots=True)
class Setting:
    """A setting that fails: P(rate > bound) >= `SURE`.

    Attributes:
        values: Level values by concept; concepts that are averaged over are left out.
        words: The setting in words, without a full stop.
        levels: Summed levels from neutral.
        rate: The induced rate.
        low: Lower end of its 90% interval.
        high: Upper end of it.
        probability: P(rate > bound).
        trials: Trials behind it.
        established: Whether own trials alone say that it fails; otherwise it is suspected.
        alone: Of an interaction, the highest upper end of the 90% intervals of its parts.
        strata: The strata in which it fails, each with whether that is established.
    """

    values: Mapping[str, float]
    words: str
    levels: int
    rate: float
    low: float
    high: float
    probability: float
    trials: int
    established: bool
    alone: float | None
    strata: Mapping[str, bool]

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON values."""
        figures = {"rate": self.rate, "low": self.low, "high": self.high, "probability": self.probability}
        return {
            "setting": self.words,
            "values": dict(self.values),
            "levels": self.levels,
            **{name: round(value, DIGITS) for name, value in figures.items()},
            "trials": self.trials,
            "established": self.established,
            **({} if self.alone is None else {"parts_at_most": round(self.alone, DIGITS)}),
            "strata": dict(self.strata),
        }


@dataclass(frozen=True)
class Region:
    """A safe region.

    Attributes:
        ranges: For every concept its level values in the region, ascending.
        words: The same in words.
        settings: Number of its settings, the clean control among them where it is on the grid.
        at_least: All its rates are below the bound with this probability or a higher one.
        fails_in: Strata in which a setting of the region fails all the same; of a single stratum none.
    """

    ranges: Mapping[str, tuple[float, ...]]
    words: Mapping[str, str]
    settings: int
    at_least: float
    fails_in: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {
            "levels": {name: list(values) for name, values in self.ranges.items()},
            "words": dict(self.words),
            "settings": self.settings,
            "all_below_bound": round(self.at_least, DIGITS),
            "fails_in": list(self.fails_in),
        }


@dataclass(frozen=True)
class Reading:
    """What a map says.

    Attributes:
        stratum: The stratum, None for the mean over all, each counting alike.
        space: The concepts.
        bound: The registered bound.
        settings: Settings of the grid that are not left out.
        known: Of these, those with enough data to say anything.
        failing: Of these, those that fail.
        off_grid: Names of the concepts whose neutral is off the grid.
        nearest: The failing settings with the fewest levels from neutral, the highest rate first, `LISTED` at most.
        as_near: Number of settings as near.
        together: Settings that fail only together, the fewest levels first, `LISTED` at most.
        interactions: Number of these.
        undecided: Settings that may be such ones: they fail and no part of theirs does, but some part is not known to
            be safe.
        each: The region in which every setting by itself is safe; None where no setting next to neutral is.
        jointly: The region whose rates are all below the bound, with probability `SURE` at least; None as above.
    """

    stratum: str | None
    space: ConceptSpace
    bound: float
    settings: int
    known: int
    failing: int
    off_grid: tuple[str, ...]
    nearest: tuple[Setting, ...]
    as_near: int
    together: tuple[Setting, ...]
    interactions: int
    undecided: int
    each: Region | None
    jointly: Region | None

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {
            "stratum": self.stratum,
            "bound": self.bound,
            "sure": SURE,
            "settings": self.settings,
            "known": self.known,
            "failing": self.failing,
            "neutral_off_grid": list(self.off_grid),
            "nearest": {"settings": [one.to_json() for one in self.nearest], "as_near": self.as_near},
            "together": {
                "settings": [one.to_json() for one in self.together],
                "found": self.interactions,
                "undecided": self.undecided,
                "most_concepts": max(SIZES),
                "averaged": list(self.off_grid),
            },
            "safe": {
                "each": None if self.each is None else self.each.to_json(),
                "jointly": None if self.jointly is None else self.jointly.to_json(),
            },
        }


def read_map(landscape: Landscape, found: Posterior, stratum: str | None) -> Reading:
    """Read the map.

    Args:
        landscape: Trials, the space and the bound.
        found: Its posterior.
        stratum: One stratum, or None for the mean over all, each counting alike.

    Raises:
        FadedError: the space is too large to be listed.
    """
    space = landscape.space
    if why := unread(space):
        raise FadedError(why)
    judged = judge(landscape, found, [spec.name for spec in space.specs], stratum)
    on_grid = [spec.name for spec in space.specs if spec.neutral_level is not None]
    nearest, as_near = _nearest(landscape, judged)
    together, interactions, undecided = _together(landscape, found, judged, on_grid, stratum)
    return Reading(
        stratum=stratum,
        space=space,
        bound=landscape.bound,
        settings=int((~judged.left_out).sum()),
        known=int(judged.known.sum()),
        failing=int(judged.fails.sum()),
        off_grid=tuple(spec.name for spec in space.specs if spec.neutral_level is None),
        nearest=nearest,
        as_near=as_near,
        together=together,
        interactions=interactions,
        undecided=undecided,
        each=_region(landscape, found, safe_box(judged, together=False), stratum),
        jointly=_region(landscape, found, safe_box(judged, together=True), stratum),
    )


def unread(space: ConceptSpace) -> str:
    """Say why the map of a space is not read; empty where it is."""
    if space.listed:
        return ""
    return (
        f"The concepts span {space.n_cells:,} settings. What is nearest to neutral, fails only together or is safe all "
        f"at once is read where every setting is looked at, of up to {LISTED_CELLS:,}: give fewer concepts or levels."
    )


def _nearest(landscape: Landscape, judged: Judged) -> tuple[tuple[Setting, ...], int]:
    cells = np.argwhere(judged.fails)
    if not len(cells):
        return (), 0
    levels = np.sum([levels_away(spec)[cells[:, k]] for k, spec in enumerate(judged.specs)], axis=0)
    cells = cells[levels == levels.min()]
    order = np.argsort(-judged.rate[tuple(cells.T)], kind="stable")[:LISTED]
    listed = (_setting(landscape, judged, tuple(map(int, cells[i])), int(levels.min()), None) for i in order)
    return tuple(listed), len(cells)


def _together(
    landscape: Landscape, found: Posterior, judged: Judged, on_grid: Sequence[str], stratum: str | None
) -> tuple[tuple[Setting, ...], int, int]:
    """Return interactions with their number, and that of the undecided ones."""
    if len(on_grid) < min(SIZES):
        return (), 0, 0
    if len(on_grid) < len(judged.specs):
        judged = judge(landscape, found, on_grid, stratum)
    hits = fail_together(judged)
    first = zip(hits.cells[:LISTED].tolist(), hits.levels.tolist(), hits.alone.tolist(), strict=False)
    listed = tuple(_setting(landscape, judged, tuple(cell), levels, alone) for cell, levels, alone in first)
    return listed, len(hits.cells), hits.undecided


def _setting(landscape: Landscape, judged: Judged, cell: tuple[int, ...], levels: int, alone: float | None) -> Setting:
    values = {spec.name: spec.levels[i] for spec, i in zip(judged.specs, cell, strict=True)}
    said = ConceptSpace(judged.specs).describe(tuple(values.values())).removesuffix(".")
    level = dict(zip(values, cell, strict=True))
    index = tuple(level.get(spec.name, slice(None)) for spec in landscape.space.specs)
    behind = np.arange(landscape.space.n_cells).reshape(landscape.space.shape)[index].reshape(-1)
    return Setting(
        values=values,
        words=said,
        levels=levels,
        rate=float(judged.rate[cell]),
        low=float(judged.low[cell]),
        high=float(judged.high[cell]),
        probability=float(judged.chance[cell]),
        trials=int(judged.trials[cell]),
        established=bool(judged.established[cell]),
        alone=alone,
        strata=_strata(landscape, behind),
    )


def _strata(landscape: Landscape, cells: IntArray) -> dict[str, bool]:
    """Return the strata in which the mean of some cells fails, each with whether that is established."""
    use = ~landscape.excluded[:, cells]
    failed, trials = landscape.failures[:, cells], landscape.trials[:, cells]
    chance = chance_above(landscape.alpha[:, cells], landscape.beta[:, cells], use, landscape.bound)
    sure = use.any(axis=-1) & own_trials_say(failed, trials, use, landscape.bound)
    return {landscape.strata[i]: bool(sure[i]) for i in np.flatnonzero((chance >= SURE) | sure)}


def _region(landscape: Landscape, found: Posterior, box: Box | None, stratum: str | None) -> Region | None:
    space = landscape.space
    if box is None or (box.cells == 1 and space.control_index is not None):
        return None
    cells = np.arange(space.n_cells).reshape(space.shape)[np.ix_(*box.levels)].reshape(-1)
    fails = (found.probability[:, cells] >= SURE) | established_table(landscape)[:, cells]
    ranges = [(s, tuple(s.levels[i] for i in at)) for s, at in zip(space.specs, box.levels, strict=True)]
    return Region(
        ranges={spec.name: values for spec, values in ranges},
        words={spec.name: span(spec, values) for spec, values in ranges},
        settings=box.cells,
        at_least=box.at_least,
        fails_in=() if stratum else tuple(landscape.strata[i] for i in np.flatnonzero(fails.any(axis=1))),
    )


def span(spec: ConceptSpec, values: Sequence[float]) -> str:
    """Return a range of levels in words: "from turned right by 30 degrees to turned left by 60 degrees"."""
    said = [spec.describe(value) or "unchanged" for value in values]
    if spec.kind is Kind.NOMINAL or len(said) == 1:
        return ", ".join(said)
    if len(said) == len(spec.levels):
        return f"every level, {said[0]} to {said[-1]}"
    return f"{said[0]} to {said[-1]}"
