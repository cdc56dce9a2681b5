"""From verdicts to weights and back, as HTML and as texts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from faded.domain import Verdict
from faded.store import lineage
from faded.store.engine import Db
from faded.store.lineage import Fate, Learned, Repaired, Use
from faded.ui.cards.team import VERDICT_WORDS
from faded.ui.facts import Facts
from faded.ui.page import empty
from faded.ui.tables import Column, Row, table
from faded.ui.words import clock, count, percent, plural

HEAD = "<h2>From verdicts to weights</h2>"

LISTED = 200
TRACED = 20
"""Verdicts of a repair that are listed in the table, and in an answer; the command has the rest."""

USES = {Use.PAIR: "pair", Use.RANKING: "best and worst picture", Use.MODE: "re-applied mode"}
LOOK = {Fate.ACCEPTED: "good", Fate.ROLLED_BACK: "bad"}

REPAIRS = (
    Column("Repair"),
    Column("Learned from"),
    Column("Weights"),
    Column("State"),
    Column("Induced rate"),
    Column("Gate"),
)
VERDICTS = (Column("Proposal"), Column("Setting"), Column("Verdict"), Column("By"), Column("Became"))


@dataclass(frozen=True, slots=True)
class Traced:
    """A repair of a round with some of the verdicts that it learned from.

    Attributes:
        repair: The repair.
        learned: Its first verdicts.
        of: How many there are.
    """

    repair: Repaired
    learned: Sequence[Learned]
    of: int


def read(db: Db, round_id: int) -> list[Traced]:
    """Return the repairs of a round, the newest first."""
    return [
        Traced(one, lineage.learned(db, one.job, LISTED), lineage.verdicts_of(db, one.job))
        for one in lineage.of_round(db, round_id)
    ]


def render(facts: Facts | None, found: Sequence[Traced]) -> str:
    """Return the card's content."""
    form = (
        "<form class='t-filter' role='search' data-lineage><label>Proposal or weights <input type='search' "
        "name='named' maxlength='200' data-keep='lineage'></label><button class='f-save'>Trace</button>"
        "<p class='o-wrong' role='alert'></p></form><div class='t-traced' aria-live='polite'></div>"
    )
    if facts is None or not found:
        text = "Once a repair has learned from verdicts, it is told here which ones, and what became of the weights."
        return f"{HEAD}{empty('No repair of this round yet', text)}{form if facts is not None else ''}"
    rows = [
        Row([escape(text) if i != 3 else _pill(one.repair) for i, text in enumerate(texts(one.repair))])
        for one in found
    ]
    parts = "".join(_verdicts(one) for one in found)
    return f"{HEAD}{table('Repairs of the round', REPAIRS, rows)}{parts}{form}"


def texts(one: Repaired) -> list[str]:
    """Return a repair as texts, a column each of `REPAIRS`."""
    when = "waits" if one.started_at is None else clock(one.started_at)
    found = one.found
    rate = ""
    if found is not None and found.get("induced_rate_before") is not None:
        rate = f"{percent(found['induced_rate_before'])} before, {percent(found['induced_rate_after'])} after"
    gate = "" if found is None else "passed" if found["gate"]["passed"] else "did not pass"
    return [f"{one.campaign}, round {one.round}, {when}", _uses(one), one.weights, one.fate.value, rate, gate]


def found_texts(told: Sequence[tuple[Repaired, Sequence[Learned]]]) -> dict[str, Any]:
    """Return what was traced as texts for the page to lay out."""
    rows = [[*texts(one), "; ".join(f"{v.proposal}: {became(v)}" for v in some)] for one, some in told]
    said = f"{plural(len(told), 'repair', 'repairs')} found." if told else "No repair has learned from it."
    return {"heads": [*(column.name for column in REPAIRS), "Verdicts"], "rows": rows, "said": said}


def became(one: Learned) -> str:
    """Say what a repair made of a verdict."""
    made = ", ".join(USES[use] for use in one.uses)
    return made if one.stands else f"{made}; another verdict stands by now"


def _uses(one: Repaired) -> str:
    if one.learned is None:
        return "not written down then"
    return "; ".join(f"{USES[use]}: {count(one.learned[use])}" for use in Use if use in one.learned)


def _pill(one: Repaired) -> str:
    return f"<span class='f-pill {LOOK.get(one.fate, '')}'>{one.fate.value}</span>"


def _verdicts(one: Traced) -> str:
    if not one.of:
        return ""
    rows = [
        Row(
            [
                escape(text)
                for text in (v.proposal, v.setting, VERDICT_WORDS[Verdict(v.verdict)], v.annotator, became(v))
            ]
        )
        for v in one.learned
    ]
    called = one.repair.weights or f"repair {one.repair.job}"
    words = plural(one.of, "verdict that", "verdicts that") + f" {escape(called)} learned from"
    left = one.of - len(rows)
    behind = (
        f"<p class='f-quiet'>{plural(left, 'more is', 'more are')} told by the command lineage.</p>" if left else ""
    )
    return (
        f"<details class='f-more t-figures' data-key='lineage-{one.repair.job}'><summary>{words}</summary>"
        f"{table(f'Verdicts of repair {one.repair.job}', VERDICTS, rows)}{behind}</details>"
    )
