"""Tables to take away: CSV in a link that holds it, so that no file is written or served."""

from __future__ import annotations

import base64
import csv
import io
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any

from faded.concepts.spec import ConceptSpec
from faded.landscape.safe import SafeRange
from faded.ui.heatmap import HeatCell

Field = str | float | int | None

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
"""A text that begins with one of these runs as a formula where a spreadsheet opens it."""

FIGURES = ("rate", "low90", "high90", "trials", "state")


def csv_text(head: Sequence[str], rows: Iterable[Sequence[Field]]) -> str:
    """Return a table as CSV (RFC 4180). Numbers stay numbers; a text that a spreadsheet would run is disarmed."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([_field(name) for name in head])
    writer.writerows([_field(value) for value in row] for row in rows)
    return out.getvalue()


def _field(value: Field) -> str:
    """Return a field: an apostrophe before a text makes spreadsheets take it as one."""
    if value is None:
        return ""
    if isinstance(value, str):
        return f"'{value}" if value.lstrip(" ").startswith(FORMULA) else value
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def link(table: str, name: str) -> str:
    """Return a link that saves a CSV text under a name."""
    return _link(table, name, "csv", "text/csv")


def json_link(values: Mapping[str, Any], name: str) -> str:
    """Return a link that saves JSON values under a name."""
    return _link(json.dumps(values, indent=1, allow_nan=False), name, "json", "application/json")


def _link(text: str, name: str, ending: str, kind: str) -> str:
    held = base64.b64encode(text.encode()).decode()
    return (
        f"<a class='f-save' data-key='{ending}-{escape(name, quote=True)}' download='{file_name(name)}.{ending}' "
        f"href='data:{kind};charset=utf-8;base64,{held}'>Save as {ending.upper()}</a>"
    )


def picture_button(card: str, name: str, title: str, note: str) -> str:
    """Return a button that draws what is shown as PNG; `assets/png.js` does it in the browser.

    Args:
        card: Selector of the element that holds the map, the 3-D view or the chart.
        name: Name of the file, without its ending.
        title: Title of the picture.
        note: What stands under the title.
    """
    data = {"key": f"png-{card}", "png": card, "name": file_name(name), "title": title, "note": note}
    held = " ".join(f"data-{key}='{escape(value, quote=True)}'" for key, value in data.items())
    return f"<button type='button' class='f-save' {held}>Save as PNG</button>"


def file_name(name: str) -> str:
    """Return a name that every file system takes."""
    return re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip("-.")


def state(cell: HeatCell) -> str:
    """Return what can be said of a cell, in one word or two."""
    if cell.left_out:
        return "clean control" if cell.control else "left out"
    return "estimated" if cell.enough else "not enough data"


def figures(cell: HeatCell) -> list[Field]:
    """Return a cell's figures; empty where nothing can be said, so that nobody reads a zero."""
    known = cell.enough and not cell.left_out
    return [*((cell.rate, cell.low, cell.high) if known else (None,) * 3), cell.trials, state(cell)]


def rates_csv(specs: Sequence[ConceptSpec], cells: Iterable[HeatCell], held: Mapping[str, Field]) -> str:
    """Return the places of a cut as CSV, one row each.

    Args:
        specs: The concepts that are drawn.
        cells: Their places, last concept fastest.
        held: What is the same in every row: the stratum, and what the other concepts are held at.
    """
    rows: list[list[Field]] = [[]]
    for spec in specs:
        rows = [[*row, value] for row in rows for value in spec.levels]
    table = ([*row, *held.values(), *figures(cell)] for row, cell in zip(rows, cells, strict=True))
    return csv_text([*(s.name for s in specs), *held, *FIGURES], table)


def safe_csv(found: Sequence[SafeRange], bound: float, stratum: str) -> str:
    """Return how far is safe within a stratum (or in the mean over all) as CSV, one row per level."""
    rows = []
    for one in found:
        for level in one.levels:
            known = level.standing.value in ("safe", "in doubt", "fails")
            shown = (level.rate, level.low, level.high) if known else (None,) * 3
            others = "; ".join([*(f"{n} unchanged" for n in one.pinned), *(f"{n} averaged" for n in one.averaged)])
            rows.append(
                [one.spec.name, level.value, *shown, level.trials, level.standing.value, bound, others, stratum]
            )
    return csv_text(["concept", "level", *FIGURES[:-1], "standing", "bound", "others", "stratum"], rows)
