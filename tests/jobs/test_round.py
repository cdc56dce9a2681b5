import dataclasses
from pathlib import Path

import pytest

from faded import runtime
from faded.config import CampaignConfig
from faded.data.load import load_pictures
from faded.domain import FadedError
from faded.jobs import pictures
from faded.jobs import run as run_module
from faded.jobs.desk import Desk
from faded.jobs.headless import explore_only, run_round
from faded.jobs.oracles import oracle
from faded.jobs.run import Runner
from faded.stages import EXPLORE
from faded.store import campaigns, jobs, trials
from faded.store.engine import open_store
from faded.targets.load import load_classifier


def whole_round(workspace: Path, config: CampaignConfig, noise: float = 0.0) -> dict:
    runtime.start(config.seed)
    make, name = oracle(noise, None, config.seed)
    return run_round(open_store(workspace), config, make, 40, name).record


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory, colour_config: CampaignConfig) -> dict:
    return whole_round(tmp_path_factory.mktemp("first"), colour_config)


def test_a_round_finds_confirms_and_fades_the_failures(record: dict) -> None:
    assert record["explore"]["queries"] == 700
    assert record["explore"]["control"]["queries"] == 70
    assert record["label"]["verdicts"] == record["label"]["confirmed"] + record["label"]["rejected"]
    assert record["label"]["modes_confirmed"] >= 3
    assert record["verify"]["interval90"][0] > 0.25  # a linear target pays for more with its clean answers
    assert record["verify"]["clean_before"] == record["verify"]["clean_after"] == 1.0
    assert record["target"]["fingerprint_before"] != record["target"]["fingerprint_after"]
    assert len(set(record["splits"].values())) == 3


def test_the_same_seed_gives_the_same_record(record: dict, colour_config: CampaignConfig, tmp_path: Path) -> None:
    again = whole_round(tmp_path, colour_config)
    assert {k: v for k, v in again.items() if k != "timing"} == {k: v for k, v in record.items() if k != "timing"}


def test_a_finished_round_is_not_taken_up_again_but_the_same_again(
    colour_config: CampaignConfig, tmp_path: Path
) -> None:
    first = whole_round(tmp_path, colour_config, noise=0.3)
    second = whole_round(tmp_path, colour_config, noise=0.3)
    assert first["label"]["unsure"] > 0 and first["repair"]["folder"]
    assert {k: v for k, v in first.items() if k != "timing"} == {k: v for k, v in second.items() if k != "timing"}
    with open_store(tmp_path).read() as db:
        assert len(campaigns.list_campaigns(db)) == 2


def test_pictures_are_read_once_a_command(
    colour_config: CampaignConfig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []
    monkeypatch.setattr(pictures, "load_pictures", lambda *given: read.append(given[0]) or load_pictures(*given))
    explore_only(open_store(tmp_path), dataclasses.replace(colour_config, queries=100))
    assert read == [colour_config.data]


def test_exploring_alone_leaves_proposals_for_people(colour_config: CampaignConfig, tmp_path: Path) -> None:
    store = open_store(tmp_path)
    done = explore_only(store, colour_config)
    with store.read() as db:
        counts = trials.counts(db, done.round_id)
    assert counts.queries == 700
    assert done.record["explore"]["induced_failures"] == counts.failures


def test_the_repaired_target_is_saved_where_the_round_says(colour_config: CampaignConfig, tmp_path: Path) -> None:
    after = whole_round(tmp_path, colour_config)["target"]["fingerprint_after"]
    (folder,) = (tmp_path / "targets").iterdir()
    assert load_classifier("tests.jobs.colours:target", folder).fingerprint() == after


def test_a_headless_run_leaves_the_jobs_of_others_alone(colour_config: CampaignConfig, tmp_path: Path) -> None:
    store = open_store(tmp_path)
    with store.write() as db:
        other = campaigns.create_campaign(db, "of somebody else", {"broken": True}, 0.0)
        foreign = [jobs.enqueue(db, campaigns.create_round(db, other.id, now=0.0).id, EXPLORE, now=0.0) for _ in "ab"]
        assert jobs.claim(db, "a dead worker", 10.0, 1.0) is not None
    explore_only(store, colour_config)
    with store.read() as db:
        assert [jobs.get(db, job.id).attempts for job in foreign] == [1, 0]


def test_what_one_job_raised_is_not_said_of_the_next(
    colour_config: CampaignConfig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = open_store(tmp_path)
    with store.write() as db:
        campaign = campaigns.create_campaign(db, "mine", colour_config.to_json(), 0.0)
        round_id = campaigns.create_round(db, campaign.id, now=0.0).id
    runner = Runner(store, "w")

    def run(error: Exception) -> None:
        def stage(_desk: Desk, _context: object) -> None:
            raise error

        monkeypatch.setitem(run_module.STAGES, EXPLORE, stage)
        with store.write() as db:
            jobs.enqueue(db, round_id, EXPLORE, now=0.0)
        assert runner.run_next()

    run(ZeroDivisionError("a fault"))
    assert isinstance(runner.unexpected, ZeroDivisionError)
    run(FadedError("bad input"))
    assert runner.unexpected is None
