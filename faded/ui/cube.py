"""The landscape in three dimensions: what `assets/cube.js` draws and turns, and the same figures as tables."""

from __future__ import annotations

import json
from collections.abc import Mapping
from html import escape

from faded.concepts.spec import ConceptSpec
from faded.landscape.posterior import Landscape, Posterior
from faded.landscape.slices import cut
from faded.ui import heatmap
from faded.ui.heatmap import HeatCell, HeatGrid
from faded.ui.words import named

TURNS = (("left", "\N{LEFTWARDS ARROW}"), ("right", "\N{RIGHTWARDS ARROW}"), ("up", "\N{UPWARDS ARROW}"),
         ("down", "\N{DOWNWARDS ARROW}"))  # fmt: skip

LEGEND = heatmap.LEGEND.replace("<i class='heat-thin'></i>", "<i class='cube-thin'></i>").replace(
    "<i class='heat-out'></i>left out", "<i class='cube-out'></i>left out"
)


def layers(
    landscape: Landscape, found: Posterior, axes: tuple[str, ...], stratum: str | None, pins: Mapping[str, int]
) -> list[HeatGrid]:
    """Return one map of the first two concepts for every level of the third.

    Args:
        landscape: Trials and the space.
        found: Its posterior.
        axes: Three names: across, down and in depth.
        stratum: One stratum, or None for the mean over all.
        pins: Level of each concept that is held at one; the others are averaged over.
    """
    across, down, depth = axes
    specs = {s.name: s for s in landscape.space.specs}
    held = {name: level for name, level in pins.items() if name not in axes}
    flat = heatmap.flatten(cut(landscape, found, (depth, down, across), held, stratum))
    width, height = len(specs[across].levels), len(specs[down].levels)
    pinned = tuple((specs[name], specs[name].levels[held[name]]) for name in specs if name in held)
    others = tuple(name for name in specs if name not in axes and name not in held)
    grids = []
    for k in range(len(specs[depth].levels)):
        first = k * width * height
        rows = tuple(tuple(flat[first + j * width : first + (j + 1) * width]) for j in range(height))
        grids.append(HeatGrid(specs[across], specs[down], stratum, pinned, others, rows))
    return grids


def cells(grids: list[HeatGrid]) -> list[HeatCell]:
    """Return the cells of the layers, across fastest, depth slowest."""
    return [cell for grid in grids for row in grid.cells for cell in row]


def render(grids: list[HeatGrid], depth: ConceptSpec) -> str:
    """Return the drawing's place, its legend, and its text alternative, as HTML."""
    first = grids[0]
    axes = (first.across, _down(first), depth)
    names = [escape(named(s.name)) for s in axes]
    data = escape(json.dumps(_data(grids, axes), separators=(",", ":")), quote=True)
    turns = "".join(
        f"<button type='button' data-turn='{way}' data-key='turn-{way}' aria-label='Turn {way}'>{sign}</button>"
        for way, sign in TURNS
    )
    tables = "".join(_table(grid, depth, value) for grid, value in zip(grids, depth.levels, strict=True))
    return (
        f"<div class='heat'><p class='heat-caption'>Induced failure rate: the larger a ball, the higher; "
        f"{escape(heatmap.where(first))}. Drag it, or turn it with the arrow keys; point at a ball for its 90% "
        f"interval.</p><div class='cube' tabindex='0' data-key='cube' role='group' aria-label='Failure rates over "
        f"{names[0]}, {names[1]} and {names[2]}; the arrow keys turn them. {_worst(grids, depth)} All figures are in "
        f"the tables below.' data-cube='{data}'></div><div class='cube-turns' role='group' aria-label='Turn'>{turns}"
        f"</div><ul class='heat-legend'>{LEGEND}</ul><details class='f-more'><summary>The same as tables</summary>"
        f"<div class='cube-tables'>{tables}</div></details></div>"
    )


def _down(grid: HeatGrid) -> ConceptSpec:
    assert grid.down is not None  # noqa: S101 - three concepts are drawn, so there is a second one
    return grid.down


def _data(grids: list[HeatGrid], axes: tuple[ConceptSpec, ...]) -> dict[str, object]:
    """Return what is drawn as JSON values: axes with their levels, and for each ball its class, rate and words."""
    values = [(x, y, z) for z in axes[2].levels for y in axes[1].levels for x in axes[0].levels]
    balls = [
        [
            heatmap.look(cell).replace("heat-", "cube-"),
            round(cell.rate, 3),
            f"{heatmap.spot(grids[0], axes, at)}: {heatmap.words(cell)}",
        ]
        for cell, at in zip(cells(grids), values, strict=True)
    ]
    return {
        "axes": [
            {"name": named(s.name), "levels": [s.mark(v) for v in s.levels], "neutral": s.neutral_level} for s in axes
        ],
        "balls": balls,
    }


def _worst(grids: list[HeatGrid], depth: ConceptSpec) -> str:
    """Say in a sentence where the rate is highest, for those who cannot see the drawing."""
    first = grids[0]
    axes = (first.across, _down(first), depth)
    found = [
        (cell.rate, (x, y, z))
        for grid, z in zip(grids, depth.levels, strict=True)
        for row, y in zip(grid.cells, axes[1].levels, strict=True)
        for cell, x in zip(row, axes[0].levels, strict=True)
        if cell.enough and not cell.left_out
    ]
    if not found:
        return "There is not enough data yet."
    rate, values = max(found)
    return escape(f"Highest: {rate:.0%}, {heatmap.spot(first, axes, values)}.", quote=True)


def _table(grid: HeatGrid, depth: ConceptSpec, value: float) -> str:
    down = _down(grid)
    heads = "".join(f"<th scope='col'>{heatmap.heading(grid.across, v)}</th>" for v in grid.across.levels)
    rows = "".join(
        f"<tr><th scope='row'>{heatmap.heading(down, v)}</th>{''.join(_plain(c) for c in row)}</tr>"
        for v, row in zip(down.levels, grid.cells, strict=True)
    )
    title = f"{escape(named(depth.name))} {escape(depth.mark(value))}"
    across = escape(named(grid.across.name))
    axes = f"{escape(named(down.name))} \N{DOWNWARDS ARROW} {across} \N{RIGHTWARDS ARROW}"
    return (
        f"<table class='cube-table'><caption><b>{title}</b>, rates in percent; {axes}</caption>"
        f"<thead><tr><td></td>{heads}</tr></thead><tbody>{rows}</tbody></table>"
    )


def _plain(cell: HeatCell) -> str:
    if cell.left_out:
        return "<td>left out</td>"
    return f"<td>{100 * cell.rate:.0f}</td>" if cell.enough else "<td>no data</td>"
