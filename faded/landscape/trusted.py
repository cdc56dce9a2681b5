"""Whether a map can be trusted: one answer, by a rule, from what control queries say of it.

A row of the comparison *tells* with `TELLING` queries or more; thinner ones count for nothing. A row that tells is
*off* where the mean given lies outside the 90% interval of the share that failed. Of a perfect map one row in ten is
off by chance. More is off than chance explains where so many rows would be off in at most 5 of 100 perfect maps, or
where a single row is off even by the interval that is widened for the number of rows (Bonferroni), again 5 in 100. So
a perfect map is doubted about once in ten times at most.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from scipy.special import betainc, betaincinv

TELLING = 20
"""Queries that a row needs before anything is said of it: a 90% interval is then at most 0.35 wide."""

LEAST_QUERIES = 100
"""Queries that the rows that tell have to hold together for an answer."""

BY_CHANCE = 0.1
"""Share of the rows of a perfect map whose mean lies outside their 90% interval."""

RARE = 0.05
"""What happens to a perfect map more rarely is not put down to chance."""

YES, LARGELY, NO, NOT_YET = "yes", "largely", "no", "not yet"
IN_LINE, TOO_HIGH, TOO_LOW, THIN = "in line", "too high", "too low", "too thin to tell"

Row = Mapping[str, Any]


def standing(row: Row) -> str:
    """Return what a row says of the map: it is in line, gives too much, too little, or the row is too thin to tell."""
    if row["queries"] < TELLING:
        return THIN
    if row["predicted"] > row["high"]:
        return TOO_HIGH
    return TOO_LOW if row["predicted"] < row["low"] else IN_LINE


def answer(rows: Sequence[Row]) -> dict[str, Any]:
    """Return whether the map can be trusted, as JSON values: the state, a sentence, and the rows behind it.

    Args:
        rows: The `bins` of `Calibration.figures`.
    """
    telling = [row for row in rows if standing(row) != THIN]
    off = [row for row in telling if standing(row) != IN_LINE]
    queries = sum(row["queries"] for row in telling)
    state = _state(telling, off, queries)
    counts = {"rows_telling": len(telling), "rows_off": len(off), "rows_thin": len(rows) - len(telling)}
    return {"state": state, "sentence": _sentence(state, telling, off, queries)} | counts


def _state(telling: Sequence[Row], off: Sequence[Row], queries: int) -> str:
    if queries < LEAST_QUERIES:
        return NOT_YET
    if not off or not (_many(len(off), len(telling)) or any(_surely(row, len(telling)) for row in off)):
        return YES
    return LARGELY if 2 * sum(row["queries"] for row in off) < queries else NO


def _many(off: int, rows: int) -> bool:
    """Whether a perfect map rarely has so many rows off."""
    return bool(betainc(off, rows - off + 1, BY_CHANCE) <= RARE)


def _surely(row: Row, rows: int) -> bool:
    """Whether a row is off even by the interval that is widened for the number of rows."""
    a, b = 1 + row["failures"], 1 + row["queries"] - row["failures"]
    tail = RARE / rows / 2
    return bool(not betaincinv(a, b, tail) <= row["predicted"] <= betaincinv(a, b, 1 - tail))


def _sentence(state: str, telling: Sequence[Row], off: Sequence[Row], queries: int) -> str:
    if state == NOT_YET:
        return (
            f"Not yet: too few control queries. Rows with {TELLING} or more hold {queries:,} of them, and "
            f"{LEAST_QUERIES} are needed."
        )
    if not off:
        rows = "the only row that tells" if len(telling) == 1 else f"all {len(telling)} rows that tell"
        return f"Yes: in {rows}, what failed is in line with what the map gave."
    in_line = f"in {len(telling) - len(off)} of {len(telling)} rows that tell, what failed is in line with the map"
    if state == YES:
        return f"Yes: {in_line}. It is {_where(off)}, by no more than chance explains."
    return f"{'Largely' if state == LARGELY else 'No'}: {in_line}, but it is {_where(off)}."


def _where(off: Sequence[Row]) -> str:
    """Say where the map gives too much, and where too little."""
    said = []
    for side in (TOO_HIGH, TOO_LOW):
        spans = [f"{100 * row['from']:.0f} to {100 * row['to']:.0f}%" for row in off if standing(row) == side]
        if spans:
            said.append(f"{side} where it says {' or '.join(spans)}")
    return ", and ".join(said)
