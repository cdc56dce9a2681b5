"""Live previews, beside a slow exploration and by themselves."""

import base64
import io
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from faded import runtime
from faded.config import CampaignConfig
from faded.jobs.headless import explore_only, open_round
from faded.jobs.preview import SAMPLES, STALE_SECONDS, Previewer
from faded.store import blobs, campaigns, jobs, previews
from faded.store.engine import Store, open_store
from faded.store.jobs import JobState
from tests.jobs.colours import NAMES

VIEWER = "a page"
PATIENCE = 180
"""A machine that is busy with other things takes a minute to start a worker."""


@pytest.fixture(scope="module")
def explored(tmp_path_factory: pytest.TempPathFactory, colour_config: CampaignConfig) -> tuple[Store, int]:
    runtime.start(0)
    store = open_store(tmp_path_factory.mktemp("explored"))
    return store, explore_only(store, colour_config).round_id


def offered(store: Store, round_id: int) -> list[dict]:
    with store.read() as db:
        return campaigns.get_round(db, round_id).summary["previews"]


def ask(store: Store, round_id: int, sample: str, values: list) -> int:
    with store.write() as db:
        return previews.ask(db, round_id, sample, values, VIEWER, time.time())


def answered(store: Store, round_id: int, sample: str, values: list) -> jobs.Job:
    job_id = ask(store, round_id, sample, values)
    assert Previewer(store, "previews").run_next()
    with store.read() as db:
        return jobs.get(db, job_id)


def picture(content: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(content))).astype(float)


def test_a_round_offers_samples_of_every_stratum_with_their_pictures(explored) -> None:
    store, round_id = explored
    found = offered(store, round_id)
    assert len(found) == len({f["sample"] for f in found}) == SAMPLES
    assert [f["stratum"] for f in found[:3]] == sorted(NAMES)
    assert picture(blobs.get(store.workspace, found[0]["original"])).shape == (8, 8, 3)


def test_a_preview_shows_the_edit_and_what_the_target_says_off_the_grid_too(explored) -> None:
    store, round_id = explored
    blue = next(f for f in offered(store, round_id) if f["stratum"] == "blue")
    done = answered(store, round_id, blue["sample"], [0.77, 0.9])
    assert done.state is JobState.DONE, done.error
    result = done.result
    assert result["setting"] == "Darkened by 77%, colour saturation at 90%."
    assert (result["clean"]["answer"], result["clean"]["failed"]) == ("blue", False)
    assert (result["under_setting"]["answer"], result["under_setting"]["failed"]) == ("red", True)
    assert result["under_setting"]["discrepancy"] > 0
    assert 0 < result["under_setting"]["confidence"] < 1
    original = picture(blobs.get(store.workspace, result["original"]))
    edited = picture(base64.b64decode(result["edited"]))
    assert result["original"] == blue["original"]
    assert edited.mean() == pytest.approx(0.23 * original.mean(), abs=1)


def test_without_a_reference_a_change_of_the_answer_is_the_failure(explored) -> None:
    store, round_id = explored
    unlabelled = [f | {"reference": None, "clean_answer": f["reference"]} for f in offered(store, round_id)]
    with store.write() as db:
        labelled = campaigns.get_round(db, round_id).summary["previews"]
        campaigns.update_round(db, round_id, summary={"previews": unlabelled})
    try:
        green = next(f for f in unlabelled if f["stratum"] == "green")
        result = answered(store, round_id, green["sample"], [0.8, 1]).result
        assert (result["reference"], result["clean"]["failed"]) == (None, False)
        assert result["under_setting"]["failed"]
    finally:
        with store.write() as db:
            campaigns.update_round(db, round_id, summary={"previews": labelled})


def test_a_preview_leaves_no_file_behind(explored) -> None:
    store, round_id = explored
    sample = offered(store, round_id)[0]["sample"]
    before = sorted((store.workspace / blobs.FOLDER).rglob("*"))
    assert answered(store, round_id, sample, [0.31, 0.8]).state is JobState.DONE
    assert sorted((store.workspace / blobs.FOLDER).rglob("*")) == before


@pytest.mark.parametrize(
    ("values", "words"),
    [([1.5, 1], "1.5 of 'darkening' is out of bounds"), ([0.5], "one value for each of darkening"), (["a", 1], "'a'")],
)
def test_a_bad_setting_fails_with_its_value(explored, values, words) -> None:
    store, round_id = explored
    failed = answered(store, round_id, offered(store, round_id)[0]["sample"], values)
    assert failed.state is JobState.FAILED
    assert words in failed.error


def test_an_unknown_sample_fails_with_what_can_be_shown(explored) -> None:
    failed = answered(*explored, "no such sample", [0.5, 1])
    assert failed.state is JobState.FAILED
    assert "'no such sample'" in failed.error
    assert "choose one" in failed.error


def test_a_preview_whose_worker_was_killed_is_answered_by_the_next(explored) -> None:
    store, round_id = explored
    job_id = ask(store, round_id, offered(store, round_id)[0]["sample"], [0.2, 1])
    with store.write() as db:
        claimed = jobs.claim(db, "killed", STALE_SECONDS, time.time() - STALE_SECONDS - 1, kinds=["preview"])
    assert claimed.id == job_id
    assert Previewer(store, "next").run_next()
    with store.read() as db:
        assert jobs.get(db, job_id).state is JobState.DONE


def test_a_preview_deleted_while_it_is_answered_troubles_nobody(explored, monkeypatch) -> None:
    store, round_id = explored
    sample = offered(store, round_id)[0]["sample"]
    ask(store, round_id, sample, [0.2, 1])
    previewer = Previewer(store, "slow")
    answer = previewer._answer

    def meanwhile(job: jobs.Job) -> dict:
        with store.write() as db:
            previews.ask(db, round_id, sample, [0.4, 1], VIEWER, time.time())
        return answer(job)

    monkeypatch.setattr(previewer, "_answer", meanwhile)
    assert previewer.run_next()
    monkeypatch.undo()
    assert Previewer(store, "next").run_next()  # the one asked last
    assert not Previewer(store, "next").run_next()


@pytest.mark.timeout(400)
def test_a_preview_is_answered_while_a_slow_exploration_runs(colour_config: CampaignConfig, tmp_path: Path) -> None:
    store = open_store(tmp_path)
    _, round_id = open_round(store, colour_config)
    environment = os.environ | {"COLOURS_SECONDS": "0.4", "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-m", "faded", "worker", "--workspace", str(tmp_path)]
    process = subprocess.Popen(command, env=environment)
    try:
        deadline = time.monotonic() + PATIENCE
        explore = stage(store, round_id)
        while explore.checkpoint is None and time.monotonic() < deadline:
            time.sleep(0.05)
            explore = stage(store, round_id)
        assert explore.checkpoint is not None, f"the exploration did not get going: {explore.message}"
        samples = offered(store, round_id)
        for sample, dark in ((samples[0], 0.3), (samples[1], 0.7)):
            job_id = ask(store, round_id, sample["sample"], [dark, 1])
            done = None
            while (done is None or done.state in (JobState.QUEUED, JobState.RUNNING)) and time.monotonic() < deadline:
                time.sleep(0.02)
                with store.read() as db:
                    done = jobs.get(db, job_id)
            assert done is not None
            assert done.state is JobState.DONE, done.error
        assert stage(store, round_id).state is JobState.RUNNING, "it was over before the previews were answered"
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()


def stage(store: Store, round_id: int) -> jobs.Job:
    with store.read() as db:
        (explore,) = jobs.list_for_round(db, round_id)
    assert explore.state is not JobState.FAILED, explore.error
    return explore
