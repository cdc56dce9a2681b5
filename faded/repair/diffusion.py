"""Preference fine-tuning of a target that draws, away from confirmed modes: Diffusion-DPO by a low-rank adapter.

What the frozen original draws for the prompts of the modes is sorted by what a set should show more or less of. Each
step makes wanted pictures likelier, in the wanted shares, and likelier than what there is too much of (Wallace et al.
2023, "Diffusion Model Alignment Using Direct Preference Optimization"), and keeps what is drawn for other prompts.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from torch.nn import functional as F

from faded.domain import ModeKey, Sample
from faded.probe import Probe
from faded.repair import budget
from faded.repair.adapters import adapter_as, adapter_weights, attach, detach, put_adapter
from faded.repair.checkpoint import Checkpoint, Tensors
from faded.repair.course import Losses, train
from faded.repair.diffusion_material import DiffusionMaterial, Pool, prepare
from faded.repair.painters import Painter, Sorting
from faded.repair.pairs import Lesson, Ranking, values_of
from faded.repair.records import Evaluation, Progress, RepairResult

P = TypeVar("P")
FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class DiffusionConfig:
    """How to repair a target that draws.

    Attributes:
        steps: Optimiser steps at most.
        batch: Rows per step that push a wanted picture.
        anchor_batch: Rows per step of other prompts whose pictures are held.
        learning_rate: Of AdamW at the start; falls to zero as half a cosine.
        weight_decay: Of AdamW.
        beta: Weight of the preference's margin, which is of mean squared errors and small.
        likelihood_weight: Weight of the denoising error of wanted pictures, beside the preference.
        anchor_weight: Weight of the anchor on other prompts.
        ranked_share: Share of a batch's rows that are of sets that people ranked, where there are any.
        rank: Of a new adapter.
        sets: Sets drawn of each mode, and as many with coached inputs per group.
        clean_sets: Sets drawn of inputs as they are.
        held_rows: Held-out sets per evaluation at most, clean ones and edited ones each.
        flip_penalty: What a clean input that turned into a failure costs, in units of a mode's rate.
        evaluate_every: Steps between evaluations on the held-out part.
        patience: Evaluations without a better score after which it stops.
        seed: Of every draw.
    """

    steps: int = budget.STEPS
    batch: int = 16
    anchor_batch: int = 16
    learning_rate: float = 1e-3
    weight_decay: float = 0.0
    beta: float = 500.0
    likelihood_weight: float = 1.0
    anchor_weight: float = 1.0
    ranked_share: float = budget.RANKED_SHARE
    rank: int = 8
    sets: int = 4
    clean_sets: int = 40
    held_rows: int = 40
    flip_penalty: float = 1.0
    evaluate_every: int = 25
    patience: int = 8
    seed: int = 0


EXCESS = "excess"
"""Name of what is drawn too much and too little of, beside the tensors of an adapter."""
PRIOR = 4.0
"""Pictures of each mode that are taken to be as wanted: a single set says little."""
LAYERS = ("to_q", "to_k", "to_v", "to_out.0")
"""Layers of the denoiser that an adapter sits on: its attention, as is usual."""


def repair_drawings(
    probe: Probe[P, Any, Any],
    painter: Painter,
    sorting: Sorting,
    tune: Sequence[Sample[P]],
    modes: Sequence[ModeKey],
    rankings: Sequence[Ranking],
    samples: Mapping[str, Sample[P]],
    config: DiffusionConfig,
    on_prepared: Callable[[int, int], None] | None = None,
    on_step: Callable[[Progress], None] | None = None,
    should_stop: Callable[[], bool] | None = None,
    resume: Checkpoint | None = None,
) -> RepairResult:
    """Tune an adapter of the denoiser in place; the network under it stays as it is.

    Args:
        probe: Edits, asks and measures, with the campaign's threshold; its target is `painter`.
        painter: The target as it was when the repair began, also when resuming.
        sorting: What sets should show.
        tune: Inputs to train on; some of them are held out for early stopping, see `split`.
        modes: Confirmed modes.
        rankings: The best and the worst picture of sets, as annotators chose them.
        samples: Their inputs, by id.
        config: How to repair.
        on_prepared: Called with the tune inputs that are answered before the first step, so far and in all.
        on_step: Called after each step.
        should_stop: Asked before each step, whose best weights so far are kept, and while inputs are answered.
        resume: Where a killed repair with the same arguments stood.

    Returns:
        What was done. Where nothing was better than the target as it was, a new adapter is taken off again.

    Raises:
        FadedError: there is nothing to learn from.
        Stopped: it was stopped before its first step.
    """
    material = prepare(
        probe,
        painter,
        sorting,
        tune,
        modes,
        rankings,
        samples,
        config.sets,
        config.clean_sets,
        config.held_rows,
        config.seed,
        on_prepared=on_prepared,
        should_stop=should_stop,
    )
    new = attach(painter.module, config.rank, config.seed, LAYERS, scale=1)
    ended = train(_Drawings(probe, painter, sorting, material, config), config, on_step, should_stop, resume)
    painter.forget()
    if new and ended.best.step == 0:
        detach(painter.module)
    return ended.result(
        len(material.ranked),
        sum(len(group) for mode in material.modes for pool in mode.pools for group in pool.groups),
        material.skipped,
    )


class _Drawings(Generic[P]):
    """A target that draws, of whose denoiser an adapter is tuned."""

    def __init__(
        self,
        probe: Probe[P, Any, Any],
        painter: Painter,
        sorting: Sorting,
        material: DiffusionMaterial[P],
        config: DiffusionConfig,
    ) -> None:
        self._probe, self._painter, self._material, self._config = probe, painter, material, config
        self._sorting = sorting
        self._wanted = np.array(sorting.shares)
        self._excess = np.stack([self._weighed(mode.counts) for mode in material.modes])
        self._begun = adapter_weights(painter.module)

    @property
    def module(self) -> nn.Module:
        """The denoiser."""
        return self._painter.module

    def weights(self) -> Tensors:
        """Return a copy of the adapter, with what it was found to draw too much of when it was evaluated."""
        return adapter_weights(self._painter.module) | {EXCESS: torch.from_numpy(self._excess.copy())}

    def put(self, tensors: Tensors) -> None:
        """Put back what `weights` returned."""
        self._excess = tensors[EXCESS].numpy().copy()
        put_adapter(self._painter.module, {name: tensor for name, tensor in tensors.items() if name != EXCESS})

    def losses(self, rng: np.random.Generator) -> Losses:
        """Return the loss on the modes' prompts and the anchor on others, all denoised together."""
        config, material, painter = self._config, self._material, self._painter
        rows = [self._draw(rng) for _ in range(config.batch)]
        rows.sort(key=lambda row: row[2] is None)
        k = sum(row[2] is not None for row in rows)
        there = len(material.held_latents)
        held = rng.integers(max(1, there), size=config.anchor_batch if there else 0)
        chosen = torch.stack([row[1] for row in rows])
        rejected = [row[2] for row in rows if row[2] is not None]
        latents = torch.cat([chosen, *(r[None] for r in rejected), material.held_latents[held]])
        prompts = [row[0] for row in rows]
        told = material.told[[*prompts, *prompts[:k], *material.held_prompts[held]]]
        noise, times = self._noise(rng, latents, k)
        noisy, wanted = painter.noised(latents, noise, times), painter.wanted(latents, noise, times)
        with torch.no_grad(), adapter_as(painter.module, self._begun):
            before = painter.said(noisy, times, told)
        now = painter.said(noisy, times, told)
        n = config.batch
        error, before_error = (_error(said[: n + k], wanted[: n + k]) for said in (now, before))
        gain = before_error - error
        margin = gain[:k] - gain[n:]
        loss = -F.logsigmoid(config.beta * margin).sum() / n + config.likelihood_weight * error[:n].mean()
        anchor = _error(now[n + k :], before[n + k :]).sum() / max(1, len(held))
        return Losses(loss + config.anchor_weight * anchor, loss.item(), anchor.item())

    def _draw(self, rng: np.random.Generator) -> tuple[int, torch.Tensor, torch.Tensor | None]:
        """Draw a prompt, a wanted picture of it and, where one is to be less likely, that.

        It is a set that people ranked, or a mode: there a group that is drawn too seldom is set against one that is
        drawn too often, the oftener the more it lacks.
        """
        ranked = self._material.ranked
        if ranked and rng.random() < self._config.ranked_share:
            return ranked[int(rng.integers(len(ranked)))]
        number = int(rng.integers(len(self._material.modes)))
        pools = self._material.modes[number].pools
        pool = pools[int(rng.integers(len(pools)))]
        group = int(rng.choice(len(self._wanted), p=self._wanted))
        over, short = np.clip(self._excess[number], 0, None), np.clip(-self._excess[number], 0, None)
        over[[not len(pictures) for pictures in pool.groups]] = 0
        rejected = None
        if short[group] > rng.random() * short.max() and over.any():
            rejected = _one(pool, int(rng.choice(len(over), p=over / over.sum())), rng)
        return pool.prompt, _one(pool, group, rng), rejected

    def _noise(self, rng: np.random.Generator, latents: torch.Tensor, pairs: int) -> tuple[torch.Tensor, torch.Tensor]:
        """Draw noise and times; a rejected picture has those of the chosen one beside it."""
        n = self._config.batch
        noise = torch.from_numpy(rng.standard_normal(latents.shape, dtype=np.float32)).to(latents)
        times = torch.from_numpy(rng.integers(self._painter.noise_steps, size=len(latents))).to(latents.device)
        noise[n : n + pairs], times[n : n + pairs] = noise[:pairs], times[:pairs]
        return noise, times

    def evaluate(self, step: int) -> Evaluation:
        """Score it on the held-out tune inputs: it draws, and is measured as in exploration.

        What it draws too much of is found anew, or the preference would push on past the shares that are wanted.
        """
        self._painter.forget()
        held, modes = self._material.held_clean, self._material.held_modes
        flips = float(self._probe.clean(held).failed.sum()) / self._material.n_held
        measured = self._probe.measure([m.sample for m in modes], values_of(modes))
        rate = float(measured.failed.mean())
        self._weigh(modes, self._sorting.groups(measured.answers))
        return Evaluation(step, rate, flips, rate + self._config.flip_penalty * flips)

    def _weigh(self, modes: Sequence[Lesson[P]], groups: NDArray[np.int64]) -> None:
        """Find what is drawn too much of under each mode; one that no held-out input is in keeps what it had."""
        for number, mode in enumerate(self._material.modes):
            rows = [i for i, m in enumerate(modes) if (m.sample.stratum, m.values) == (mode.stratum, mode.values)]
            found = groups[rows][groups[rows] >= 0]
            if len(found):
                self._excess[number] = self._weighed(np.bincount(found, minlength=len(self._wanted)).astype(np.float64))

    def _weighed(self, counts: FloatArray) -> FloatArray:
        """Return how much more often than wanted each group is drawn, with a few pictures as wanted."""
        found: FloatArray = (counts + PRIOR * self._wanted) / (counts.sum() + PRIOR) - self._wanted
        return found


def _one(pool: Pool, group: int, rng: np.random.Generator) -> torch.Tensor:
    pictures = pool.groups[group]
    return pictures[int(rng.integers(len(pictures)))]


def _error(said: torch.Tensor, wanted: torch.Tensor) -> torch.Tensor:
    """Return the mean squared error of each row, shape (batch,)."""
    return (said - wanted).square().flatten(1).mean(1)
