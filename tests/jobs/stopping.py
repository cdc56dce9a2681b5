"""Stops a stage half way, as a person does on a page."""

from __future__ import annotations

import pytest

from faded.jobs import repair as repair_module
from faded.store import jobs
from faded.store.engine import Db


def stop_at(monkeypatch: pytest.MonkeyPatch, words: str) -> None:
    """Ask every stage to stop when its message begins with these words; a repair then tells of each step."""
    told = jobs.heartbeat

    def heartbeat(
        db: Db, job_id: int, worker: str, progress: float, message: str, now: float, left: float | None
    ) -> bool:
        if message.startswith(words):
            jobs.request_stop(db, job_id, now)
        return told(db, job_id, worker, progress, message, now, left)

    monkeypatch.setattr(repair_module, "BEAT_SECONDS", 0.0)
    monkeypatch.setattr(jobs, "heartbeat", heartbeat)
