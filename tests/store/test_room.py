"""Jobs stop before the disk or the quota is used up; verdicts go on."""

from __future__ import annotations

import shutil
import time
from collections import namedtuple
from pathlib import Path

import pytest

from faded import settings as settings_module
from faded.config import CampaignConfig
from faded.domain import FadedError, Verdict
from faded.jobs.headless import open_round
from faded.jobs.run import Runner
from faded.store import jobs, room, trials, verdicts
from faded.store.engine import Store
from faded.store.jobs import JobState
from faded.store.room import Gauge, Room
from tests.ui import believable

MB = 1_000_000
Usage = namedtuple("Usage", "total used free")


@pytest.fixture
def free(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How much is free on every disk."""
    bytes_free = [10_000 * MB]
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(0, 0, bytes_free[0]))
    return bytes_free


def test_people_are_told_at_nine_tenths_and_jobs_stop_at_the_quota() -> None:
    plenty = 10_000 * MB
    assert [bool(Room(used * MB, 100 * MB, plenty).warning) for used in (89, 90, 99)] == [False, True, True]
    assert [bool(Room(used * MB, 100 * MB, plenty).trouble) for used in (99, 100)] == [False, True]
    assert not Room(0, None, plenty).warning
    said = Room(123 * MB, 120 * MB, plenty).trouble
    assert "123.0 MB" in said and "FADED_DISK_QUOTA" in said and "faded doctor" in said
    assert "90.0 MB of 100.0 MB" in Room(90 * MB, 100 * MB, plenty).warning


def test_room_for_verdicts_is_kept_on_the_disk() -> None:
    assert [bool(Room(0, None, f * MB).trouble) for f in (200, 199)] == [False, True]
    assert [bool(Room(0, None, f * MB).warning) for f in (400, 399)] == [False, True]
    assert "199.0 MB" in Room(0, None, 199 * MB).trouble and "200.0 MB" in Room(0, None, 199 * MB).trouble


def test_files_are_counted_now_and_then_and_the_disk_in_between(
    tmp_path: Path, free: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    steady, counted = [100.0], []
    size = room._size
    monkeypatch.setattr(time, "monotonic", lambda: steady[0])
    monkeypatch.setattr(room, "_size", lambda folder: counted.append(folder) or size(folder))
    (tmp_path / "blobs").mkdir()
    (tmp_path / "blobs" / "one").write_bytes(bytes(3000))
    gauge = Gauge(tmp_path, 10 * MB)
    assert gauge.look().used == 3000
    (tmp_path / "two").write_bytes(bytes(2000))
    counted.clear()
    assert gauge.look().used == 3000 and not counted
    free[0] -= 2000
    assert gauge.look().used == 5000 and not counted
    steady[0] += room.LOOK_SECONDS
    assert gauge.look().used == 5000 and counted
    free[0] += 1000  # something else was removed
    assert gauge.look().used == 5000


@pytest.mark.parametrize("given", ["0", "-1", "much", "nan", "inf"])
def test_a_quota_that_is_none_is_refused(monkeypatch: pytest.MonkeyPatch, given: str) -> None:
    monkeypatch.setenv("FADED_DISK_QUOTA", given)
    with pytest.raises(FadedError, match="FADED_DISK_QUOTA is"):
        settings_module.settings()
    monkeypatch.setenv("FADED_DISK_QUOTA", "1.5")
    assert settings_module.settings().disk_quota == 1_500_000_000


def test_a_job_stops_before_the_disk_is_full_and_goes_on_where_it_was(
    store: Store, pictures: Path, free: list[int]
) -> None:
    made = believable.explored(store)
    concepts = ({"name": "darkening", "levels": [0, 0.4, 0.8]}, {"name": "saturation", "levels": [0.5, 1]})
    config = CampaignConfig(
        target="tests.jobs.colours:target", data=str(pictures), verify_folds=1, concepts=concepts, queries=200
    )
    _, round_id = open_round(store, config)

    def say(kind: str, progress: float, message: str) -> None:
        if " of 200 queries" in message:
            free[0] = 150 * MB

    assert Runner(store, "w", say).run_next(round_id)
    with store.write() as db:
        (job,) = jobs.list_for_round(db, round_id)
        assert job.state is JobState.FAILED and "150.0 MB are free" in str(job.error)
        before = trials.counts(db, round_id).queries
        verdicts.submit(db, made.proposals[0], "ann", "a key", now=time.time(), verdict=Verdict.CONFIRM)
        jobs.resume(db, job.id)
    assert Runner(store, "w").run_next(round_id)
    free[0] = 10_000 * MB
    with store.write() as db:
        assert trials.counts(db, round_id).queries == before  # nothing is asked in vain
        jobs.resume(db, job.id)
    assert Runner(store, "w").run_next(round_id)
    with store.read() as db:
        assert jobs.get(db, job.id).state is JobState.DONE
