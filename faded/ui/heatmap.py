"""The landscape in two dimensions: rates over two concepts, the others pinned or averaged, drawn as a table."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape

from faded.concepts.spec import ConceptSpec
from faded.landscape.posterior import Landscape, Posterior
from faded.landscape.slices import Cut, cut
from faded.ui.words import named, plural

STEPS = 10
"""Colours of the scale: one for every ten points of the rate."""

UNCHANGED = "Unchanged"
"""Where a cell is that edits nothing."""

LEGEND = (
    "<li><span>0%</span><span class='heat-scale' aria-hidden='true'>"
    + "".join(f"<i class='heat-{i}'></i>" for i in range(STEPS))
    + "</span><span>100%</span></li><li><i class='heat-thin'></i>not enough data</li>"
    "<li><i class='heat-out'></i>left out: known invalid, or the clean control</li>"
    "<li><span class='heat-neutral'>0</span>changes nothing</li>"
)


@dataclass(frozen=True, slots=True)
class HeatCell:
    """One drawn cell; what its figures mean stands at `slices.Cut`."""

    rate: float
    low: float
    high: float
    trials: int
    enough: bool
    left_out: bool
    control: bool


@dataclass(frozen=True, slots=True)
class HeatGrid:
    """What is drawn: rows are levels of `down`, columns levels of `across`.

    Attributes:
        across: The concept of the columns.
        down: The concept of the rows; None in a space of one concept, which has a single row.
        stratum: The stratum, None for the mean over all.
        pinned: The concepts held at one level, with that level's value.
        others: Names of the concepts averaged over.
        cells: The cells, row by row.
    """

    across: ConceptSpec
    down: ConceptSpec | None
    stratum: str | None
    pinned: tuple[tuple[ConceptSpec, float], ...]
    others: tuple[str, ...]
    cells: tuple[tuple[HeatCell, ...], ...]


def heat_grid(
    landscape: Landscape,
    found: Posterior,
    across: str,
    down: str | None,
    stratum: str | None,
    pins: Mapping[str, int] | None = None,
) -> HeatGrid:
    """Cut the landscape along one concept or two.

    Args:
        landscape: Trials and the space.
        found: Its posterior.
        across: Name of the concept whose levels are the columns.
        down: Name of the concept whose levels are the rows; None for a single row.
        stratum: One stratum, or None for the mean over all.
        pins: Level of each concept that is held at one; the others are averaged over.
    """
    specs = {s.name: s for s in landscape.space.specs}
    axes = [across] if down is None else [down, across]
    held = {name: level for name, level in (pins or {}).items() if name not in axes}
    rates = cut(landscape, found, axes, held, stratum)
    flat = flatten(rates)
    width = len(specs[across].levels)
    return HeatGrid(
        across=specs[across],
        down=None if down is None else specs[down],
        stratum=stratum,
        pinned=tuple((specs[name], specs[name].levels[held[name]]) for name in specs if name in held),
        others=tuple(name for name in specs if name not in axes and name not in held),
        cells=tuple(tuple(flat[i : i + width]) for i in range(0, len(flat), width)),
    )


def flatten(rates: Cut) -> list[HeatCell]:
    """Return the places of a cut one after the other, last axis fastest."""
    tables = (rates.rate, rates.low, rates.high, rates.trials, rates.enough, rates.left_out, rates.control)
    return [HeatCell(*place) for place in zip(*(t.reshape(-1).tolist() for t in tables), strict=True)]


def heading(spec: ConceptSpec, value: float) -> str:
    """Return a level as a heading: number or name for the eye, the words for the ear and the pointer."""
    words = escape(spec.describe(value) or "unchanged", quote=True)
    mark = " heat-neutral" if value == spec.neutral else ""
    return (
        f"<span class='heat-level{mark}' title='{words}' aria-hidden='true'>{escape(spec.mark(value))}</span>"
        f"<span class='f-hidden'>{escape(named(spec.name))} {words}</span>"
    )


def look(cell: HeatCell) -> str:
    """Return the class that colours a cell."""
    if cell.left_out:
        return "heat-out"
    return f"heat-{min(int(cell.rate * STEPS), STEPS - 1)}" if cell.enough else "heat-thin"


def words(cell: HeatCell) -> str:
    """Return what is known of a cell, as text."""
    trials = plural(cell.trials, "trial", "trials")
    if cell.control:
        return "the clean control. Nothing fails here, by definition"
    if cell.left_out:
        return "left out. The edit hides the input or changes its answer"
    if not cell.enough:
        return f"not enough data, {trials}"
    return f"{cell.rate:.0%}, 90% interval {cell.low:.0%} to {cell.high:.0%}, {trials}"


def place(specs: tuple[ConceptSpec, ...], values: tuple[float, ...]) -> str:
    """Return where a cell is: "Turned left by 30 degrees, darkened by 30%"."""
    said = ", ".join(w for s, v in zip(specs, values, strict=True) if (w := s.describe(v)))
    return f"{said[0].upper()}{said[1:]}" if said else UNCHANGED


def spot(grid: HeatGrid, specs: tuple[ConceptSpec, ...], values: tuple[float, ...]) -> str:
    """Return where a cell of a map is: the levels drawn and held, and what its rate is averaged over.

    Args:
        grid: The map, or a layer of it.
        specs: The concepts that are drawn.
        values: The cell's level of each.
    """
    held, at = zip(*grid.pinned, strict=True) if grid.pinned else ((), ())
    said = place((*specs, *held), (*values, *at))
    if not grid.others:
        return said
    if said == UNCHANGED:
        said = f"{' and '.join(named(s.name) for s in (*specs, *held))} unchanged"
    return f"{said[0].upper()}{said[1:]}, averaged over {_others(grid)}"


def _others(grid: HeatGrid) -> str:
    return " and ".join(named(name) for name in grid.others)


def where(grid: HeatGrid) -> str:
    """Say what is pinned, what is averaged, and which stratum is looked at, as text."""
    parts = ["mean over all strata" if grid.stratum is None else f"stratum {grid.stratum}"]
    parts += [f"{named(spec.name)} {spec.describe(value) or 'unchanged'}" for spec, value in grid.pinned]
    if grid.others:
        parts.append(f"averaged over {_others(grid)}")
    return "; ".join(parts)


def _cell_html(cell: HeatCell, at: str, key: str, setting: Mapping[str, float] | None) -> str:
    said = escape(f"{at}: {words(cell)}", quote=True)
    tried = "" if setting is None else f" data-try='{escape(json.dumps(setting), quote=True)}'"
    shown = f"<span aria-hidden='true'>{100 * cell.rate:.0f}</span>" if cell.enough and not cell.left_out else ""
    index = 0 if key == "0-0" else -1
    inner = f"{shown}<span class='f-hidden'>{said}</span>"
    return (
        f"<td class='heat-cell {look(cell)}' tabindex='{index}' data-key='{key}' data-tip='{said}'{tried}>{inner}</td>"
    )


def render(grid: HeatGrid, tried_on: str = "") -> str:
    """Return the grid as an accessible HTML table with its legend.

    Args:
        grid: What is drawn.
        tried_on: What a cell's setting can be tried on ("a picture"), with what is averaged over left unchanged; empty
            where there is nothing to try.
    """
    across, down = escape(named(grid.across.name)), "" if grid.down is None else escape(named(grid.down.name))
    heads = "".join(f"<th scope='col'>{heading(grid.across, v)}</th>" for v in grid.across.levels)
    corner = f"{down} \N{DOWNWARDS ARROW}" if down else ""
    axes = f"{down} down, {across} across" if down else f"{across} across"
    rows = "".join(_row_html(grid, j, bool(tried_on)) for j in range(len(grid.cells)))
    tried = f" Click it, or press Enter, to try its setting on {tried_on}." if tried_on else ""
    return (
        f"<div class='heat'><p class='heat-caption'>Induced failure rate in percent; {escape(where(grid))}. Point at a "
        f"cell, or move there with the arrow keys, for its 90% interval.{tried}</p><div class='heat-scroll'>"
        f"<table class='heat-table'><caption class='f-hidden'>{axes}</caption>"
        f"<thead><tr><td class='heat-corner'>{corner}</td>"
        f"<td class='heat-axis' colspan='{len(grid.across.levels)}'>{across} \N{RIGHTWARDS ARROW}</td></tr>"
        f"<tr><td></td>{heads}</tr></thead><tbody>{rows}</tbody></table></div>"
        f"<ul class='heat-legend'>{LEGEND}</ul></div>"
    )


def _row_html(grid: HeatGrid, j: int, may_try: bool) -> str:
    down = () if grid.down is None else (grid.down,)
    values = () if grid.down is None else (grid.down.levels[j],)
    head = "<td></td>" if grid.down is None else f"<th scope='row'>{heading(grid.down, grid.down.levels[j])}</th>"
    cells = ""
    for i, cell in enumerate(grid.cells[j]):
        specs, at = (grid.across, *down), (grid.across.levels[i], *values)
        setting = {spec.name: value for spec, value in (*zip(specs, at, strict=True), *grid.pinned)}
        cells += _cell_html(cell, spot(grid, specs, at), f"{j}-{i}", setting if may_try else None)
    return f"<tr>{head}{cells}</tr>"
