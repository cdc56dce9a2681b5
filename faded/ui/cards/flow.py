"""Where the failures went: of what failed before under the confirmed modes, what is right now and what is not."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any

from faded.ui.facts import Facts
from faded.ui.words import count, percent, plural

ENDS = (
    ("mended", "good", "right now"),
    ("same", "bad", "the same wrong answer"),
    ("other", "warn", "another wrong answer"),
)
"""Where a failure may have gone: key, look, words."""

LISTED = 10
"""Rows of the table that are not folded."""


def render(facts: Facts | None) -> str:
    """Return the card's content; empty before there is a result, and for a round verified before this was kept."""
    found = None if facts is None else facts.result
    flow = None if found is None else found.get("flow")
    if flow is None:
        return ""
    head = "<h2>Where the failures went</h2>"
    if not flow["followed"]:
        return f"{head}<p class='f-quiet'>No picture failed under a confirmed mode before the repair.</p>"
    drawn = (
        "" if flow["followed"] == flow["failed"] else f"; {count(flow['followed'])} of them, drawn at random, are told"
    )
    fresh = (
        f" Meanwhile {plural(flow['broken'], 'answer that was right is', 'answers that were right are')} wrong now."
        if flow["broken"]
        else ""
    )
    return (
        f"{head}<p>Under the confirmed modes the target gave {plural(flow['failed'], 'wrong answer', 'wrong answers')} "
        f"before the repair{drawn}.{fresh}</p>{_bar(flow)}{_table(flow)}"
    )


def _bar(flow: Mapping[str, Any]) -> str:
    whole = flow["followed"]
    parts = "".join(f"<i class='{look}' style='width:{100 * flow[key] / whole:.2f}%'></i>" for key, look, _ in ENDS)
    words = "".join(
        f"<li><i class='{look}'></i><b>{percent(flow[key] / whole, 0)}</b> {said} ({count(flow[key])})</li>"
        for key, look, said in ENDS
    )
    return f"<div class='o-bar' aria-hidden='true'>{parts}</div><ul class='o-ends'>{words}</ul>"


def _table(flow: Mapping[str, Any]) -> str:
    rows = [_move(s, was, now, number, flow["followed"]) for s, was, now, number in flow["moves"]]
    folded = ""
    if rows[LISTED:]:
        words = plural(len(rows) - LISTED, "rarer way", "rarer ways")
        folded = f"<details class='f-more'><summary>{words}</summary>{_rows(rows[LISTED:])}</details>"
    rest = (
        f"<p class='f-quiet'>{plural(flow['unlisted'], 'answer', 'answers')} went ways that are not listed.</p>"
        if flow["unlisted"]
        else ""
    )
    return f"{_rows(rows[:LISTED])}{folded}{rest}"


def _rows(rows: list[str]) -> str:
    heads = "<th scope='col'>Class</th><th scope='col'>Said before</th><th scope='col'>Says now</th>"
    return (
        "<div class='f-table-scroll' tabindex='0' role='region' aria-label='Answers before and now'>"
        f"<table class='f-table o-flow'><thead><tr>{heads}<th scope='col' class='f-num'>Pictures</th></tr></thead>"
        f"<tbody>{''.join(rows)}</tbody></table></div>"
    )


def _move(stratum: str, before: str, after: str, number: int, whole: int) -> str:
    same = before == after
    now = "the same" if same else escape(after)
    look = "good" if after == stratum else "bad" if same else "warn"
    return (
        f"<tr><th scope='row'>{escape(stratum)}</th><td>{escape(before)}</td>"
        f"<td><span class='f-pill {look}'>{now}</span></td>"
        f"<td class='f-num'>{count(number)} <span class='f-quiet'>{percent(number / whole, 0)}</span></td></tr>"
    )
