"""The repair stage: verdicts become confirmed modes and pairs, and the target is tuned away from them."""

from __future__ import annotations

import dataclasses
import time
from typing import Any

import torch

from faded.concepts.image import ImageEditor
from faded.domain import FadedError, ModeKey, Pair
from faded.jobs import checkpoints
from faded.jobs.context import Context
from faded.jobs.desk import Desk
from faded.labeling.chosen import to_learn
from faded.repair import budget
from faded.repair.checkpoint import Checkpoint
from faded.repair.pairs import verdict_pairs
from faded.repair.trainer import Progress, RepairConfig, RepairResult, repair
from faded.stages import STEPS
from faded.store import campaigns, jobs, proposals, verdicts

CHECKPOINT_SECONDS = 20.0
"""A killed worker loses at most this much of a repair."""
BEAT_SECONDS = 1.0
"""How often figures are written and a stop is looked for."""

Lessons = tuple[list[ModeKey], list[Pair]]


def repair_target(desk: Desk, context: Context) -> dict[str, Any] | None:
    """Run the stage; return its result, None where it was stopped before it did anything.

    Raises:
        FadedError: no mode is confirmed and chosen, or the number of steps is out of range.
    """
    steps = budget.check_steps(desk.job.params.get(STEPS, budget.STEPS))
    pointer = desk.checkpoint() or {}
    modes, pairs = _lessons(desk, context) if "modes" not in pointer else _lessons_from(pointer)
    if not modes:
        raise FadedError(
            "No mode is confirmed yet, so there is nothing to repair. Label on: a mode is confirmed by three "
            "confirmations out of three on different samples, or five of six. Where modes were chosen on the page "
            "Landscape, choose confirmed ones."
        )
    target = context.target(None)
    config = RepairConfig(steps=steps, seed=context.config.seed)
    writer = _Writer(desk, modes, pairs)
    writer.begin(pointer)
    result = repair(
        target,
        ImageEditor(context.space),
        context.space,
        context.tune,
        modes,
        pairs,
        context.by_id,
        config,
        on_step=writer.on_step,
        should_stop=lambda: writer.stop,
        resume=_resume(desk, pointer),
        known_invalid=context.known_invalid,
    )
    folder = f"targets/round-{desk.round.id}"
    target.save(desk.store.workspace / folder)
    with desk.store.write() as db:
        campaigns.update_round(db, desk.round.id, fingerprint_after=target.fingerprint(), repaired=folder)
    return _result(result, len(modes), config)


def _lessons(desk: Desk, context: Context) -> Lessons:
    """Read what the verdicts say now; the repair keeps to it even if more arrive."""
    with desk.store.read() as db:
        standing = verdicts.standing(db, desk.round.id)
        shown = {p.id: p for p in proposals.get_many(db, [j.proposal_id for j in standing])}
    modes, heeded = to_learn(desk.round.summary, standing)
    return modes, verdict_pairs(heeded, shown, context.space)


def _lessons_from(pointer: dict[str, Any]) -> Lessons:
    modes = [ModeKey(tuple(cell), stratum) for cell, stratum in pointer["modes"]]
    pairs = [Pair(p["sample_id"], tuple(p["values"]), p["chosen"], p["rejected"]) for p in pointer["pairs"]]
    return modes, pairs


def _resume(desk: Desk, pointer: dict[str, Any]) -> Checkpoint | None:
    if not pointer.get("file"):
        return None
    state = checkpoints.read(desk.store.workspace, pointer["file"])
    tensors = {k: v for k, v in state.items() if isinstance(v, torch.Tensor)}
    return Checkpoint(tensors, state["repair"])


def _result(result: RepairResult, modes: int, config: RepairConfig) -> dict[str, Any]:
    return {
        "modes": modes,
        "pairs": {"verdicts": result.pairs, "reapplied": result.reapplied_pairs},
        "steps": result.steps,
        "best_step": result.best.step,
        "stopped": result.stopped,
        "config": dataclasses.asdict(config),
    }


class _Writer:
    """Writes figures and checkpoints while the trainer runs."""

    def __init__(self, desk: Desk, modes: list[ModeKey], pairs: list[Pair]) -> None:
        self._desk = desk
        self._lessons = {
            "modes": [[list(m.cell), m.stratum] for m in modes],
            "pairs": [dataclasses.asdict(p) for p in pairs],
        }
        self._saved_at = self._told_at = time.monotonic()
        self._first: tuple[int, float] | None = None
        self._evaluated = -1
        self.stop = False

    def begin(self, pointer: dict[str, Any]) -> None:
        """Pin what is learned from, before the first step."""
        desk = self._desk
        with desk.store.write() as db:
            self.stop = desk.beat(db, desk.job.progress, "Answering the tune inputs once")
            jobs.checkpoint(db, desk.job.id, desk.worker_id, {**self._lessons, "file": pointer.get("file")})

    def on_step(self, progress: Progress) -> None:
        """Write a step down, and a checkpoint where one is due."""
        now = time.monotonic()
        self._first = self._first or (progress.step, now)
        news = progress.evaluation.step != self._evaluated or progress.step == progress.steps
        if now - self._told_at < BEAT_SECONDS and not news:
            return
        desk, evaluation = self._desk, progress.evaluation
        figures = _figures(progress) | self._pace(progress.step, now)
        pointer = None
        if now - self._saved_at >= CHECKPOINT_SECONDS:
            made = progress.checkpoint()
            state: dict[str, Any] = {**made.tensors, "repair": made.state}
            pointer = checkpoints.write(desk.store.workspace, desk.job.id, progress.step, state)
            self._saved_at = now
        with desk.store.write() as db:
            message = f"step {progress.step} of at most {progress.steps}, induced rate {evaluation.mode_rate:.1%}"
            self.stop = desk.beat(db, progress.step / progress.steps, message)
            jobs.add_metric(db, desk.job.id, progress.step, figures)
            if pointer is not None:
                jobs.checkpoint(db, desk.job.id, desk.worker_id, {**self._lessons, "file": pointer})
        if pointer is not None:
            checkpoints.remove_others(desk.store.workspace, desk.job.id, pointer)
        self._told_at, self._evaluated = now, evaluation.step

    def _pace(self, step: int, now: float) -> dict[str, float]:
        """Return the seconds a step takes, evaluations and this writing included; empty before there are two."""
        assert self._first is not None  # noqa: S101 - set before
        since, began = self._first
        return {"step_seconds": (now - began) / (step - since)} if step > since else {}


def _figures(progress: Progress) -> dict[str, float]:
    """Return a point of the job's series; the evaluation is the latest one, on the held-out tune inputs."""
    evaluation = progress.evaluation
    return {
        "step": progress.step,
        "steps": progress.steps,
        "loss": progress.loss,
        "anchor": progress.anchor,
        "evaluated": evaluation.step,
        "clean": 1 - evaluation.clean_flips,
        "mode_rate": evaluation.mode_rate,
        "best": progress.best.step,
    }
