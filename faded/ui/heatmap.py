"""The landscape in two dimensions: rates over two concepts, averaged over the others. Numpy only, drawn as a table."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

import numpy as np
from numpy.typing import NDArray

from faded.concepts.spec import ConceptSpec
from faded.landscape.posterior import Landscape, Posterior

MOSTLY = 0.5
"""A drawn cell counts as known when at least this share of the settings behind it is."""

STEPS = 10
"""Colours of the scale: one for every ten points of the rate."""


@dataclass(frozen=True, slots=True)
class HeatCell:
    """One drawn cell.

    Attributes:
        rate: Mean induced rate of the settings behind it.
        low: Mean of their intervals' lower ends: as if all errors went together, so never too narrow.
        high: The same of the upper ends.
        trials: Trials behind it.
        enough: Whether there is enough data to say anything.
        left_out: Whether every setting behind it is known to be invalid, or is the clean control.
        control: Whether it is left out because it is the clean control.
    """

    rate: float
    low: float
    high: float
    trials: int
    enough: bool
    left_out: bool
    control: bool = False


@dataclass(frozen=True, slots=True)
class HeatGrid:
    """What is drawn: rows are levels of `down`, columns levels of `across`."""

    down: ConceptSpec
    across: ConceptSpec
    stratum: str | None
    others: tuple[str, ...]
    cells: tuple[tuple[HeatCell, ...], ...]


def heat_grid(landscape: Landscape, found: Posterior, across: str, down: str, stratum: str | None) -> HeatGrid:
    """Average the landscape over every concept but two, and over all strata unless one is given.

    Args:
        landscape: Trials and the space.
        found: Its posterior.
        across: Name of the concept whose levels are the columns.
        down: Name of the concept whose levels are the rows.
        stratum: One stratum, or None for the mean over all.
    """
    space = landscape.space
    names = [s.name for s in space.specs]
    x, y = names.index(across), names.index(down)
    rows = slice(None) if stratum is None else [landscape.strata.index(stratum)]
    counted = ~landscape.excluded[rows]
    control = np.arange(space.n_cells) == space.control_index
    tables = (found.mean[rows], found.low90[rows], found.high90[rows], landscape.trials[rows], found.enough[rows])

    def cell(level_down: int, level_across: int) -> HeatCell:
        here = (space.cells[:, x] == level_across) & (space.cells[:, y] == level_down)
        use = counted[:, here]
        if not use.any():
            return HeatCell(0.0, 0.0, 0.0, 0, enough=False, left_out=True, control=bool(control[here].any()))
        rate, low, high, trials, enough = (_pick(t[:, here], use) for t in tables)
        return HeatCell(
            float(rate.mean()), float(low.mean()), float(high.mean()), int(trials.sum()),
            enough=bool(enough.mean() >= MOSTLY), left_out=False,
        )  # fmt: skip

    cells = tuple(tuple(cell(j, i) for i in range(space.shape[x])) for j in range(space.shape[y]))
    others = tuple(n for i, n in enumerate(names) if i not in (x, y))
    return HeatGrid(space.specs[y], space.specs[x], stratum, others, cells)


def _pick(table: NDArray[np.float64] | NDArray[np.bool_], use: NDArray[np.bool_]) -> NDArray[np.float64]:
    return np.asarray(table, dtype=np.float64)[use]


def heading(spec: ConceptSpec, value: float) -> str:
    """Return a level as a heading: the number for the eye, the words for the ear and the pointer."""
    words = escape(spec.describe(value) or "unchanged")
    mark = " heat-neutral" if value == spec.neutral else ""
    number = f"{value:g}".replace("-", "\N{MINUS SIGN}")
    return (
        f"<span class='heat-level{mark}' title='{words}' aria-hidden='true'>{number}</span>"
        f"<span class='f-hidden'>{escape(spec.name)} {words}</span>"
    )


def _cell_html(cell: HeatCell, where: str, first: bool) -> str:
    if cell.control:
        words, look, shown = f"{where}: the clean control. Only pictures that are right here count", "heat-out", ""
    elif cell.left_out:
        words, look, shown = f"{where}: left out. The edit hides the input or changes its answer", "heat-out", ""
    elif not cell.enough:
        words, look, shown = f"{where}: not enough data, {cell.trials} trials", "heat-thin", ""
    else:
        interval = f"90% interval {cell.low:.0%} to {cell.high:.0%}"
        words, look = f"{where}: {cell.rate:.0%}, {interval}, {cell.trials} trials", _colour(cell.rate)
        shown = f"<span aria-hidden='true'>{100 * cell.rate:.0f}</span>"
    said = escape(words, quote=True)
    index = 0 if first else -1
    inner = f"{shown}<span class='f-hidden'>{said}</span>"
    return f"<td class='heat-cell {look}' tabindex='{index}' data-tip='{said}'>{inner}</td>"


def _colour(rate: float) -> str:
    return f"heat-{min(int(rate * STEPS), STEPS - 1)}"


def _caption(grid: HeatGrid) -> str:
    where = "mean over all strata" if grid.stratum is None else f"stratum {escape(grid.stratum)}"
    mean = f", averaged over {escape(' and '.join(grid.others))}" if grid.others else ""
    return (
        f"Induced failure rate in percent; {where}{mean}. Point at a cell, or move there with the arrow keys, for "
        "its 90% interval."
    )


def render(grid: HeatGrid) -> str:
    """Return the grid as an accessible HTML table with its legend."""
    across, down = escape(grid.across.name), escape(grid.down.name)
    heads = "".join(f"<th scope='col'>{heading(grid.across, v)}</th>" for v in grid.across.levels)
    rows = "".join(
        f"<tr><th scope='row'>{heading(grid.down, v)}</th>{_row_html(grid, j)}</tr>"
        for j, v in enumerate(grid.down.levels)
    )
    scale = "".join(f"<i class='heat-{i}'></i>" for i in range(STEPS))
    return (
        f"<div class='heat'><p class='heat-caption'>{_caption(grid)}</p><div class='heat-scroll'>"
        f"<table class='heat-table'><caption class='f-hidden'>{down} down, {across} across</caption>"
        f"<thead><tr><td class='heat-corner'>{down} \N{DOWNWARDS ARROW}</td>"
        f"<td class='heat-axis' colspan='{len(grid.across.levels)}'>{across} \N{RIGHTWARDS ARROW}</td></tr>"
        f"<tr><td></td>{heads}</tr></thead><tbody>{rows}</tbody></table></div>"
        "<ul class='heat-legend'>"
        f"<li><span>0%</span><span class='heat-scale' aria-hidden='true'>{scale}</span><span>100%</span></li>"
        "<li><i class='heat-thin'></i>not enough data</li>"
        "<li><i class='heat-out'></i>left out: known invalid, or the clean control</li>"
        "<li><span class='heat-neutral'>0</span>changes nothing</li></ul></div>"
    )


def _row_html(grid: HeatGrid, j: int) -> str:
    down = grid.down.describe(grid.down.levels[j])
    cells = []
    for i, cell in enumerate(grid.cells[j]):
        words = ", ".join(w for w in (grid.across.describe(grid.across.levels[i]), down) if w) or "unchanged"
        cells.append(_cell_html(cell, f"{words[0].upper()}{words[1:]}", first=i == j == 0))
    return "".join(cells)
