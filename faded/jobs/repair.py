"""The repair stage: verdicts become confirmed modes and pairs, and the target is tuned away from them."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Mapping
from typing import Any

import torch

from faded.concepts.image import ImageEditor
from faded.domain import FadedError, ModeKey, Pair
from faded.jobs import checkpoints
from faded.jobs.context import Context
from faded.jobs.desk import Desk
from faded.jobs.unchanged import check_unchanged
from faded.labeling.decided import confirmed_modes
from faded.repair.checkpoint import Checkpoint
from faded.repair.pairs import verdict_pairs
from faded.repair.records import Progress, RepairResult
from faded.repair.trainer import RepairConfig, repair
from faded.store import campaigns, jobs, proposals, verdicts

FOLDER = "targets"
"""Folder of the workspace for repaired targets, each below its fingerprint."""
CHECKPOINT_SECONDS = 20.0
"""A killed worker loses at most this much of a repair."""
BEAT_SECONDS = 1.0
"""How often figures are written and a stop is looked for."""

Lessons = tuple[list[ModeKey], list[Pair]]


def repair_target(desk: Desk, context: Context) -> dict[str, Any] | None:
    """Run the stage; return its result.

    Stopped, it keeps the best weights so far. Where none are better than those it began with, it returns None and has
    written a checkpoint, from which it goes on when it is resumed.

    Raises:
        FadedError: no mode is confirmed, or pictures or weights have changed since the round began.
    """
    target = context.target(None)
    check_unchanged(desk.round, context.splits(), target.fingerprint())
    pointer = desk.checkpoint() or {}
    modes, pairs = _lessons(desk, context) if "modes" not in pointer else _lessons_from(pointer)
    if not modes:
        raise FadedError(
            "No mode is confirmed yet, so there is nothing to repair. Label on: a mode is confirmed by three "
            "confirmations out of three on different samples, or five of six."
        )
    config = RepairConfig(seed=context.config.seed)
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
    if result.stopped and result.best.step == 0:
        return None
    fingerprint = target.fingerprint()
    folder = f"{FOLDER}/{fingerprint}"
    target.save(desk.store.workspace / folder)
    with desk.store.write() as db:
        campaigns.update_round(db, desk.round.id, fingerprint_after=fingerprint, repaired=folder)
    return {**_result(result, len(modes), config), "folder": folder}


def _lessons(desk: Desk, context: Context) -> Lessons:
    """Read what the verdicts say now; the repair keeps to it even if more arrive."""
    with desk.store.read() as db:
        standing = verdicts.standing(db, desk.round.id)
        shown = {p.id: p for p in proposals.get_many(db, [j.proposal_id for j in standing])}
    return confirmed_modes(standing), verdict_pairs(standing, shown, context.space)


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


NOTHING_REPAIRED: Mapping[str, Any] = {
    "modes": 0,
    "pairs": {"verdicts": 0, "reapplied": 0},
    "steps": 0,
    "best_step": None,
    "stopped": False,
    "config": None,
    "folder": None,
}
"""The stage's result for a round without a repair: the same keys, nothing in them."""


class _Writer:
    """Writes figures and checkpoints while the trainer runs."""

    def __init__(self, desk: Desk, modes: list[ModeKey], pairs: list[Pair]) -> None:
        self._desk = desk
        self._lessons = {
            "modes": [[list(m.cell), m.stratum] for m in modes],
            "pairs": [dataclasses.asdict(p) for p in pairs],
        }
        self._saved_at = self._told_at = time.monotonic()
        self.stop = False

    def begin(self, pointer: dict[str, Any]) -> None:
        """Pin what is learned from, before the first step."""
        desk = self._desk
        with desk.store.write() as db:
            self.stop = desk.beat(db, desk.job.progress, "Answering the tune inputs once")
            jobs.checkpoint(db, desk.job.id, desk.worker_id, {**self._lessons, "file": pointer.get("file")})

    def on_step(self, progress: Progress) -> None:
        """Write a step down, and a checkpoint where one is due or somebody asked to stop."""
        now = time.monotonic()
        if now - self._told_at < BEAT_SECONDS and progress.step < progress.steps:
            return
        desk, evaluation = self._desk, progress.evaluation
        figures = {
            "step": progress.step,
            "loss": progress.loss,
            "anchor": progress.anchor,
            "clean": 1 - evaluation.clean_flips,
            "mode_rate": evaluation.mode_rate,
        }
        with desk.store.write() as db:
            message = f"step {progress.step} of at most {progress.steps}, induced rate {evaluation.mode_rate:.1%}"
            self.stop = desk.beat(db, progress.step / progress.steps, message)
            jobs.add_metric(db, desk.job.id, progress.step, figures)
        if self.stop or now - self._saved_at >= CHECKPOINT_SECONDS:
            self._save(progress)
            self._saved_at = now
        self._told_at = now

    def _save(self, progress: Progress) -> None:
        desk, made = self._desk, progress.checkpoint()
        state: dict[str, Any] = {**made.tensors, "repair": made.state}
        pointer = checkpoints.write(desk.store.workspace, desk.job.id, progress.step, state)
        with desk.store.write() as db:
            jobs.checkpoint(db, desk.job.id, desk.worker_id, {**self._lessons, "file": pointer})
        checkpoints.remove_others(desk.store.workspace, desk.job.id, pointer)
