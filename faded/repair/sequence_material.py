"""What a repair of written answers trains on and is scored on, made once before the first step.

Whatever the frozen original writes and thinks of texts is asked here, so a step of training never runs it: its answers
to edited inputs are what is rejected, its clean answers what is held.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Generic, Protocol, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from faded.domain import ModeKey, Pair, Sample, Stopped
from faded.probe import Probe
from faded.repair.material import split
from faded.repair.pairs import Lesson, by_stratum, reapply, some, under_modes, values_of
from faded.targets.base import Answers

P = TypeVar("P")
FloatArray = NDArray[np.float64]

LOOKS = 20
"""How often, while inputs are answered, it is told how far that is, at least."""
MOST_AT_ONCE = 256
"""Inputs answered between two of them at most: seconds of a small network on one core."""


class Writer(Protocol):
    """A target that writes, and whose network can be tuned."""

    @property
    def module(self) -> nn.Module:
        """The network, of transformers."""
        ...

    def answer(self, inputs: Sequence[str]) -> Answers:
        """Write for a batch."""
        ...

    def scored(self, articles: Sequence[str], summaries: Sequence[str]) -> tuple[torch.Tensor, torch.Tensor]:
        """Return the log-probability of given texts, nats, with gradients where enabled, and their tokens."""
        ...


@dataclass(frozen=True, slots=True)
class Text:
    """A text that is learned, avoided or held for an input.

    Attributes:
        input: The input as edited.
        output: The text.
        before: Its log-probability by the frozen original, nats.
    """

    input: str
    output: str
    before: float


@dataclass(frozen=True, slots=True)
class Choice:
    """What to prefer for an input.

    Attributes:
        chosen: The better text.
        rejected: The worse one; None where the original's own answer is no failure.
    """

    chosen: Text
    rejected: Text | None


@dataclass(frozen=True)
class SequenceMaterial(Generic[P]):
    """Everything that does not change while training.

    Attributes:
        pairs: From verdicts.
        reapplied: Confirmed modes re-applied to training inputs.
        clean: What the original answers to training inputs as they are, where that is no failure.
        held_clean: Held-out inputs that the original answers without failure as they are.
        held_modes: Held-out inputs under settings of the modes, of those in `held_clean`; without any, the inputs of
            the verdict pairs, of which the chosen answer is expected.
        n_held: Held-out inputs that were asked about.
        skipped: Modes without training inputs of their stratum.
        reapplied_pairs: Pairs that re-applying makes available: training inputs times modes of their stratum.
    """

    pairs: list[Choice]
    reapplied: list[Choice]
    clean: list[Text]
    held_clean: list[Sample[P]]
    held_modes: list[Lesson[P]]
    n_held: int
    skipped: tuple[ModeKey, ...]
    reapplied_pairs: int


class Asking(Generic[P]):
    """Asks the original about many inputs, tells how far it is and can be stopped.

    Args:
        probe: Asks and measures.
        on_progress: Called with the inputs answered so far and in all.
        should_stop: Asked between two chunks.
    """

    def __init__(
        self,
        probe: Probe[P, Sequence[str], Answers],
        on_progress: Callable[[int, int], None] | None = None,
        should_stop: Callable[[], bool] | None = None,
    ) -> None:
        self.probe = probe
        self.total = 0
        self._done, self._on_progress, self._should_stop = 0, on_progress, should_stop

    def measure(self, samples: Sequence[Sample[P]], values: FloatArray) -> tuple[list[str], list[bool]]:
        """Return the answers and whether they are failures; `values` has shape (batch, n_concepts).

        Raises:
            Stopped: somebody stopped it.
        """
        texts, failed = [], []
        chunk = max(1, min(MOST_AT_ONCE, self.total // LOOKS))
        for start in range(0, len(samples), chunk):
            if self._should_stop is not None and self._should_stop():
                raise Stopped("The repair was stopped while the tune inputs were answered.")
            measured = self.probe.measure(samples[start : start + chunk], values[start : start + chunk])
            texts += measured.answers.texts
            failed += measured.failed.tolist()
            self._done += len(measured.failed)
            if self._on_progress is not None:
                self._on_progress(self._done, self.total)
        return texts, failed

    def clean(self, samples: Sequence[Sample[P]]) -> tuple[list[str], list[bool]]:
        """Do the same under the clean control."""
        return self.measure(samples, self.probe.controls(len(samples)))


def prepare(
    asking: Asking[P],
    writer: Writer,
    tune: Sequence[Sample[P]],
    modes: Sequence[ModeKey],
    pairs: Sequence[Pair],
    pair_lessons: Sequence[Lesson[P]],
    draws: int,
    held_rows: int,
    seed: int,
) -> SequenceMaterial[P]:
    """Split the tune inputs by hash and ask the frozen original.

    Args:
        asking: Asks the target and measures, with the campaign's threshold.
        writer: The same target.
        tune: Inputs to train on.
        modes: Modes to re-apply.
        pairs: From verdicts.
        pair_lessons: The same pairs with their inputs.
        draws: Edited inputs in the modes, and clean ones, that are asked about.
        held_rows: Held-out inputs per evaluation at most, clean ones and edited ones each.
        seed: Of every draw.

    Raises:
        FadedError: there are too few tune inputs with an expected answer.
        Stopped: somebody stopped it.
    """
    probe = asking.probe
    train, held = split(tune)
    rng = np.random.default_rng([seed, 0])
    pools = by_stratum(train)
    usable = [m for m in modes if m.stratum in pools]
    drawn = _distinct(reapply(probe.space, usable, pools, draws, rng)) if usable else []
    held = some(held, held_rows, rng)
    clean = some(train, draws, rng)
    asking.total = len(drawn) + len(held) + len(clean)
    _, failed = asking.clean(held)
    right = [s for s, bad in zip(held, failed, strict=True) if not bad]
    scored = under_modes(probe.space, usable, by_stratum(right))
    expecting = [
        replace(row, sample=replace(row.sample, reference=pair.chosen))
        for row, pair in zip(pair_lessons, pairs, strict=True)
    ]
    return SequenceMaterial(
        pairs=_choices(probe, writer, pair_lessons, [pair.rejected for pair in pairs]),
        reapplied=_choices(probe, writer, drawn, _rejected(asking, drawn)),
        clean=_clean(asking, writer, clean),
        held_clean=right,
        held_modes=some(scored or expecting, held_rows, rng),
        n_held=len(held),
        skipped=tuple(m for m in modes if m.stratum not in pools),
        reapplied_pairs=sum(len(pools[m.stratum]) for m in usable),
    )


def _rejected(asking: Asking[P], lessons: Sequence[Lesson[P]]) -> list[str | None]:
    """Return what the original answers, None where that is no failure."""
    if not lessons:
        return []
    answers = asking.measure([lesson.sample for lesson in lessons], values_of(lessons))
    return [text if bad else None for text, bad in zip(*answers, strict=True)]


def _choices(
    probe: Probe[P, Sequence[str], Answers],
    writer: Writer,
    lessons: Sequence[Lesson[P]],
    rejected: Sequence[str | None],
) -> list[Choice]:
    if not lessons:
        return []
    inputs = list(probe.editor([lesson.sample.payload for lesson in lessons], values_of(lessons)))
    chosen = _texts(writer, inputs, [lesson.chosen for lesson in lessons])
    worse = [i for i, text in enumerate(rejected) if text]
    avoided = dict(
        zip(worse, _texts(writer, [inputs[i] for i in worse], [str(rejected[i]) for i in worse]), strict=True)
    )
    return [Choice(text, avoided.get(i)) for i, text in enumerate(chosen)]


def _clean(asking: Asking[P], writer: Writer, samples: Sequence[Sample[P]]) -> list[Text]:
    """Return the answers that are to be held: to hold a failure on an input would teach against its lessons."""
    probe = asking.probe
    inputs = list(probe.editor([s.payload for s in samples], probe.controls(len(samples))))
    rows = zip(inputs, *asking.clean(samples), strict=True)
    said = [(text, answer) for text, answer, failed in rows if answer and not failed]
    return _texts(writer, [text for text, _ in said], [answer for _, answer in said])


def _texts(writer: Writer, inputs: Sequence[str], outputs: Sequence[str]) -> list[Text]:
    """Return texts with their log-probabilities by the target as it is now."""
    if not inputs:
        return []
    with torch.no_grad():
        before = writer.scored(inputs, outputs)[0].tolist()
    return [Text(*row) for row in zip(inputs, outputs, before, strict=True)]


def _distinct(lessons: Sequence[Lesson[P]]) -> list[Lesson[P]]:
    """Return each input under each setting once: nothing is asked twice where inputs are few."""
    return list({(lesson.sample.id, lesson.values): lesson for lesson in lessons}.values())
