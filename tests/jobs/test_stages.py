"""Single stages, run one by one as the worker runs them."""

from __future__ import annotations

import dataclasses
import shutil
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from safetensors.torch import save_file

from faded import runtime
from faded.config import CampaignConfig
from faded.jobs import repair as repair_module
from faded.jobs import verify as verify_module
from faded.jobs.headless import open_round
from faded.jobs.run import Runner
from faded.labeling.oracle import ReferenceAnnotator, label_all
from faded.stages import EXPLORE, REPAIR, VERIFY
from faded.store import campaigns, jobs, series
from faded.store.engine import Store, open_store
from tests.jobs import colours
from tests.jobs.stopping import stop_at


@pytest.fixture(scope="module")
def labelled(tmp_path_factory: pytest.TempPathFactory, colour_config: CampaignConfig) -> tuple[Path, CampaignConfig]:
    """A workspace with one round, explored and labelled, and pictures of its own."""
    runtime.start(0)
    folder = tmp_path_factory.mktemp("labelled")
    shutil.copytree(colour_config.data, folder / "pictures")
    config = dataclasses.replace(colour_config, data=str(folder / "pictures"))
    with closing(open_store(folder / "workspace")) as store:
        _, round_id = open_round(store, config)
        assert Runner(store, "w").run_next()
        label_all(store, round_id, ReferenceAnnotator(), "somebody", 40, time.time)
    return folder, config


@pytest.fixture
def store(labelled: tuple[Path, CampaignConfig], tmp_path: Path) -> Store:
    """A copy of that workspace; its only round has the number 1."""
    shutil.copytree(labelled[0] / "workspace", tmp_path / "workspace")
    return open_store(tmp_path / "workspace")


def run(store: Store, kind: str) -> jobs.Job:
    """Run a job of this kind to its end, a new one where none waits."""
    with store.write() as db:
        if all(j.kind != kind or j.state is not jobs.JobState.QUEUED for j in jobs.list_for_round(db, 1)):
            jobs.enqueue(db, 1, kind, now=time.time())
    assert Runner(store, "w").run_next()
    with store.read() as db:
        return [j for j in jobs.list_for_round(db, 1) if j.kind == kind][-1]


@pytest.mark.parametrize("kind", [EXPLORE, REPAIR])
def test_a_stage_does_not_begin_with_other_weights(store: Store, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(colours, "LEAN", 0.8)
    with store.read() as db:
        before = campaigns.get_round(db, 1)
    job = run(store, kind)
    assert job.state is jobs.JobState.FAILED
    assert "the target's weights" in str(job.error) and "pictures" not in str(job.error)
    with store.read() as db:
        assert campaigns.get_round(db, 1) == before


def test_a_stage_does_not_begin_with_other_pictures(
    labelled: tuple[Path, CampaignConfig], store: Store, tmp_path: Path
) -> None:
    folder, _ = labelled
    shutil.move(folder / "pictures", tmp_path / "kept")
    try:
        colours.draw(folder / "pictures", 60, seed=1)
        job = run(store, REPAIR)
    finally:
        shutil.rmtree(folder / "pictures")
        shutil.move(tmp_path / "kept", folder / "pictures")
    assert job.state is jobs.JobState.FAILED
    assert "the data to tune on" in str(job.error) and "weights" not in str(job.error)


def test_only_what_the_repair_wrote_is_verified(store: Store) -> None:
    assert run(store, REPAIR).state is jobs.JobState.DONE
    with store.read() as db:
        file = store.workspace / campaigns.get_round(db, 1).repaired / "model.safetensors"
    save_file(colours.target().state_dict(), file)
    job = run(store, VERIFY)
    assert job.state is jobs.JobState.FAILED
    assert "not those that the repair wrote" in str(job.error)


def test_a_repair_stopped_after_it_learned_keeps_its_best_and_is_verified(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    stop_at(monkeypatch, "step 160 ")
    job = run(store, REPAIR)
    assert job.state is jobs.JobState.DONE and job.result is not None
    assert (job.result["stopped"], job.result["steps"], job.result["best_step"]) == (True, 160, 150)
    with store.read() as db:
        round_ = campaigns.get_round(db, 1)
        assert [j.kind for j in jobs.list_for_round(db, 1)] == [EXPLORE, REPAIR, VERIFY]
    assert round_.fingerprint_after != round_.fingerprint_before
    assert run(store, VERIFY).state is jobs.JobState.DONE


def test_a_repair_stopped_before_it_learned_is_stopped_and_goes_on_where_it_was(
    store: Store, labelled: tuple[Path, CampaignConfig], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(labelled[0] / "workspace", tmp_path / "whole")
    whole = run(open_store(tmp_path / "whole"), REPAIR)
    with monkeypatch.context() as patch:
        stop_at(patch, "step 7 ")
        job = run(store, REPAIR)
    assert job.state is jobs.JobState.STOPPED and job.result is None
    with store.write() as db:
        assert campaigns.get_round(db, 1).repaired == ""
        assert [j.kind for j in jobs.list_for_round(db, 1)] == [EXPLORE, REPAIR]
        jobs.resume(db, job.id)
    resumed = run(store, REPAIR)
    assert checkpointed_at(job) == 7
    assert resumed.state is jobs.JobState.DONE and whole.result is not None and resumed.result is not None
    assert {**resumed.result, "seconds": 0} == {**whole.result, "seconds": 0}


@pytest.mark.parametrize(("kind", "looks"), [(REPAIR, 40), (VERIFY, 4)])
def test_a_stage_whose_worker_is_to_end_goes_back_into_the_queue_and_goes_on_where_it_was(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, looks: int
) -> None:
    monkeypatch.setattr(verify_module, "BEAT_SECONDS", 0.0)
    if kind == VERIFY:
        run(store, REPAIR)
    shutil.copytree(store.workspace, tmp_path / "whole")
    whole = run(open_store(tmp_path / "whole"), kind)
    looked: list[bool] = []

    def ending() -> bool:
        looked.append(True)
        return len(looked) > looks

    if kind == REPAIR:
        with store.write() as db:
            jobs.enqueue(db, 1, REPAIR, now=time.time())
    assert Runner(store, "ended", ending=ending).run_next()
    with store.read() as db:
        handed = [j for j in jobs.list_for_round(db, 1) if j.kind == kind][-1]
    assert (handed.state, handed.worker) == (jobs.JobState.QUEUED, None)
    assert handed.checkpoint is not None and 0 < handed.progress < 1
    assert kind == VERIFY or checkpointed_at(handed) > 5
    done = run(store, kind)
    assert done.attempts == 2 and done.result is not None and whole.result is not None
    assert {**done.result, "seconds": 0} == {**whole.result, "seconds": 0}


def test_a_command_that_is_interrupted_leaves_its_job_to_the_next_at_once(store: Store) -> None:
    def say(kind: str, progress: float, message: str) -> None:
        if message.startswith("step"):
            raise KeyboardInterrupt

    with store.write() as db:
        job = jobs.enqueue(db, 1, REPAIR, now=time.time())
    with pytest.raises(KeyboardInterrupt):
        Runner(store, "a command", say).run_next()
    with store.read() as db:
        assert jobs.get(db, job.id).state is jobs.JobState.QUEUED


@pytest.mark.parametrize("kind", [REPAIR, VERIFY])
def test_the_time_left_of_a_resumed_stage_leaves_out_the_pause(
    store: Store, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    left: list[float] = []

    def heartbeat(*given: Any) -> bool:
        left.extend(x for x in given[6:] if x is not None)
        return told(*given)

    if kind == VERIFY:
        assert run(store, REPAIR).state is jobs.JobState.DONE
    with store.write() as db:
        found = [j for j in jobs.list_for_round(db, 1) if j.kind == kind]
        job = found[0] if found else jobs.enqueue(db, 1, kind, now=0.0)
        jobs.claim(db, "killed", 10, 1.0, kinds=[kind])  # half a century ago
        jobs.heartbeat(db, job.id, "killed", 0.5, "half way", 2.0)
        jobs.give_back(db, ["killed"])
    for module in (repair_module, verify_module):
        monkeypatch.setattr(module, "BEAT_SECONDS", 0.0)
    told = jobs.heartbeat
    monkeypatch.setattr(jobs, "heartbeat", heartbeat)
    assert run(store, kind).state is jobs.JobState.DONE
    assert left and max(left) < 600


def test_a_repair_that_goes_back_to_its_checkpoint_forgets_the_curve_beyond(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        stop_at(patch, "step 7 ")
        job = run(store, REPAIR)
    with store.write() as db:
        series.add(db, job.id, 55, {"best": 50})  # as if it had been killed later, before its next checkpoint
        jobs.resume(db, job.id)
    seen: list[list[int]] = []
    begin = repair_module._Writer.begin

    def begun(writer: Any, *given: Any) -> None:
        begin(writer, *given)
        with store.read() as db:
            seen.append([step for step, _ in series.points(db, job.id)])
            assert jobs.get(db, job.id).progress == pytest.approx(7 / 300)

    monkeypatch.setattr(repair_module._Writer, "begin", begun)
    assert run(store, REPAIR).state is jobs.JobState.DONE
    assert seen == [[1, 2, 3, 4, 5, 6, 7]]


def checkpointed_at(job: jobs.Job) -> int:
    """Return the step that a repair's checkpoint was written at, from its name."""
    assert job.checkpoint is not None
    return int(Path(job.checkpoint["file"]).stem.split("-")[-1])
