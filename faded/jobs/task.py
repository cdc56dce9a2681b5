"""What the stages of a round need to know of a kind of target: an interface, one module per kind beside it.

Stages speak of samples, answers and settings alone. Whatever is different for classifiers (`pictures.py`), for
summarizers (`texts.py`) and for models that draw (`drawings.py`) is asked through this.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from faded.concepts.spec import ConceptSpace
from faded.domain import Details, ModeKey, Pair, Sample
from faded.labeling.oracle import Accepts, Truth, same_answer
from faded.probe import KnownInvalid, Probe, nothing_invalid
from faded.repair.checkpoint import Checkpoint
from faded.repair.pairs import Ranking, Refusals
from faded.repair.records import Progress, RepairResult
from faded.verification.beside import Allowance

AnySample = Sample[Any]
AnyProbe = Probe[Any, Any, Any]
AnyTarget = Any
"""A `Target` of the task's own kind."""
Say = Callable[[str], None]


@dataclass(frozen=True)
class Data:
    """The samples of a round.

    Attributes:
        explore: Samples to look for failures in.
        tune: Samples that repair trains on.
        verify: The fold that this round may verify on, on which no other round has.
        truth: Knows the right answer after an edit; None where nobody does.
        accepts: Says whether an answer is as good as the right one, where there is a truth.
        known_invalid: Settings left out of every rate.
    """

    explore: list[AnySample]
    tune: list[AnySample]
    verify: list[AnySample]
    truth: Truth | None = None
    accepts: Accepts = same_answer
    known_invalid: KnownInvalid = nothing_invalid


@dataclass(frozen=True)
class Lessons:
    """What a repair learns from.

    Attributes:
        tune: Inputs to train on.
        modes: Confirmed modes to re-apply.
        pairs: Pairs from verdicts.
        rankings: The best and the worst picture of sets, from verdicts.
        samples: The samples of the pairs and rankings, by id.
        refusals: Modes that verdicts speak against.
        known_invalid: Settings under which the expected answer is not to be kept.
    """

    tune: Sequence[AnySample]
    modes: Sequence[ModeKey]
    pairs: Sequence[Pair]
    rankings: Sequence[Ranking]
    samples: Mapping[str, AnySample]
    refusals: Refusals
    known_invalid: KnownInvalid


@dataclass(frozen=True)
class Course:
    """How a repair is run.

    Attributes:
        steps: Optimiser steps at most.
        seed: Of every draw.
        on_prepared: Called with the tune inputs that are answered before the first step, so far and in all, where that
            takes its time.
        on_step: Called after each step.
        should_stop: Asked before each step, and while inputs are answered.
        resume: Where a killed repair stood, or None.
    """

    steps: int
    seed: int
    on_prepared: Callable[[int, int], None]
    on_step: Callable[[Progress], None]
    should_stop: Callable[[], bool]
    resume: Checkpoint | None


class Task(Protocol):
    """One kind of target with a campaign's concepts and measure."""

    @property
    def evidence(self) -> str:
        """What people are shown: "picture", "text" or "pictures", a set for one answer."""
        ...

    @property
    def source(self) -> str:
        """Where the target is loaded from."""
        ...

    @property
    def space(self) -> ConceptSpace:
        """The campaign's concepts."""
        ...

    @property
    def most(self) -> float:
        """What the campaign's discrepancy is at most; infinity where it has no bound."""
        ...

    @property
    def batch(self) -> int:
        """Queries that are answered at once: progress is told and a stop looked for as often; a kill loses as many."""
        ...

    def load(self, weights: Path | None) -> AnyTarget:
        """Load the target afresh, with its original weights (None) or with those of a folder that a repair wrote."""
        ...

    def candidate(self, target: AnyTarget) -> AnyTarget:
        """Load what the campaign compares its target with, and see that it can be asked the same.

        Raises:
            FadedError: it cannot be loaded, or gives other answers than the target can.
        """
        ...

    def labels(self, target: AnyTarget) -> list[str]:
        """Return every answer there is; none where answers are free text or pictures."""
        ...

    def data(self, target: AnyTarget, fold: int, say: Say) -> Data:
        """See that the target can be used, and load and split the data of a round; folds are counted from 1.

        Raises:
            FadedError: target or data cannot be used.
        """
        ...

    def measured_with(self, target: AnyTarget) -> dict[str, str]:
        """Return a number or hash, by name, of whatever decides over answers and measures beside samples and weights.

        A round works with the same throughout; nothing where the configuration says it all.
        """
        ...

    def probe(self, target: AnyTarget, known_invalid: KnownInvalid = nothing_invalid) -> AnyProbe:
        """Return the probe that asks this target."""
        ...

    def setting(self, values: Sequence[object]) -> NDArray[np.float64]:
        """Return a setting as numbers, shape (n_concepts,).

        Raises:
            FadedError: it is none of the space's.
        """
        ...

    def edited(self, probe: AnyProbe, payloads: Sequence[Any], values: NDArray[np.float64]) -> list[Any]:
        """Return the payloads as edited, in the form in which they are written and shown."""
        ...

    def notes(self, payload: Any, edited: Any, values: Sequence[float]) -> Details:
        """Return what a card shows of an edit beside the two payloads."""
        ...

    def write(self, payload: Any) -> bytes:
        """Return a payload as the bytes of its evidence."""
        ...

    def read(self, content: bytes) -> Any:
        """Read what `write` wrote."""
        ...

    @property
    def allowances(self) -> Mapping[str, Allowance]:
        """How much a repair may cost of each figure of `beside`."""
        ...

    def beside(self, probe: AnyProbe, samples: Sequence[AnySample]) -> dict[str, NDArray[np.float64]]:
        """Return figures of a target that no failure shows, one number per sample; none where failures show all."""
        ...

    def repair_rows(self, target: AnyTarget) -> dict[str, int] | None:
        """Return what a repair is given where that depends on the target, for pages to tell beforehand.

        Those are `batch` and `anchor`, rows per step, `draws`, what is drawn once before it, `evaluate_every`, steps
        between evaluations, and `patience`, evaluations; None where every target is given the same.
        """
        ...

    def repair(self, target: AnyTarget, lessons: Lessons, course: Course) -> tuple[RepairResult, dict[str, Any]]:
        """Tune the target in place; return what was done and the configuration it was done with.

        Raises:
            FadedError: there is nothing to learn from.
        """
        ...
