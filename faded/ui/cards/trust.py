"""Whether the map can be trusted: what it predicted of control queries before they were seen, and what they did."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from faded.landscape.calibration import CALIBRATION, sentences
from faded.landscape.trusted import standing
from faded.ui.page import empty
from faded.ui.tables import Column, Row, table
from faded.ui.words import count, percent, plural

HOW = (
    "A tenth of the queries are control queries: setting and sample are drawn by chance. Before the answers of a batch "
    "enter the map, the rate that the map gives is noted for each of them; then, whether it failed. Nothing is tuned "
    "on this comparison. Afterwards control queries count as trials, like all others."
)

SIZE, MARGIN, LEFT, BOTTOM = 250, 12, 46, 34
"""Of the chart, in its own units."""

LEAST_RADIUS, MOST_RADIUS = 3.0, 8.0
"""Of a ball; its area grows with the queries in its row."""

COLUMNS = (
    Column("Rate given"),
    Column("Control queries", number=True),
    Column("Mean given", number=True),
    Column("Failed", number=True),
    Column("90% interval", number=True),
    Column("The map is"),
)


def render(summary: Mapping[str, Any]) -> str:
    """Return the card's content.

    Args:
        summary: The round's.
    """
    found: Mapping[str, Any] | None = summary.get(CALIBRATION)
    if found is None or found["queries"] == 0:
        return empty("Nothing compared yet", HOW)
    answer, *others = sentences(found)
    said = "".join(f"<li>{sentence}</li>" for sentence in others)
    rates = table("Predicted and seen, by rate given", COLUMNS, [_row(row) for row in found["bins"]])
    return (
        f"<p class='trust-answer'><b>{answer}</b></p><p class='f-quiet'>{HOW}</p>"
        f"<div class='trust'>{chart(found['bins'])}<ul class='reach-said'>{said}</ul></div>{rates}"
    )


def chart(bins: Sequence[Mapping[str, Any]]) -> str:
    """Draw what failed over what was given as SVG: a ball and its interval per row, beside the line of a perfect map.

    Args:
        bins: Rows of `Calibration.figures`.
    """
    most = max(row["queries"] for row in bins)
    x0, y0 = _at(0, 0)
    x1, y1 = _at(1, 1)
    axes = ""
    for share in (0.0, 0.5, 1.0):
        x, y = _at(share, share)
        axes += (
            f"<line class='grid' x1='{x0}' x2='{x1}' y1='{y:.1f}' y2='{y:.1f}'/><text x='{x0 - 8}' y='{y + 4:.1f}' "
            f"text-anchor='end'>{percent(share, 0)}</text><text x='{x:.1f}' y='{y0 + 18}' "
            f"text-anchor='middle'>{percent(share, 0)}</text>"
        )
    drawn = "".join(_ball(row, most) for row in bins)
    words = (
        "What failed over what the map gave, by rate given; the figures are in the table. A perfect map is diagonal."
    )
    middle = (y0 + y1) / 2
    return (
        f"<figure class='f-chart trust-chart'><svg viewBox='0 0 {SIZE + LEFT + 8} {SIZE + BOTTOM}' role='img' "
        f"aria-label='{words}'>{axes}<line class='even' x1='{x0}' y1='{y0}' x2='{x1}' y2='{y1}'/>{drawn}<text "
        f"class='axis' x='{(x0 + x1) / 2}' y='{y0 + 36}' text-anchor='middle'>rate given</text><text class='axis' "
        f"x='12' y='{middle}' transform='rotate(-90 12 {middle})' text-anchor='middle'>failed</text></svg></figure>"
    )


def _at(given: float, failed: float) -> tuple[float, float]:
    return LEFT + MARGIN + (SIZE - 2 * MARGIN) * given, SIZE - MARGIN - (SIZE - 2 * MARGIN) * failed


def _ball(row: Mapping[str, Any], most: int) -> str:
    x, y = _at(row["predicted"], row["share"])
    (_, low), (_, high) = _at(0, row["low"]), _at(0, row["high"])
    size = LEAST_RADIUS + (MOST_RADIUS - LEAST_RADIUS) * math.sqrt(row["queries"] / most)
    tip = (
        f"Given {percent(row['predicted'], 0)}, failed {percent(row['share'], 0)} of "
        f"{plural(row['queries'], 'control query', 'control queries')}"
    )
    return (
        f"<line class='range' x1='{x:.1f}' x2='{x:.1f}' y1='{low:.1f}' y2='{high:.1f}'/>"
        f"<circle class='ball' cx='{x:.1f}' cy='{y:.1f}' r='{size:.1f}'><title>{tip}</title></circle>"
    )


def _row(row: Mapping[str, Any]) -> Row:
    return Row(
        (
            f"{percent(row['from'], 0)} to {percent(row['to'], 0)}",
            count(row["queries"]),
            percent(row["predicted"], 0),
            percent(row["share"], 0),
            f"{percent(row['low'], 0)} to {percent(row['high'], 0)}",
            standing(row),
        )
    )
