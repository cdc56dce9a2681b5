"""The explore stage: the agent asks, the landscape grows, failures are proposed to people.

Each batch is one transaction: its trials, its figures, its proposals and the pointer to a checkpoint from which the
next batch follows. Killed between two batches, the stage goes on as if nothing had happened.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from agents.base import Agent
from agents.rollout import Event, drive
from faded.data.pictures import png, to_picture
from faded.domain import ModeKey, Proposal, Trial
from faded.exploration.env import Asked, ExploreConfig, ExploreEnv
from faded.exploration.frame import AskProbe, Frame, build_frame
from faded.exploration.proposals import Proposer
from faded.jobs import checkpoints
from faded.jobs.agents import explorers
from faded.jobs.context import Context, PictureProbe, target_source
from faded.jobs.desk import Desk, round_seed
from faded.jobs.pace import Pace
from faded.jobs.preview import to_choose_from
from faded.jobs.steering import Steering, read_earlier
from faded.jobs.tally import Chosen, Tally
from faded.jobs.unchanged import check_unchanged
from faded.labeling.decided import ModeState, tallies
from faded.landscape.modes import established_table, modes
from faded.store import blobs, campaigns, jobs, proposals, series, trials, verdicts
from faded.store.engine import Db

NO_FIGURES: Mapping[str, float | None] = {"n_updates": 0, "entropy": None, "kl_from_uniform": None}
"""Of an agent that has not learned: it does not learn at all, or the budget ended before its first update."""
PROPOSE_EVERY = 4
"""Batches between two rounds of proposals: about 280 queries, a second or so of exploring."""

DRAWN = 64
"""Proposals whose pictures are edited in one batch: 40 MB of pixels at 224 px."""


def explore(desk: Desk, context: Context) -> dict[str, Any] | None:
    """Run the stage; return its result, None where it was stopped.

    Raises:
        FadedError: pictures or weights have changed since the round began.
    """
    config = context.config
    target = context.target(desk.weights)
    check_unchanged(desk.round, context.splits(), target.fingerprint())
    probe = context.probe(target)
    original = None if desk.weights is None else context.probe(context.target(None))

    def clean_progress(done: int, total: int) -> None:
        desk.tell(desk.job.progress, f"Answering the clean control: {done} of {total}")

    frame = build_frame(probe, context.explore, on_progress=clean_progress, original=original)
    earlier = read_earlier(desk.store, desk.round, frame, context.space)
    steering = Steering(desk.store, desk.round, context.space, frame)
    steering.read(batch=0)
    seed = round_seed(config.seed, desk.round.number)
    env_config = ExploreConfig(bound=config.bound, seed=seed)
    ask = AskProbe(probe, context.explore)
    env = ExploreEnv(context.space, frame, ask, env_config, earlier.known, steering.weights)
    agent = explorers.get(config.agent)(env, seed)
    stage = _Stage(desk, context, probe, frame, env, agent, steering)
    stage.remember(earlier.unjudged)
    stage.introduce(target.fingerprint(), target.labels)
    stage.restore()
    drive(env, agent, config.queries, stage.on_batch, lambda: stage.stop)
    if env.queries < config.queries:
        return None
    return stage.result()


class _Stage:
    """What the stage keeps between batches."""

    def __init__(
        self,
        desk: Desk,
        context: Context,
        probe: PictureProbe,
        frame: Frame,
        env: ExploreEnv,
        agent: Agent,
        steering: Steering,
    ) -> None:
        self._desk, self._context, self._probe, self._frame = desk, context, probe, frame
        self._env, self._agent, self._steering = env, agent, steering
        self._proposer = Proposer()
        self._tally = Tally()
        self._chosen = Chosen(self._env.landscape)
        self._originals: dict[str, str] = {}
        self._pace = Pace()
        self.stop = False

    def introduce(self, fingerprint: str, labels: Sequence[str]) -> None:
        """Write down what is explored, for the pages and for the record."""
        context, frame = self._context, self._frame
        summary = {
            "space": context.space.to_json(),
            "strata": list(frame.strata),
            "known_invalid": np.flatnonzero(frame.known_invalid).tolist(),
            "bound": context.config.bound,
            "threshold": context.config.threshold,
            "queries": context.config.queries,
            "target": context.config.demo or target_source(context.config),
            "labelled": context.config.labelled,
            "labels": list(labels),
            "samples": {
                "explore": len(context.explore),
                "eligible": int(frame.eligible.sum()),
                "tune": len(context.tune),
                "verify": len(context.verify),
            },
            "splits": context.splits(),
            "previews": to_choose_from(context.explore, self._desk.store.workspace),
        }
        with self._desk.store.write() as db:
            campaigns.update_round(db, self._desk.round.id, fingerprint_before=fingerprint, summary=summary)

    def restore(self) -> None:
        """Go on from the job's checkpoint where it has one."""
        pointer = self._desk.checkpoint()
        if pointer is None:
            return
        state = checkpoints.read(self._desk.store.workspace, pointer["file"])
        self._env.load_state_dict({k[4:]: v for k, v in state.items() if k.startswith("env.")})
        self._agent.load_state_dict({k[6:]: v for k, v in state.items() if k.startswith("agent.")})
        self._steering.load_state_dict({k[9:]: v for k, v in state.items() if k.startswith("steering.")})
        self._tally = Tally(**state["tally"])
        with self._desk.store.read() as db:
            rows = trials.after(db, self._desk.round.id)
        self.remember(rows)
        self._chosen.add(rows)
        self._proposer.proposed = {ModeKey(tuple(cell), stratum): n for cell, stratum, n in state["proposed"]}

    def on_batch(self, event: Event) -> None:
        """Write one batch down."""
        asked: Asked = event.infos["asked"]
        self._tally.count(asked, event.metrics)
        budget = self._context.config.queries
        new_trials = self._trial_rows(asked)
        self._steering.count(asked)
        self._chosen.add(new_trials)
        self.remember(new_trials)
        due = self._tally.batch % PROPOSE_EVERY == 0 or event.queries >= budget
        scores, found = self._look_up() if due else ({}, [])
        self._tally.proposals += len(found)
        n_modes = int(established_table(self._env.landscape).sum())
        numbers = self._tally.numbers(event.queries, n_modes) | self._chosen.numbers() | self._steering.numbers()
        taught = self._steering.summary(self._env, self._tally.batch) if due else {}
        pointer = self._write_checkpoint()
        desk, progress = self._desk, event.queries / budget
        left = self._pace.seconds_left(progress)
        with desk.store.write() as db:
            self.stop = desk.beat(db, progress, f"{event.queries} of {budget} queries, {n_modes} modes", left)
            trials.add_many(db, desk.round.id, new_trials)
            series.add(db, desk.job.id, event.queries, numbers)
            campaigns.update_round(db, desk.round.id, summary=taught)
            self._put_forward(db, scores, found)
            jobs.checkpoint(db, desk.job.id, desk.worker_id, {"file": pointer})
        checkpoints.remove_others(desk.store.workspace, desk.job.id, pointer)

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
            **self._steering.numbers(),
        }

    def remember(self, rows: list[trials.TrialRow]) -> None:
        """Let failures be proposed."""
        space = self._context.space
        self._proposer.add(
            Trial(r.sample_id, ModeKey(space.cell(r.cell), r.stratum), r.failed, r.discrepancy, r.answer, r.control)
            for r in rows
            if r.counted and r.failed
        )

    def _trial_rows(self, asked: Asked) -> list[trials.TrialRow]:
        frame = self._frame
        return [
            trials.TrialRow(
                query=asked.first + i,
                batch=self._tally.batch,
                sample_id=frame.sample_ids[row],
                stratum=frame.strata[frame.stratum[row]],
                cell=int(asked.cells[i]),
                failed=bool(asked.failed[i]),
                discrepancy=float(asked.discrepancy[i]),
                answer=asked.answers[i],
                control=bool(asked.control[i]),
                counted=bool(asked.counted[i]),
            )
            for i, row in enumerate(asked.rows.tolist())
        ]

    def _look_up(self) -> tuple[dict[ModeKey, float], list[Proposal]]:
        """Read the verdicts, rank the modes and make proposals of the failures that are due."""
        if self._steering.read(self._tally.batch) and (weights := self._steering.weights) is not None:
            self._env.steer(weights)
        with self._desk.store.read() as db:
            of_target = [r.id for r in campaigns.on_same_weights(db, self._desk.round.id)]
            judged = tallies(verdicts.standing(db, *of_target))
        decided = [key for key, tally in judged.items() if tally.state is not ModeState.OPEN]
        found = modes(self._env.landscape)
        scores, due = self._proposer.next(found, decided, self._steering.mode_weights(found))
        return scores, [p for start in range(0, len(due), DRAWN) for p in self._proposals(due[start : start + DRAWN])]

    def _proposals(self, due: list[Trial]) -> list[Proposal]:
        """Draw the pictures of failures in one batch and keep them."""
        space, workspace = self._context.space, self._desk.store.workspace
        samples = [self._context.by_id[trial.sample_id] for trial in due]
        values = space.values([trial.key.cell for trial in due])
        edited = self._probe.editor([s.payload for s in samples], values)
        answers = self._probe.target.answer(edited)  # asked again: trials do not keep how sure the target was
        new = {s.id: s.payload for s in samples if s.id not in self._originals}
        digests = blobs.put_many(workspace, [png(p) for p in (*new.values(), *map(to_picture, edited))])
        self._originals |= dict(zip(new, digests, strict=False))
        return [
            Proposal(
                id=f"{self._desk.round.id}-{trial.sample_id}-{space.index(trial.key.cell)}",
                sample_id=sample.id,
                key=trial.key,
                answer=trial.answer,
                reference=sample.reference,
                discrepancy=trial.discrepancy,
                setting=space.describe(setting),
                original=self._originals[sample.id],
                edited=shown,
                clean_answer=sample.clean_answer,
                details=answers.details(row),
            )
            for row, (trial, sample, setting, shown) in enumerate(
                zip(due, samples, values.tolist(), digests[len(new) :], strict=True)
            )
        ]

    def _put_forward(self, db: Db, scores: dict[ModeKey, float], found: list[Proposal]) -> None:
        proposals.add_many(db, self._desk.round.id, found, scores)
        proposals.rerank(db, self._desk.round.id, scores)

    def _write_checkpoint(self) -> str:
        state: dict[str, Any] = {f"env.{k}": v for k, v in self._env.state_dict().items()}
        state |= {f"agent.{k}": v for k, v in self._agent.state_dict().items()}
        state |= {f"steering.{k}": v for k, v in self._steering.state_dict().items()}
        state["tally"] = vars(self._tally)
        state["proposed"] = [[list(key.cell), key.stratum, n] for key, n in self._proposer.proposed.items()]
        return checkpoints.write(self._desk.store.workspace, self._desk.job.id, self._tally.batch, state)
