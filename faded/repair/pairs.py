"""From verdicts to what repair trains on: preference pairs, and confirmed modes re-applied to fresh inputs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from faded.concepts.spec import ConceptSpace
from faded.domain import Answered, FadedError, Judgement, ModeKey, Pair, Sample, Values, Verdict
from faded.probe import KnownInvalid

P = TypeVar("P")
T = TypeVar("T")

DRAWN = 2000
"""Cells that stand for all of a space too large to be listed: a repair draws 4,000 inputs under them, in all strata
together, so no cell comes up often."""


@dataclass(frozen=True, slots=True)
class Lesson(Generic[P]):
    """One thing to learn: under this setting, the chosen answer is better than every other.

    Attributes:
        sample: The input.
        values: The setting's level values.
        chosen: The answer to prefer.
    """

    sample: Sample[P]
    values: Values
    chosen: str


@dataclass(frozen=True, slots=True)
class Refusals:
    """Where the expected answer must not be taught or held, by what verdicts say of a mode or of its like.

    Attributes:
        changed: Modes in which the expected answer is probably not the true one.
        as_answered: Modes in which the target's own, other answer probably is: it is held instead.
    """

    changed: frozenset[ModeKey] = frozenset()
    as_answered: frozenset[ModeKey] = frozenset()


NO_REFUSALS = Refusals()


def verdict_pairs(judgements: Sequence[Judgement], answered: Mapping[str, Answered], space: ConceptSpace) -> list[Pair]:
    """Return the pairs that verdicts make, in the order of the judgements.

    A confirmation prefers the answer it states, else the reference, to the target's answer. A rejection says that the
    answer was right for the input as edited, so it prefers the answer to the expected one. Invalid and unsure say
    nothing of the answer. Where the two are the same there is no pair.

    Args:
        judgements: The verdicts that stand.
        answered: The answers that they were given on, by the proposal's id.
        space: The concepts.
    """
    pairs = []
    for judgement in judgements:
        found = preferred(judgement, answered[judgement.proposal_id])
        if found is not None:
            pairs.append(Pair(judgement.sample_id, cell_values(space, judgement.key), *found))
    return pairs


def preferred(judgement: Judgement, answered: Answered) -> tuple[str, str] | None:
    """Return the chosen and the rejected answer of the pair that a verdict makes, None where it makes none."""
    other = answered.expected if judgement.answer is None else judgement.answer
    if other is None or other == answered.answer:
        return None
    if judgement.verdict is Verdict.CONFIRM:
        return other, answered.answer
    return (answered.answer, other) if judgement.verdict is Verdict.REJECT else None


@dataclass(frozen=True, slots=True)
class Ranking:
    """The best and the worst picture of a set, as an annotator chose them.

    Attributes:
        sample_id: The input.
        values: The setting's level values.
        best: Number of the best picture.
        worst: Number of the worst.
    """

    sample_id: str
    values: Values
    best: int
    worst: int


def rankings(judgements: Sequence[Judgement], space: ConceptSpace) -> list[Ranking]:
    """Return what was ranked, in the order of the judgements; see `verdict_pairs`.

    An edit that destroyed the input says nothing of what was drawn from it.
    """
    chosen = ((judgement, ranked(judgement)) for judgement in judgements)
    return [Ranking(j.sample_id, cell_values(space, j.key), *pictures) for j, pictures in chosen if pictures]


def ranked(judgement: Judgement) -> tuple[int, int] | None:
    """Return the numbers of the best and the worst picture of a set, None where they are not learned from."""
    best, worst = judgement.ratings.best, judgement.ratings.worst
    if judgement.verdict is Verdict.INVALID or best is None or worst is None:
        return None
    return best, worst


def pair_lessons(pairs: Sequence[Pair], samples: Mapping[str, Sample[P]]) -> list[Lesson[P]]:
    """Return the pairs with their inputs.

    Raises:
        FadedError: a pair's sample was not given.
    """
    missing = sorted({p.sample_id for p in pairs} - samples.keys())
    if missing:
        raise FadedError(f"The samples {', '.join(missing[:5])} of the verdict pairs were not given. Give them all.")
    return [Lesson(samples[p.sample_id], p.values, p.chosen) for p in pairs]


def by_stratum(samples: Sequence[Sample[P]]) -> dict[str, list[Sample[P]]]:
    """Return the samples of which an answer is expected, by stratum."""
    pools: dict[str, list[Sample[P]]] = {}
    for sample in samples:
        if sample.expected is not None:
            pools.setdefault(sample.stratum, []).append(sample)
    return pools


def reapply(
    space: ConceptSpace,
    modes: Sequence[ModeKey],
    pools: Mapping[str, Sequence[Sample[P]]],
    count: int,
    rng: np.random.Generator,
) -> list[Lesson[P]]:
    """Draw modes uniformly and, for each, a fresh input of its stratum; the edits are applied later.

    Args:
        space: The concepts.
        modes: Confirmed modes; each has inputs in `pools`.
        pools: Tune inputs by stratum.
        count: How many to draw, with replacement.
        rng: Where chance comes from.
    """
    drawn = []
    for number in rng.integers(len(modes), size=count):
        mode = modes[number]
        pool = pools[mode.stratum]
        sample = pool[int(rng.integers(len(pool)))]
        drawn.append(Lesson(sample, cell_values(space, mode), str(sample.expected)))
    return drawn


def under_modes(
    space: ConceptSpace, modes: Sequence[ModeKey], pools: Mapping[str, Sequence[Sample[P]]]
) -> list[Lesson[P]]:
    """Return every input under every mode of its stratum; a stratum without inputs gives none."""
    return [Lesson(s, cell_values(space, m), str(s.expected)) for m in modes for s in pools.get(m.stratum, [])]


def values_of(lessons: Sequence[Lesson[P]]) -> NDArray[np.float64]:
    """Return the settings, shape (batch, n_concepts)."""
    return np.array([lesson.values for lesson in lessons], dtype=np.float64)


def some(rows: Sequence[T], count: int, rng: np.random.Generator) -> list[T]:
    """Return at most so many rows, drawn without replacement, in their order."""
    if len(rows) <= count:
        return list(rows)
    return [rows[i] for i in sorted(rng.choice(len(rows), count, replace=False))]


def every_mode(space: ConceptSpace, strata: Sequence[str], known_invalid: KnownInvalid) -> list[ModeKey]:
    """Return every cell in every stratum that is not known to be invalid.

    Of a space too large to be listed, `DRAWN` cells stand for all: the same in every stratum, whatever strata there
    are. Given to repair in place of the confirmed modes it makes the rival that needs no verdict: cross-entropy over
    all cells.
    """
    numbers = space.numbers(DRAWN)
    cells, settings = space.levels(numbers).tolist(), space.settings(numbers)
    keys: list[ModeKey] = []
    for stratum in sorted(set(strata)):
        invalid = known_invalid([stratum] * len(cells), settings)
        keys += [ModeKey(tuple(cells[i]), stratum) for i in np.flatnonzero(~invalid)]
    return keys


def cell_values(space: ConceptSpace, key: ModeKey) -> Values:
    """Return the level values of a mode's cell."""
    return tuple(float(spec.levels[level]) for spec, level in zip(space.specs, key.cell, strict=True))
