"""The figures beside the failures, of both targets on the fold: asked in batches, of which numbers alone are kept."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from faded.jobs.context import Context
from faded.jobs.task import AnyProbe
from faded.verification.beside import Beside, beside

FloatArray = NDArray[np.float64]


def figures_beside(
    context: Context,
    before: AnyProbe,
    after: AnyProbe,
    on_measured: Callable[[int, int], None],
    should_stop: Callable[[], bool],
) -> tuple[Beside, ...] | None:
    """Compare what no failure shows; return None where somebody stopped it.

    Args:
        context: The round's data.
        before: Asks the target as the round began.
        after: Asks the repaired target.
        on_measured: Called after each batch with the samples so far and in all, each target's counted.
        should_stop: Asked before each batch.
    """
    if not context.task.allowances:
        return ()
    samples, batch = context.verify, 2 * context.task.batch
    measured: list[dict[str, FloatArray]] = []
    for number, probe in enumerate((before, after)):
        parts: list[dict[str, FloatArray]] = []
        for start in range(0, len(samples), batch):
            if should_stop():
                return None
            parts.append(context.task.beside(probe, samples[start : start + batch]))
            on_measured(number * len(samples) + min(start + batch, len(samples)), 2 * len(samples))
        measured.append({name: np.concatenate([part[name] for part in parts]) for name in parts[0]})
    was, now = measured
    seed, allowed = context.config.seed, context.task.allowances
    return tuple(beside(name, was[name], now[name], allowed[name], seed) for name in was)
