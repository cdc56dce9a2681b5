"""The end of the verify stage: where the failures went, and inputs with what both targets say of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from faded.jobs.context import Context
from faded.jobs.desk import Desk
from faded.jobs.task import AnyProbe
from faded.store import blobs
from faded.verification.aftermath import Case, Outcome, ask, examples_of, failures_to_follow, follow
from faded.verification.records import Comparison, Evaluation

ALMOST = 0.99
"""Progress of the stage when only this is left of it."""
TELLING = "Asking both targets what they answer where something changed"
"""The progress in words."""


def tell(
    desk: Desk,
    context: Context,
    probes: tuple[AnyProbe, AnyProbe],
    evaluation: Evaluation,
    comparison: Comparison,
    should_stop: Callable[[], bool],
) -> dict[str, Any] | None:
    """Return `flow` and `examples` for the job's result; None where somebody stopped it.

    Args:
        desk: The job; what is shown goes to its workspace.
        context: The round's data.
        probes: Ask the original and the repaired target.
        evaluation: Both targets on the fold.
        comparison: What it says of each setting.
        should_stop: Asked before each batch and each example; tells the progress as well.
    """
    seed = context.config.seed
    followed = failures_to_follow(evaluation, seed)
    shown = examples_of(evaluation, comparison, context.space.control, seed)
    cases = [*followed, *(case for _, case in shown)]
    before, after = (ask(probe, context.verify, cases, 2 * context.task.batch, should_stop) for probe in probes)
    if before is None or after is None:
        return None
    n = len(followed)
    examples = []
    for (why, case), was, now in zip(shown, before[n:], after[n:], strict=True):
        if should_stop():
            return None
        example = _example(desk, context, probes, case, evaluation)
        examples.append(example | {"shown_for": why, "before": was, "after": now})
    return {"flow": follow(evaluation, followed, before[:n], after[:n]).to_json(), "examples": examples}


def _example(
    desk: Desk, context: Context, probes: tuple[AnyProbe, AnyProbe], case: Case, evaluation: Evaluation
) -> dict[str, Any]:
    """Keep the evidence of a case; return what a page shows of it but for the answers.

    `repaired` is what `edited` is with the repaired target: the same, but where evidence is what a target draws.
    """
    sample, workspace, task = context.verify[case.sample], desk.store.workspace, context.task
    roles = () if case.setting is None else evaluation.settings[case.setting].roles
    shown = np.array([context.space.control, case.values])
    original, edited = task.edited(probes[0], [sample.payload] * 2, shown)
    [repaired] = task.edited(probes[1], [sample.payload], shown[1:])
    return {
        "outcome": case.outcome.value,
        "before_failed": case.outcome is not Outcome.BROKEN,
        "after_failed": case.outcome is not Outcome.MENDED,
        "confirmed": "confirmed" in roles,
        "sample_id": sample.id,
        "stratum": sample.stratum,
        "reference": sample.reference,
        "setting": context.space.describe(case.values),
        "original": blobs.put(workspace, task.write(original)),
        "edited": blobs.put(workspace, task.write(edited)),
        "repaired": blobs.put(workspace, task.write(repaired)),
    }
