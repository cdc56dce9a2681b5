"""The end of the verify stage: where the failures went, and pictures with what both targets say of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from faded.concepts.image import Picture
from faded.data.pictures import png, to_picture
from faded.domain import Sample
from faded.jobs.context import Context, PictureProbe
from faded.jobs.desk import Desk
from faded.store import blobs
from faded.verification.aftermath import Case, ask, examples_of, failures_to_follow, follow
from faded.verification.records import Comparison, Evaluation

ALMOST = 0.99
"""Progress of the stage when only this is left of it."""


def tell(
    desk: Desk,
    context: Context,
    probes: tuple[PictureProbe, PictureProbe],
    evaluation: Evaluation,
    comparison: Comparison,
    should_stop: Callable[[], bool],
) -> dict[str, Any] | None:
    """Return `flow` and `examples` for the job's result; None where somebody stopped it.

    Args:
        desk: The job; pictures go to its workspace.
        context: The round's data.
        probes: Ask the original and the repaired target.
        evaluation: Both targets on the fold.
        comparison: What it says of each setting.
        should_stop: Asked before each batch.
    """
    desk.tell(ALMOST, "Asking both targets what they answer where something changed")
    seed = context.config.seed
    followed = failures_to_follow(evaluation, seed)
    shown = examples_of(evaluation, comparison, context.space.control, seed)
    cases = [*followed, *(case for _, case in shown)]
    before, after = (ask(probe, context.verify, cases, should_stop) for probe in probes)
    if before is None or after is None:
        return None
    n = len(followed)
    kept = zip(shown, before[n:], after[n:], strict=True)
    return {
        "flow": follow(evaluation, followed, before[:n], after[:n]).to_json(),
        "examples": [
            _example(desk.store.workspace, probes[0], context.verify[case.sample], case, evaluation)
            | {"shown_for": why, "before": was, "after": now}
            for (why, case), was, now in kept
        ],
    }


def _example(
    workspace: Path, probe: PictureProbe, sample: Sample[Picture], case: Case, evaluation: Evaluation
) -> dict[str, Any]:
    """Keep the pictures of a case; return what a page shows of it but for the answers."""
    roles = () if case.setting is None else evaluation.settings[case.setting].roles
    edited = to_picture(probe.editor([sample.payload], np.array([case.values]))[0])
    return {
        "outcome": case.outcome.value,
        "confirmed": "confirmed" in roles,
        "sample_id": sample.id,
        "stratum": sample.stratum,
        "reference": sample.reference,
        "setting": probe.space.describe(case.values),
        "original": blobs.put(workspace, png(sample.payload)),
        "edited": blobs.put(workspace, png(edited)),
    }
