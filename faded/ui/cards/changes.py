"""The modes by what happened to them, each with pictures and what the target said before and says now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

from faded.ui.cards.picture import data_uri
from faded.ui.cards.verification import share
from faded.ui.facts import Facts
from faded.ui.tables import Column, Row, table
from faded.ui.words import count, plural

CLEAN = "clean"
"""The group of unedited pictures that turned wrong."""

GROUPS = {
    "fixed": "The rate fell for certain.",
    "unchanged": "A rise above the margin is ruled out, and a fall is not certain.",
    "newly broken": "The rate rose by more than the margin.",
    "cannot tell": "Too few pictures, or too many changes both ways, to say any of these.",
    CLEAN: "Unedited pictures that were right before the repair and are wrong now.",
}
"""What a group means; in the order they are offered."""

CLEAN_KEPT = "Unedited pictures whose answer was as expected before the repair and has changed."
"""What the last one means where there are no references."""

OUTCOMES = {
    "mended": "Failed before, right now",
    "still failing": "Failed before, failing still",
    "broken": "Right before, failing now",
}
"""Rows of examples within a group, in this order."""

OUTCOMES_KEPT = {
    "mended": "Changed under the edit before, kept now",
    "still failing": "Changed under the edit before and still",
    "broken": "Kept under the edit before, changed now",
}
"""The same where there are no references: what is known of an answer is whether the edit changes it."""

COLUMNS = (
    Column("Class"),
    Column("Setting"),
    Column("Pictures", number=True),
    Column("Before", number=True),
    Column("Now", number=True),
    Column("Change, 90% interval", number=True),
    Column("Status"),
)

LOOK = {"fixed": "good", "newly broken": "bad", "cannot tell": "warn"}
"""How a mode's status is coloured; the word itself is always there."""


def choices(facts: Facts | None) -> list[tuple[str, str]]:
    """Return (words, group) for the chooser: every status with how many modes have it; empty before a result."""
    found = None if facts is None else facts.result
    if facts is None or found is None:
        return []
    counts = {name: len(_modes(found, name)) for name in GROUPS}
    counts[CLEAN] = round(found["negative_flip_rate"] * found["inputs"])
    words = {name: name.capitalize() for name in GROUPS}
    words[CLEAN] = f"Unedited, {'now wrong' if facts.labelled else 'answer changed'}"
    return [(f"{words[name]} ({count(counts[name])})", name) for name in GROUPS]


def first(facts: Facts | None) -> str:
    """Return the group to show unless somebody chooses: what is newly broken, where something is."""
    found = None if facts is None else facts.result
    return "newly broken" if found is not None and _modes(found, "newly broken") else "fixed"


def render(facts: Facts | None, group: str, workspace: Path) -> str:
    """Return a group: what it means, its examples, its modes."""
    found = None if facts is None else facts.result
    if facts is None or found is None:
        return ""
    modes = _modes(found, group)
    shown = [e for e in found.get("examples", ()) if e["shown_for"] == group]
    outcomes = OUTCOMES if facts.labelled else OUTCOMES_KEPT
    rows = "".join(
        _examples([e for e in shown if e["outcome"] == name], words, workspace) for name, words in outcomes.items()
    )
    meaning = GROUPS[group] if facts.labelled or group != CLEAN else CLEAN_KEPT
    confirmed = [m for m in modes if "confirmed" in m["roles"] or group == "newly broken"]
    rest = [m for m in modes if m not in confirmed]
    listed = _table("Modes before and after", confirmed) if confirmed else ""
    if rest:
        words = plural(len(rest), "established mode that is not confirmed", "established modes that are not confirmed")
        listed += f"<details class='f-more'><summary>{words}</summary>{_table('Modes not confirmed', rest)}</details>"
    if not rows and not listed:
        rows = "<p class='f-quiet'>There is none.</p>"
    return f"<p class='f-quiet'>{meaning}</p>{rows}{listed}"


def _modes(found: Mapping[str, Any], group: str) -> list[Mapping[str, Any]]:
    return [m for m in found.get("modes", ()) if m["change"] == group]


def _examples(examples: Sequence[Mapping[str, Any]], outcome: str, workspace: Path) -> str:
    if not examples:
        return ""
    items = "".join(_example(e, workspace) for e in examples)
    return f"<h3>{outcome} <small>drawn at random</small></h3><ul class='o-cases'>{items}</ul>"


def _example(example: Mapping[str, Any], workspace: Path) -> str:
    setting = escape(str(example["setting"]), quote=True)
    pictures = f"<img src='{data_uri(workspace, example['edited'])}' alt='{setting}'>"
    if example["edited"] != example["original"]:
        pictures = f"<img src='{data_uri(workspace, example['original'])}' alt='Unedited'>{pictures}"
    truth = example["reference"]
    mode = f"<b>{escape(str(example['stratum']))}</b> {setting}"
    before = _answer("before", example["before"], truth)
    return (
        f"<li><span class='o-two'>{pictures}</span><small>{mode}</small>"
        f"<dl>{before}{_answer('now', example['after'], truth)}</dl></li>"
    )


def _answer(when: str, answer: Any, truth: Any) -> str:
    look = "" if truth is None else "good" if answer == truth else "bad"
    said = "" if truth is None else f"<span class='f-hidden'>, {'right' if answer == truth else 'wrong'}</span>"
    return f"<dt>{when}</dt><dd class='{look}'>{escape(str(answer))}{said}</dd>"


def _table(label: str, modes: Sequence[Mapping[str, Any]]) -> str:
    return table(label, COLUMNS, [_mode(mode) for mode in modes])


def _mode(mode: Mapping[str, Any]) -> Row:
    status = str(mode["change"])
    pill = f"<span class='f-pill {LOOK.get(status, '')}'>{escape(status)}</span>"
    texts = escape(str(mode["stratum"])), escape(str(mode["setting"]))
    return Row((*texts, count(mode["n"]), share(mode["before"]), share(mode["after"]), _interval(mode), pill))


def _interval(mode: Mapping[str, Any]) -> str:
    if mode.get("low") is None:
        return ""
    return f"{100 * mode['low']:+.0f} to {100 * mode['high']:+.0f} points"
