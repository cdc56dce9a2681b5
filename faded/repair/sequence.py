"""Preference fine-tuning of a target that writes, away from confirmed modes: whole texts, by a low-rank adapter.

Each step trains on confirmed modes re-applied to tune inputs and on the pairs from verdicts, and keeps the clean
answers as likely as they were. `docs/repair.md` says more.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np
import torch
from torch import nn

from faded.domain import FadedError, ModeKey, Pair, Sample
from faded.probe import Probe
from faded.repair import budget
from faded.repair.adapters import adapter_weights, attach, detach, put_adapter
from faded.repair.checkpoint import Checkpoint, Tensors
from faded.repair.course import Losses, train
from faded.repair.pairs import pair_lessons, values_of
from faded.repair.records import Evaluation, Progress, RepairResult
from faded.repair.sequence_losses import likelihood, preference, text_anchor
from faded.repair.sequence_material import Asking, Choice, SequenceMaterial, Text, Writer, prepare
from faded.targets.base import Answers

P = TypeVar("P")


@dataclass(frozen=True, slots=True)
class SequenceConfig:
    """How to repair a target that writes.

    Attributes:
        steps: Optimiser steps at most.
        batch: Rows per step that push the chosen text: re-applied modes and verdict pairs.
        pair_share: Share of those rows drawn from the verdict pairs, where there are pairs and modes.
        anchor_batch: Clean rows per step whose answers are held.
        learning_rate: Of AdamW at the start; falls to zero as half a cosine.
        weight_decay: Of AdamW.
        beta: How strongly the preference is tied to the frozen original.
        likelihood_weight: Weight of the likelihood of the chosen text beside the preference.
        anchor_weight: Weight of the anchor on clean rows.
        rank: Of a new adapter.
        draws: Edited inputs in the modes, and clean ones, that the original is asked about before the first step.
        held_rows: Held-out inputs per evaluation at most, clean ones and edited ones each.
        flip_penalty: What a clean input that turned into a failure costs, in units of a mode's rate, when the best
            weights are chosen.
        evaluate_every: Steps between evaluations on the held-out part.
        patience: Evaluations without a better score after which it stops.
        seed: Of every draw.
    """

    steps: int = budget.STEPS
    batch: int = budget.TEXT_BATCH
    pair_share: float = budget.PAIR_SHARE
    anchor_batch: int = budget.TEXT_ANCHOR_BATCH
    learning_rate: float = 3e-3
    weight_decay: float = 0.0
    beta: float = 0.1
    likelihood_weight: float = 1.0
    anchor_weight: float = 3.0
    rank: int = 32
    draws: int = 4000
    held_rows: int = 200
    flip_penalty: float = 5.0
    evaluate_every: int = budget.EVALUATE_EVERY
    patience: int = budget.PATIENCE
    seed: int = 0


SMALL = 20_000_000
"""Parameters below which a repair on one core is a matter of minutes with the defaults."""


def config_for(parameters: int) -> SequenceConfig:
    """Return the configuration for a network of so many parameters.

    A larger one is given smaller batches and less material, so that its repair takes an hour and not a day on a
    processor: one of 135 million parameters takes half a second for an article of 600 tokens, forth and back.
    """
    if parameters <= SMALL:
        return SequenceConfig()
    return SequenceConfig(
        batch=4,
        anchor_batch=4,
        learning_rate=5e-4,
        rank=16,
        draws=60,
        held_rows=40,
        evaluate_every=10,
        patience=5 * budget.PATIENCE,
    )


def repair_sequences(
    probe: Probe[P, Sequence[str], Answers],
    writer: Writer,
    tune: Sequence[Sample[P]],
    modes: Sequence[ModeKey],
    pairs: Sequence[Pair],
    pair_samples: Mapping[str, Sample[P]],
    config: SequenceConfig,
    on_prepared: Callable[[int, int], None] | None = None,
    on_step: Callable[[Progress], None] | None = None,
    should_stop: Callable[[], bool] | None = None,
    resume: Checkpoint | None = None,
) -> RepairResult:
    """Tune an adapter of the target in place; the network under it stays as it is.

    Args:
        probe: Edits, asks and measures, with the campaign's threshold; its target is `writer`.
        writer: The target as it was when the repair began, also when resuming.
        tune: Inputs to train on; some of them are held out for early stopping, see `split`.
        modes: Confirmed modes, or `every_mode` for the rival without verdicts.
        pairs: From verdicts.
        pair_samples: The samples of the pairs, by id.
        config: How to repair.
        on_prepared: Called with the inputs that the original has answered before the first step, so far and in all.
        on_step: Called after each step.
        should_stop: Asked before each step; the best weights so far are kept. Before there can be any it is asked
            while inputs are answered, too.
        resume: Where a killed repair with the same arguments stood.

    Returns:
        What was done. Where nothing was better than the target as it was, a new adapter is taken off again.

    Raises:
        FadedError: there is nothing to learn from.
        Stopped: somebody stopped it before the first step.
    """
    lessons = pair_lessons(pairs, pair_samples)
    asking = Asking(probe, on_prepared, should_stop if resume is None else None)
    material = prepare(asking, writer, tune, modes, pairs, lessons, config.draws, config.held_rows, config.seed)
    if not material.reapplied and not material.pairs:
        raise FadedError(
            "There is nothing to repair: no verdict pair, and no confirmed mode with tune inputs of its stratum. "
            "Confirm more proposals, or give tune data of those strata."
        )
    if not material.held_modes:
        raise FadedError(
            f"None of the {material.n_held} held-out tune inputs is in a confirmed mode and answered without failure "
            "as it is, so it cannot be told what helps. Give more tune data of those strata."
        )
    new = attach(writer.module, config.rank, config.seed)
    writer.module.eval()
    ended = train(_Texts(probe, writer, material, config), config, on_step, should_stop, resume)
    if new and ended.best.step == 0:
        detach(writer.module)
    return ended.result(len(pairs), material.reapplied_pairs, material.skipped)


class _Texts(Generic[P]):
    """A target that writes, of which an adapter is tuned."""

    def __init__(
        self,
        probe: Probe[P, Sequence[str], Answers],
        writer: Writer,
        material: SequenceMaterial[P],
        config: SequenceConfig,
    ) -> None:
        self._probe, self._writer, self._material, self._config = probe, writer, material, config

    @property
    def module(self) -> nn.Module:
        """The network."""
        return self._writer.module

    def weights(self) -> Tensors:
        """Return a copy of the adapter."""
        return adapter_weights(self._writer.module)

    def put(self, tensors: Tensors) -> None:
        """Put back what `weights` returned."""
        put_adapter(self._writer.module, tensors)

    def losses(self, rng: np.random.Generator) -> Losses:
        """Return the loss on edited rows and the anchor on clean ones, all scored together."""
        config = self._config
        choices = self._draw(rng)
        contested = [choice for choice in choices if choice.rejected is not None]
        chosen = [choice.chosen for choice in [*contested, *(c for c in choices if c.rejected is None)]]
        rejected = [choice.rejected for choice in contested if choice.rejected is not None]
        clean = _drawn(self._material.clean, config.anchor_batch, rng)
        now, lengths = self._writer.scored(*_columns([*chosen, *rejected, *clean]))
        before = torch.tensor([text.before for text in [*chosen, *rejected, *clean]], device=now.device)
        n, k = len(chosen), len(rejected)
        loss = preference(now[:k], now[n : n + k], before[:k], before[n : n + k], config.beta)
        loss = loss + config.likelihood_weight * likelihood(now[:n], lengths[:n])
        anchor = text_anchor(now[n + k :], before[n + k :], lengths[n + k :])
        return Losses(loss + config.anchor_weight * anchor, loss.item(), anchor.item())

    def _draw(self, rng: np.random.Generator) -> list[Choice]:
        """Draw what to learn in one step: verdict pairs and re-applied modes."""
        config, pairs, reapplied = self._config, self._material.pairs, self._material.reapplied
        count = budget.from_pairs(config.batch, config.pair_share, len(pairs), len(reapplied))
        return _drawn(pairs, count, rng) + _drawn(reapplied, config.batch - count, rng)

    def evaluate(self, step: int) -> Evaluation:
        """Score it on the held-out tune inputs: it writes, and is measured as in exploration."""
        held, modes = self._material.held_clean, self._material.held_modes
        flips = float(self._probe.clean(held).failed.sum()) / self._material.n_held if held else 0.0
        rate = float(self._probe.measure([m.sample for m in modes], values_of(modes)).failed.mean())
        return Evaluation(step, rate, flips, rate + self._config.flip_penalty * flips)


D = TypeVar("D", Choice, Text)


def _drawn(rows: Sequence[D], count: int, rng: np.random.Generator) -> list[D]:
    """Draw rows with replacement; none where there are none."""
    return [rows[i] for i in rng.integers(len(rows), size=count)] if rows else []


def _columns(texts: Sequence[Text]) -> tuple[list[str], list[str]]:
    return [text.input for text in texts], [text.output for text in texts]
