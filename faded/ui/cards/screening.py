"""Which concepts matter at all: the main effects that a round's screening found."""

from __future__ import annotations

import math
from collections.abc import Mapping
from html import escape
from typing import Any

from faded.landscape.main_effects import CAVEAT, SCREENING, sentences
from faded.ui.tables import Column, Row, table
from faded.ui.words import named, percent, points

BEFORE_THE_BAR = (
    Column("Concept"),
    Column("Low"),
    Column("High"),
    Column("Fail at low", number=True),
    Column("Fail at high", number=True),
    Column("Effect", number=True),
    Column("90% interval", number=True),
)


def render(summary: Mapping[str, Any]) -> str:
    """Return the card's content; empty of a round that was not screened, whose card is not shown.

    Args:
        summary: The round's.
    """
    found: Mapping[str, Any] | None = summary.get(SCREENING)
    if found is None:
        return ""
    said = "".join(f"<li>{escape(sentence)}</li>" for sentence in sentences(found))
    ends = [abs(row[name]) for row in found["concepts"] for name in ("low90", "high90") if row["effect"] is not None]
    reach = math.ceil(10 * max(ends, default=1.0)) / 10
    bar = Column(f"From \N{MINUS SIGN}{100 * reach:.0f} to +{100 * reach:.0f} points")
    columns = (*BEFORE_THE_BAR, bar, Column("State"))
    effects = table("Main effects of the screening", columns, [_row(row, reach) for row in found["concepts"]])
    return f"<ul class='reach-said'>{said}</ul>{effects}<p class='f-quiet'>{CAVEAT}</p>"


def _row(row: Mapping[str, Any], reach: float) -> Row:
    levels = (escape(named(row["concept"])), escape(row["low"]), escape(row["high"]))
    if row["effect"] is None:
        return Row((*levels, "", "", "", "", "", row["state"]))
    interval = f"{points(row['low90'])} to {points(row['high90'])}"
    rates = (percent(row["rate_low"], 0), percent(row["rate_high"], 0))
    return Row((*levels, *rates, points(row["effect"]), interval, _bar(row, reach), row["state"]))


def _bar(row: Mapping[str, Any], reach: float) -> str:
    """Return the interval as a bar on a line as far as `reach` either way, with a tick at the effect and one at 0."""
    left, right, middle = (50 + 50 * row[name] / reach for name in ("low90", "high90", "effect"))
    return (
        f"<span class='effect' aria-hidden='true'><i style='left:{left:.1f}%;width:{right - left:.1f}%'></i>"
        f"<b style='left:{middle:.1f}%'></b></span>"
    )
