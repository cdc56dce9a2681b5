"""Where the failures went, and pictures to show for it: which rows both targets are asked again, for their answers.

An evaluation keeps whether a row failed, eight rows a byte. What was answered is asked again for a bounded number of
rows, so that an evaluation of any size costs a few batches more and a killed one keeps little.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from faded.domain import Sample, Values
from faded.probe import Probe
from faded.targets.base import Answers
from faded.verification.records import Change, Comparison, Evaluation, Role

P = TypeVar("P")
I = TypeVar("I")  # noqa: E741 - inputs
A = TypeVar("A", bound=Answers)

MOST_FOLLOWED = 2000
"""Failures whose answers are asked again at most: a share of them is then known to two points, at 90% confidence."""
MOST_MOVES = 40
"""Kinds of moves listed; the rest is counted."""
EXAMPLES = 6
"""Pictures kept of each outcome: a row of them, and a few kilobytes each."""


class Outcome(StrEnum):
    """What became of one picture under one setting."""

    MENDED = "mended"
    """Failed before and does not now."""
    STILL = "still failing"
    """Failed before and fails now."""
    BROKEN = "broken"
    """Did not fail before and fails now."""


WANTED: tuple[tuple[Change, Outcome], ...] = (
    (Change.FIXED, Outcome.MENDED),
    (Change.FIXED, Outcome.STILL),
    (Change.UNCHANGED, Outcome.STILL),
    (Change.NEWLY_BROKEN, Outcome.BROKEN),
    (Change.CANNOT_TELL, Outcome.MENDED),
    (Change.CANNOT_TELL, Outcome.STILL),
)
"""Of which settings examples are kept, and which outcomes: what shows the change, and what is left of it."""


@dataclass(frozen=True, slots=True)
class Case:
    """A sample under a setting, that both targets are asked about.

    Attributes:
        sample: Number of the sample in the fold.
        values: Level values.
        setting: Number of the setting; None for the clean control.
        outcome: What became of it.
    """

    sample: int
    values: Values
    setting: int | None
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Flow:
    """What became of the samples that failed before under the confirmed modes.

    Attributes:
        failed: How many there were, a sample once for each mode.
        followed: How many of them, drawn at random, were asked again.
        mended: Of those followed: how many do not fail any more.
        same: How many fail with the same answer.
        other: How many fail with another answer.
        moves: (stratum, answer before, answer after, how many), the most frequent first.
        unlisted: How many of those followed made a move that is not listed.
        broken: Samples that did not fail before under the confirmed modes and do now.
    """

    failed: int
    followed: int
    mended: int
    same: int
    other: int
    moves: tuple[tuple[str, str, str, int], ...]
    unlisted: int
    broken: int

    def to_json(self) -> dict[str, Any]:
        """Return JSON values."""
        return asdict(self)


def failures_to_follow(evaluation: Evaluation, seed: int) -> list[Case]:
    """Return the rows that failed before under the confirmed modes, at most `MOST_FOLLOWED` drawn at random."""
    rows = np.flatnonzero(evaluation.before.failed & _confirmed(evaluation))
    if len(rows) > MOST_FOLLOWED:
        rows = np.sort(np.random.default_rng([seed, 2]).choice(rows, MOST_FOLLOWED, replace=False))
    return [_case(evaluation, int(row)) for row in rows]


def follow(evaluation: Evaluation, cases: Sequence[Case], before: Sequence[str], after: Sequence[str]) -> Flow:
    """Count where the failures went.

    Args:
        evaluation: Both targets on the fold.
        cases: From `failures_to_follow`.
        before: What the original target answers, per case.
        after: What the repaired one answers.
    """
    answers = list(zip(cases, before, after, strict=True))
    moves = Counter((evaluation.strata[case.sample], was, now) for case, was, now in answers)
    listed = sorted(moves.items(), key=lambda item: (-item[1], item[0]))[:MOST_MOVES]
    mended = sum(case.outcome is Outcome.MENDED for case in cases)
    same = sum(case.outcome is Outcome.STILL and was == now for case, was, now in answers)
    confirmed = _confirmed(evaluation)
    return Flow(
        failed=int((evaluation.before.failed & confirmed).sum()),
        followed=len(cases),
        mended=mended,
        same=same,
        other=len(cases) - mended - same,
        moves=tuple((*move, count) for move, count in listed),
        unlisted=len(cases) - sum(count for _, count in listed),
        broken=int((~evaluation.before.failed & evaluation.after.failed & confirmed).sum()),
    )


def examples_of(evaluation: Evaluation, comparison: Comparison, clean: Values, seed: int) -> list[tuple[str, Case]]:
    """Return a few cases to show, drawn at random: of each kind in `WANTED`, and clean inputs that turned wrong.

    Different settings come before a second sample of the same one, confirmed modes before others.

    Args:
        evaluation: Both targets on the fold.
        comparison: What it says of each setting.
        clean: Values of the clean control.
        seed: Of the draw.

    Returns:
        What the case is shown for (what happened to its setting, or `clean`), and the case.
    """
    shown = {(s.stratum, s.values) for s in comparison.modes}
    change = [r.change if (r.stratum, r.values) in shown else None for r in comparison.settings]
    rng = np.random.default_rng([seed, 3])
    found: list[tuple[str, Case]] = []
    for wanted, outcome in WANTED:
        settings = [j for j, c in enumerate(change) if c is wanted]
        found += [(wanted.value, case) for case in _draw(evaluation, settings, outcome, rng)]
    turned = np.flatnonzero(evaluation.after.clean & ~evaluation.before.clean)
    for sample in sorted(rng.permutation(turned)[:EXAMPLES]):
        found.append(("clean", Case(int(sample), clean, None, Outcome.BROKEN)))
    return found


def _draw(evaluation: Evaluation, settings: list[int], outcome: Outcome, rng: np.random.Generator) -> list[Case]:
    """Draw a few rows of an outcome: one of each setting, then a second of each, and so on."""
    of_outcome = _rows_of(evaluation, outcome)
    order = [int(j) for j in rng.permutation(settings)]
    order.sort(key=lambda j: Role.CONFIRMED not in evaluation.settings[j].roles)
    left = {j: list(rng.permutation(np.flatnonzero(of_outcome & (evaluation.rows.setting == j)))) for j in order}
    drawn: list[Case] = []
    while len(drawn) < EXAMPLES and any(left.values()):
        drawn += [_case(evaluation, int(left[j].pop())) for j in order if left[j]]
    return drawn[:EXAMPLES]


def ask(
    probe: Probe[P, I, A],
    samples: Sequence[Sample[P]],
    cases: Sequence[Case],
    batch: int,
    should_stop: Callable[[], bool],
) -> list[str] | None:
    """Return what a target answers in each case, None where the caller stopped it; `batch` cases per question."""
    answers: list[str] = []
    for start in range(0, len(cases), batch):
        if should_stop():
            return None
        asked = cases[start : start + batch]
        values = np.array([case.values for case in asked], dtype=np.float64)
        answers += probe.measure([samples[case.sample] for case in asked], values).answers.texts
    return answers


def _confirmed(evaluation: Evaluation) -> NDArray[np.bool_]:
    """Return, per row, whether its setting is a confirmed mode."""
    which = np.array([Role.CONFIRMED in s.roles for s in evaluation.settings], dtype=np.bool_)
    return which[evaluation.rows.setting]


def _rows_of(evaluation: Evaluation, outcome: Outcome) -> NDArray[np.bool_]:
    before, after = evaluation.before.failed, evaluation.after.failed
    table = {Outcome.MENDED: before & ~after, Outcome.STILL: before & after, Outcome.BROKEN: ~before & after}
    return table[outcome]


def _case(evaluation: Evaluation, row: int) -> Case:
    """Return a row that failed before, after, or both."""
    setting, before = int(evaluation.rows.setting[row]), bool(evaluation.before.failed[row])
    outcome = Outcome.BROKEN if not before else Outcome.STILL if evaluation.after.failed[row] else Outcome.MENDED
    return Case(int(evaluation.rows.sample[row]), evaluation.settings[setting].values, setting, outcome)
