"""Inputs without references: what the target answers unedited is what it is expected to answer under an edit."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import TypeVar

from faded.domain import Sample
from faded.jobs.task import AnyProbe, Data
from faded.probe import Probe, nothing_invalid
from faded.targets.base import Answers

P = TypeVar("P")
I = TypeVar("I")  # noqa: E741 - inputs
A = TypeVar("A", bound=Answers)

BATCH = 128
"""Samples per forward pass; larger batches gained nothing for a small network on one core."""


def without_references(data: Data, probe: AnyProbe, classes: bool) -> Data:
    """Return a round's data without references, and without what is known of them: which settings are invalid.

    Who knows the truth still does: that is the annotator.

    Args:
        data: The round's data.
        probe: Asks the campaign's original target.
        classes: See `by_clean_answer`.

    Raises:
        TargetError: the target failed.
    """
    explore, tune, verify = (by_clean_answer(part, probe, classes) for part in (data.explore, data.tune, data.verify))
    return dataclasses.replace(data, explore=explore, tune=tune, verify=verify, known_invalid=nothing_invalid)


def by_clean_answer(samples: Sequence[Sample[P]], probe: Probe[P, I, A], classes: bool) -> list[Sample[P]]:
    """Return the samples without any reference, with the target's clean answer.

    Args:
        samples: In any number; what reference they have is dropped.
        probe: Asks the campaign's original target, in later rounds as well.
        classes: Whether answers are classes: then the answer is the sample's stratum too, whatever it had.

    Raises:
        TargetError: the target failed.
    """
    found: list[Sample[P]] = []
    for start in range(0, len(samples), BATCH):
        batch = samples[start : start + BATCH]
        answers = probe.ask(batch, probe.controls(len(batch))).texts
        found += [
            dataclasses.replace(
                sample, reference=None, stratum=answer if classes else sample.stratum, clean_answer=answer
            )
            for sample, answer in zip(batch, answers, strict=True)
        ]
    return found
