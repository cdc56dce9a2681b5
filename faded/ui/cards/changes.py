"""The modes by what happened to them, each with examples of the two answers that are compared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

from faded.targets.sets import counted
from faded.ui import articles
from faded.ui.cards.picture import data_uri, img
from faded.ui.cards.verification import share
from faded.ui.evidence import Evidence, Judged
from faded.ui.facts import Facts
from faded.ui.tables import Column, Row, table
from faded.ui.thumbs import LARGEST_SET, thumb
from faded.ui.words import count, plural

CLEAN = "clean"
"""The group of unedited inputs that turned wrong."""

GROUPS = {
    "fixed": "The rate fell for certain.",
    "unchanged": "A rise above the margin is ruled out, and a fall is not certain.",
    "newly broken": "The rate rose by more than the margin.",
    "cannot tell": "Too few {many}, or too many changes both ways, to say any of these.",
    CLEAN: "Unedited {many} {lost}.",
}
"""What a group means, with the words of the evidence; in the order they are offered."""

OF_A_CANDIDATE = GROUPS | {
    "fixed": "The candidate's rate is lower for certain.",
    "unchanged": "A rate higher by more than the margin is ruled out, and a lower one is not certain.",
    "newly broken": "The candidate's rate is higher by more than the margin.",
    "cannot tell": "Too few {many}, or too many differences both ways, to say any of these.",
}
"""The same where two checkpoints are compared."""

PASSING = {
    "mended": "Failed before, pass now",
    "still failing": "Failed before, failing still",
    "broken": "Passed before, failing now",
}
OUTCOMES = {
    Judged.RIGHT: {
        "mended": "Failed before, right now",
        "still failing": "Failed before, failing still",
        "broken": "Right before, failing now",
    },
    Judged.KEPT: {
        "mended": "Changed under the edit before, kept now",
        "still failing": "Changed under the edit before and still",
        "broken": "Kept under the edit before, changed now",
    },
    Judged.PASSED: PASSING,
    Judged.DRAWN: PASSING,
}
"""Rows of examples within a group, in this order."""

BY_CHECKPOINT = {
    "mended": "Failing by the target, not by the candidate",
    "still failing": "Failing by both",
    "broken": "Failing by the candidate, not by the target",
}
"""The same where two checkpoints are compared."""

LOOK = {"fixed": "good", "newly broken": "bad", "cannot tell": "warn"}
"""How a mode's status is coloured; the word itself is always there."""

HEARD = {False: ("right", "wrong"), True: ("passes", "fails")}
"""What a screen reader says of an answer, by whether it passes or fails: of a good one, and of a bad one."""


def choices(facts: Facts | None) -> list[tuple[str, str]]:
    """Return (words, group) for the chooser: every status with how many modes have it; empty before a result."""
    found = None if facts is None else facts.result
    if facts is None or found is None:
        return []
    counts = {name: len(_modes(found, name)) for name in GROUPS}
    counts[CLEAN] = round(found["negative_flip_rate"] * found["inputs"])
    words = {name: name.capitalize() for name in GROUPS}
    words[CLEAN] = f"Unedited, {facts.evidence.turned}"
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
    evidence = facts.evidence
    rows = "".join(
        _examples([e for e in shown if e["outcome"] == name], words, workspace, evidence)
        for name, words in (BY_CHECKPOINT if evidence.compares else OUTCOMES[evidence.judged]).items()
    )
    meaning = (OF_A_CANDIDATE if evidence.compares else GROUPS)[group].format(many=evidence.many, lost=evidence.lost)
    confirmed = [m for m in modes if "confirmed" in m["roles"] or group == "newly broken"]
    rest = [m for m in modes if m not in confirmed]
    listed = _table(f"Modes: {' and '.join(evidence.sides)}", confirmed, evidence) if confirmed else ""
    if rest:
        words = plural(len(rest), "established mode that is not confirmed", "established modes that are not confirmed")
        more = _table("Modes not confirmed", rest, evidence)
        listed += f"<details class='f-more'><summary>{words}</summary>{more}</details>"
    if not rows and not listed:
        rows = "<p class='f-quiet'>There is none.</p>"
    unseen = evidence.unseen if shown else ""
    return f"<p class='f-quiet'>{meaning}</p>{unseen}{rows}{listed}"


def _modes(found: Mapping[str, Any], group: str) -> list[Mapping[str, Any]]:
    return [m for m in found.get("modes", ()) if m["change"] == group]


def _examples(examples: Sequence[Mapping[str, Any]], outcome: str, workspace: Path, evidence: Evidence) -> str:
    if not examples:
        return ""
    drawn = "".join(_example(e, workspace, evidence) for e in examples)
    head = f"<h3>{outcome} <small>drawn at random</small></h3>"
    return f"{head}<ul class='o-cases{evidence.look}'>{drawn}</ul>"


def _example(example: Mapping[str, Any], workspace: Path, evidence: Evidence) -> str:
    if evidence.is_drawn:
        return _sets(example, workspace, evidence)
    expected = ""
    before, after = escape(str(example["before"])), escape(str(example["after"]))
    if not evidence.is_text:
        shown = _pictures(example, workspace)
    else:
        shown = f"<p class='f-stretch'>{articles.stretch(workspace, example['original'], example['edited'])}</p>"
        before, after = articles.differing(str(example["before"]), str(example["after"]))
        expected = _expected(example["reference"])
    mode = f"<b>{escape(str(example['stratum']))}</b> {escape(str(example['setting']))}"
    first, second = evidence.sides
    was = _answer(first, before, _bad(example, "before", evidence), evidence)
    now = _answer(second, after, _bad(example, "after", evidence), evidence)
    return f"<li>{shown}<small>{mode}</small><dl>{expected}{was}{now}</dl></li>"


def _pictures(example: Mapping[str, Any], workspace: Path) -> str:
    pictures = img(data_uri(workspace, example["edited"]), str(example["setting"]))
    if example["original"] != example["edited"]:
        pictures = img(data_uri(workspace, example["original"]), "Unedited") + pictures
    return f"<span class='o-two'>{pictures}</span>"


def _sets(example: Mapping[str, Any], workspace: Path, evidence: Evidence) -> str:
    """Return the two sets that were drawn, each with what was counted in it."""

    def drawn(when: str, side: str, digest: str | None) -> str:
        failed = bool(example[f"{side}_failed"])
        heard, words = HEARD[True][failed], escape(counted(str(example[side])))
        said = f"{words}<span class='f-hidden'>, {heard}</span>" if words else heard
        shown = img(thumb(workspace, digest, LARGEST_SET), f"{example['setting']} {when}") if digest else ""
        look = "bad" if failed else "good"
        return f"<figure>{shown}<figcaption>{when}<b class='{look}'>{said}</b></figcaption></figure>"

    mode = f"<b>{escape(str(example['setting']))}</b> <small>{escape(str(example['stratum']))}</small>"
    first, second = (side.capitalize() for side in evidence.sides)
    sets = drawn(first, "before", example["edited"]) + drawn(second, "after", example.get("repaired"))
    return f"<li><p>{mode}</p>{sets}</li>"


def _expected(reference: Any) -> str:
    return "" if reference is None else f"<dt>expected</dt><dd class='plain'>{escape(str(reference))}</dd>"


def _bad(example: Mapping[str, Any], side: str, evidence: Evidence) -> bool | None:
    """Say whether an answer is bad: a class that is not the reference, one that fails; None where not known."""
    if evidence.passes:
        return bool(example[f"{side}_failed"])
    return None if example["reference"] is None else bool(example[side] != example["reference"])


def _answer(when: str, answer: str, bad: bool | None, evidence: Evidence) -> str:
    look = "" if bad is None else "bad" if bad else "good"
    said = "" if bad is None else f"<span class='f-hidden'>, {HEARD[evidence.passes][bad]}</span>"
    return f"<dt>{when}</dt><dd class='{look}'>{answer}{said}</dd>"


def _columns(evidence: Evidence) -> Sequence[Column]:
    return (
        Column(evidence.stratum),
        Column("Setting"),
        Column(evidence.many.capitalize(), number=True),
        *(Column(side.capitalize(), number=True) for side in evidence.sides),
        Column(f"{'Difference' if evidence.compares else 'Change'}, 90% interval", number=True),
        Column("Status"),
    )


def _table(label: str, modes: Sequence[Mapping[str, Any]], evidence: Evidence) -> str:
    return table(label, _columns(evidence), [_mode(mode) for mode in modes])


def _mode(mode: Mapping[str, Any]) -> Row:
    status = str(mode["change"])
    pill = f"<span class='f-pill {LOOK.get(status, '')}'>{escape(status)}</span>"
    texts = escape(str(mode["stratum"])), escape(str(mode["setting"]))
    return Row((*texts, count(mode["n"]), share(mode["before"]), share(mode["after"]), _interval(mode), pill))


def _interval(mode: Mapping[str, Any]) -> str:
    if mode.get("low") is None:
        return ""
    return f"{100 * mode['low']:+.0f} to {100 * mode['high']:+.0f} points"
