"""The explore frame: which samples are asked about, and what an agent may know of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from faded.domain import Details, FadedError, Sample
from faded.landscape.cells import Invalid, from_table
from faded.probe import Probe
from faded.targets.base import Answers

P = TypeVar("P")
I = TypeVar("I")  # noqa: E741 - inputs
A = TypeVar("A", bound=Answers)

IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]


@dataclass(frozen=True)
class Frame:
    """The samples of the explore fold with their cached clean answers.

    Attributes:
        sample_ids: Ids of the samples.
        stratum: Index of each sample's stratum, shape (n_samples,).
        strata: Names of the strata.
        features: What an agent may know of each sample: clean embedding and prediction, shape (n_samples, n_features).
        eligible: Whether the original target answered the sample rightly under the clean control: the frozen set.
        known_invalid: Settings known to hide the input or change its answer, shape (n_strata, n_cells); of a space
            that is not listed none, shape (n_strata, 0).
        invalid_of: Of a space that is not listed, what says which settings are known to be invalid; else None.
        answers: What the original target answered to each sample under the clean control;
            empty for a frame from a table.
    """

    sample_ids: tuple[str, ...]
    stratum: IntArray
    strata: tuple[str, ...]
    features: NDArray[np.float32]
    eligible: BoolArray
    known_invalid: BoolArray
    answers: tuple[str, ...] = ()
    invalid_of: Invalid | None = None

    @property
    def invalid(self) -> Invalid:
        """Says which settings are known to be invalid."""
        return self.invalid_of or from_table(self.known_invalid)

    def __post_init__(self) -> None:
        if not self.eligible.any():
            raise FadedError(
                f"The target answers none of the {len(self.sample_ids)} samples rightly without any edit, so no "
                "failure can be caused by one: check that the labels are the target's own, or give other data. Where "
                "answers are measured against references, raise the threshold."
            )


@dataclass(frozen=True)
class Replies:
    """What came back for a batch of (sample, cell).

    Attributes:
        failed: Whether the discrepancy is above the threshold, shape (batch,).
        discrepancy: The discrepancies, shape (batch,).
        answers: What the target said.
        details: What it said beside each answer that failed; empty for the others.
    """

    failed: BoolArray
    discrepancy: NDArray[np.float64]
    answers: list[str]
    details: list[Details]


NOTHING_ASKED = Replies(np.zeros(0, dtype=np.bool_), np.zeros(0), [], [])
"""Of a batch in which every query repeats another: few pictures, or a budget beyond their number times the cells'."""


class Ask(Protocol):
    """Asks the target: rows of the frame, and numbers of cells, to replies."""

    def __call__(self, rows: IntArray, cells: IntArray) -> Replies:
        """Answer one batch; `rows` and `cells` have shape (batch,)."""
        ...


def build_frame(
    probe: Probe[P, I, A],
    samples: Sequence[Sample[P]],
    batch: int = 64,
    on_progress: Callable[[int, int], None] = lambda done, total: None,
    original: Probe[P, I, A] | None = None,
) -> Frame:
    """Answer every sample once under the clean control and keep what exploration needs of it.

    Args:
        probe: Target, edits and measure.
        samples: The explore fold.
        batch: Samples a forward pass.
        on_progress: Called with (samples done, samples in all) after each batch.
        original: Asks the original target, which decides who is eligible; None where the probe asks it already.

    Raises:
        FadedError: there are no samples, or none is answered rightly.
        TargetError: the target failed.
    """
    if not samples:
        raise FadedError("The explore fold has no samples: give more data.")
    features, failed, answers = [], [], []
    for start in range(0, len(samples), batch):
        part = samples[start : start + batch]
        clean = probe.clean(part)
        features.append(clean.answers.features)
        at_first = clean if original is None else original.clean(part)
        failed.append(at_first.failed)
        answers += at_first.answers.texts
        on_progress(min(start + batch, len(samples)), len(samples))
    strata = tuple(sorted({s.stratum for s in samples}))
    index = {name: i for i, name in enumerate(strata)}
    invalid = _invalid(probe, strata)
    listed = np.arange(probe.space.n_cells if probe.space.listed else 0)
    return Frame(
        sample_ids=tuple(s.id for s in samples),
        stratum=np.array([index[s.stratum] for s in samples], dtype=np.int64),
        strata=strata,
        features=np.concatenate(features).astype(np.float32),
        eligible=~np.concatenate(failed),
        known_invalid=invalid(listed),
        answers=tuple(answers),
        invalid_of=None if probe.space.listed else invalid,
    )


def _invalid(probe: Probe[P, I, A], strata: Sequence[str]) -> Invalid:
    """Return what says which settings are known to be invalid."""

    def invalid(numbers: IntArray) -> BoolArray:
        values = probe.space.settings(numbers)
        return np.stack([probe.known_invalid([name] * len(values), values) for name in strata])

    return invalid


@dataclass(frozen=True)
class AskProbe(Generic[P, I, A]):
    """Asks the live target.

    Attributes:
        probe: Target, edits and measure.
        samples: The explore fold, in the frame's order.
    """

    probe: Probe[P, I, A]
    samples: Sequence[Sample[P]]

    def __call__(self, rows: IntArray, cells: IntArray) -> Replies:
        """Answer one batch in one forward pass."""
        measured = self.probe.measure([self.samples[int(r)] for r in rows], self.probe.space.settings(cells))
        answers = measured.answers
        details: list[Details] = [{} for _ in rows]
        for row in np.flatnonzero(measured.failed).tolist():
            details[row] = answers.details(row)
        return Replies(
            measured.failed, np.asarray(measured.discrepancy, dtype=np.float64), list(answers.texts), details
        )


@dataclass(frozen=True)
class AskTable:
    """Answers from an exhaustive grid made earlier.

    Attributes:
        discrepancy: Discrepancy of every sample under every cell, shape (n_samples, n_cells).
        threshold: A discrepancy above it is a failure.
        answer: Index into `names` of what the target said, the same shape.
        names: The answers in words.
    """

    discrepancy: NDArray[np.float32]
    threshold: float
    answer: NDArray[np.int16]
    names: tuple[str, ...]

    def __call__(self, rows: IntArray, cells: IntArray) -> Replies:
        """Look one batch up."""
        found = self.discrepancy[rows, cells].astype(np.float64)
        said = [self.names[int(i)] for i in self.answer[rows, cells]]
        return Replies(found > self.threshold, found, said, [{} for _ in said])
