"""A worker that was suspended, and has lost its job meanwhile, changes nothing: no row and no file."""

from __future__ import annotations

from pathlib import Path

import pytest

from faded.jobs import checkpoints, weights
from faded.jobs.desk import Desk
from faded.store import campaigns, jobs
from faded.store.engine import Store
from faded.store.jobs import JobLost


@pytest.fixture
def desks(store: Store, round_id: int) -> tuple[Desk, Desk]:
    """The desk of the worker that was suspended, and that of the worker that has the job since."""
    with store.write() as db:
        jobs.enqueue(db, round_id, "explore", now=0.0)
        slow = jobs.claim(db, "slow", 10.0, 1.0)
        new = jobs.claim(db, "new", 10.0, 1000.0)
        round_ = campaigns.get_round(db, round_id)
    assert slow is not None and new is not None and slow.id == new.id
    return Desk(store, slow, round_, "slow"), Desk(store, new, round_, "new")


def keep(desk: Desk, serial: int, query: int) -> str:
    with checkpoints.written(desk, serial, {"query": query}) as (db, name):
        jobs.checkpoint(db, desk.job.id, desk.worker_id, {"file": name})
    return name


def files(store: Store, folder: str) -> list[str]:
    return sorted(str(p.relative_to(store.workspace / folder)) for p in (store.workspace / folder).rglob("*"))


def test_no_checkpoint_of_whoever_has_the_job_is_touched(store: Store, desks: tuple[Desk, Desk]) -> None:
    slow, new = desks
    name = keep(new, 7, 448)
    for serial in (7, 8):
        with pytest.raises(JobLost):
            keep(slow, serial, 512)
    assert files(store, "checkpoints") == [name]
    assert checkpoints.read(store.workspace, name)["query"] == 448


def test_a_worker_suspended_after_its_last_commit_clears_up_its_own_files_only(
    store: Store, desks: tuple[Desk, Desk]
) -> None:
    slow, new = desks
    own = checkpoints.write(store.workspace, slow.job.id, 1, 6, {"query": 384})
    name = keep(new, 7, 448)
    assert files(store, "checkpoints") == [name] and own != name
    checkpoints._remove_others(store.workspace, slow.job.id, slow.job.attempts, own)  # where it goes on
    assert files(store, "checkpoints") == [name]


def test_no_weights_of_whoever_has_the_job_are_touched(store: Store, desks: tuple[Desk, Desk]) -> None:
    slow, new = desks
    folder = store.workspace / "targets" / "fingerprint"

    def save(desk: Desk, words: str) -> None:
        def write(place: Path) -> None:
            (place / "unet").mkdir(parents=True)
            (place / "unet" / "weights").write_text(words)

        with weights.saved(desk, write, folder) as db:
            campaigns.update_round(db, desk.round.id, repaired=words)

    for words in ("half", "whole"):
        save(new, words)
    with pytest.raises(JobLost):
        save(slow, "late")
    assert files(store, "targets") == ["fingerprint", "fingerprint/unet", "fingerprint/unet/weights"]
    assert (folder / "unet" / "weights").read_text() == "whole"
    with store.read() as db:
        assert campaigns.get_round(db, slow.round.id).repaired == "whole"


def test_what_a_stage_notes_by_the_way_needs_the_job_too(store: Store, desks: tuple[Desk, Desk]) -> None:
    slow, _ = desks
    with pytest.raises(JobLost):
        slow.note_software()
    with pytest.raises(JobLost), slow.writing() as db:
        campaigns.update_round(db, slow.round.id, fingerprint_after="late")
    with store.read() as db:
        assert campaigns.get_round(db, slow.round.id).fingerprint_after == ""
