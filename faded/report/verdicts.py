"""The verdicts in a report: how many of what, by whom (as numbers), and each as it was given."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from faded.labeling.oracle import ORACLE
from faded.report.read import Found
from faded.store.campaigns import HEARD
from faded.store.events import Event
from faded.store.settling import EventKind


def counted(found: Found) -> dict[str, Any]:
    """Return the numbers: all, by annotator, and the flags with their reasons."""
    numbers = _numbers(found)
    return {
        "standing": asdict(found.verdicts),
        "rules": asdict(found.rules),
        "annotators": [
            {
                "annotator": number,
                "simulated": name == ORACLE,
                "standing": asdict(found.of_annotator[name]),
                "skipped": sum(e.annotator == name and e.kind is EventKind.SKIP for e in found.events),
                "undone": sum(e.annotator == name and e.kind is EventKind.UNDO for e in found.events),
            }
            for name, number in numbers.items()
        ],
        "flags": [{"annotator": numbers[flag.annotator], "reason": flag.reason} for flag in found.flags],
    }


def given(found: Found) -> list[dict[str, Any]]:
    """Return every event in the order given, with the point of the round at which it was first heeded.

    `batch` is the number of the exploration's batch before which it was read, None where exploring had ended; `repair`
    says whether the repair had read it before it began.
    """
    numbers, place = _numbers(found), {event.id: i for i, event in enumerate(found.events)}
    return [
        {
            "annotator": numbers[event.annotator],
            "kind": event.kind.value,
            "sample": event.sample_id,
            "cell": list(event.cell),
            "stratum": event.stratum,
            "verdict": None if event.verdict is None else event.verdict.value,
            "answer": event.answer,
            "reason": event.reason,
            "ratings": asdict(event.ratings),
            "guidelines": event.guidelines,
            "adjudicates": event.adjudicates,
            "check": None if event.check is None else event.check.value,
            "undoes": None if event.undoes is None else place[event.undoes],
            "batch": _batch(found, event),
            "repair": event.id <= (found.learned.get("event") or 0),
        }
        for event in found.events
    ]


def _numbers(found: Found) -> dict[str, int]:
    """Number the annotators in the order in which they began: a report names none."""
    return {name: i for i, name in enumerate(dict.fromkeys(e.annotator for e in found.events), start=1)}


def _batch(found: Found, event: Event) -> int | None:
    return next((r["batch"] for r in found.summary.get(HEARD, ()) if event.id <= r["event"]), None)
