"""Where the failures went: of what failed before under the confirmed modes, what is right now and what is not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from html import escape
from typing import Any

from faded.targets.sets import counted
from faded.ui.evidence import Judged
from faded.ui.facts import Facts
from faded.ui.tables import Column, Row, table
from faded.ui.words import count, percent, plural

ENDS = {"mended": "good", "same": "bad", "other": "warn"}
"""Where a failure may have gone, and its look."""


@dataclass(frozen=True, slots=True)
class Words:
    """How failures are spoken of.

    Attributes:
        failed: One failed answer, and several.
        broken: One answer that failed only after the repair, and several; with their verb.
        ends: Where a failure may have gone, in the order of `ENDS`; empty where none can have.
    """

    failed: tuple[str, str]
    broken: tuple[str, str]
    ends: tuple[str, str, str]


WORDS = {
    Judged.RIGHT: Words(
        ("wrong answer", "wrong answers"),
        ("answer that was right is wrong", "answers that were right are wrong"),
        ("right now", "the same wrong answer", "another wrong answer"),
    ),
    Judged.KEPT: Words(
        ("changed answer", "changed answers"),
        ("answer that was kept is changed", "answers that were kept are changed"),
        ("kept now", "the same changed answer", "another changed answer"),
    ),
    Judged.PASSED: Words(
        ("failing summary", "failing summaries"),
        ("summary that passed fails", "summaries that passed fail"),
        ("pass now", "fail with the same summary", "fail with another summary"),
    ),
    Judged.DRAWN: Words(
        ("failing set", "failing sets"),
        ("set that passed fails", "sets that passed fail"),
        ("pass now", "fail with the same counts", "fail with other counts"),
    ),
}
UNCOUNTED = replace(WORDS[Judged.DRAWN], ends=("pass now", "fail still", ""))
"""Of sets of which nothing is counted, so that all are told alike."""

COLUMNS = (Column("Class"), Column("Said before"), Column("Says now"), Column("Pictures", number=True))
"""Of the moves of pictures; two summaries or sets are seldom the same, so those are not listed."""

LISTED = 10
"""Rows of the table that are not folded."""


def render(facts: Facts | None) -> str:
    """Return the card's content; empty before there is a result, and for a round verified before this was kept."""
    found = None if facts is None else facts.result
    flow = None if found is None else found.get("flow")
    if facts is None or flow is None or facts.compares:
        return ""
    head = "<h2>Where the failures went</h2>"
    if not flow["followed"]:
        return f"{head}<p class='f-quiet'>No {facts.evidence.one} failed under a confirmed mode before the repair.</p>"
    drawn = (
        "" if flow["followed"] == flow["failed"] else f"; {count(flow['followed'])} of them, drawn at random, are told"
    )
    words = WORDS[facts.evidence.judged]
    if facts.evidence.is_drawn and not any(counted(before) for _, before, _, _ in flow["moves"]):
        words = UNCOUNTED
    fresh = f" Meanwhile {plural(flow['broken'], *words.broken)} now." if flow["broken"] else ""
    failed = plural(flow["failed"], *words.failed)
    return (
        f"{head}<p>Under the confirmed modes the target gave {failed} before the repair{drawn}.{fresh}</p>"
        f"{_bar(flow, words)}{'' if facts.evidence.passes else _table(flow)}"
    )


def _bar(flow: Mapping[str, Any], words: Words) -> str:
    whole = flow["followed"]
    parts = "".join(
        f"<i class='{look}' style='width:{100 * flow[key] / whole:.2f}%'></i>" for key, look in ENDS.items()
    )
    ends = "".join(
        f"<li><i class='{look}'></i><b>{percent(flow[key] / whole, 0)}</b> {said} ({count(flow[key])})</li>"
        for (key, look), said in zip(ENDS.items(), words.ends, strict=True)
        if said
    )
    return f"<div class='o-bar' aria-hidden='true'>{parts}</div><ul class='o-ends'>{ends}</ul>"


def _table(flow: Mapping[str, Any]) -> str:
    rows = [_move(s, was, now, number, flow["followed"]) for s, was, now, number in flow["moves"]]
    folded = ""
    if rows[LISTED:]:
        words = plural(len(rows) - LISTED, "rarer way", "rarer ways")
        folded = f"<details class='f-more'><summary>{words}</summary>{_listed(words, rows[LISTED:])}</details>"
    rest = (
        f"<p class='f-quiet'>{plural(flow['unlisted'], 'answer', 'answers')} went ways that are not listed.</p>"
        if flow["unlisted"]
        else ""
    )
    return f"{_listed('Answers before and now', rows[:LISTED])}{folded}{rest}"


def _listed(label: str, rows: list[Row]) -> str:
    return table(label, COLUMNS, rows, "o-flow")


def _move(stratum: str, before: str, after: str, number: int, whole: int) -> Row:
    same = before == after
    now = "the same" if same else escape(after)
    look = "good" if after == stratum else "bad" if same else "warn"
    pictures = f"{count(number)} <span class='f-quiet'>{percent(number / whole, 0)}</span>"
    return Row((escape(stratum), escape(before), f"<span class='f-pill {look}'>{now}</span>", pictures))
