"""What a repair trains on and is scored on, made once before the first step.

Whatever the frozen reference says is computed here, so a step of training never runs it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

import numpy as np
import torch
from torch import nn

from faded.concepts.base import Editor
from faded.concepts.spec import ConceptSpace
from faded.domain import FadedError, ModeKey, Sample, Values
from faded.probe import KnownInvalid, nothing_invalid
from faded.repair.pairs import (
    NO_REFUSALS,
    Lesson,
    Refusals,
    by_stratum,
    cell_values,
    every_mode,
    reapply,
    some,
    under_modes,
)

P = TypeVar("P")

HELD_OUT_SHARE = 0.1
"""Share of the tune inputs that only early stopping sees; of 5,000, a flip rate of 2% is then known to 0.6 points."""
LEAST_HELD_OUT = 30
"""Inputs that early stopping should see where tune inputs are few: one flip more or less must not decide alone."""
MOST_HELD_OUT_SHARE = 1 / 3
"""Share of them that it may have for that."""
SCORED_ROWS = 600
"""At most so many edited inputs are scored per evaluation, about half a second of a small network on one core."""
KEEP_DRAWS = 4000
"""Settings drawn to find edited inputs that the reference answers rightly; 300 steps show 19,200 rows of them."""
BATCH = 256
"""Rows per forward pass without gradients; beyond it a small network on a processor gains nothing."""


class Trainable(Protocol):
    """A target whose weights can be tuned."""

    @property
    def module(self) -> nn.Module:
        """The network."""
        ...

    @property
    def labels(self) -> tuple[str, ...]:
        """Class names in the order of the logits."""
        ...

    @property
    def device(self) -> torch.device:
        """Where the network lives."""
        ...

    def logits(self, pixels: torch.Tensor) -> torch.Tensor:
        """Return logits, with gradients where they are enabled."""
        ...


@dataclass(frozen=True)
class Frozen(Generic[P]):
    """Edited inputs with what the frozen reference says of them.

    Attributes:
        lessons: The inputs under their settings; what is chosen is the expected answer.
        logits: The frozen reference's logits, shape (n, n_classes).
    """

    lessons: list[Lesson[P]]
    logits: torch.Tensor


@dataclass(frozen=True)
class Material(Generic[P]):
    """Everything that does not change while training.

    Attributes:
        modes: Modes that have tune inputs.
        pools: Training inputs by stratum.
        clean: Training inputs under the clean control.
        keep: Edited training inputs outside the modes whose answers are to stay: those that the frozen reference
            answers as expected; in modes that verdicts call right as answered, those that it answers otherwise.
        held_clean: Held-out inputs under the clean control that the reference answers rightly.
        held_modes: Held-out inputs in the modes, of those in `held_clean`.
        n_held: Held-out inputs in all.
    """

    modes: list[ModeKey]
    pools: dict[str, list[Sample[P]]]
    clean: Frozen[P]
    keep: Frozen[P]
    held_clean: list[Lesson[P]]
    held_modes: list[Lesson[P]]
    n_held: int


def prepare(
    target: Trainable,
    editor: Editor[P, torch.Tensor],
    space: ConceptSpace,
    tune: Sequence[Sample[P]],
    modes: Sequence[ModeKey],
    seed: int,
    known_invalid: KnownInvalid = nothing_invalid,
    refusals: Refusals = NO_REFUSALS,
) -> Material[P]:
    """Split the tune inputs by hash and ask the frozen reference once.

    Raises:
        FadedError: there are no tune inputs with an expected answer.
    """
    train, held = split(tune)
    rng = np.random.default_rng([seed, 0])
    pools = by_stratum(train)
    usable = [m for m in modes if m.stratum in pools]
    clean = answered(target, editor, [_clean(space, s) for s in train])
    held_right = right(target, answered(target, editor, [_clean(space, s) for s in held])).lessons
    held_pools = by_stratum([lesson.sample for lesson in held_right])
    scored = some(under_modes(space, usable, held_pools), SCORED_ROWS, rng)
    unkept = (refusals.changed - refusals.as_answered).union(modes)
    others = [key for key in every_mode(space, list(pools), known_invalid) if key not in unkept]
    drawn = reapply(space, others, pools, KEEP_DRAWS, rng) if others else []
    keep = _kept(
        target, answered(target, editor, drawn), {(k.stratum, cell_values(space, k)) for k in refusals.as_answered}
    )
    return Material(usable, pools, clean, keep, held_right, scored, len(held))


def split(tune: Sequence[Sample[P]]) -> tuple[list[Sample[P]], list[Sample[P]]]:
    """Return the tune inputs with an expected answer: those to train on, and those that early stopping sees.

    A tenth is held out, by hash; where inputs are few, more: some thirty, but never more than a third.

    Raises:
        FadedError: one of the two is empty.
    """
    known = [s for s in tune if s.expected is not None]
    share = min(max(HELD_OUT_SHARE, LEAST_HELD_OUT / max(1, len(known))), MOST_HELD_OUT_SHARE)
    held = [s for s in known if _held_out(s.id, share)]
    train = [s for s in known if not _held_out(s.id, share)]
    if not train or not held:
        raise FadedError(
            f"Repair got {len(known)} tune inputs with an expected answer, too few to train. Give 50 or more."
        )
    return train, held


def _held_out(sample_id: str, share: float) -> bool:
    """Return whether early stopping, and not training, sees this tune input, as such a share of them is seen."""
    digest = hashlib.sha256(f"early stop:{sample_id}".encode()).digest()
    return int.from_bytes(digest[:8], "big") < share * 2**64


def pixels(editor: Editor[P, torch.Tensor], lessons: Sequence[Lesson[P]]) -> torch.Tensor:
    """Apply the settings."""
    return editor([lesson.sample.payload for lesson in lessons], np.array([lesson.values for lesson in lessons]))


def columns(target: Trainable, lessons: Sequence[Lesson[P]]) -> torch.Tensor:
    """Return the class numbers of the chosen answers.

    Raises:
        FadedError: an answer is no label of the target.
    """
    place = {label: i for i, label in enumerate(target.labels)}
    unknown = {lesson.chosen for lesson in lessons} - place.keys()
    if unknown:
        raise FadedError(f"The answers {sorted(unknown)} are no labels of the target. Its labels: {target.labels}.")
    return torch.tensor([place[lesson.chosen] for lesson in lessons], dtype=torch.long, device=target.device)


def answered(target: Trainable, editor: Editor[P, torch.Tensor], lessons: list[Lesson[P]]) -> Frozen[P]:
    """Ask the target as it is now."""
    with torch.no_grad():
        batches = [target.logits(pixels(editor, lessons[i : i + BATCH])) for i in range(0, len(lessons), BATCH)]
    return Frozen(lessons, torch.cat(batches) if batches else torch.zeros(0, len(target.labels), device=target.device))


def right(target: Trainable, frozen: Frozen[P]) -> Frozen[P]:
    """Return what was answered rightly."""
    rows = [i for i, ok in enumerate(is_right(target, frozen)) if ok]
    return Frozen([frozen.lessons[i] for i in rows], frozen.logits[rows])


def is_right(target: Trainable, frozen: Frozen[P]) -> list[bool]:
    """Return, per row, whether the answer is the chosen one."""
    return [bool(ok) for ok in frozen.logits.argmax(1) == columns(target, frozen.lessons)]


def _kept(target: Trainable, drawn: Frozen[P], as_answered: Collection[tuple[str, Values]]) -> Frozen[P]:
    """Return the rows whose answers are to stay as they are."""
    expected = zip(drawn.lessons, is_right(target, drawn), strict=True)
    rows = [i for i, (row, ok) in enumerate(expected) if ok != ((row.sample.stratum, row.values) in as_answered)]
    return Frozen([drawn.lessons[i] for i in rows], drawn.logits[rows])


def _clean(space: ConceptSpace, sample: Sample[P]) -> Lesson[P]:
    return Lesson(sample, space.control, str(sample.expected))
