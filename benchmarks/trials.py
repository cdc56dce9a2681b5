"""What optimisers of settings share: they know nothing of strata or samples, and ask a few settings a batch."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from benchmarks import bandits
from benchmarks.arena import BATCH, Arena, BoolArray, Task
from benchmarks.explorers import report
from benchmarks.scoring import Estimates, Referee

PER_TRIAL = 16
"""Samples that a trial is asked on: its value is the share that failed. One answer alone is 0 or 1 and tells a model of
settings next to nothing; a quarter of a batch leaves it four settings to choose at a time."""
AT_ONCE = BATCH // PER_TRIAL


def optimise(
    task: Task,
    referee: Referee,
    trials: int,
    ask: Callable[[], Sequence[int]],
    tell: Callable[[Sequence[float]], None],
    say: Callable[[], Estimates] | None = None,
) -> None:
    """Ask `trials` trials as the optimiser wishes; after that go on uniformly, for its cost grows too fast.

    Args:
        task: The run to be made.
        referee: Says when it is over.
        trials: Trials in all.
        ask: Returns the next `AT_ONCE` cells.
        tell: Takes the share of failures of each.
        say: The optimiser's own estimates of the rates; None where it has none.
    """
    arena = Arena(task)
    for _ in range(trials // AT_ONCE):
        if referee.over:
            return
        failed, counted = arena.step(np.repeat(np.asarray(ask(), dtype=np.int64), PER_TRIAL))
        tell(_shares(failed, counted))
        report(arena, referee, say)
    while not referee.over:
        arena.step(bandits.uniform(arena))
        report(arena, referee, say)


def _shares(failed: BoolArray, counted: BoolArray) -> list[float]:
    fails, asked = (a.reshape(AT_ONCE, PER_TRIAL).sum(axis=1) for a in (failed, counted))
    return (fails / np.maximum(asked, 1)).tolist()  # type: ignore[no-any-return]
