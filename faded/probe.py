"""One way to ask: edit the inputs, let the target answer, measure the discrepancy.

Exploration and verification ask through a probe, so they cannot disagree about what a failure is; repair trains on
answers themselves. It knows protocols only; target, edits and discrepancy are handed in.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from faded.concepts.base import Editor
from faded.concepts.spec import ConceptSpace
from faded.discrepancies.base import Discrepancy
from faded.domain import Sample
from faded.targets.base import Answers, Target

P = TypeVar("P")
I = TypeVar("I")  # noqa: E741 - inputs
A = TypeVar("A", bound=Answers)

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

KnownInvalid = Callable[[Sequence[str], FloatArray], BoolArray]
"""Strata and values (batch, n_concepts) to whether a setting is known to hide the input or change its answer."""


Score = Callable[[FloatArray], FloatArray]
"""Discrepancies to scores from 0 to 1, shape (batch,)."""


def nothing_invalid(strata: Sequence[str], values: FloatArray) -> BoolArray:
    """Know of no setting that hides the input or changes its answer."""
    return np.zeros(len(strata), dtype=np.bool_)


@dataclass(frozen=True)
class Measured(Generic[A]):
    """Answers with their discrepancies.

    Attributes:
        answers: What the target said.
        discrepancy: One number >= 0 per input, shape (batch,).
        failed: Whether it is above the threshold, shape (batch,).
        score: How good the answer is, 0 to 1, shape (batch,).
    """

    answers: A
    discrepancy: FloatArray
    failed: BoolArray
    score: FloatArray


@dataclass(frozen=True)
class Probe(Generic[P, I, A]):
    """A target with the edits and the measure of a campaign.

    Attributes:
        target: The network under test.
        editor: Applies settings to payloads.
        discrepancy: Measures answers against what is expected and against the unedited inputs.
        space: The concepts.
        threshold: A discrepancy above it is a failure; registered before exploring.
        known_invalid: Settings left out of every rate.
        score: How good an answer is by its discrepancy, 0 to 1; None where it is right or wrong and nothing between.
    """

    target: Target[I, A]
    editor: Editor[P, I]
    discrepancy: Discrepancy[A, P]
    space: ConceptSpace
    threshold: float
    known_invalid: KnownInvalid = nothing_invalid
    score: Score | None = None

    def measure(self, samples: Sequence[Sample[P]], values: FloatArray) -> Measured[A]:
        """Answer and measure one batch, one setting per sample; `values` has shape (batch, n_concepts)."""
        answers = self.ask(samples, values)
        discrepancy = self.discrepancy(answers, [s.expected for s in samples], [s.payload for s in samples])
        failed = discrepancy > self.threshold
        score = (~failed).astype(np.float64) if self.score is None else self.score(discrepancy)
        return Measured(answers, discrepancy, failed, score)

    def ask(self, samples: Sequence[Sample[P]], values: FloatArray) -> A:
        """Answer one batch without measuring it."""
        return self.target.answer(self.editor([s.payload for s in samples], values))

    def clean(self, samples: Sequence[Sample[P]]) -> Measured[A]:
        """Answer and measure one batch under the clean control."""
        return self.measure(samples, self.controls(len(samples)))

    def controls(self, count: int) -> FloatArray:
        """Return the clean control for so many samples, shape (count, n_concepts)."""
        return np.tile(np.asarray(self.space.control), (count, 1))
