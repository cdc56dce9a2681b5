"""Reading the map: from a landscape to what it says."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np

from faded.concepts.spec import ConceptSpace, ConceptSpec
from faded.domain import Kind
from faded.landscape.judged import Judged, chance_above, judge, own_trials_say
from faded.landscape.modes import established_table
from faded.landscape.posterior import SURE, IntArray, Landscape, Posterior
from faded.landscape.reading import LISTED, Reading, Region, Setting
from faded.landscape.safe_box import Box, safe_box
from faded.landscape.slices import numbers_behind
from faded.landscape.together import SIZES, fail_together, levels_away

CHANGED = 2
"""Concepts that a setting changes at most to be read where the space is not listed."""


def read_map(landscape: Landscape, found: Posterior, stratum: str | None) -> Reading:
    """Read the map.

    Of a space that is not listed the settings are read that change one concept or two, the others at neutral, or
    averaged over where their neutral is off the grid; no safe region is.

    Args:
        landscape: Trials, the space and the bound.
        found: Its posterior.
        stratum: One stratum, or None for the mean over all, each counting alike.
    """
    space = landscape.space
    on_grid = [spec.name for spec in space.specs if spec.neutral_level is not None]
    if space.listed:
        every = judge(landscape, found, [spec.name for spec in space.specs], stratum)
        views = [every]
        changing = [every if len(on_grid) == len(space.specs) else judge(landscape, found, on_grid, stratum)]
        each, jointly = (_region(landscape, found, safe_box(every, together), stratum) for together in (False, True))
    else:
        landscape, views = _pairs(landscape, stratum)
        changing, each, jointly = views, None, None
    nearest, as_near = _nearest(landscape, views)
    together, interactions, undecided = _together(landscape, changing if len(on_grid) >= min(SIZES) else [])
    settings, known, failing = _counts(views)
    return Reading(
        stratum=stratum,
        space=space,
        bound=landscape.bound,
        most_changed=None if space.listed else CHANGED,
        settings=settings,
        known=known,
        failing=failing,
        off_grid=tuple(spec.name for spec in space.specs if spec.neutral_level is None),
        nearest=nearest,
        as_near=as_near,
        together=together,
        interactions=interactions,
        undecided=undecided,
        most_together=max(SIZES) if space.listed else CHANGED,
        each=each,
        jointly=jointly,
    )


def _pairs(landscape: Landscape, stratum: str | None) -> tuple[Landscape, list[Judged]]:
    """Judge the settings that change one concept or two, pair by pair; the landscape looks at all of them."""
    specs = landscape.space.specs
    neutral = {spec.name: spec.neutral_level for spec in specs if spec.neutral_level is not None}
    pairs = list(combinations([spec.name for spec in specs], min(CHANGED, len(specs))))
    numbers = [numbers_behind(landscape.space, pair, neutral).reshape(-1) for pair in pairs]
    landscape = landscape.looking_at(np.concatenate(numbers))
    found = landscape.posterior()
    return landscape, [judge(landscape, found, pair, stratum, neutral) for pair in pairs]


def _counts(views: Sequence[Judged]) -> tuple[int, int, int]:
    """Return the number of settings that are not left out, of those known, and of those that fail, each once."""
    numbers = np.concatenate([view.numbers[..., 0].reshape(-1) for view in views])
    _, firsts = np.unique(numbers, return_index=True)
    tables = ([~view.left_out for view in views], [view.known for view in views], [view.fails for view in views])
    settings, known, failing = (
        int(np.concatenate([table.reshape(-1) for table in each])[firsts].sum()) for each in tables
    )
    return settings, known, failing


def _nearest(landscape: Landscape, views: Sequence[Judged]) -> tuple[tuple[Setting, ...], int]:
    """Return the failing settings nearest to neutral, and their number."""
    found: dict[int, tuple[int, float, Judged, tuple[int, ...]]] = {}
    for view in views:
        for cell in map(tuple, np.argwhere(view.fails).tolist()):
            levels = sum(int(levels_away(spec)[i]) for spec, i in zip(view.specs, cell, strict=True))
            levels += sum(spec.neutral_level is None and spec not in view.specs for spec in landscape.space.specs)
            found.setdefault(int(view.numbers[cell][0]), (levels, -float(view.rate[cell]), view, cell))
    if not found:
        return (), 0
    least = min(levels for levels, *_ in found.values())
    near = sorted((one for one in found.values() if one[0] == least), key=lambda one: one[1])
    return tuple(_setting(landscape, view, cell, least, None) for _, _, view, cell in near[:LISTED]), len(near)


def _together(landscape: Landscape, views: Sequence[Judged]) -> tuple[tuple[Setting, ...], int, int]:
    """Return interactions with their number, and that of the undecided ones."""
    found: list[tuple[int, float, Judged, tuple[int, ...], float]] = []
    undecided = 0
    for view in views:
        if any(spec.neutral_level is None for spec in view.specs):
            continue
        hits = fail_together(view)
        undecided += hits.undecided
        for cell, levels, alone in zip(hits.cells.tolist(), hits.levels.tolist(), hits.alone.tolist(), strict=True):
            found.append((levels, -float(view.rate[tuple(cell)]), view, tuple(cell), alone))
    found.sort(key=lambda one: one[:2])
    listed = (_setting(landscape, view, cell, levels, alone) for levels, _, view, cell, alone in found[:LISTED])
    return tuple(listed), len(found), undecided


def _setting(landscape: Landscape, judged: Judged, cell: tuple[int, ...], levels: int, alone: float | None) -> Setting:
    """Tell a judged setting; concepts that are held at neutral are among its values."""
    level = dict(zip([spec.name for spec in judged.specs], cell, strict=True))
    behind = judged.numbers[cell]
    held = landscape.space.levels(behind)
    specs = [
        spec
        for k, spec in enumerate(landscape.space.specs)
        if spec.name in level or (spec.neutral_level is not None and (held[:, k] == spec.neutral_level).all())
    ]
    values = {spec.name: spec.levels[level.get(spec.name, spec.neutral_level or 0)] for spec in specs}
    return Setting(
        values=values,
        words=ConceptSpace(tuple(specs)).describe(tuple(values.values())).removesuffix("."),
        levels=levels,
        rate=float(judged.rate[cell]),
        low=float(judged.low[cell]),
        high=float(judged.high[cell]),
        probability=float(judged.chance[cell]),
        trials=int(judged.trials[cell]),
        established=bool(judged.established[cell]),
        alone=alone,
        strata=_strata(landscape, landscape.cells.find(behind)),
    )


def _strata(landscape: Landscape, columns: IntArray) -> dict[str, bool]:
    """Return the strata in which the mean of some cells fails, each with whether that is established."""
    use = ~landscape.excluded[:, columns]
    failed, trials = landscape.failures[:, columns], landscape.trials[:, columns]
    chance = chance_above(landscape.alpha[:, columns], landscape.beta[:, columns], use, landscape.bound)
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
