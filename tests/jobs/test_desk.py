"""How a running job reports."""

from __future__ import annotations

from pathlib import Path

import pytest

from faded.jobs.desk import Desk
from faded.store import campaigns, jobs
from faded.store.engine import open_store
from faded.store.jobs import JobLost


def test_nobody_waits_for_the_store_while_progress_is_told(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    told = []

    def say(kind: str, progress: float, message: str) -> None:
        with store.write() as db:  # would wait for a transaction that is open meanwhile
            told.append((kind, progress, message, jobs.get(db, job.id).message))

    with store.write() as db:
        round_ = campaigns.create_round(db, campaigns.create_campaign(db, "one", {}, 0.0).id, now=0.0)
        jobs.enqueue(db, round_.id, "explore", now=0.0)
        job = jobs.claim(db, "w", 10.0, 1.0)
    assert job is not None
    desk = Desk(store, job, round_, "w", say)
    assert desk.tell(0.5, "half way") is False
    with store.write() as db:
        jobs.request_stop(db, job.id, 2.0)
    with desk.reporting(0.6, "more") as (db, stop):
        assert stop and jobs.get(db, job.id).message == "more"
    assert told == [("explore", 0.5, "half way", job.message), ("explore", 0.6, "more", "half way")]
    with store.write() as db:
        jobs.stop(db, job.id, "w", 3.0)
    with pytest.raises(JobLost):
        desk.tell(0.7, "gone on")
    store.close()
