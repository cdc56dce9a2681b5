"""What verdicts do to exploring: `python -m benchmarks.feedback --json -`.

An annotator confirms failures of a few classes only, about a fifth of what exploring finds, and rejects the rest. Three
rounds on the same weights, each 2,000 queries and 100 verdicts, through the real store, queue and stages on the demo
signs. Measured is the share of what the annotator would confirm among all induced failures that the agent finds in a
round, whether or not anybody is asked about them; beside it the same share among the uniform control queries. The
second arm gives verdicts that follow nothing: confirm with probability 0.2, drawn per item. Medians over five seeds.
"""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from multiprocessing import get_context
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from benchmarks import rounds
from benchmarks.common import arguments, cache_folder, code_hash, emit, say
from faded import runtime
from faded.config import CampaignConfig
from faded.domain import ModeKey, Proposal, Verdict
from faded.jobs.context import Context, prepare
from faded.jobs.headless import open_round, run_stage
from faded.jobs.run import Runner
from faded.labeling.oracle import ORACLE, Annotator, CaringAnnotator, ChanceAnnotator, TruthAnnotator, label_all
from faded.stages import EXPLORE
from faded.store import campaigns, jobs, trials, verdicts
from faded.store.engine import Store, open_store
from faded.store.rounds import begin_next_round
from faded.tasks import SIGNS

SEEDS = range(5)
ROUNDS = 3
QUERIES = 2000
LABELS = 100
CARED = 4
"""Classes that the annotator cares about, of twenty: about a fifth of the failures."""
CHANCE = 0.2
"""Share of confirmations where verdicts follow nothing."""
ARMS = ("caring", "random")
CODE = (*rounds.CODE, "store")
"""Packages that decide what the rounds do: those of any round, the learners among them, and the queue's store."""


@dataclass(frozen=True)
class Share:
    """What one round found.

    Attributes:
        agent: Share of the agent's induced failures that the caring annotator would confirm.
        control: The same share of the control queries' induced failures.
        expected: What the model says of the agent's failures at the end of the round; None before any verdict.
        failures: The agent's induced failures.
        modes: Established modes at the end of the round.
        confirmed: Verdicts of this round that confirm.
    """

    agent: float
    control: float
    expected: float | None
    failures: int
    modes: int
    confirmed: int


def cared_classes(context: Context, seed: int) -> list[str]:
    """Draw the classes that the annotator cares about."""
    names = sorted({s.stratum for s in context.explore})
    return sorted(np.random.default_rng([seed, 77]).choice(names, CARED, replace=False).tolist())


@lru_cache(maxsize=1)
def _context(seed: int) -> Context:
    return prepare(_config(seed), 1, say)


def _config(seed: int) -> CampaignConfig:
    return CampaignConfig(demo=SIGNS, queries=QUERIES, seed=seed)


def one(arm: str, seed: int) -> list[dict[str, Any]]:
    """Run the rounds of one arm and seed, or read them from the cache."""
    code = code_hash(CODE, *rounds.BESIDE, __file__)
    file = cache_folder("feedback", code) / f"{arm}-{seed}.json"
    if file.is_file():
        found: list[dict[str, Any]] = json.loads(file.read_text())
        return found
    runtime.start(seed)
    context = _context(seed)
    assert context.truth is not None  # noqa: S101 - signs have one
    truth = TruthAnnotator(context.truth, context.space)
    caring = CaringAnnotator(truth, cared_classes(context, seed), None, context.space)
    annotator: Annotator = caring if arm == "caring" else ChanceAnnotator(CHANCE, seed)
    folder = cache_folder("feedback", code) / f"store-{arm}-{seed}"
    if not folder.exists():
        _begin(folder, context)
    shares = [vars(s) for s in _rounds(open_store(folder), context, caring, annotator, f"{arm} seed {seed}")]
    file.write_text(json.dumps(shares))
    return shares


def both(seed: int) -> list[tuple[str, list[dict[str, Any]]]]:
    """Run both arms of a seed, one after the other: they begin with the same first round."""
    return [(arm, one(arm, seed)) for arm in ARMS]


def _begin(folder: Path, context: Context) -> None:
    """Copy the explored first round, which is the same for both arms; make it where it is missing."""
    first = folder.with_name(f"store-first-{context.config.seed}")
    store = open_store(first)
    _, round_id = open_round(store, context.config)
    run_stage(store, _runner(store, round_id, context), round_id, EXPLORE)
    store.close()
    unfinished = folder.with_suffix(".part")
    shutil.rmtree(unfinished, ignore_errors=True)
    shutil.copytree(first, unfinished)
    unfinished.rename(folder)


def _runner(store: Store, round_id: int, context: Context) -> Runner:
    runner = Runner(store, "benchmark")
    with store.read() as db:
        runner.hand(campaigns.get_round(db, round_id), context)
    return runner


def _rounds(store: Store, context: Context, caring: Annotator, annotator: Annotator, name: str) -> list[Share]:
    """Label and explore on, round after round on the same weights; a killed run goes on."""
    with store.read() as db:
        newest = campaigns.latest_round(db)
    assert newest is not None  # noqa: S101 - the first round is there
    runner = _runner(store, newest.id, context)
    while True:
        run_stage(store, runner, newest.id, EXPLORE)
        label_all(store, newest.id, annotator, ORACLE, LABELS, time.time)
        say(f"{name}: round {newest.number} {_share(store, context, caring, newest.id)}")
        if newest.number == ROUNDS:
            break
        with store.write() as db:
            newest = begin_next_round(db, newest.id, time.time(), ORACLE)
    with store.read() as db:
        of_campaign = campaigns.list_rounds(db, newest.campaign_id)
    return [_share(store, context, caring, r.id) for r in of_campaign]


def _share(store: Store, context: Context, caring: Annotator, round_id: int) -> Share:
    """Ask the caring annotator about every induced failure of a round."""
    with store.read() as db:
        failed = [row for row in trials.after(db, round_id) if row.counted and row.failed]
        result = next(j.result for j in jobs.list_for_round(db, round_id) if j.kind == EXPLORE) or {}
        given = verdicts.counts(db, round_id)
    said = caring([_proposal(row, context) for row in failed])
    good = np.array([s.verdict is Verdict.CONFIRM for s in said])
    control = np.array([row.control for row in failed])
    return Share(
        agent=float(good[~control].mean()),
        control=float(good[control].mean()),
        expected=result.get("confirm_share_expected"),
        failures=int((~control).sum()),
        modes=result["modes"],
        confirmed=given.confirm,
    )


def _proposal(row: trials.TrialRow, context: Context) -> Proposal:
    reference = context.by_id[row.sample_id].reference
    key = ModeKey(context.space.cell(row.cell), row.stratum)
    return Proposal(f"{row.query}", row.sample_id, key, row.answer, reference, row.discrepancy, "")


def summarise(runs: dict[tuple[str, int], list[dict[str, Any]]]) -> dict[str, float]:
    """Return the figures: medians over the seeds."""

    def over(arm: str, key: str, number: int) -> float:
        return float(median(runs[arm, seed][number - 1][key] for seed in SEEDS))

    ratios = [runs["random", s][ROUNDS - 1]["agent"] / runs["random", s][0]["agent"] for s in SEEDS]
    figures = {
        f"{name}_round{number}": over("caring", key, number)
        for number in range(1, ROUNDS + 1)
        for name, key in (("confirmed_share", "agent"), ("share_control", "control"), ("modes", "modes"))
    }
    gains = [runs["caring", s][ROUNDS - 1]["agent"] / runs["caring", s][0]["agent"] for s in SEEDS]
    figures |= {"random_verdicts_ratio": median(ratios), "caring_verdicts_ratio": median(gains)}
    return {name: round(value, 4) for name, value in figures.items()}


def main(argv: Sequence[str] | None = None) -> int:
    """Run everything and print the figures."""
    given = arguments(__doc__ or "", argv)
    with ProcessPoolExecutor(given.processes, mp_context=get_context("spawn")) as pool:
        runs = {(arm, seed): found for seed, of in zip(SEEDS, pool.map(both, SEEDS), strict=True) for arm, found in of}
    details = {f"{arm}-{seed}": shares for (arm, seed), shares in runs.items()}
    emit({"benchmark": "feedback", "seeds": len(SEEDS), "figures": summarise(runs), "runs": details}, given.json)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
