"""A report as one page that needs nothing else: style and pictures inside, every text escaped."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from faded.domain import VERSION
from faded.landscape import main_effects
from faded.landscape.calibration import sentences
from faded.report.evidence import DRAWN, WRITTEN, Shown
from faded.targets.sets import counted

TEMPLATES = Path(__file__).parent / "templates"

CHANGES = ("fixed", "unchanged", "newly broken", "cannot tell")
"""What can have become of a mode, in the order shown."""

CASES = (*CHANGES, "clean")
"""What examples of a verification are shown for; the last are unedited inputs that turned wrong."""

MOST_ROWS = 60
"""Modes listed in a table: the JSON object beside the page holds all."""


def percent(rate: float | None, digits: int = 1) -> str:
    """Return a share as a percentage."""
    return "not known" if rate is None else f"{100 * rate:.{digits}f}%"


def points(change: float | None) -> str:
    """Return a difference of shares in percentage points, with its sign."""
    return "not known" if change is None else f"{100 * change:+.1f} points"


def clock(seconds: float | None) -> str:
    """Return a moment (seconds since 1970) in universal time, which reads the same everywhere."""
    return "not yet" if seconds is None else f"{datetime.fromtimestamp(seconds, UTC):%d %b %Y, %H:%M:%S} UTC"


def number(value: float | None) -> str:
    """Return a number with thousands: 12,000; a figure with what digits matter."""
    if value is None:
        return "not known"
    return f"{value:,}" if isinstance(value, int) else f"{value:,.4g}"


def interval(ends: Any, form: Callable[[float], str] = percent) -> str:
    """Return both ends of an interval; empty where there is none."""
    return "" if ends is None or ends[0] is None else f"{form(ends[0])} to {form(ends[1])}"


def named(name: str) -> str:
    """Return a name as a person writes it: "stop words"."""
    return name.replace("_", " ")


def plural(count: int, one: str, many: str) -> str:
    """Return "1 mode is" or "3 modes are"."""
    return f"{count:,} {one if count == 1 else many}"


FILTERS = (percent, points, clock, number, interval, named, plural, counted)


def render(values: Mapping[str, Any], shown: Shown) -> str:
    """Return the page of a report.

    Args:
        values: What `collect.report` collected.
        shown: Reads the evidence.

    Raises:
        FadedError: evidence is missing.
    """
    page = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    page.filters.update({each.__name__: each for each in FILTERS})
    kind = values["round"]["evidence"]
    return page.get_template("report.html").render(
        values,
        version=VERSION,
        in_points=points,
        sentences=sentences,
        effects=main_effects.sentences,
        effects_caveat=main_effects.CAVEAT,
        signed="{:+.3f}".format,
        shown=shown,
        written=kind == WRITTEN,
        drawn=kind == DRAWN,
        changes=CHANGES,
        cases=CASES,
        most_rows=MOST_ROWS,
        of_mode={name: [m for m in values["modes"] if m["people"] == name] for name in ("confirmed", "refused")},
        told=_told((values["verification"] or {}).get("modes", ())),
    )


def _told(modes: Any) -> dict[str, list[Mapping[str, Any]]]:
    """Return the verified modes by what became of them, confirmed ones first."""
    order = sorted(modes, key=lambda m: "confirmed" not in m["roles"])
    return {change: [m for m in order if m["change"] == change] for change in CHANGES}
