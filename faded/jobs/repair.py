"""The repair stage: verdicts become confirmed modes and pairs, and the target is tuned away from them."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Iterable, Mapping
from typing import Any

import torch

from faded.domain import Answered, FadedError, Judgement, ModeKey, Pair, Stopped, Verdict
from faded.jobs import checkpoints, weights
from faded.jobs.context import Context
from faded.jobs.desk import Desk, round_seed
from faded.jobs.lessons import lessons_of
from faded.jobs.task import Course, Lessons
from faded.jobs.unchanged import check_unchanged
from faded.labeling.chosen import read_to_learn
from faded.labeling.likeness import leaning
from faded.repair import budget
from faded.repair.checkpoint import Checkpoint
from faded.repair.pairs import NO_REFUSALS, Ranking, Refusals, every_mode, rankings, verdict_pairs
from faded.repair.records import Progress, RepairResult
from faded.stages import STEPS
from faded.store import campaigns, events, jobs, lineage, series

FOLDER = "targets"
"""Folder of the workspace for repaired targets, each below its fingerprint."""
CHECKPOINT_SECONDS = 20.0
"""A killed worker loses at most this much of a repair."""
BEAT_SECONDS = 1.0
"""How often figures are written and a stop is looked for."""


@dataclasses.dataclass(frozen=True)
class Taught:
    """What the verdicts teach; a repair keeps to it even if more verdicts arrive.

    Attributes:
        modes: Confirmed modes to re-apply.
        pairs: Pairs from verdicts.
        refusals: Modes that verdicts speak against.
        rankings: The best and the worst picture of sets.
        event: Number of the round's last verdict event that was read; None where there was none, or in a repair begun
            before that was kept.
        chosen: The modes that were chosen then, as the round's summary keeps them; None where all counted.
        lessons: The verdict events that it is made of, to be written down; empty of what was read from a job's row.
    """

    modes: list[ModeKey]
    pairs: list[Pair]
    refusals: Refusals
    rankings: list[Ranking]
    event: int | None
    chosen: list[Any] | None
    lessons: lineage.Lessons = ()

    def to_json(self) -> dict[str, Any]:
        """Return what a job's row keeps."""
        return {
            "modes": _listed(self.modes),
            "pairs": [dataclasses.asdict(p) for p in self.pairs],
            "rankings": [dataclasses.asdict(r) for r in self.rankings],
            "refusals": {name: _listed(sorted(keys, key=str)) for name, keys in _refused(self.refusals).items()},
            "event": self.event,
            "chosen": self.chosen,
        }

    @classmethod
    def from_json(cls, pointer: dict[str, Any]) -> Taught:
        """Read what `to_json` wrote; a repair begun before there were refusals or rankings has none."""
        pairs = [Pair(p["sample_id"], tuple(p["values"]), p["chosen"], p["rejected"]) for p in pointer["pairs"]]
        refusals = {name: frozenset(_keys(rows)) for name, rows in pointer.get("refusals", {}).items()}
        ranked = [
            Ranking(r["sample_id"], tuple(r["values"]), r["best"], r["worst"]) for r in pointer.get("rankings", ())
        ]
        seen = pointer.get("event"), pointer.get("chosen")
        return cls(_keys(pointer["modes"]), pairs, Refusals(**refusals), ranked, *seen)


def repair_target(desk: Desk, context: Context) -> dict[str, Any] | None:
    """Run the stage; return its result.

    Stopped, it keeps the best weights so far. Where none are better than those it began with, it returns None and has
    written a checkpoint, from which it goes on when it is resumed.

    Raises:
        FadedError: no mode is confirmed and chosen, the number of steps is out of range, or samples or weights have
            changed since the round began.
    """
    steps = budget.check_steps(desk.job.params.get(STEPS, budget.STEPS))
    target = context.target(desk.weights)
    check_unchanged(desk.round, context.splits(), context.task.measured_with(target), target.fingerprint())
    desk.note_software()
    pointer = desk.checkpoint() or {}
    taught = _taught(desk, context) if "modes" not in pointer else Taught.from_json(pointer)
    if not taught.modes:
        raise FadedError(
            "No mode is confirmed yet, so there is nothing to repair. Label on: a mode is confirmed by three "
            "confirmations out of three on different samples, or five of six"
            + ("." if context.config.labelled else ", most of which call the target's unedited answer right.")
            + " Where modes were chosen on the page Landscape, choose confirmed ones."
        )
    writer = _Writer(desk, taught)
    resume = _resume(desk, pointer)
    writer.begin(pointer.get("file"), _step_of(resume), steps)
    lessons = Lessons(
        tune=context.tune,
        modes=taught.modes,
        pairs=taught.pairs,
        rankings=taught.rankings,
        samples=context.by_id,
        refusals=taught.refusals,
        known_invalid=context.known_invalid,
    )
    seed = round_seed(context.config.seed, desk.round.number)
    course = Course(steps, seed, writer.on_prepared, writer.on_step, lambda: writer.stop, resume)
    try:
        result, config = context.task.repair(target, lessons, course)
    except Stopped:
        return None
    if result.stopped and result.best.step == 0:
        return None
    fingerprint = target.fingerprint()
    folder = f"{FOLDER}/{fingerprint}"
    with weights.saved(desk, target.save, desk.store.workspace / folder) as db:
        campaigns.update_round(db, desk.round.id, fingerprint_after=fingerprint, repaired=folder)
    return {**_result(result, len(taught.modes), config), "folder": folder}


def _taught(desk: Desk, context: Context) -> Taught:
    """Read what the verdicts on these weights say now, earlier rounds' too, and which modes were chosen.

    More verdicts that arrive change nothing. With references an answer is right or not, whatever verdicts say, so
    refusals are looked for without them only.
    """
    with desk.store.read() as db:
        found = read_to_learn(db, desk.round)
        event = events.last(db, desk.round.id)
        lessons = lessons_of(db, found)
    refusals = NO_REFUSALS if context.config.labelled else _refusals(context, found.standing, found.answered)
    chosen = desk.round.summary.get(campaigns.CHOSEN)
    pairs = verdict_pairs(found.heeded, found.answered, context.space)
    return Taught(found.modes, pairs, refusals, rankings(found.ranked, context.space), event, chosen, lessons)


def _refusals(context: Context, standing: list[Judgement], answered: Mapping[str, Answered]) -> Refusals:
    """Return where verdicts contradict the expected answer (all but confirmations that state it), of what is held."""
    space = context.space
    held = every_mode(space, [sample.stratum for sample in context.tune], context.known_invalid)

    def contradicts(judgement: Judgement) -> bool:
        return judgement.verdict is not Verdict.CONFIRM or judgement.answer != answered[judgement.proposal_id].expected

    changed = leaning(space, standing, contradicts, held)
    return Refusals(changed, leaning(space, standing, lambda judgement: judgement.verdict is Verdict.REJECT, held))


def _refused(refusals: Refusals) -> dict[str, frozenset[ModeKey]]:
    return {"changed": refusals.changed, "as_answered": refusals.as_answered}


def _listed(keys: Iterable[ModeKey]) -> list[list[Any]]:
    return [[list(key.cell), key.stratum] for key in keys]


def _keys(rows: Iterable[Any]) -> list[ModeKey]:
    return [ModeKey(tuple(cell), stratum) for cell, stratum in rows]


def _resume(desk: Desk, pointer: dict[str, Any]) -> Checkpoint | None:
    if not pointer.get("file"):
        return None
    state = checkpoints.read(desk.store.workspace, pointer["file"])
    tensors = {k: v for k, v in state.items() if isinstance(v, torch.Tensor)}
    return Checkpoint(tensors, state["repair"])


def _step_of(checkpoint: Checkpoint | None) -> int:
    return 0 if checkpoint is None else int(str(checkpoint.state["step"]))


def _result(result: RepairResult, modes: int, config: dict[str, Any]) -> dict[str, Any]:
    return {
        "modes": modes,
        "modes_skipped": len(result.skipped),
        "pairs": {"verdicts": result.pairs, "reapplied": result.reapplied_pairs},
        "steps": result.steps,
        "best_step": result.best.step,
        "stopped": result.stopped,
        "config": config,
    }


NOTHING_REPAIRED: Mapping[str, Any] = {
    "modes": 0,
    "modes_skipped": 0,
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

    def __init__(self, desk: Desk, taught: Taught) -> None:
        self._desk, self._taught, self._lessons = desk, taught.to_json(), taught.lessons
        self._saved_at = self._told_at = time.monotonic()
        self._first: tuple[int, float] | None = None
        self._evaluated = -1
        self._at = 0.0
        self.stop = False

    def begin(self, file: str | None, step: int, steps: int) -> None:
        """Pin what is learned from, before the first step, and go back to where the checkpoint stands."""
        desk, self._at = self._desk, step / steps
        with desk.reporting(self._at, "Answering the tune inputs once") as (db, self.stop):
            jobs.checkpoint(db, desk.job.id, desk.worker_id, {**self._taught, "file": file})
            if self._lessons:
                lineage.note(db, desk.job.id, self._lessons)
            series.cut(db, desk.job.id, step)

    def on_prepared(self, done: int, total: int) -> None:
        """Say how many tune inputs are answered, and look whether somebody asked to stop."""
        if time.monotonic() - self._told_at < BEAT_SECONDS and done < total:
            return
        self._told_at, desk = time.monotonic(), self._desk
        message = f"Answering the tune inputs once: {done:,} of {total:,}"
        self.stop = desk.tell(self._at, message if done < total else "Scoring what was answered")

    def on_step(self, progress: Progress) -> None:
        """Write a step down, and a checkpoint where one is due or somebody asked to stop.

        Raises:
            HandedBack: the process is to end, and a checkpoint of this step is written.
        """
        if self._desk.ending():
            self._save(progress)
            self._desk.leave()
        now = time.monotonic()
        self._first = self._first or (progress.step, now)
        news = progress.evaluation.step != self._evaluated or progress.step == progress.steps
        if now - self._told_at < BEAT_SECONDS and not news:
            return
        desk, evaluation = self._desk, progress.evaluation
        each = self._each(progress.step, now)
        figures = _figures(progress) | ({} if each is None else {"step_seconds": each})
        left = None if each is None else each * (progress.steps - progress.step)
        message = f"step {progress.step} of at most {progress.steps}, induced rate {evaluation.mode_rate:.1%}"
        with desk.reporting(progress.step / progress.steps, message, left) as (db, self.stop):
            series.add(db, desk.job.id, progress.step, figures)
        if self.stop or now - self._saved_at >= CHECKPOINT_SECONDS:
            self._save(progress)
            self._saved_at = now
        self._told_at, self._evaluated = now, evaluation.step

    def _save(self, progress: Progress) -> None:
        desk, made = self._desk, progress.checkpoint()
        state: dict[str, Any] = {**made.tensors, "repair": made.state}
        with checkpoints.written(desk, progress.step, state) as (db, pointer):
            jobs.checkpoint(db, desk.job.id, desk.worker_id, {**self._taught, "file": pointer})

    def _each(self, step: int, now: float) -> float | None:
        """Return the seconds a step takes, evaluations and this writing included; None before there are two.

        Measured since this process took the job up: neither a pause nor an earlier worker counts.
        """
        assert self._first is not None  # noqa: S101 - set before
        since, began = self._first
        return (now - began) / (step - since) if step > since else None


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
