"""What the repair and verify jobs leave for their pages: pace, evaluations, examples, where the failures went."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from faded import runtime
from faded.config import CampaignConfig
from faded.domain import FadedError
from faded.jobs.headless import open_round, run_round
from faded.jobs.oracles import oracle
from faded.jobs.run import Runner
from faded.labeling.decided import confirmed_modes
from faded.labeling.oracle import ReferenceAnnotator, label_all
from faded.repair import budget
from faded.stages import EXPLORE, REPAIR, STEPS, VERIFY
from faded.store import blobs, campaigns, jobs, series, verdicts
from faded.store.campaigns import CHOSEN
from faded.store.engine import Store, open_store
from faded.store.jobs import Job, JobState


@dataclass
class Played:
    """A round that is over."""

    store: Store
    repair: Job
    verify: Job


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory, colour_config: CampaignConfig) -> Played:
    runtime.start(0)
    make, name = oracle(0.0, None, 0)
    store = open_store(tmp_path_factory.mktemp("played"))
    done = run_round(store, colour_config, make, 40, name)
    with store.read() as db:
        found = {job.kind: job for job in jobs.list_for_round(db, done.round_id)}
    return Played(store, found[REPAIR], found[VERIFY])


def test_the_repair_tells_its_pace_and_every_evaluation(played: Played) -> None:
    with played.store.read() as db:
        points = series.points(db, played.repair.id)
    evaluated = {now["evaluated"] for _, now in points}
    assert evaluated == {0, *range(50, 301, 50)}
    assert points[-1][1]["best"] in evaluated
    assert points[-1][1]["steps"] == budget.STEPS
    assert 0 < points[-1][1]["step_seconds"] < 1


def test_verification_keeps_examples_with_what_both_targets_said(played: Played) -> None:
    result = played.verify.result or {}
    examples = result["examples"]
    assert 0 < len(examples) <= 42
    assert {e["outcome"] for e in examples if e["shown_for"] == "fixed"} >= {"mended"}
    modes = {(m["stratum"], m["setting"]): m["change"] for m in result["modes"]}
    for example in examples:
        assert modes[example["stratum"], example["setting"]] == example["shown_for"]
        assert example["reference"] == example["stratum"]
        assert (example["before"] != example["reference"]) == (example["outcome"] != "broken")
        assert (example["after"] != example["reference"]) == (example["outcome"] != "mended")
        for picture in ("original", "edited"):
            assert blobs.get(played.store.workspace, example[picture]).startswith(b"\x89PNG")
        assert example["original"] != example["edited"] == example["repaired"]


def test_where_the_failures_went_adds_up(played: Played) -> None:
    flow = (played.verify.result or {})["flow"]
    assert flow["followed"] == flow["failed"] == flow["mended"] + flow["same"] + flow["other"] > 0
    right = sum(count for stratum, _, now, count in flow["moves"] if now == stratum)
    assert right == flow["mended"]
    assert sum(count for *_, count in flow["moves"]) == flow["followed"]


@pytest.fixture
def explored(colour_config: CampaignConfig, tmp_path: Path) -> tuple[Store, int, Runner]:
    store = open_store(tmp_path)
    runner = Runner(store, "tester")
    _, round_id = open_round(store, colour_config)
    assert runner.run_next()
    label_all(store, round_id, ReferenceAnnotator(), "somebody", 40, lambda: 0.0)
    return store, round_id, runner


def repair_with(explored: tuple[Store, int, Runner], steps: int) -> Job:
    store, round_id, runner = explored
    with store.write() as db:
        assert [j.state for j in jobs.list_for_round(db, round_id) if j.kind == EXPLORE] == [JobState.DONE]
        job = jobs.enqueue(db, round_id, REPAIR, now=0.0, params={STEPS: steps})
    assert runner.run_next()
    with store.read() as db:
        return jobs.get(db, job.id)


def test_the_number_of_steps_and_the_choice_of_modes_are_obeyed(explored: tuple[Store, int, Runner]) -> None:
    store, round_id, _ = explored
    with store.write() as db:
        confirmed = confirmed_modes(verdicts.standing(db, round_id))
        chosen = confirmed[0]
        campaigns.update_round(db, round_id, summary={CHOSEN: [[list(chosen.cell), chosen.stratum]]})
    assert len(confirmed) > 1
    done = repair_with(explored, 60)
    assert done.state is JobState.DONE
    assert (done.result or {})["steps"] == 60
    assert (done.result or {})["modes"] == 1
    assert (done.checkpoint or {})["modes"] == [[list(chosen.cell), chosen.stratum]]


def test_a_number_of_steps_out_of_range_fails_in_words(explored: tuple[Store, int, Runner]) -> None:
    done = repair_with(explored, 7)
    assert done.state is JobState.FAILED
    assert done.error == "Steps is 7: give a whole number from 50 to 10,000."
    with pytest.raises(FadedError, match="empty"):
        budget.check_steps(None)
