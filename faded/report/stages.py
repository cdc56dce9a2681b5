"""The repair, its verification and the decision in a report."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from faded.report.evidence import file_of, kind_of
from faded.report.read import Found
from faded.store.campaigns import RoundState
from faded.store.jobs import JobState

OF_THE_RUN = ("seconds", "folder")
"""What a stage's result holds of the run that made it."""


def explored(found: Found) -> dict[str, Any]:
    """Return how exploring ended: whether somebody stopped it, and what its agent had become."""
    result = found.explore.result or {}
    return {"stopped": found.explore.state is JobState.STOPPED} | _kept(result)


def repaired(found: Found) -> dict[str, Any] | None:
    """Return the repair: what it learned from, how long, with what; None without one."""
    if found.repair is None:
        return None
    learned = found.learned
    return _kept(found.repair.result or {}) | {
        "params": dict(found.repair.params),
        "learned": learned.get("modes", []),
        "chosen": learned.get("chosen"),
        "pairs_from_verdicts": len(learned.get("pairs", ())),
    }


def verified(found: Found) -> dict[str, Any] | None:
    """Return what verification found; None before."""
    if found.result is None:
        return None
    kind = kind_of(found.summary)
    examples = [_example(example, kind) for example in found.result.get("examples", ())]
    return _kept(found.result) | {"examples": examples}


def _example(example: Mapping[str, Any], kind: str) -> dict[str, Any]:
    """Name the files of an example; one from before repaired targets drew their own lacks a third."""
    sides = [side for side in ("original", "edited", "repaired") if side in example]
    return {**example, **{side: file_of(example[side], kind) for side in sides}}


def decided(found: Found) -> str:
    """Return what was decided: open, accepted or rolled back."""
    state: RoundState = found.round.state
    return state.value


def _kept(result: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in result.items() if name not in OF_THE_RUN}
