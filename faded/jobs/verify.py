"""The verify stage: two targets on a fold that nothing else has seen, compared and judged.

The second is the repaired target, or the candidate of a campaign that compares two checkpoints.
"""

from __future__ import annotations

import dataclasses
import hashlib
import time
from collections.abc import Sequence
from typing import Any

from faded.domain import FadedError, ModeKey
from faded.jobs.context import Context
from faded.jobs.desk import Desk
from faded.jobs.figures_beside import figures_beside
from faded.jobs.pace import Pace
from faded.jobs.task import AnyTarget
from faded.jobs.tell import ALMOST, TELLING, tell
from faded.jobs.unchanged import check_repaired, check_unchanged
from faded.labeling.decided import confirmed_modes
from faded.landscape.rebuild import established_modes, rebuild
from faded.stages import REPAIR
from faded.store import campaigns, jobs, rounds, trials, verdicts
from faded.store.engine import Store
from faded.verification.compare import compare
from faded.verification.evaluate import evaluate, settings_of
from faded.verification.gate import DEFAULT_RULES, OF_A_CANDIDATE, GateResult, gate
from faded.verification.records import NO_OUTCOMES, Comparison, Outcomes, Setting

BEAT_SECONDS = 1.0
"""How often outcomes are written; a killed worker loses at most as much."""


def verify(desk: Desk, context: Context) -> dict[str, Any] | None:
    """Run the stage; return its result, None where it was stopped.

    Raises:
        FadedError: there is no repaired target, or samples or weights have changed since the round began.
    """
    compares = bool(context.config.candidate)
    if not (desk.round.repaired or compares):
        raise FadedError("There is no repaired target to verify. Start the repair first.")
    _check_fold(desk)
    unrepaired = context.target(desk.weights)
    measured = context.task.measured_with(unrepaired)
    check_unchanged(desk.round, context.splits(), measured, unrepaired.fingerprint())
    second = _candidate(desk, context, unrepaired) if compares else _repaired(desk, context)
    desk.note_software()
    before, after = context.probe(unrepaired), context.probe(second)
    confirmed, established = modes_of_round(desk.store, desk.round.id, compares)
    strata = sorted({s.stratum for s in context.explore})
    settings = settings_of(
        context.space, confirmed, established, strata, context.known_invalid, seed=context.config.seed
    )
    asked = _digest(second.fingerprint(), settings)
    writer = _Writer(desk, "the candidate" if compares else "the repaired target", asked)
    evaluation = evaluate(
        before,
        after,
        context.verify,
        settings,
        known_before=writer.before,
        known_after=writer.after,
        original=None if desk.weights is None else context.probe(context.target(None)),
        batch=2 * context.task.batch,
        on_before=writer.on_before,
        on_after=writer.on_after,
        should_stop=lambda: writer.stop,
    )
    if evaluation is None:
        return None
    figures = figures_beside(context, before, after, writer.on_beside, lambda: writer.stop)
    if figures is None:
        return None
    comparison = compare(evaluation, seed=context.config.seed, of_a_candidate=compares)
    comparison = dataclasses.replace(comparison, beside=figures)
    told = tell(desk, context, (before, after), evaluation, comparison, writer.on_telling)
    if told is None:
        return None
    rules = OF_A_CANDIDATE if compares else DEFAULT_RULES
    verdict = gate(comparison, rules)
    values = comparison.to_json() | {"clean_is": "accuracy" if before.score is None else "score"}
    for mode in values["modes"]:
        mode["setting"] = context.space.describe(mode["values"])
    return values | told | {"gate": verdict.to_json(rules)}


def _candidate(desk: Desk, context: Context, target: AnyTarget) -> AnyTarget:
    """Load the candidate, and write down which weights it has."""
    found = context.task.candidate(target)
    with desk.writing() as db:
        campaigns.update_round(db, desk.round.id, fingerprint_after=found.fingerprint())
    return found


def _repaired(desk: Desk, context: Context) -> AnyTarget:
    """Load the repaired target, which is still what the repair wrote."""
    found = context.target(desk.store.workspace / desk.round.repaired)
    check_repaired(desk.round, found.fingerprint())
    return found


def _digest(fingerprint: str, settings: Sequence[Setting]) -> str:
    """Return a hash of what is asked: of a comparison weights and verdicts may change while it is stopped."""
    asked = [fingerprint, *((s.stratum, s.values) for s in settings)]
    return hashlib.sha256(repr(asked).encode()).hexdigest()[:16]


def nothing_verified(reason: str) -> dict[str, Any]:
    """Return the stage's result for a round without a repair: the same keys, nothing in them, and a failed gate."""
    figures: dict[str, Any] = {f.name: None for f in dataclasses.fields(Comparison) if f.name != "settings"}
    nothing: dict[str, Any] = {"clean_is": None, "modes": [], "notes": [reason], "flow": None, "examples": []}
    empty = figures | nothing | {"inputs": 0, "newly_broken": 0}
    return empty | {"gate": GateResult(False, (f"Failed: {reason}",)).to_json(DEFAULT_RULES)}


def _check_fold(desk: Desk) -> None:
    """Raise FadedError where another round of the campaign has verified on this round's fold."""
    with desk.store.read() as db:
        others = [r for r in campaigns.list_rounds(db, desk.round.campaign_id) if r.id != desk.round.id]
        used = {r.fold: r.number for r in others if rounds.has_verified(db, r.id)}
    if desk.round.fold in used:
        raise FadedError(
            f"Round {used[desk.round.fold]} has verified on verify fold {desk.round.fold}, the fold of round "
            f"{desk.round.number}: begin another round, which gets a fold of its own."
        )


def modes_of_round(store: Store, round_id: int, compares: bool = False) -> tuple[list[ModeKey], list[ModeKey]]:
    """Return the confirmed modes, of a repair those that it learned from, and the established modes.

    Args:
        store: The store.
        round_id: The round.
        compares: Whether it compares its target with a candidate, so that there is no repair.

    Raises:
        FadedError: no repair has begun.
    """
    with store.read() as db:
        summary = campaigns.get_round(db, round_id).summary
        repairs = [j.checkpoint for j in jobs.list_for_round(db, round_id) if j.kind == REPAIR and j.checkpoint]
        judged = confirmed_modes(verdicts.on_same_weights(db, round_id)) if compares else []
        counted = trials.counted(db, round_id)
    established = established_modes(rebuild(summary, counted))
    if compares:
        return judged, established
    if not repairs:
        raise FadedError("There is no repaired target to verify. Start the repair first.")
    confirmed = [ModeKey(tuple(cell), stratum) for cell, stratum in repairs[-1]["modes"]]
    return confirmed, established


class _Writer:
    """Keeps the outcomes so far in the job's row; those of other questions are dropped."""

    def __init__(self, desk: Desk, second: str, asked: str) -> None:
        self._desk, self._second, self._asked = desk, second, asked
        pointer = desk.checkpoint() or {}
        if pointer.get("asked") != asked:
            pointer = {}
        self.before = Outcomes.from_json(pointer["before"]) if "before" in pointer else NO_OUTCOMES
        self.after = Outcomes.from_json(pointer["after"]) if "after" in pointer else NO_OUTCOMES
        self._told_at = time.monotonic()
        self._pace = Pace()
        self.stop = False

    def on_before(self, outcomes: Outcomes, total: int) -> None:
        """Keep what the target answered as the round began."""
        self.before, done = outcomes, len(outcomes.failed)
        self._write(0.5 * done / max(total, 1), f"Asking the target as the round began: {done} of {total}")

    def on_after(self, outcomes: Outcomes, total: int) -> None:
        """Keep what the second target answered."""
        self.after, done = outcomes, len(outcomes.failed)
        self._write(0.5 + 0.5 * done / max(total, 1), f"Asking {self._second}: {done} of {total}")

    def on_beside(self, done: int, total: int) -> None:
        """Say how far the figures beside the failures are; a killed worker measures them anew."""
        self._write(ALMOST, f"Measuring what no failure shows: {done} of {total}")

    def on_telling(self) -> bool:
        """Say that only what is told of the answers is left; return whether somebody asked the job to stop."""
        self._write(ALMOST, TELLING)
        return self.stop

    def _write(self, progress: float, message: str) -> None:
        now = time.monotonic()
        if now - self._told_at < BEAT_SECONDS:
            return
        self._told_at, desk = now, self._desk
        left = self._pace.seconds_left(progress) if progress < ALMOST else None
        with desk.reporting(progress, message, left) as (db, self.stop):
            outcomes = {"before": self.before.to_json(), "after": self.after.to_json()}
            pointer = {"asked": self._asked} | outcomes
            jobs.checkpoint(db, desk.job.id, desk.worker_id, pointer)
