"""What the repair and verify jobs leave for their pages: pace, evaluations, examples, where the failures went."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from faded import runtime
from faded.config import CampaignConfig
from faded.domain import FadedError, Stopped
from faded.jobs import verify as verify_module
from faded.jobs.headless import explore_only, open_round, run_round
from faded.jobs.oracles import oracle
from faded.jobs.run import Runner
from faded.jobs.tell import ALMOST, TELLING
from faded.labeling.decided import confirmed_modes
from faded.labeling.oracle import ReferenceAnnotator, label_all
from faded.repair import budget
from faded.stages import CLEAN, EXPLORE, REPAIR, STEPS, VERIFY
from faded.store import blobs, campaigns, jobs, series, verdicts
from faded.store.campaigns import CHOSEN
from faded.store.engine import Store, open_store
from faded.store.jobs import Job, JobState
from tests.jobs.stopping import stop_at


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


@pytest.mark.parametrize("words", [CLEAN, f"{CLEAN}64 of"])
def test_a_stop_is_heard_in_the_clean_control(
    colour_config: CampaignConfig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: str
) -> None:
    store = open_store(tmp_path)
    told: list[tuple[float, str]] = []
    with monkeypatch.context() as patch:
        stop_at(patch, words)
        with pytest.raises(Stopped):
            explore_only(store, colour_config, lambda kind, progress, message: told.append((progress, message)))
    control = [(progress, message) for progress, message in told if message.startswith(CLEAN)]
    assert control[-1][1].startswith(words) and [p for p, _ in control] == sorted({p for p, _ in control})
    assert control[0][0] == 0 and control[-1][0] < 1 and "queries" not in str(told)
    assert explore_only(store, colour_config).record["explore"]["queries"] == colour_config.queries


def test_a_stop_is_heard_while_verification_is_told(played: Played, monkeypatch: pytest.MonkeyPatch) -> None:
    stop_at(monkeypatch, TELLING)
    monkeypatch.setattr(verify_module, "BEAT_SECONDS", 0.0)
    store, round_id = played.store, played.verify.round_id
    with store.write() as db:
        again = jobs.enqueue(db, round_id, VERIFY, now=time.time())
    assert Runner(store, "again").run_next()
    with store.read() as db:
        stopped = jobs.get(db, again.id)
    assert (stopped.state, stopped.progress, stopped.message) == (JobState.STOPPED, ALMOST, TELLING)


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
