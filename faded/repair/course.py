"""The course of a repair, whatever is tuned: steps, evaluations, the best weights so far, stopping and resuming."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any, Protocol

import numpy as np
import torch
from torch import nn

from faded.domain import ModeKey
from faded.repair.checkpoint import Checkpoint, Tensors, moments, prefixed, restore_moments, under
from faded.repair.records import Evaluation, Progress, RepairResult


class Schedule(Protocol):
    """What of a repair's configuration its course follows."""

    @property
    def steps(self) -> int:
        """Optimiser steps at most."""
        ...

    @property
    def learning_rate(self) -> float:
        """Of AdamW at the start; falls to zero as half a cosine."""
        ...

    @property
    def weight_decay(self) -> float:
        """Of AdamW."""
        ...

    @property
    def evaluate_every(self) -> int:
        """Steps between evaluations."""
        ...

    @property
    def patience(self) -> int:
        """Evaluations without a better score after which it stops."""
        ...

    @property
    def seed(self) -> int:
        """Of every draw."""
        ...


@dataclass(frozen=True)
class Losses:
    """The losses of a step.

    Attributes:
        total: The sum that is minimised, with gradients.
        loss: Of what is learned, nats.
        anchor: Of what is kept on clean inputs, nats.
    """

    total: torch.Tensor
    loss: float
    anchor: float


class Tuned(Protocol):
    """What is tuned and how it stands."""

    @property
    def module(self) -> nn.Module:
        """The network; what of it needs gradients is tuned."""
        ...

    def losses(self, rng: np.random.Generator) -> Losses:
        """Draw a batch and return its losses."""
        ...

    def evaluate(self, step: int) -> Evaluation:
        """Score the network on the held-out part."""
        ...

    def weights(self) -> Tensors:
        """Return a copy of what is tuned."""
        ...

    def put(self, tensors: Tensors) -> None:
        """Put back what `weights` returned."""
        ...


@dataclass(frozen=True)
class Ended:
    """How a course ended; the network holds the best weights.

    Attributes:
        step: Steps done.
        best: The evaluation of the weights that were kept.
        history: Every evaluation.
        stopped: Whether the caller stopped it.
    """

    step: int
    best: Evaluation
    history: tuple[Evaluation, ...]
    stopped: bool

    def result(self, pairs: int, reapplied_pairs: int, skipped: tuple[ModeKey, ...]) -> RepairResult:
        """Return the repair's result; see `RepairResult` for what is given."""
        return RepairResult(
            steps=self.step,
            best=self.best,
            history=self.history,
            pairs=pairs,
            reapplied_pairs=reapplied_pairs,
            skipped=skipped,
            stopped=self.stopped,
        )


def train(
    tuned: Tuned,
    schedule: Schedule,
    on_step: Callable[[Progress], None] | None,
    should_stop: Callable[[], bool] | None,
    resume: Checkpoint | None,
) -> Ended:
    """Train until the steps are done, patience is at its end or somebody stops it; keep the best weights."""
    course = _Course(tuned, schedule)
    if resume is not None:
        course.restore(resume)
    stopped = False
    while course.step < schedule.steps and course.since_best < schedule.patience:
        if should_stop is not None and should_stop():
            stopped = True
            break
        progress = course.advance()
        if on_step is not None:
            on_step(progress)
    tuned.put(course.best_weights)
    return Ended(course.step, course.best, tuple(course.history), stopped)


class _Course:
    """The part of a repair that changes from step to step."""

    def __init__(self, tuned: Tuned, schedule: Schedule) -> None:
        self._tuned, self._schedule = tuned, schedule
        moving = [parameter for parameter in tuned.module.parameters() if parameter.requires_grad]
        self._optimizer = torch.optim.AdamW(moving, lr=schedule.learning_rate, weight_decay=schedule.weight_decay)
        self.step = 0
        self.best_weights = tuned.weights()
        self.history = [tuned.evaluate(0)]

    @property
    def best(self) -> Evaluation:
        """The best evaluation so far, the earliest of equals."""
        return min(self.history, key=lambda e: e.score)

    @property
    def since_best(self) -> int:
        """Evaluations since the best one."""
        return len(self.history) - 1 - self.history.index(self.best)

    def advance(self) -> Progress:
        """Take one step, and evaluate where it is due."""
        schedule = self._schedule
        for group in self._optimizer.param_groups:
            group["lr"] = schedule.learning_rate * (1 + math.cos(math.pi * self.step / schedule.steps)) / 2
        losses = self._tuned.losses(np.random.default_rng([schedule.seed, 1, self.step]))
        self._optimizer.zero_grad(set_to_none=True)
        losses.total.backward()  # type: ignore[no-untyped-call]
        self._optimizer.step()
        self.step += 1
        if self.step % schedule.evaluate_every == 0 or self.step == schedule.steps:
            self.history.append(self._tuned.evaluate(self.step))
            if self.since_best == 0:
                self.best_weights = self._tuned.weights()
        return Progress(
            self.step, schedule.steps, losses.loss, losses.anchor, self.history[-1], self.best, self.checkpoint
        )

    def checkpoint(self) -> Checkpoint:
        """Return what `restore` needs."""
        tensors = {
            **prefixed("module", self._tuned.weights()),
            **prefixed("best", self.best_weights),
            **moments(self._tuned.module, self._optimizer),
        }
        return Checkpoint(tensors, {"step": self.step, "history": [asdict(e) for e in self.history]})

    def restore(self, checkpoint: Checkpoint) -> None:
        """Go back to where a checkpoint was made."""
        state: Any = checkpoint.state
        self.step = int(state["step"])
        self.history = [Evaluation(**e) for e in state["history"]]
        self.best_weights = under("best", checkpoint.tensors)
        self._tuned.put(under("module", checkpoint.tensors))
        restore_moments(self._tuned.module, self._optimizer, checkpoint.tensors, self.step)
