"""What the verdicts taught: how likely people are to confirm a failure, by stratum, and what exploring makes of it."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any

from faded.store.campaigns import TAUGHT
from faded.ui.evidence import Evidence
from faded.ui.facts import Facts
from faded.ui.page import empty
from faded.ui.tables import Column, Row, table
from faded.ui.words import percent, plural

SHOWN = 5
"""Strata shown at either end."""

COLUMNS = (
    Column("Stratum"),
    Column("Verdicts", number=True),
    Column("Likely to be confirmed", number=True),
    Column("Share asked", number=True),
)

MATTERS = {"stratum": "the {stratum}", "setting": "the setting", "place": "the {stratum} under a setting"}
FELT = 0.9
"""Probability from which something is said to matter: the third is as likely as not before any verdict."""


def render(facts: Facts | None) -> str:
    """Return the card's content."""
    head = "<h2>What your verdicts taught</h2>"
    found: Mapping[str, Any] | None = None if facts is None else facts.round.summary.get(TAUGHT)
    if facts is None or found is None:
        text = "Verdicts that arrive while a round explores, and those of earlier rounds, steer what is asked next."
        return head + empty("Nothing yet", text)
    return f"{head}<p>{_sentence(found, facts.evidence)}</p>{_effect(facts)}{_table(found)}"


def _sentence(found: Mapping[str, Any], evidence: Evidence) -> str:
    stratum = evidence.stratum.lower()
    matters = [words.format(stratum=stratum) for name, words in MATTERS.items() if found["matters"][name] >= FELT]
    verdicts = plural(int(found["verdicts"]), "verdict", "verdicts")
    given = f"{verdicts}, {plural(int(found['confirm']), 'confirmation', 'confirmations')}"
    if not matters:
        return f"From {given}: no clear pattern, so they hardly move what is asked."
    return f"From {given}: whether people confirm depends on {' and on '.join(matters)}."


def _effect(facts: Facts) -> str:
    now = facts.latest
    if "confirm_share_expected" not in now or "confirm_share_control" not in now:
        return ""
    agent, control = percent(now["confirm_share_expected"], 0), percent(now["confirm_share_control"], 0)
    return (
        "<p class='f-quiet'>Of the failures that the agent found in this round, people are expected to confirm "
        f"{agent}; of those that the uniform control found, {control}.</p>"
    )


def _table(found: Mapping[str, Any]) -> str:
    strata = sorted(found["strata"], key=lambda row: -row["mean"])
    if len(strata) > 2 * SHOWN:
        strata = [*strata[:SHOWN], *strata[-SHOWN:]]
    return table("What verdicts taught, by stratum", COLUMNS, [_row(row) for row in strata])


def _row(row: Mapping[str, Any]) -> Row:
    interval = f"{percent(row['low'], 0)} to {percent(row['high'], 0)}"
    share = f"{percent(row['share'])}<br><span class='f-quiet'>else {percent(row['share_without'])}</span>"
    return Row(
        (
            escape(str(row["stratum"])),
            f"{row['confirm']} of {row['confirm'] + row['against']}",
            f"{percent(row['mean'], 0)}<br><span class='f-quiet'>{interval}</span>",
            share,
        )
    )
