"""The app is told to end while people label and a job runs."""

from __future__ import annotations

import contextlib
import json
import signal
import time
import urllib.error
from pathlib import Path

import pytest

from benchmarks.app import App
from faded.config import CampaignConfig
from faded.jobs import checkpoints
from faded.store import jobs
from faded.store.engine import open_store
from faded.store.jobs import JobState
from faded.store.rounds import begin_campaign
from faded.tasks import SIGNS
from tests.soak import annotator
from tests.ui import believable

PATIENCE = 120.0
STATED_S = 30.0
"""What docs/operating.md says that it takes at most."""


@pytest.mark.timeout(200)
def test_what_was_acknowledged_is_there_and_the_job_goes_on_from_its_checkpoint(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FADED_LOG", "json")
    app = App(tmp_path / "faded")
    store = open_store(app.workspace)
    made = believable.explored(store, modes=60, per_mode=6)
    with store.write() as db:
        _, round_ = begin_campaign(db, CampaignConfig(demo=SIGNS, queries=100_000), time.time())
        (job,) = jobs.list_for_round(db, round_.id)
    app.start()
    people = [Person(app, store, made.round, seed) for seed in range(3)]
    try:
        for one in people:
            one.start()
        end = time.monotonic() + PATIENCE
        while jobs_row(store, job.id).checkpoint is None or min(len(p.acknowledged()) for p in people) < 5:
            assert time.monotonic() < end
            time.sleep(0.05)
        assert app.process is not None
        began = time.monotonic()
        app.process.send_signal(signal.SIGTERM)
        assert app.process.wait(PATIENCE) == 0
        assert time.monotonic() - began < STATED_S
    finally:
        app.kill()
    with store.read() as db:
        keys = {key for (key,) in db.exec_driver_sql("SELECT key FROM verdict_events")}
    assert {key for one in people for key in one.acknowledged()} <= keys
    handed = jobs_row(store, job.id)
    assert (handed.state, handed.worker) == (JobState.QUEUED, None) and handed.checkpoint is not None
    state = checkpoints.read(store.workspace, handed.checkpoint["file"])
    assert f"{state['env.queries']} of 100000 queries" in handed.message
    store.close()
    check_log(app.log.read_text().splitlines(), job)


def check_log(lines: list[str], job: jobs.Job) -> None:
    """See that both processes wrote one JSON object a line, but for the one that says where the pages are."""
    events = [json.loads(line) for line in lines if not line.startswith("Faded is at ")]
    assert len(events) == len(lines) - 1
    of_job = [e for e in events if e["event"] == "job"]
    assert of_job and {(e["job"], e["round"], e["kind"]) for e in of_job} == {(job.id, job.round_id, job.kind)}
    assert of_job[-1]["message"].startswith("handed back")
    requests = [e for e in events if e["event"] == "request"]
    assert {e["path"] for e in requests} >= {"/", "/gradio_api/component_server"}
    assert {e["user"] for e in requests} == {"local"} and len({e["id"] for e in requests}) == len(requests)
    assert not [e for e in events if e["event"] == "fault"]


class Person(annotator.Annotator):
    """Somebody who goes home once the app says that it is being ended."""

    def _work(self) -> None:
        with contextlib.suppress(urllib.error.HTTPError):
            super()._work()


def jobs_row(store, job_id: int) -> jobs.Job:  # type: ignore[no-untyped-def]
    with store.read() as db:
        return jobs.get(db, job_id)
