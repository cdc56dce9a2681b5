"""The worker is killed with SIGKILL once in each stage; the round ends as if it had not been."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from faded import runtime
from faded.config import CampaignConfig
from faded.jobs.headless import open_round, run_round
from faded.jobs.oracles import oracle
from faded.labeling.oracle import ReferenceAnnotator, label_all
from faded.stages import EXPLORE, REPAIR, VERIFY
from faded.store import campaigns, jobs, verdicts
from faded.store.engine import Store, open_store

SECONDS_PER_PASS = {EXPLORE: "0.05", REPAIR: "0.01", VERIFY: "0.05"}
"""Slow enough to be killed half way."""
PATIENCE = 90


@contextmanager
def worker(workspace: Path, stage: str) -> Iterator[subprocess.Popen]:
    environment = os.environ | {"COLOURS_SECONDS": SECONDS_PER_PASS[stage], "OMP_NUM_THREADS": "1"}
    process = subprocess.Popen(
        [sys.executable, "-m", "faded", "worker", "--workspace", str(workspace)], env=environment
    )
    try:
        yield process
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()


def wait_for(store: Store, job_id: int, process: subprocess.Popen, good) -> jobs.Job:  # type: ignore[no-untyped-def]
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        with store.read() as db:
            job = jobs.get(db, job_id)
        assert job.state is not jobs.JobState.FAILED, job.error
        assert process.poll() is None, "the worker ended by itself"
        if good(job):
            return job
        time.sleep(0.02)
    raise AssertionError(f"{job.kind} stands at {job.progress:.0%}, {job.state}: {job.message}")


def run_stage_killed_once(store: Store, round_id: int, stage: str) -> dict:
    with store.write() as db:
        found = [j for j in jobs.list_for_round(db, round_id) if j.kind == stage]
        job = found[0] if found else jobs.enqueue(db, round_id, stage, now=time.time())
    with worker(store.workspace, stage) as process:
        killed_at = wait_for(store, job.id, process, lambda j: j.checkpoint is not None and j.progress > 0.05)
        assert killed_at.state is jobs.JobState.RUNNING, "it was over before it could be killed"
    with worker(store.workspace, stage) as process:
        done = wait_for(store, job.id, process, lambda j: j.state is jobs.JobState.DONE)
    assert done.attempts >= 2
    return {k: v for k, v in (done.result or {}).items() if k != "seconds"}


@pytest.mark.timeout(400)
def test_killed_once_in_each_stage_the_round_ends_the_same(colour_config: CampaignConfig, tmp_path: Path) -> None:
    runtime.start(0)
    make, name = oracle(0.0, None, 0)
    whole = run_round(open_store(tmp_path / "whole"), colour_config, make, 40, name).record

    store = open_store(tmp_path / "killed")
    _, round_id = open_round(store, colour_config)
    assert run_stage_killed_once(store, round_id, EXPLORE) == whole["explore"]
    given = label_all(store, round_id, ReferenceAnnotator(), "somebody", 40, time.time)
    assert run_stage_killed_once(store, round_id, REPAIR) == whole["repair"]
    assert run_stage_killed_once(store, round_id, VERIFY) == whole["verify"]
    with store.read() as db:
        assert len(verdicts.standing(db, round_id)) == given == whole["label"]["verdicts"]
        assert campaigns.get_round(db, round_id).fingerprint_after == whole["target"]["fingerprint_after"]
