"""Annotators for runs without people. They label through the same queue and store as people do."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from faded.concepts.spec import ConceptSpace
from faded.domain import FadedError, Proposal, Said, Verdict
from faded.labeling.queue import next_items
from faded.store import verdicts
from faded.store.engine import Store

ORACLE = "oracle"
"""Name that a simulated annotator's verdicts are given under."""


class Annotator(Protocol):
    """Gives a verdict on each proposal, and states the right answer where a confirmation needs one."""

    def __call__(self, proposals: Sequence[Proposal], /) -> list[Said]:
        """Return what is said of each proposal, in order."""
        ...


def confirm(proposal: Proposal, right: str) -> Said:
    """Return a confirmation; it states the right answer where the proposal has no reference to give it."""
    return Said(Verdict.CONFIRM, right if proposal.reference is None else None)


class Truth(Protocol):
    """Knows the true answers after an edit, such as the code that drew the inputs."""

    def __call__(self, sample_ids: Sequence[str], values: NDArray[np.float64], /) -> list[str | None]:
        """Return the true answer per sample under its setting, None where the input cannot be read any more.

        Args:
            sample_ids: The samples, n of them.
            values: Level values, shape (n, n_concepts).
        """
        ...


Accepts = Callable[[str, str, str], bool]
"""A sample's id, an answer to it and the right answer: whether the one is as good as the other."""


def same_answer(sample_id: str, answer: str, right: str) -> bool:
    """Accept the right answer alone, word for word."""
    return answer == right


class ReferenceAnnotator:
    """Confirms where the target's answer is not the reference, else rejects."""

    def __call__(self, proposals: Sequence[Proposal], /) -> list[Said]:
        """Return what is said of each proposal.

        Raises:
            FadedError: a proposal has no reference.
        """
        for p in proposals:
            if p.reference is None:
                raise FadedError(f"Sample {p.sample_id} has no reference: let people label, or give data with labels.")
        return [Said(Verdict.CONFIRM if p.answer != p.reference else Verdict.REJECT) for p in proposals]


class TruthAnnotator:
    """Goes by the true answer after the edit.

    Rejects where the target gave the true answer; confirms where the edit left the true answer as it was and the target
    did not give it; else the edit changed the true answer or hid it, and the proposal is invalid. What was true before
    the edit is the reference, and without one the truth under the clean control.

    Args:
        truth: Knows the true answers.
        space: The campaign's concepts.
        accepts: Says which answers are as good as the true one.
    """

    def __init__(self, truth: Truth, space: ConceptSpace, accepts: Accepts = same_answer) -> None:
        self._truth, self._space, self._accepts = truth, space, accepts

    def __call__(self, proposals: Sequence[Proposal], /) -> list[Said]:
        """Return what is said of each proposal."""
        if not proposals:
            return []
        values = self._space.values([p.key.cell for p in proposals])
        answers = self._truth([p.sample_id for p in proposals], values)
        return [self._judge(p, true) for p, true in zip(proposals, answers, strict=True)]

    def _judge(self, proposal: Proposal, true: str | None) -> Said:
        if true is not None and self._accepts(proposal.sample_id, proposal.answer, true):
            return Said(Verdict.REJECT)
        if true is None or true != self._before(proposal):
            return Said(Verdict.INVALID)
        return confirm(proposal, true)

    def _before(self, proposal: Proposal) -> str | None:
        if proposal.reference is not None:
            return proposal.reference
        (true,) = self._truth([proposal.sample_id], np.array([self._space.control]))
        return true


class CountsAnnotator:
    """Draws one label from what several people called the sample; rejects if it is the target's answer, else confirms.

    A confirmation states the label drawn where it has to state an answer.
    The draw belongs to the item (sample and setting): the same seed gives the same label whenever it is asked.

    Args:
        counts: For every sample id, how many people gave which label.
        seed: Seed of the draws.
    """

    def __init__(self, counts: Mapping[str, Mapping[str, int]], seed: int) -> None:
        self._counts = counts
        self._seed = seed

    def __call__(self, proposals: Sequence[Proposal], /) -> list[Said]:
        """Return what is said of each proposal.

        Raises:
            FadedError: nobody labelled a sample.
        """
        drawn = [self._draw(p) for p in proposals]
        return [
            Said(Verdict.REJECT) if label == p.answer else confirm(p, label)
            for p, label in zip(proposals, drawn, strict=True)
        ]

    def _draw(self, proposal: Proposal) -> str:
        counts = self._counts.get(proposal.sample_id, {})
        total = sum(counts.values())
        if total == 0:
            raise FadedError(
                f"There are no human labels for sample {proposal.sample_id}: give counts for every sample."
            )
        ticket = _number(self._seed, "label", proposal.sample_id, proposal.key.cell) * total
        for label, n in sorted(counts.items()):
            ticket -= n
            if ticket < 0:
                return label
        raise AssertionError("the ticket is below the total")


class NoisyAnnotator:
    """Replaces a verdict by a random other one with a probability; the draw hangs on sample and setting alone.

    A confirmation that comes about so states the expected answer where it has to state one.

    Args:
        inner: The annotator whose verdicts are disturbed.
        probability: From 0 to 1.
        seed: Seed of the noise.

    Raises:
        FadedError: the probability is out of bounds.
    """

    def __init__(self, inner: Annotator, probability: float, seed: int) -> None:
        if not 0 <= probability <= 1:
            raise FadedError(f"The annotator's noise is {probability}: give a probability from 0 to 1.")
        self._inner = inner
        self._probability = probability
        self._seed = seed

    def __call__(self, proposals: Sequence[Proposal], /) -> list[Said]:
        """Return what is said of each proposal."""
        return [self._disturb(p, said) for p, said in zip(proposals, self._inner(proposals), strict=True)]

    def _disturb(self, proposal: Proposal, said: Said) -> Said:
        if _number(self._seed, "whether", proposal.sample_id, proposal.key.cell) >= self._probability:
            return said
        others = [v for v in Verdict if v is not said.verdict]
        drawn = others[int(_number(self._seed, "which", proposal.sample_id, proposal.key.cell) * len(others))]
        return confirm(proposal, str(proposal.expected)) if drawn is Verdict.CONFIRM else Said(drawn)


class ChanceAnnotator:
    """Confirms with a probability and rejects else, whatever it is shown; the draw hangs on sample and setting alone.

    Args:
        probability: From 0 to 1.
        seed: Seed of the draws.
    """

    def __init__(self, probability: float, seed: int) -> None:
        self._probability = probability
        self._seed = seed

    def __call__(self, proposals: Sequence[Proposal], /) -> list[Said]:
        """Return one verdict per proposal; a confirmation without a reference states the expected answer."""
        drawn = [_number(self._seed, "chance", p.sample_id, p.key.cell) for p in proposals]
        return [
            confirm(p, str(p.expected)) if d < self._probability else Said(Verdict.REJECT)
            for p, d in zip(proposals, drawn, strict=True)
        ]


class CaringAnnotator:
    """Rejects what the annotator does not care about; asks another annotator about the rest.

    Args:
        inner: Asked about what matters.
        strata: The strata that matter; None for all.
        concepts: Concepts that matter: a setting matters if it moves one of them from neutral; None for all settings.
        space: The campaign's concepts.

    Raises:
        FadedError: a concept is not one of the campaign's.
    """

    def __init__(
        self, inner: Annotator, strata: Collection[str] | None, concepts: Collection[str] | None, space: ConceptSpace
    ) -> None:
        names = [s.name for s in space.specs]
        unknown = sorted(set(concepts or ()) - set(names))
        if unknown:
            raise FadedError(f"The annotator cares about {unknown}, but the concepts are {names}: name some of these.")
        self._inner = inner
        self._strata = strata
        self._concepts = concepts
        self._space = space

    def __call__(self, proposals: Sequence[Proposal], /) -> list[Said]:
        """Return what is said of each proposal."""
        cared = [p for p in proposals if self._cares(p)]
        found = dict(zip((p.id for p in cared), self._inner(cared), strict=True))
        return [found.get(p.id, Said(Verdict.REJECT)) for p in proposals]

    def _cares(self, proposal: Proposal) -> bool:
        if self._strata is not None and proposal.key.stratum not in self._strata:
            return False
        moved = {
            s.name for s, lv in zip(self._space.specs, proposal.key.cell, strict=True) if s.levels[lv] != s.neutral
        }
        return self._concepts is None or not moved.isdisjoint(self._concepts)


def label_all(
    store: Store, round_id: int, annotator: Annotator, name: str, budget: int, now: Callable[[], float]
) -> int:
    """Label through the real queue until the budget is used or nothing is left.

    Every verdict is committed on its own. Called again after a crash it goes on where it was: verdicts of this name
    that stand already count towards the budget.

    Args:
        store: The store.
        round_id: The round.
        annotator: Gives the verdicts.
        name: Under which name.
        budget: Number of verdicts in all.
        now: The clock, seconds since 1970.

    Returns:
        Number of standing verdicts of this name.
    """
    with store.read() as db:
        used = verdicts.counts(db, round_id, name).total
    while used < budget:
        with store.write() as db:
            items = next_items(db, round_id, name, 1, now())
        if not items:
            break
        proposal = items[0].proposal
        (said,) = annotator([proposal])
        with store.write() as db:
            key = uuid.uuid4().hex
            verdicts.submit(db, proposal.id, name, key, now=now(), verdict=said.verdict, answer=said.answer)
        used += 1
    return used


def _number(*parts: object) -> float:
    """Return a number in [0, 1) that hangs on the parts alone, the same on every machine."""
    digest = hashlib.sha256(repr(parts).encode()).digest()
    return (int.from_bytes(digest[:8], "big") >> 11) / 2**53  # 53 bits: what a double holds, so it stays below 1
