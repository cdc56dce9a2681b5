"""One whole round without a browser: explore, a simulated annotator, repair, verify, and the record of it."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from faded.config import CampaignConfig
from faded.domain import FadedError, Stopped
from faded.jobs.context import Context, prepare
from faded.jobs.desk import Say, silent
from faded.jobs.repair import NOTHING_REPAIRED
from faded.jobs.run import Runner
from faded.jobs.verify import nothing_verified
from faded.labeling.decided import confirmed_modes
from faded.labeling.oracle import ORACLE, Annotator, label_all
from faded.repair import budget
from faded.stages import EXPLORE, REPAIR, STEPS, VERIFY
from faded.store import campaigns, jobs, proposals, rounds, verdicts
from faded.store.engine import Store

SCHEMA = 1
"""Version of the printed object."""

MakeAnnotator = Callable[[Context], Annotator]


class StageFailed(FadedError):
    """A stage of the round failed; the message is the job's."""


@dataclass(frozen=True)
class Round:
    """A round that was run.

    Attributes:
        campaign: Name of the campaign in the workspace.
        round_id: Its number in the store.
        record: The printed object.
    """

    campaign: str
    round_id: int
    record: dict[str, Any]


def open_round(store: Store, config: CampaignConfig, beside: tuple[object, ...] = ()) -> tuple[str, int]:
    """Return the unfinished first round of this very configuration, or begin a new campaign with one.

    A command that was killed and is given again so goes on where it was.

    Args:
        store: The open store.
        config: The campaign.
        beside: What else must be the same for the round to be the same: the data, the weights, who labels.
    """
    stem = f"{config.stem}-{config.digest(*beside)}"
    with store.write() as db:
        names = [c for c in campaigns.list_campaigns(db) if c.name.rpartition("-")[0] == stem]
        for campaign in names:
            first = campaigns.list_rounds(db, campaign.id)[0]
            if not _finished(jobs.list_for_round(db, first.id)):
                return campaign.name, first.id
        campaign, round_ = rounds.begin_campaign(db, config, time.time(), beside=beside)
        return campaign.name, round_.id


def runner_for(store: Store, round_id: int, context: Context, say: Say) -> Runner:
    """Return a runner that has the round's data already."""
    runner = Runner(store, _worker_id(), say)
    with store.read() as db:
        runner.hand(campaigns.get_round(db, round_id), context)
    return runner


def identity(context: Context) -> tuple[object, ...]:
    """Return what the configuration only names: hashes of the data, of what is measured with, and of the weights."""
    found = (context.splits(), context.fingerprint)
    return (*found, dict(context.measured)) if context.measured else found


def _finished(found: list[jobs.Job]) -> bool:
    return any(j.kind == VERIFY and j.state is jobs.JobState.DONE for j in found)


def explore_only(store: Store, config: CampaignConfig, say: Say = silent) -> Round:
    """Explore and leave the proposals waiting for people.

    Raises:
        FadedError: the configuration cannot be used, or the stage failed.
        Stopped: somebody stopped the stage, such as on a page.
    """
    context = prepare(config, 1, lambda message: say(EXPLORE, 0.0, message))
    name, round_id = open_round(store, config, identity(context))
    explored = run_stage(store, runner_for(store, round_id, context, say), round_id, EXPLORE)
    timing = {EXPLORE: explored.pop("seconds")}
    return Round(name, round_id, {"schema": SCHEMA, "seed": config.seed, EXPLORE: explored, "timing": timing})


def compare(store: Store, config: CampaignConfig, say: Say = silent) -> Round:
    """Explore the target, and ask a candidate the same as it on inputs that exploring has not used.

    Raises:
        FadedError: the configuration cannot be used, or a stage failed.
        Stopped: somebody stopped a stage, such as on a page.
    """
    context = prepare(config, 1, lambda message: say(EXPLORE, 0.0, message))
    name, round_id = open_round(store, config, identity(context))
    runner = runner_for(store, round_id, context, say)
    explored = run_stage(store, runner, round_id, EXPLORE)
    verified = run_stage(store, runner, round_id, VERIFY)
    timing = {EXPLORE: explored.pop("seconds"), VERIFY: verified.pop("seconds")}
    with store.read() as db:
        candidate = campaigns.get_round(db, round_id).fingerprint_after
    return Round(
        name,
        round_id,
        {
            "schema": SCHEMA,
            "seed": config.seed,
            "target": {"fingerprint": context.fingerprint, "fingerprint_of_candidate": candidate},
            "splits": context.splits(),
            EXPLORE: explored,
            VERIFY: verified,
            "timing": {stage: round(seconds, 2) for stage, seconds in timing.items()},
        },
    )


def run_round(
    store: Store,
    config: CampaignConfig,
    annotator: MakeAnnotator,
    labels: int,
    annotator_name: str,
    say: Say = silent,
    steps: int = budget.STEPS,
) -> Round:
    """Run a whole round in this process, through the same store, queue and stages as people's rounds.

    Args:
        store: The open store.
        config: The campaign.
        annotator: Makes the simulated annotator from the round's data.
        labels: Verdicts to give at most.
        annotator_name: Says who labels and how; an unfinished round goes on only under the same name.
        say: Told of progress.
        steps: Optimiser steps of the repair at most.

    Raises:
        FadedError: the configuration or the number of steps cannot be used, or a stage failed.
        Stopped: somebody stopped a stage, such as on a page.
    """
    budget.check_steps(steps)
    context = prepare(config, 1, lambda message: say(EXPLORE, 0.0, message))
    simulated = annotator(context)
    beside = (annotator_name, labels) if steps == budget.STEPS else (annotator_name, labels, steps)
    name, round_id = open_round(store, config, (*beside, *identity(context)))
    runner = runner_for(store, round_id, context, say)
    explored = run_stage(store, runner, round_id, EXPLORE)
    started = time.monotonic()
    say("label", 0.0, f"verdicts: up to {labels}")
    label_all(store, round_id, simulated, ORACLE, labels, time.time)
    say("label", 1.0, "done")
    timing = {EXPLORE: explored.pop("seconds"), "label": time.monotonic() - started}
    record = _record(store, context, round_id, explored)
    if record["label"]["modes_confirmed"] == 0:
        record["verify"] = nothing_verified("no mode was confirmed, so nothing was repaired")
    else:
        record["repair"] = run_stage(store, runner, round_id, REPAIR, {STEPS: steps})
        record["verify"] = run_stage(store, runner, round_id, VERIFY)
        timing |= {kind: record[kind].pop("seconds") for kind in (REPAIR, VERIFY)}
        with store.read() as db:
            record["target"]["fingerprint_after"] = campaigns.get_round(db, round_id).fingerprint_after
    record["timing"] = {stage: round(seconds, 2) for stage, seconds in timing.items()}
    return Round(name, round_id, record)


def _record(store: Store, context: Context, round_id: int, explored: dict[str, Any]) -> dict[str, Any]:
    with store.read() as db:
        round_ = campaigns.get_round(db, round_id)
        counts = verdicts.counts(db, round_id)
        confirmed = confirmed_modes(verdicts.standing(db, round_id))
        proposed = proposals.count(db, round_id)
    return {
        "schema": SCHEMA,
        "seed": context.config.seed,
        "target": {"fingerprint_before": round_.fingerprint_before, "fingerprint_after": None},
        "splits": context.splits(),
        "explore": explored,
        "label": {
            "proposals": proposed,
            "verdicts": counts.total,
            "confirmed": counts.confirm,
            "rejected": counts.reject,
            "invalid": counts.invalid,
            "unsure": counts.unsure,
            "modes_confirmed": len(confirmed),
        },
        "repair": {**NOTHING_REPAIRED},
    }


def run_stage(
    store: Store, runner: Runner, round_id: int, kind: str, params: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Run the round's job of this kind to its end, making or resuming it where needed; return its result."""
    with store.write() as db:
        found = [j for j in jobs.list_for_round(db, round_id) if j.kind == kind]
        job = found[-1] if found else jobs.enqueue(db, round_id, kind, now=time.time(), params=params)
        if job.state in (jobs.JobState.STOPPED, jobs.JobState.FAILED):
            jobs.resume(db, job.id)
    while True:
        with store.read() as db:
            job = jobs.get(db, job.id)
        if job.state is jobs.JobState.DONE:
            return dict(job.result or {})
        if job.state is jobs.JobState.FAILED:
            if runner.unexpected is not None:
                raise runner.unexpected
            raise StageFailed(f"The stage {kind} failed: {job.error}")
        if job.state is jobs.JobState.STOPPED:
            raise Stopped(f"The stage {kind} was stopped at {job.progress:.0%}. Give the same command again to go on.")
        if not runner.run_next(round_id):
            time.sleep(0.2)


def _worker_id() -> str:
    return f"run-{os.getpid()}"
