"""Thirty SIGKILLs at random moments of a round; nothing acknowledged is lost, nothing is done twice, nothing is stuck.

`make soak`; the seed is printed, and `make soak ARGS="--soak-seed N"` kills at the same moments again, as far as two
processes can do the same twice.
"""

from __future__ import annotations

import contextlib
import random
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from benchmarks.app import App, running
from faded import runtime
from faded.config import CampaignConfig
from faded.domain import FadedError
from faded.jobs import checkpoints
from faded.jobs.headless import run_stage
from faded.jobs.run import Runner
from faded.stages import EXPLORE, REPAIR, STEPS, VERIFY
from faded.store import campaigns, jobs, trials, verdicts
from faded.store.engine import DATABASE, Store, open_store
from faded.store.jobs import Job, JobState
from faded.targets.load import load_classifier
from faded.ui import run_actions
from faded.ui.auth import User
from faded.ui.page import Deed
from tests.jobs import colours
from tests.jobs.conftest import CONCEPTS
from tests.soak.annotator import Annotator
from tests.soak.killer import BOTH, WEB, WORKER, Killer

SHARES = {EXPLORE: 0.4, "label": 0.25, REPAIR: 0.2, VERIFY: 0.15}
"""Of the kills, by what is going on."""
SECONDS_PER_PASS = 0.15
"""What the target sleeps in each pass, so that a stage lasts half a minute and more."""
QUERIES = 4000
REPAIR_STEPS = 100
LABELS = 40
"""Verdicts that stand when the repair begins: enough that modes are confirmed."""


@pytest.fixture
def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[App]:
    monkeypatch.setenv("COLOURS_SECONDS", str(SECONDS_PER_PASS))
    monkeypatch.setenv("PYTHONFAULTHANDLER", "1")  # a process that hangs says where
    with running(tmp_path / "faded") as started:
        yield started


@pytest.fixture
def store(app: App) -> Iterator[Store]:
    opened = open_store(app.workspace)
    yield opened
    opened.close()


class Books:
    """What was seen committed, and is compared after each kill with what is there."""

    def __init__(self, store: Store, round_id: int, annotator: Annotator) -> None:
        self._store, self._round_id, self._annotator = store, round_id, annotator
        self._trials: list[trials.TrialRow] = []

    def check(self, _killed: Job | None = None) -> None:
        """Compare; whoever reads this late has seen everything that was acknowledged before."""
        acknowledged = self._annotator.acknowledged()
        with self._store.read() as db:
            now = trials.after(db, self._round_id)
            found = jobs.list_for_round(db, self._round_id)
            keys = [key for (key,) in db.exec_driver_sql("SELECT key FROM verdict_events")]
        assert now[: len(self._trials)] == self._trials, "committed trials are gone or have changed"
        assert [t.query for t in now] == list(range(len(now))), "a query is missing or doubled"
        assert len(now) <= QUERIES
        self._trials = now
        assert len(keys) == len(set(keys)) and set(acknowledged) <= set(keys), "an acknowledged verdict is gone"
        for kind in (EXPLORE, REPAIR, VERIFY):
            assert len([j for j in found if j.kind == kind]) <= 1, f"there are two jobs of the kind {kind}"
        for job in found:
            self._check_checkpoint(job, now)

    def _check_checkpoint(self, job: Job, now: list[trials.TrialRow]) -> None:
        """A checkpoint can be read and stands within the budget."""
        name = None if job.checkpoint is None else job.checkpoint.get("file")
        if name is None:
            return
        try:
            state = checkpoints.read(self._store.workspace, name)
        except (FadedError, OSError):
            with self._store.read() as db:
                now_at = jobs.get(db, job.id).checkpoint or {}
            assert now_at.get("file") != name, "the row points to a checkpoint that cannot be read"
            return  # the worker has written the next one meanwhile
        if job.kind == EXPLORE:
            assert int(state["env.queries"]) == len(now), "the checkpoint speaks of other queries than are there"
        else:
            assert int(state["repair"]["step"]) <= REPAIR_STEPS


def begin(store: Store, tmp_path: Path) -> tuple[int, int]:
    """Begin a round; return it and the job that explores."""
    folder = colours.draw(tmp_path / "pictures", 300)
    config = CampaignConfig(
        target="tests.jobs.colours:target",
        data=str(folder),
        verify_folds=1,
        concepts=CONCEPTS,
        queries=QUERIES,
    )
    with store.write() as db:
        now = time.time()
        campaign = campaigns.create_campaign(db, "soak", config.to_json(), now)
        round_ = campaigns.create_round(db, campaign.id, now=now)
        return round_.id, jobs.enqueue(db, round_.id, EXPLORE, now=now).id


def of_kind(store: Store, round_id: int, kind: str) -> Job:
    with store.read() as db:
        return next(j for j in jobs.list_for_round(db, round_id) if j.kind == kind)


def not_killed(workspace: Path, copy: Path, round_id: int) -> tuple[dict[str, Any], dict[str, Any]]:
    """Repair and verify in a copy of the workspace, in this process; return both results."""
    # By another process: a process that closes a file of a database loses the locks that SQLite holds on it there.
    subprocess.run(["cp", "-r", workspace, copy], check=True)
    store = open_store(copy)
    runner = Runner(store, "not-killed")
    with store.write() as db:
        jobs.enqueue(db, round_id, REPAIR, now=time.time(), params={STEPS: REPAIR_STEPS})
    results = run_stage(store, runner, round_id, REPAIR), run_stage(store, runner, round_id, VERIFY)
    store.close()
    return results


@pytest.mark.timeout(3000)
def test_killed_thirty_times_the_round_ends_as_it_should(
    app: App, store: Store, tmp_path: Path, soak_seed: int, request: pytest.FixtureRequest, monkeypatch: Any
) -> None:
    runtime.start(0)
    kills = int(request.config.getoption("--soak-kills"))
    print(f"\nseed {soak_seed}, {kills} kills")
    rng = random.Random(soak_seed)  # noqa: S311 - no secret
    round_id, explore = begin(store, tmp_path)
    annotator = Annotator(app, store, round_id, soak_seed)
    killer = Killer(app, store, annotator, rng)
    books = Books(store, round_id, annotator)
    annotator.start()

    made = killer.kill_along(explore, round(SHARES[EXPLORE] * kills), (WORKER, WORKER, WEB, BOTH), books.check)
    killer.wait(explore, 1)
    for _ in range(round((SHARES[EXPLORE] + SHARES["label"]) * kills) - made):
        time.sleep(rng.uniform(0.5, 3))
        killer.kill(None, (WEB, WEB, BOTH, WORKER))
        books.check()
    annotator.settle(LABELS)
    annotator.end()
    with store.read() as db:
        stands = verdicts.standing(db, round_id)
    assert {j.proposal_id: j.verdict for j in stands} == annotator.standing()
    assert len({j.proposal_id for j in stands}) == len(stands)

    monkeypatch.setenv("COLOURS_SECONDS", "0")
    expected = not_killed(app.workspace, tmp_path / "copy", round_id)
    monkeypatch.setenv("COLOURS_SECONDS", str(SECONDS_PER_PASS))
    run_actions.start_repair(Deed(store, User("local"), round_id, (REPAIR_STEPS,)))
    repair = of_kind(store, round_id, REPAIR)
    killer.kill_along(repair.id, round(SHARES[REPAIR] * kills), (WORKER, WORKER, BOTH), books.check)
    killer.wait(repair.id, 1)
    verify = of_kind(store, round_id, VERIFY)
    killer.kill_along(verify.id, kills - sum(killer.kills.values()), (WORKER, WORKER, BOTH), books.check)
    killer.wait(verify.id, 1)
    books.check()

    check_ending(store, round_id, expected)
    with store.read() as db:
        attempts = {j.kind: j.attempts for j in jobs.list_for_round(db, round_id)}
    for (victim, where), count in sorted(killer.kills.items()):
        print(f"{count:3} times {victim}: {where}")
    print(f"{len(annotator.acknowledged())} events acknowledged, {annotator.sent_again} sent again; claims: {attempts}")
    assert sum(killer.kills.values()) == kills


def check_ending(store: Store, round_id: int, expected: tuple[dict[str, Any], dict[str, Any]]) -> None:
    """Every job is done, the budget was used once, and the repair and its verification are what they would have been
    if nothing had been killed.
    """
    with store.read() as db:
        found = jobs.list_for_round(db, round_id)
        round_ = campaigns.get_round(db, round_id)
        queries = trials.counts(db, round_id).queries
    assert [(j.kind, j.state) for j in found] == [(kind, JobState.DONE) for kind in (EXPLORE, REPAIR, VERIFY)]
    explored, repaired, verified = (j.result or {} for j in found)
    assert explored["queries"] == queries == QUERIES
    for result, other in zip((repaired, verified), expected, strict=True):
        assert {k: v for k, v in result.items() if k != "seconds"} == {k: v for k, v in other.items() if k != "seconds"}
    target = load_classifier("tests.jobs.colours:target", store.workspace / round_.repaired)
    assert target.fingerprint() == round_.fingerprint_after
    assert verified["inputs"] > 0 and verified["relative_drop"] > 0
    with contextlib.closing(sqlite3.connect(store.workspace / DATABASE)) as database:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
