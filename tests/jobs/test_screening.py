"""The explore stage screens a campaign of many concepts, and writes down what that said."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import pytest

from faded import runtime
from faded.config import CampaignConfig
from faded.jobs import run as run_module
from faded.jobs.headless import open_round, run_stage
from faded.jobs.run import Runner
from faded.landscape.main_effects import MATTERS, SCREENING
from faded.stages import EXPLORE
from faded.store import campaigns, trials
from faded.store.engine import Store, open_store
from faded.store.rounds import begin_next_round
from tests.jobs import interrupted

CONCEPTS = (
    {"name": "darkening", "levels": [0, 0.4, 0.8]},
    {"name": "saturation", "levels": [0.5, 1]},
    {"name": "rotation", "levels": [-30, 0, 30]},
    {"name": "zoom", "levels": [1, 1.2]},
    {"name": "blur", "levels": [0, 0.02]},
)
"""The target fails in the dark; noise without a direction hardly changes when it is turned."""

Explored = tuple[Store, int, list[trials.TrialRow], dict[str, Any]]


@pytest.fixture(scope="module")
def config(colour_config: CampaignConfig) -> CampaignConfig:
    return dataclasses.replace(colour_config, concepts=CONCEPTS, queries=1300)


def explored(config: CampaignConfig, workspace: Path, killed_after: int | None = None) -> Explored:
    """Explore a round, once interrupted after so many batches."""
    runtime.start(0)
    store = open_store(workspace)
    _, round_id = open_round(store, config)
    say = interrupted.killed_after(killed_after)

    with pytest.MonkeyPatch.context() as patch:
        if killed_after is not None:
            with pytest.raises(KeyboardInterrupt):
                run_stage(store, Runner(store, "first", say), round_id, EXPLORE)
            patch.setattr(run_module, "STALE_SECONDS", -1.0)
        run_stage(store, Runner(store, "test"), round_id, EXPLORE)
    return store, round_id, *read(store, round_id)


def read(store: Store, round_id: int) -> tuple[list[trials.TrialRow], dict[str, Any]]:
    with store.read() as db:
        return trials.after(db, round_id), campaigns.get_round(db, round_id).summary


@pytest.fixture(scope="module")
def whole(config: CampaignConfig, tmp_path_factory: pytest.TempPathFactory) -> Explored:
    return explored(config, tmp_path_factory.mktemp("screened") / "whole")


def test_a_round_begins_with_a_screening_whose_cost_is_counted(whole: Explored) -> None:
    _, _, rows, summary = whole
    found = summary[SCREENING]
    assert len(rows) == 1300 and found["queries"] == 128 and found["budget"] == 1300 and found["full"]
    first = [row for row in rows if not row.control][:128]
    assert found["trials"] == sum(row.counted for row in first) == found["concepts"][0]["trials"]
    failures = {row.query for row in first if row.counted and row.failed}
    darkening, saturation, rotation, *_ = found["concepts"]
    assert darkening["concept"] == "darkening" and darkening["low"] == "unchanged"
    assert rotation["high"].count(" or ") == 1, "both ends are high"
    assert failures and darkening["state"] == MATTERS and darkening["effect"] > 0.15
    assert abs(rotation["effect"]) < darkening["effect"] and saturation["strata"] == 3


@pytest.mark.parametrize("batches", [2, 6])
def test_killed_within_or_after_its_screening_a_round_ends_as_an_unbroken_one(
    whole: Explored, config: CampaignConfig, tmp_path: Path, batches: int
) -> None:
    _, _, rows, summary = explored(config, tmp_path / "killed", batches)
    assert rows == whole[2] and summary == whole[3]


def test_a_second_round_on_the_same_weights_is_not_screened_again(whole: Explored) -> None:
    store, round_id, *_ = whole
    with store.write() as db:
        two = begin_next_round(db, round_id, 1.0, "somebody").id
    run_stage(store, Runner(store, "test"), two, EXPLORE)
    assert SCREENING not in read(store, two)[1]


@pytest.mark.parametrize("change", [{"concepts": CONCEPTS[:4]}, {"queries": 1200}, {"agent": "thompson"}])
def test_few_concepts_a_small_budget_and_rivals_are_not_screened(
    config: CampaignConfig, tmp_path: Path, change: dict[str, Any]
) -> None:
    _, _, rows, summary = explored(dataclasses.replace(config, **change), tmp_path / "other")
    assert rows and SCREENING not in summary
