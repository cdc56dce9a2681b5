"""Preference fine-tuning of a classifier away from confirmed modes.

Each step trains on confirmed modes re-applied to fresh tune inputs and on the pairs from verdicts, and holds the clean
answers where they were. `docs/repair.md` says what the defaults rest on.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np
import torch
from torch import nn

from faded.concepts.base import Editor
from faded.concepts.spec import ConceptSpace
from faded.domain import FadedError, ModeKey, Pair, Sample
from faded.probe import KnownInvalid, nothing_invalid
from faded.repair import budget
from faded.repair.checkpoint import Checkpoint, Tensors, weights
from faded.repair.course import Losses, train
from faded.repair.losses import kl_anchor, listwise_preference
from faded.repair.material import Frozen, Material, Trainable, answered, columns, is_right, pixels, prepare
from faded.repair.pairs import NO_REFUSALS, Lesson, Refusals, pair_lessons, reapply
from faded.repair.records import Evaluation, Progress, RepairResult

P = TypeVar("P")


@dataclass(frozen=True, slots=True)
class RepairConfig:
    """How to repair; every default is argued in `docs/repair.md`.

    Attributes:
        steps: Optimiser steps at most.
        batch: Rows per step that push the chosen answer: re-applied modes and verdict pairs.
        pair_share: Share of those rows drawn from the verdict pairs, where there are pairs and modes.
        anchor_batch: Clean rows per step that are held to the reference's answers.
        keep_batch: Edited rows per step, outside the modes, whose answers are to stay (`Material.keep`) and are held to
            the reference's; 0 for none.
        learning_rate: Of AdamW at the start; falls to zero as half a cosine.
        weight_decay: Of AdamW.
        kl_weight: Weight of the anchor on clean rows.
        keep_weight: Weight of the anchor on edited rows.
        reference_weight: How strongly the loss is tied to the frozen reference, 0 (not) to 1.
        flip_penalty: What a clean input that turned wrong costs, in units of a mode's rate, when the best weights are
            chosen.
        evaluate_every: Steps between evaluations on the held-out part.
        patience: Evaluations without a better score after which it stops.
        seed: Of every draw.
    """

    steps: int = budget.STEPS
    batch: int = budget.BATCH
    pair_share: float = budget.PAIR_SHARE
    anchor_batch: int = budget.ANCHOR_BATCH
    keep_batch: int = budget.KEEP_BATCH
    learning_rate: float = 1e-3
    weight_decay: float = 0.0
    kl_weight: float = 20.0
    keep_weight: float = 6.0
    reference_weight: float = 0.0
    flip_penalty: float = 5.0
    evaluate_every: int = budget.EVALUATE_EVERY
    patience: int = budget.PATIENCE
    seed: int = 0


def repair(
    target: Trainable,
    editor: Editor[P, torch.Tensor],
    space: ConceptSpace,
    tune: Sequence[Sample[P]],
    modes: Sequence[ModeKey],
    pairs: Sequence[Pair],
    pair_samples: Mapping[str, Sample[P]],
    config: RepairConfig,
    on_step: Callable[[Progress], None] | None = None,
    should_stop: Callable[[], bool] | None = None,
    resume: Checkpoint | None = None,
    known_invalid: KnownInvalid = nothing_invalid,
    refusals: Refusals = NO_REFUSALS,
) -> RepairResult:
    """Tune all weights of the target in place; BatchNorm statistics stay as they are.

    Args:
        target: The target with its original weights, also when resuming.
        editor: Applies settings.
        space: The concepts.
        tune: Inputs to train on; some of them are held out for early stopping, see `split`.
        modes: Confirmed modes, or `every_mode` for the rival without verdicts.
        pairs: From verdicts.
        pair_samples: The samples of the pairs, by id.
        config: How to repair.
        on_step: Called after each step.
        should_stop: Asked before each step; the best weights so far are kept.
        resume: Where a killed repair with the same arguments stood.
        known_invalid: Settings under which the reference's answer is not to be kept.
        refusals: Modes that verdicts speak against.

    Raises:
        FadedError: there is nothing to learn from.
    """
    material = prepare(target, editor, space, tune, modes, config.seed, known_invalid, refusals)
    lessons = pair_lessons(pairs, pair_samples)
    if not material.modes and not lessons:
        raise FadedError(
            "There is nothing to repair: no verdict pair, and no confirmed mode with tune inputs of its class. "
            "Confirm more proposals, or give tune data of those classes."
        )
    target.module.eval()
    ended = train(_Classes(target, editor, space, material, lessons, config), config, on_step, should_stop, resume)
    reapplied_pairs = sum(len(material.pools[m.stratum]) for m in material.modes)
    return ended.result(len(pairs), reapplied_pairs, tuple(m for m in modes if m.stratum not in material.pools))


class _Classes(Generic[P]):
    """A classifier of which all weights are tuned."""

    def __init__(
        self,
        target: Trainable,
        editor: Editor[P, torch.Tensor],
        space: ConceptSpace,
        material: Material[P],
        pair_lessons: list[Lesson[P]],
        config: RepairConfig,
    ) -> None:
        self._target, self._editor, self._space = target, editor, space
        self._material, self._pairs, self._config = material, pair_lessons, config
        self._frozen = copy.deepcopy(target) if config.reference_weight > 0 else None

    @property
    def module(self) -> nn.Module:
        """The network."""
        return self._target.module

    def weights(self) -> Tensors:
        """Return a copy of the weights and buffers."""
        return weights(self._target.module)

    def put(self, tensors: Tensors) -> None:
        """Put back what `weights` returned."""
        self._target.module.load_state_dict(tensors)

    def losses(self, rng: np.random.Generator) -> Losses:
        """Return the loss on edited rows and the anchor on clean ones, from one forward pass."""
        lessons = self._draw(rng)
        held = _rows(self._material.clean, self._config.anchor_batch, rng)
        kept = _rows(self._material.keep, self._config.keep_batch, rng)
        edited = pixels(self._editor, lessons)
        inputs = torch.cat([edited, *(pixels(self._editor, f.lessons) for f in (held, kept) if f.lessons)])
        logits = self._target.logits(inputs)
        reference: torch.Tensor | None = None
        if self._frozen is not None:
            with torch.no_grad():
                reference = self._frozen.logits(edited)
        chosen = columns(self._target, lessons)
        loss = listwise_preference(logits[: len(lessons)], reference, chosen, self._config.reference_weight)
        held_at = len(lessons) + len(held.lessons)
        anchor = kl_anchor(logits[len(lessons) : held_at], held.logits)
        if kept.lessons:
            loss = loss + self._config.keep_weight * kl_anchor(logits[held_at:], kept.logits)
        return Losses(loss + self._config.kl_weight * anchor, loss.item(), anchor.item())

    def _draw(self, rng: np.random.Generator) -> list[Lesson[P]]:
        """Draw what to learn in one step: verdict pairs and re-applied modes."""
        config, modes = self._config, self._material.modes
        from_pairs = budget.from_pairs(config.batch, config.pair_share, len(self._pairs), len(modes))
        drawn = [self._pairs[i] for i in rng.integers(max(1, len(self._pairs)), size=from_pairs)]
        if modes:
            drawn += reapply(self._space, modes, self._material.pools, config.batch - from_pairs, rng)
        return drawn

    def evaluate(self, step: int) -> Evaluation:
        """Score it on the held-out tune inputs."""
        held, modes = self._material.held_clean, self._material.held_modes or self._pairs
        clean_right = is_right(self._target, answered(self._target, self._editor, held))
        flips = (len(held) - sum(clean_right)) / self._material.n_held
        mode_right = is_right(self._target, answered(self._target, self._editor, modes))
        rate = 1 - sum(mode_right) / len(modes)
        return Evaluation(step, rate, flips, rate + self._config.flip_penalty * flips)


def _rows(frozen: Frozen[P], count: int, rng: np.random.Generator) -> Frozen[P]:
    """Draw rows with replacement; none where there are none."""
    rows = rng.integers(len(frozen.lessons), size=count) if frozen.lessons else np.zeros(0, dtype=np.int64)
    return Frozen([frozen.lessons[i] for i in rows], frozen.logits[torch.from_numpy(rows)])
