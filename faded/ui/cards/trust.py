"""Whether the map can be trusted: what it predicted of control queries before they were seen, and what they did."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from faded.landscape.calibration import CALIBRATION, sentences
from faded.ui.page import empty
from faded.ui.tables import Column, Row, table
from faded.ui.words import count, percent

HOW = (
    "A tenth of the queries are control queries: setting and sample are drawn by chance. Before the answers of a batch "
    "enter the map, the rate that the map gives is noted for each of them; then, whether it failed. Nothing is tuned "
    "on this comparison. Afterwards control queries count as trials, like all others."
)

COLUMNS = (
    Column("Rate given"),
    Column("Control queries", number=True),
    Column("Mean given", number=True),
    Column("Failed", number=True),
    Column("90% interval", number=True),
)


def render(summary: Mapping[str, Any]) -> str:
    """Return the card's content.

    Args:
        summary: The round's.
    """
    found: Mapping[str, Any] | None = summary.get(CALIBRATION)
    if found is None or found["queries"] == 0:
        return empty("Nothing compared yet", HOW)
    said = "".join(f"<li>{sentence}</li>" for sentence in sentences(found))
    rates = table("Predicted and seen, by rate given", COLUMNS, [_row(row) for row in found["bins"]])
    return f"<p class='f-quiet'>{HOW}</p><ul class='reach-said'>{said}</ul>{rates}"


def _row(row: Mapping[str, Any]) -> Row:
    return Row(
        (
            f"{percent(row['from'], 0)} to {percent(row['to'], 0)}",
            count(row["queries"]),
            percent(row["predicted"], 0),
            percent(row["share"], 0),
            f"{percent(row['low'], 0)} to {percent(row['high'], 0)}",
        )
    )
