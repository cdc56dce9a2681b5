"""The explore stage: the agent asks, the landscape grows, failures are proposed to people.

Each batch is one transaction: its trials, its figures, its proposals and the pointer to a checkpoint from which the
next batch follows. It is written while the next batch is asked; killed at any moment, the stage goes on from the last
transaction as if nothing had happened.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np

from agents.base import Agent
from agents.rollout import Event, drive
from agents.screening import SCREENED
from faded.domain import ModeKey
from faded.exploration.env import Asked, ExploreConfig, ExploreEnv
from faded.exploration.frame import AskProbe, Frame
from faded.jobs import checkpoints
from faded.jobs.agents import AS_THEY_COME, make_agent
from faded.jobs.context import Context
from faded.jobs.control import ask_clean, share
from faded.jobs.desk import Desk, round_seed
from faded.jobs.pace import Pace
from faded.jobs.preview import to_choose_from
from faded.jobs.proposing import Due, Proposing
from faded.jobs.screening import Screened, screening_plan
from faded.jobs.steering import Steering, read_earlier
from faded.jobs.tally import NO_FIGURES, Chosen, Tally, trial_rows
from faded.jobs.task import AnyProbe
from faded.jobs.unchanged import check_unchanged
from faded.labeling.decided import ModeState, tallies
from faded.landscape.calibration import CALIBRATION
from faded.landscape.modes import established_table, modes
from faded.landscape.rebuild import looked_at
from faded.store import campaigns, jobs, proposals, room, series, trials

PROPOSE_EVERY = 4
"""Batches between two rounds of proposals: about 280 queries, a second or so of exploring."""


def explore(desk: Desk, context: Context) -> dict[str, Any] | None:
    """Run the stage; return its result, None where it was stopped.

    Raises:
        FadedError: samples or weights have changed since the round began.
    """
    config = context.config
    target = context.target(desk.weights)
    measured = context.task.measured_with(target)
    check_unchanged(desk.round, context.splits(), measured, target.fingerprint())
    desk.note_software()
    probe = context.probe(target)
    original = None if desk.weights is None else context.probe(context.target(None))
    frame = ask_clean(desk, context, probe, original)
    if frame is None:
        return None
    earlier = read_earlier(desk.store, desk.round, frame, context.space)
    steering = Steering(desk.round, context.space, frame)
    steering.read(desk, batch=0)
    seed = round_seed(config.seed, desk.round.number)
    batch, fresh = context.task.batch, len(earlier.known.rows) == 0
    plan = screening_plan(config, context.space, batch, seed, fresh)
    screening = 0 if plan is None else len(plan.actions)
    env_config = ExploreConfig(config.bound, batch, seed, config.agent not in AS_THEY_COME, screening)
    env = ExploreEnv(context.space, frame, AskProbe(probe, context.explore), env_config, earlier.known, steering.weigh)
    agent = make_agent(config.agent, env, seed, plan)
    screened = Screened(context.space, frame.strata, config.queries, plan)
    with ThreadPoolExecutor(1, thread_name_prefix="explore-writer") as writer:
        stage = _Stage(desk, context, probe, frame, env, agent, screened, steering, writer)
        stage.remember(earlier.unjudged)
        stage.introduce(target.fingerprint(), measured, context.task.labels(target), context.task.repair_rows(target))
        stage.restore()
        drive(env, agent, config.queries, stage.on_batch, lambda: stage.stop)
        stage.settle()
    return stage.result() if env.queries >= config.queries else None


@dataclass(frozen=True)
class _Batch:
    """What one batch writes down, as it was when the batch was done.

    Attributes:
        serial: Its number, counted from 1.
        queries: Queries asked so far.
        progress: From 0 to 1.
        message: The progress in words.
        seconds_left: How long the rest takes, where that is known.
        trials: Its trials.
        numbers: What the page plots.
        summary: What is new of the round's summary.
        scores: Modes as ranked now; empty where they were not.
        due: Failures to propose.
        state: From which the next batch follows.
    """

    serial: int
    queries: int
    progress: float
    message: str
    seconds_left: float | None
    trials: list[trials.TrialRow]
    numbers: dict[str, float]
    summary: dict[str, Any]
    scores: dict[ModeKey, float]
    due: list[Due]
    state: dict[str, Any]


class _Stage:
    """What the stage keeps between batches.

    A batch is written down by a thread of its own while the next one is asked: one at a time, in their order.
    """

    def __init__(
        self,
        desk: Desk,
        context: Context,
        probe: AnyProbe,
        frame: Frame,
        env: ExploreEnv,
        agent: Agent,
        screened: Screened,
        steering: Steering,
        writer: Executor,
    ) -> None:
        self._desk, self._context, self._frame, self._probe = desk, context, frame, probe
        self._env, self._agent, self._screened, self._steering = env, agent, screened, steering
        clean = dict(zip(frame.sample_ids, frame.answers, strict=True))
        self._proposing = Proposing(desk.store, desk.round.id, context, probe, clean)
        self._tally = Tally()
        self._chosen = Chosen(self._env.landscape)
        self._writer = writer
        self._writing: Future[bool] | None = None
        self._pace = Pace()
        self.stop = False

    def introduce(
        self, fingerprint: str, measured: Mapping[str, str], labels: Sequence[str], rows: Mapping[str, int] | None
    ) -> None:
        """Write down what is explored, for the pages and for the record."""
        context, frame = self._context, self._frame
        summary = {
            "space": context.space.to_json(),
            "strata": list(frame.strata),
            "known_invalid": np.flatnonzero(frame.known_invalid).tolist(),
            "bound": context.config.bound,
            "threshold": context.config.limit,
            "queries": context.config.queries,
            "target": context.config.demo or context.task.source,
            "evidence": context.task.evidence,
            "discrepancy": context.config.discrepancy,
            "labelled": context.config.labelled,
            "labels": list(labels),
            "repair": rows,
            "samples": {
                "explore": len(context.explore),
                "eligible": int(frame.eligible.sum()),
                "tune": len(context.tune),
                "verify": len(context.verify),
            },
            "eligible": np.bincount(frame.stratum[frame.eligible], minlength=len(frame.strata)).tolist(),
            campaigns.SPLITS: context.splits(),
            campaigns.MEASURED: dict(measured),
            "previews": to_choose_from(context.explore, context.task, self._probe, self._desk.store.workspace),
        }
        with self._desk.writing() as db:
            campaigns.update_round(db, self._desk.round.id, fingerprint_before=fingerprint, summary=summary)

    def restore(self) -> None:
        """Go on from the job's checkpoint where it has one."""
        pointer = self._desk.checkpoint()
        if pointer is None:
            return
        state = checkpoints.read(self._desk.store.workspace, pointer["file"])
        self._agent.load_state_dict({k[6:]: v for k, v in state.items() if k.startswith("agent.")})
        self._steering.load_state_dict({k[9:]: v for k, v in state.items() if k.startswith("steering.")})
        self._env.steer(self._steering.weigh)  # what the run knew then, not what verdicts say by now
        self._env.load_state_dict({k[4:]: v for k, v in state.items() if k.startswith("env.")})
        self._tally = Tally(**state["tally"])
        with self._desk.store.read() as db:
            rows = trials.after(db, self._desk.round.id)
        self.remember(rows)
        self._chosen.add(rows)
        if f"agent.{SCREENED}" not in state:
            self._screened.forget()
        self._screened.add(rows)
        self._proposing.load_state_dict(state["proposed"])

    def on_batch(self, event: Event) -> None:
        """Let one batch be written down, once the one before it is.

        Raises:
            HandedBack: the process is to end, and this batch is written.
        """
        self.settle()
        asked: Asked = event.infos["asked"]
        budget = self._context.config.queries
        self._tally.count(asked, event.metrics, stopped=self.stop and event.queries < budget)
        n_modes = int(established_table(self._env.landscape).sum())
        progress = share(self._context, len(self._context.explore), event.queries)
        modes = f"{n_modes} {'mode' if n_modes == 1 else 'modes'}"
        message, left = f"{event.queries} of {budget} queries, {modes}", self._pace.seconds_left(progress)
        self._desk.announce(progress, message, left)
        rows = trial_rows(asked, self._frame, self._tally.batch)
        self._steering.count(asked)
        self._chosen.add(rows)
        self._screened.add(rows)
        self.remember(rows)
        ending = self.stop or event.queries >= budget
        ranks = ending or self._tally.batch % PROPOSE_EVERY == 0
        scores, due = self._look_up(ending) if ranks else ({}, [])
        self._tally.proposals += len(due)
        said = {CALIBRATION: self._env.calibration.figures()} | self._screened.summary() if ranks else {}
        batch = _Batch(
            serial=self._tally.batch,
            queries=event.queries,
            progress=progress,
            message=message,
            seconds_left=left,
            trials=rows,
            numbers=self._tally.numbers(event.queries, n_modes) | self._chosen.numbers() | self._steering.numbers(),
            summary=said | looked_at(self._env.landscape) | self._steering.summary(self._env, self._tally.batch)
            if ranks
            else {},
            scores=scores,
            due=due,
            state=self._state(),
        )
        self._writing = self._writer.submit(self._write, batch)
        if self._desk.ending():
            self.settle()
            self._desk.leave()

    def settle(self) -> None:
        """Wait until the last batch is written down.

        Raises:
            FadedError: it cannot be written.
            jobs.JobLost: another worker has taken the job over.
        """
        if self._writing is not None:
            self.stop = self._writing.result()
            self._writing = None

    def _write(self, batch: _Batch) -> bool:
        """Write one batch down; return whether somebody asked the job to stop."""
        desk = self._desk
        room.check(desk.store.workspace)
        found = self._proposing.keep(batch.due)
        with checkpoints.written(desk, batch.serial, batch.state) as (db, pointer):
            stop = desk.heartbeat(db, batch.progress, batch.message, batch.seconds_left)
            trials.add_many(db, desk.round.id, batch.trials)
            series.add(db, desk.job.id, batch.queries, batch.numbers)
            campaigns.update_round(db, desk.round.id, summary=batch.summary)
            proposals.add_many(db, desk.round.id, found, batch.scores)
            proposals.rerank(db, desk.round.id, batch.scores)
            jobs.checkpoint(db, desk.job.id, desk.worker_id, {"file": pointer})
        return stop

    def result(self) -> dict[str, Any]:
        """Return the stage's figures, as the headless contract names them."""
        tally = self._tally
        return {
            "queries": self._env.queries,
            "clean_queries": len(self._context.explore),
            "control": {"queries": tally.control_queries, "induced_failures": tally.control_failures},
            "induced_failures": tally.agent_failures + tally.control_failures,
            "modes": int(established_table(self._env.landscape).sum()),
            "bound": self._context.config.bound,
            "agent": {"name": self._context.config.agent, **NO_FIGURES, **tally.agent},
            "stops": tally.stops,
            **self._steering.numbers(),
        }

    def remember(self, rows: list[trials.TrialRow]) -> None:
        """Let failures be proposed."""
        self._proposing.remember(rows)

    def _look_up(self, ending: bool) -> tuple[dict[ModeKey, float], list[Due]]:
        """Read the verdicts, rank the modes and draw the failures that are to be proposed; at the end, all of them."""
        changed, standing = self._steering.read(self._desk, self._tally.batch)
        if changed:
            self._env.steer(self._steering.weigh)
        judged = tallies(standing)
        decided = [key for key, tally in judged.items() if tally.state is not ModeState.OPEN]
        found = modes(self._env.landscape, suspected=False)
        return self._proposing.choose(found, decided, self._steering.mode_weights(found), None if ending else judged)

    def _state(self) -> dict[str, Any]:
        """Return copies of everything that changes, under flat names."""
        state: dict[str, Any] = {f"env.{k}": v for k, v in self._env.state_dict().items()}
        state |= {f"agent.{k}": v for k, v in self._agent.state_dict().items()}
        state |= {f"steering.{k}": v for k, v in self._steering.state_dict().items()}
        return state | {"tally": dict(vars(self._tally)), "proposed": self._proposing.state_dict()}
