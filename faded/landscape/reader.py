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
from faded.landscape.reading import LISTED, UNDECIDED_LISTED, Block, Reading, Region, Setting
from faded.landscape.safe_box import safe_box
from faded.landscape.slices import numbers_behind
from faded.landscape.together import SIZES, fail_together, levels_away, levels_of

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
        each, jointly = (_region(landscape, found, every, together, stratum) for together in (False, True))
    else:
        landscape, views = _pairs(landscape, stratum)
        changing, each, jointly = views, None, None
    nearest, as_near = _nearest(landscape, views)
    together, interactions, waiting, undecided = _together(landscape, changing if len(on_grid) >= min(SIZES) else [])
    settings, known, asked, failing = _counts(views)
    places, places_asked = _places(landscape, views, stratum)
    return Reading(
        stratum=stratum,
        space=space,
        bound=landscape.bound,
        most_changed=None if space.listed else CHANGED,
        settings=settings,
        known=known,
        asked=asked,
        places=places,
        places_asked=places_asked,
        failing=failing,
        off_grid=tuple(spec.name for spec in space.specs if spec.neutral_level is None),
        nearest=nearest,
        as_near=as_near,
        together=together,
        interactions=interactions,
        undecided=undecided,
        waiting=waiting,
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


def _counts(views: Sequence[Judged]) -> tuple[int, int, int, int]:
    """Return how many settings are not left out, how many of them are known, asked and failing, each once."""
    numbers = np.concatenate([view.numbers[..., 0].reshape(-1) for view in views])
    _, firsts = np.unique(numbers, return_index=True)
    tables = (
        [~view.left_out for view in views],
        [view.known for view in views],
        [~view.left_out & (view.trials > 0) for view in views],
        [view.fails for view in views],
    )
    settings, known, asked, failing = (
        int(np.concatenate([table.reshape(-1) for table in each])[firsts].sum()) for each in tables
    )
    return settings, known, asked, failing


def _places(landscape: Landscape, views: Sequence[Judged], stratum: str | None) -> tuple[int, int]:
    """Return the number of pairs of a setting read and a stratum, and of those with a trial of their own."""
    numbers = np.unique(np.concatenate([view.numbers.reshape(-1) for view in views]))
    columns = landscape.cells.find(numbers)
    rows = slice(None) if stratum is None else [landscape.strata.index(stratum)]
    there = ~landscape.excluded[rows][:, columns]
    return int(there.sum()), int((there & (landscape.trials[rows][:, columns] > 0)).sum())


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


def _together(
    landscape: Landscape, views: Sequence[Judged]
) -> tuple[tuple[Setting, ...], int, tuple[Setting, ...], int]:
    """Return interactions with their number, and the undecided ones with theirs."""
    found: list[tuple[int, float, Judged, tuple[int, ...], float]] = []
    undecided: list[tuple[int, float, Judged, tuple[int, ...], None]] = []
    for view in views:
        if any(spec.neutral_level is None for spec in view.specs):
            continue
        hits = fail_together(view)
        away = levels_of(view.specs, hits.undecided).tolist()
        for cell, levels in zip(map(tuple, hits.undecided.tolist()), away, strict=True):
            undecided.append((levels, -float(view.rate[cell]), view, cell, None))
        for cell, levels, alone in zip(hits.cells.tolist(), hits.levels.tolist(), hits.alone.tolist(), strict=True):
            found.append((levels, -float(view.rate[tuple(cell)]), view, tuple(cell), alone))
    found.sort(key=lambda one: one[:2])
    undecided.sort(key=lambda one: one[:2])
    listed, waiting = (
        tuple(_setting(landscape, view, cell, levels, alone) for levels, _, view, cell, alone in some)
        for some in (found[:LISTED], undecided[:UNDECIDED_LISTED])
    )
    return listed, len(found), waiting, len(undecided)


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
    columns = landscape.cells.find(behind)
    strata = _strata(landscape, columns)
    own = landscape.trials[:, columns].sum(axis=1) > 0
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
        strata=strata,
        asked=sum(bool(own[landscape.strata.index(name)]) for name in strata),
    )


def _strata(landscape: Landscape, columns: IntArray) -> dict[str, bool]:
    """Return the strata in which the mean of some cells fails, each with whether that is established."""
    use = ~landscape.excluded[:, columns]
    failed, trials = landscape.failures[:, columns], landscape.trials[:, columns]
    chance = chance_above(landscape.alpha[:, columns], landscape.beta[:, columns], use, landscape.bound)
    sure = use.any(axis=-1) & own_trials_say(failed, trials, use, landscape.bound)
    return {landscape.strata[i]: bool(sure[i]) for i in np.flatnonzero((chance >= SURE) | sure)}


def _region(
    landscape: Landscape, found: Posterior, every: Judged, together: bool, stratum: str | None
) -> Region | None:
    space, box = landscape.space, safe_box(every, together)
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
        # the region of all at once may end where every setting is safe by itself: no single one stops it
        blocks=() if together else tuple(_block(every, *block) for block in box.blocks),
    )


def _block(every: Judged, concept: int, cell: tuple[int, ...]) -> Block:
    spec = every.specs[concept]
    values = [one.levels[i] for one, i in zip(every.specs, cell, strict=True)]
    figures = (every.rate, every.low, every.high)
    rate, low, high = (float(table[cell]) if every.known[cell] else None for table in figures)
    level, setting = spec.describe(spec.levels[cell[concept]]), ConceptSpace(every.specs).describe(tuple(values))
    return Block(spec.name, level or "unchanged", setting.removesuffix("."), rate, low, high)


def span(spec: ConceptSpec, values: Sequence[float]) -> str:
    """Return a range of levels in words: "from turned right by 30 degrees to turned left by 60 degrees"."""
    said = [spec.describe(value) or "unchanged" for value in values]
    if spec.kind is Kind.NOMINAL or len(said) == 1:
        return ", ".join(said)
    if len(said) == len(spec.levels):
        return f"every level, {said[0]} to {said[-1]}"
    return f"{said[0]} to {said[-1]}"
