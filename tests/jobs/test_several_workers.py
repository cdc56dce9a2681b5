"""Several workers, real processes, on one store: no job runs twice, and one that was suspended harms nothing."""

from __future__ import annotations

import dataclasses
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from faded.config import CampaignConfig
from faded.jobs import checkpoints
from faded.jobs.headless import explore_only, open_round
from faded.stages import EXPLORE
from faded.store import jobs, trials
from faded.store.engine import Store, open_store
from faded.store.jobs import Job, JobState
from faded.worker import END_SECONDS

PATIENCE = 90
SLEEP = "0.05"
"""Seconds that the target sleeps in each pass."""


@contextmanager
def workers(workspace: Path, count: int, sleep: str = SLEEP) -> Iterator[dict[str, subprocess.Popen]]:  # type: ignore[type-arg]
    """Start so many workers; yield them by the names under which they claim stages."""
    command = [sys.executable, "-m", "faded", "worker", "--workspace", str(workspace)]
    environment = os.environ | {"COLOURS_SECONDS": sleep, "OMP_NUM_THREADS": "1"}
    started = [subprocess.Popen(command, env=environment) for _ in range(count)]
    try:
        yield {jobs.worker_names(process.pid)[0]: process for process in started}
    finally:
        for process in started:
            process.kill()
            process.wait()


def wait_for(store: Store, job_id: int, good: Callable[[Job], bool]) -> Job:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        with store.read() as db:
            job = jobs.get(db, job_id)
        assert job.state is not JobState.FAILED, job.error
        if good(job):
            return job
        time.sleep(0.02)
    raise AssertionError(f"{job.kind} stands at {job.progress:.0%}, {job.state} of {job.worker}: {job.message}")


def begin(store: Store, config: CampaignConfig) -> tuple[int, int]:
    _, round_id = open_round(store, config)
    with store.read() as db:
        (job,) = jobs.list_for_round(db, round_id)
    return round_id, job.id


@pytest.mark.timeout(300)
def test_one_that_is_suspended_loses_its_job_and_harms_nothing(colour_config: CampaignConfig, tmp_path: Path) -> None:
    whole = explore_only(open_store(tmp_path / "whole"), colour_config).record[EXPLORE]
    store = open_store(tmp_path / "several")
    round_id, job_id = begin(store, colour_config)
    with workers(store.workspace, 2) as both:
        held = wait_for(store, job_id, lambda j: j.checkpoint is not None)
        assert held.worker is not None
        both[held.worker].send_signal(signal.SIGSTOP)
        taken = wait_for(store, job_id, lambda j: j.worker != held.worker and j.progress > held.progress)
        both[held.worker].send_signal(signal.SIGCONT)
        done = wait_for(store, job_id, lambda j: j.state is JobState.DONE)
        assert (done.worker, done.attempts) == (taken.worker, 2)
        again, other = begin(store, dataclasses.replace(colour_config, seed=1)), done.worker
        both[str(other)].send_signal(signal.SIGSTOP)  # so that it is the other one, which was suspended, that goes on
        assert wait_for(store, again[1], lambda j: j.state is JobState.DONE).worker == held.worker
    with store.read() as db:
        asked = [t.query for t in trials.after(db, round_id)]
    assert asked == list(range(len(asked)))
    assert {k: v for k, v in (done.result or {}).items() if k != "seconds"} == whole
    assert done.checkpoint is not None
    assert [p.name for p in (store.workspace / "checkpoints").glob(f"{job_id}-*")] == [done.checkpoint["file"]]
    assert checkpoints.read(store.workspace, done.checkpoint["file"])["env.queries"] == len(asked)


@pytest.mark.timeout(300)
def test_each_of_three_campaigns_is_explored_once_and_by_two_at_a_time(
    colour_config: CampaignConfig, tmp_path: Path
) -> None:
    store = open_store(tmp_path / "several")
    begun = [begin(store, dataclasses.replace(colour_config, seed=seed)) for seed in range(3)]
    at_once = 0
    with workers(store.workspace, 2):
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            with store.read() as db:
                found = [jobs.get(db, job) for _, job in begun]
            running = [j.worker for j in found if j.state is JobState.RUNNING]
            assert len(running) == len(set(running)), "one worker runs two jobs"
            at_once = max(at_once, len(running))
            if all(j.state is JobState.DONE for j in found):
                break
            time.sleep(0.02)
    assert [(j.state, j.attempts) for j in found] == [(JobState.DONE, 1)] * 3
    assert at_once == 2


@pytest.mark.timeout(300)
def test_one_that_is_told_to_end_hands_its_job_over_at_once(colour_config: CampaignConfig, tmp_path: Path) -> None:
    whole = explore_only(open_store(tmp_path / "whole"), colour_config).record[EXPLORE]
    store = open_store(tmp_path / "ended")
    _, job_id = begin(store, colour_config)
    with workers(store.workspace, 1) as one:
        (process,) = one.values()
        wait_for(store, job_id, lambda j: j.checkpoint is not None)
        began = time.monotonic()
        process.terminate()
        assert process.wait(PATIENCE) == 0
        took = time.monotonic() - began
    with store.read() as db:
        handed = jobs.get(db, job_id)
    assert (handed.state, handed.worker) == (JobState.QUEUED, None) and took < END_SECONDS
    assert handed.checkpoint is not None and handed.progress < 1
    state = checkpoints.read(store.workspace, handed.checkpoint["file"])
    assert f"{state['env.queries']} of" in handed.message
    with workers(store.workspace, 1):
        done = wait_for(store, job_id, lambda j: j.state is JobState.DONE)
    assert {k: v for k, v in (done.result or {}).items() if k != "seconds"} == whole


@pytest.mark.timeout(300)
def test_one_that_comes_to_no_safe_point_ends_all_the_same(colour_config: CampaignConfig, tmp_path: Path) -> None:
    store = open_store(tmp_path / "ended")
    _, job_id = begin(store, colour_config)
    with workers(store.workspace, 1, sleep="60") as one:
        (process,) = one.values()
        wait_for(store, job_id, lambda j: j.worker is not None and "clean control" in j.message)
        began = time.monotonic()
        process.terminate()
        assert process.wait(PATIENCE) == 0
    assert time.monotonic() - began < END_SECONDS + 5
    with store.read() as db:
        assert jobs.get(db, job_id).state is JobState.QUEUED
