"""What the card Try a setting shows of an answer: the input as it is and as edited, and the verdict on either."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from faded.concepts.spec import ConceptSpace
from faded.landscape.rebuild import left_out
from faded.targets.sets import counted
from faded.ui import evidence
from faded.ui.articles import article, compared, sides
from faded.ui.cards.picture import data_uri, uri_of
from faded.ui.evidence import DRAWN, WRITTEN, Evidence
from faded.ui.text_marks import ADDED, CHANGED, REMOVED, SAME, Segment, marked
from faded.ui.words import percent

Answer = dict[str, Any]

TAGS = {SAME: "", ADDED: "ins", CHANGED: "mark", REMOVED: "del"}
"""Elements that the page makes of segments; their text it sets as text, never as HTML."""

OF_PICTURES = ("Right", "Wrong", "Wrong, as unedited")
OF_PASSING = ("Passes", "Fails", "Fails, as unedited")
"""What is said of a good and of a failed answer to what is unedited, and of one that fails edited as well."""


def answer(
    workspace: Path, summary: Mapping[str, Any], result: Mapping[str, Any], again: bool, consent: bool = False
) -> Answer:
    """Return what the page is told of a preview that is answered.

    Args:
        workspace: Where the evidence is.
        summary: The round's summary.
        result: The job's result.
        again: Whether the page wants the original too; of a text it always comes, as its marks go with the setting.
        consent: Whether pictures that a model drew may be shown.

    Raises:
        FadedError: the original is missing from the workspace.
    """
    words = evidence.of(summary)
    edited = base64.b64decode(result["edited"])
    hidden = words.is_drawn and not consent
    said = {"original": _clean(words, summary, result), "edited": _edited(words, summary, result)}
    if not words.is_text:
        original = data_uri(workspace, result["original"]) if again and not hidden else None
        return {"original": original, "edited": None if hidden else uri_of(edited), "said": said}
    before, after = sides(marked(article(workspace, result["original"]), edited.decode("utf-8", "replace")))
    _, written = compared(result["clean"]["answer"], result["under_setting"]["answer"])
    said["edited"]["pieces"] = _pieces(written)
    expected = "" if result["reference"] is None else f"Expected: {result['reference']}"
    return {"original": _pieces(before), "edited": _pieces(after), "said": said, "expected": expected}


def _pieces(segments: Sequence[Segment]) -> list[tuple[str, str]]:
    """Return segments as the page draws them; the spaces at their ends are not marked."""
    found = []
    for kind, text in segments:
        words = text.strip()
        lead, tail = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :] if words else ""
        found += [("", lead), (TAGS[kind], words), ("", tail)]
    return [piece for piece in found if piece[1]]


def _clean(words: Evidence, summary: Mapping[str, Any], result: Mapping[str, Any]) -> Answer:
    """Say what the target answers to the input as it is."""
    said, reference = result["clean"], result["reference"]
    right, wrong, _ = OF_PASSING if words.passes else OF_PICTURES
    measured = _distance(summary, said) if words.passes else f"Expected: {reference}."
    if reference is None:
        note = f"No reference: this {words.answer} is what is expected of the edited {words.one}."
        return _said(words, said, "plain", "Expected", note)
    if said["failed"]:
        unfit = f"{words.a.capitalize()} that {'fails' if words.passes else 'is wrong'} unedited"
        return _said(words, said, "warn", wrong, f"{measured} {unfit} counts in no rate.")
    return _said(words, said, "good", right, measured)


def _distance(summary: Mapping[str, Any], said: Mapping[str, Any]) -> str:
    return f"Discrepancy {said['discrepancy']:.2f}; above {summary['threshold']:g} is a failure."


def _edited(words: Evidence, summary: Mapping[str, Any], result: Mapping[str, Any]) -> Answer:
    """Say what the target answers to the edited input, and whether that is a failure."""
    said, expected = result["under_setting"], result["reference"] or result["clean"]["answer"]
    first = "" if words.is_text or (words.is_drawn and not result["reference"]) else f"Expected: {expected}. "
    note = f"{first}{_distance(summary, said)}{_unread(said)}"
    if _left_out(summary, result):
        left_out = f"{first}This setting is known to hide it or to change its answer."
        return _said(words, said, "plain", "Left out", left_out)
    if not said["failed"]:
        return _said(words, said, "good", "No failure", note)
    if result["clean"]["failed"]:
        return _said(words, said, "warn", (OF_PASSING if words.passes else OF_PICTURES)[2], note)
    return _said(words, said, "bad", "A failure", note)


def _unread(said: Mapping[str, Any]) -> str:
    unread = said.get("unread_tokens")
    return "" if not unread else f" The target's window ends before the article does: {unread:.0f} tokens are not read."


def _said(words: Evidence, said: Mapping[str, Any], look: str, pill: str, note: str) -> Answer:
    confidence = said.get("confidence")
    share = "" if confidence is None else percent(float(confidence), 0)
    sure = share and (f"confidence {share}" if words.is_text else f"{share} sure")
    told = ", ".join(filter(None, (said["answer"], sure)))
    answered = counted(said["answer"]) if words.is_drawn else said["answer"]
    aloud = {
        WRITTEN: f"{pill}. The target writes: {said['answer']}",
        DRAWN: f"{pill}. Counted in the set: {answered}." if answered else f"{pill}. {note}",
    }.get(words.kind, f"The target answers {told}. {pill}.")
    return {"answer": answered, "sure": sure, "look": look, "pill": pill, "note": note, "aloud": aloud}


def _left_out(summary: Mapping[str, Any], result: Mapping[str, Any]) -> bool:
    """Whether the setting is a cell that is left out of the rates of the sample's stratum."""
    space = ConceptSpace.from_json(summary["space"])
    stratum = next((o["stratum"] for o in summary.get("previews", []) if o["sample"] == result["sample"]), None)
    on_grid = all(value in spec.levels for spec, value in zip(space.specs, result["values"], strict=True))
    if not on_grid or stratum not in summary["strata"]:
        return False
    cell = space.index(tuple(s.levels.index(v) for s, v in zip(space.specs, result["values"], strict=True)))
    return left_out(summary, space, summary["strata"].index(stratum), cell)
