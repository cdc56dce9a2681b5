"""More rounds of a campaign: on which weights each stage works, what is frozen, and what is carried over."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from faded import runtime
from faded.concepts.spec import ConceptSpace
from faded.config import CampaignConfig
from faded.domain import FadedError, Judgement, Proposal, Said, Verdict
from faded.exploration.frame import Frame
from faded.jobs import run as run_module
from faded.jobs.context import prepare
from faded.jobs.desk import Desk
from faded.jobs.headless import open_round, run_stage
from faded.jobs.run import Runner
from faded.jobs.steering import Steering, read_earlier
from faded.labeling.decided import confirmed_modes
from faded.labeling.oracle import Annotator, ReferenceAnnotator, label_all
from faded.landscape.rebuild import rebuild
from faded.stages import EXPLORE, REPAIR, VERIFY
from faded.store import campaigns, jobs, rounds, series, trials, verdicts
from faded.store.campaigns import FOLD, Round, RoundState
from faded.store.engine import Store, open_store
from faded.store.rounds import begin_next_round
from tests.jobs import interrupted


@pytest.fixture(scope="module")
def config(colour_config: CampaignConfig) -> CampaignConfig:
    return replace(colour_config, verify_folds=2, queries=400)


class OnlyGreen:
    """Confirms failures of green pictures, rejects all others."""

    def __call__(self, proposals: list[Proposal], /) -> list[Said]:
        return [Said(Verdict.CONFIRM if p.key.stratum == "green" else Verdict.REJECT) for p in proposals]


def stage(store: Store, round_id: int, *kinds: str) -> dict[str, Any]:
    runner = Runner(store, "test")
    found = [run_stage(store, runner, round_id, kind) for kind in kinds]
    return {k: v for k, v in found[-1].items() if k != "seconds"}


def label(store: Store, round_id: int, annotator: Annotator, count: int = 40) -> int:
    return label_all(store, round_id, annotator, "somebody", count, time.time)


def follow(store: Store, round_id: int) -> Round:
    with store.write() as db:
        return begin_next_round(db, round_id, time.time(), "somebody")


def asked(store: Store, round_id: int) -> list[trials.TrialRow]:
    with store.read() as db:
        return trials.after(db, round_id)


def pairs(rows: list[trials.TrialRow]) -> set[tuple[str, int]]:
    return {(r.sample_id, r.cell) for r in rows if r.counted}


@pytest.fixture(scope="module")
def accepted(tmp_path_factory: pytest.TempPathFactory, config: CampaignConfig) -> tuple[Store, int, int]:
    """A campaign whose first repair is accepted and whose second round is verified."""
    runtime.start(0)
    store = open_store(tmp_path_factory.mktemp("accepted"))
    _, one = open_round(store, config)
    stage(store, one, EXPLORE)
    label(store, one, ReferenceAnnotator())
    stage(store, one, REPAIR, VERIFY)
    with store.write() as db:
        rounds.decide(db, one, RoundState.ACCEPTED, "somebody", time.time())
    two = follow(store, one).id
    stage(store, two, EXPLORE)
    label(store, two, ReferenceAnnotator())
    stage(store, two, REPAIR, VERIFY)
    return store, one, two


def test_the_next_round_asks_and_repairs_the_repaired_weights(accepted: tuple[Store, int, int]) -> None:
    store, one, two = accepted
    with store.read() as db:
        before, after = campaigns.get_round(db, one), campaigns.get_round(db, two)
        first, second = (
            rebuild(round_.summary, trials.counted(db, round_.id)).posterior().mean.mean() for round_ in (before, after)
        )
    assert after.fingerprint_before == before.fingerprint_after != before.fingerprint_before
    assert after.fingerprint_after not in ("", after.fingerprint_before)
    assert second < 0.8 * first, (first, second)


def test_verification_compares_with_the_weights_of_the_round_on_a_fold_of_its_own(
    accepted: tuple[Store, int, int], config: CampaignConfig
) -> None:
    store, one, two = accepted
    with store.read() as db:
        results = [next(j.result for j in jobs.list_for_round(db, r) if j.kind == VERIFY) or {} for r in (one, two)]
        folds = [campaigns.get_round(db, r).fold for r in (one, two)]
        again = campaigns.get_round(db, two)
    assert folds == [1, 2]
    second = prepare(config, 2, lambda message: None)
    repaired = second.probe(second.target(store.workspace / again.weights))
    clean = [repaired.clean(second.verify).failed, second.probe(second.target(None)).clean(second.verify).failed]
    assert results[1]["inputs"] == len(second.verify) != results[0]["inputs"]
    assert results[1]["clean_before"] == pytest.approx(1 - clean[0].mean())
    assert results[1]["frozen"] == (~clean[1]).sum()
    assert {s.id for s in second.verify}.isdisjoint(s.id for s in prepare(config, 1, lambda message: None).verify)


def test_a_fold_that_another_round_verified_on_is_refused(accepted: tuple[Store, int, int]) -> None:
    store, _, two = accepted
    with store.write() as db:
        campaign = campaigns.get_round(db, two).campaign_id
        made = campaigns.create_round(db, campaign, now=time.time(), summary={FOLD: 1})
        campaigns.update_round(db, made.id, repaired="targets/round-1")
    with pytest.raises(FadedError, match="Round 1 has verified on verify fold 1"):
        stage(store, made.id, VERIFY)


@pytest.fixture(scope="module")
def spoilt(tmp_path_factory: pytest.TempPathFactory, config: CampaignConfig) -> tuple[Store, int]:
    """A round that begins with weights that call everything red, and whose repair is the original."""
    store = open_store(tmp_path_factory.mktemp("spoilt"))
    target = prepare(config, 1, lambda message: None).target(None)
    target.save(store.workspace / "targets" / "original")
    fingerprint = target.fingerprint()
    with torch.no_grad():
        next(p for name, p in target.module.named_parameters() if name.endswith("bias"))[0] += 100
    target.save(store.workspace / "targets" / "red")
    with store.write() as db:
        campaign = campaigns.create_campaign(db, "spoilt", config.to_json(), 1.0)
        made = campaigns.create_round(db, campaign.id, now=1.0, weights="targets/red")
        campaigns.update_round(db, made.id, repaired="targets/original", fingerprint_after=fingerprint)
    stage(store, made.id, EXPLORE)
    return store, made.id


def test_the_explored_set_stays_frozen_by_the_original_target(spoilt: tuple[Store, int]) -> None:
    store, round_id = spoilt
    with store.read() as db:
        samples = campaigns.get_round(db, round_id).summary["samples"]
    rows = [row for row in asked(store, round_id) if row.counted]
    assert samples["eligible"] == samples["explore"]
    assert {row.failed for row in rows if row.stratum == "red"} == {False}
    assert {row.failed for row in rows if row.stratum != "red"} == {True}


def test_the_verified_set_stays_frozen_by_the_original_target(spoilt: tuple[Store, int]) -> None:
    store, round_id = spoilt
    with store.write() as db:
        job = jobs.enqueue(db, round_id, REPAIR, now=1.0)
        jobs.claim(db, "hand", 10.0, time.time())
        jobs.checkpoint(db, job.id, "hand", {"modes": [[[1, 1], "green"]]})
        jobs.finish(db, job.id, "hand", {}, time.time())
    found = stage(store, round_id, VERIFY)
    assert found["clean_before"] < 0.5 < found["clean_after"] == 1.0
    assert found["frozen"] == found["inputs"]
    assert found["induced_rate_before"] == 1.0


@pytest.fixture(scope="module")
def taught(tmp_path_factory: pytest.TempPathFactory, config: CampaignConfig) -> tuple[Store, int, int]:
    """Two rounds on the same weights; only failures of green pictures are confirmed."""
    runtime.start(0)
    store = open_store(tmp_path_factory.mktemp("taught"))
    _, one = open_round(store, config)
    stage(store, one, EXPLORE)
    label(store, one, OnlyGreen())
    two = follow(store, one).id
    stage(store, two, EXPLORE)
    return store, one, two


def test_on_the_same_weights_nothing_is_asked_twice_and_the_stream_is_another(taught: tuple[Store, int, int]) -> None:
    store, one, two = taught
    first, second = asked(store, one), asked(store, two)
    assert pairs(first).isdisjoint(pairs(second)) and len(pairs(second)) > 100
    assert [r.sample_id for r in first[:64]] != [r.sample_id for r in second[:64]]


def test_pages_rebuild_the_landscape_of_both_rounds(taught: tuple[Store, int, int]) -> None:
    store, one, two = taught
    with store.read() as db:
        summary = campaigns.get_round(db, two).summary
        landscape = rebuild(summary, trials.counted(db, two))
    both = [r for r in asked(store, one) + asked(store, two) if r.counted]
    assert landscape.trials.sum() == len(both)
    assert landscape.failures.sum() == sum(r.failed for r in both)


def test_verdicts_move_the_next_exploration_and_the_metrics_say_so(taught: tuple[Store, int, int]) -> None:
    store, one, two = taught

    def green(round_id: int) -> float:
        rows = [r for r in asked(store, round_id) if not r.control]
        return sum(r.stratum == "green" for r in rows) / len(rows)

    with store.read() as db:
        points = [series.points(db, jobs.list_for_round(db, r)[0].id) for r in (one, two)]
        said = campaigns.get_round(db, two).summary["confirmation"]
        given = verdicts.counts(db, one).total
    assert green(one) < 0.4 and green(two) > 0.5
    assert "confirm_share_expected" not in points[0][-1][1]
    assert points[1][0][1]["verdicts_used"] == given == said["verdicts"]
    assert points[1][-1][1]["confirm_share_expected"] > points[1][-1][1]["confirm_share_control"]
    by_name = {row["stratum"]: row for row in said["strata"]}
    assert by_name["green"]["mean"] > 0.7 > 0.3 > by_name["blue"]["mean"]
    assert by_name["green"]["share"] > 1.3 * by_name["green"]["share_without"]
    assert said["readings"] == [{"batch": 0, "verdicts": given}]
    assert said["matters"]["stratum"] > 0.7


def test_what_was_judged_is_not_proposed_again(taught: tuple[Store, int, int]) -> None:
    store, one, two = taught
    with store.read() as db:
        round_ = campaigns.get_round(db, two)
        standing = verdicts.standing(db, one)
    space = ConceptSpace.from_json(round_.summary["space"])
    ids = tuple(sorted({r.sample_id for r in asked(store, one)}))
    frame = Frame(
        ids,
        np.zeros(len(ids), dtype=np.int64),
        ("any",),
        np.zeros((len(ids), 1), dtype=np.float32),
        np.ones(len(ids), dtype=bool),
        np.zeros((1, space.n_cells), dtype=bool),
    )
    earlier = read_earlier(store, round_, frame, space)
    judged = {(j.sample_id, space.index(j.key.cell)) for j in standing}
    first = pairs(asked(store, one))
    assert {(ids[row], cell) for row, cell in zip(earlier.known.rows, earlier.known.cells, strict=True)} == first
    assert judged < first and pairs(earlier.unjudged) == first - judged


def test_repair_learns_from_the_verdicts_of_both_rounds(taught: tuple[Store, int, int]) -> None:
    store, one, two = taught
    stage(store, two, REPAIR)
    with store.read() as db:
        job = next(j for j in jobs.list_for_round(db, two) if j.kind == REPAIR)
        confirmed = confirmed_modes(verdicts.standing(db, one))
    assert confirmed and [[list(m.cell), m.stratum] for m in confirmed] == (job.checkpoint or {})["modes"]


def test_killed_while_verdicts_arrive_a_round_ends_as_an_unbroken_one(config: CampaignConfig, tmp_path: Path) -> None:
    """Verdicts arrive at the same batch of both runs; one is killed later, between two readings."""

    def run(name: str, killed_after: int | None) -> tuple[list[trials.TrialRow], dict[str, Any], dict[str, Any]]:
        runtime.start(0)
        store = open_store(tmp_path / name)
        _, round_id = open_round(store, replace(config, queries=700))
        say = interrupted.killed_after(killed_after)

        original = Steering.read

        def read(self: Steering, desk: Desk, batch: int) -> tuple[bool, list[Judgement]]:
            if batch == 8:
                label(store, round_id, OnlyGreen(), 20)
            return original(self, desk, batch)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Steering, "read", read)
            if killed_after is not None:
                with pytest.raises(KeyboardInterrupt):
                    run_stage(store, Runner(store, "first", say), round_id, EXPLORE)
                patch.setattr(run_module, "STALE_SECONDS", -1.0)
            result = stage(store, round_id, EXPLORE)
        with store.read() as db:
            summary = campaigns.get_round(db, round_id).summary
        return asked(store, round_id), result, summary

    whole, result, summary = run("whole", None)
    rows, resumed, said = run("killed", 10)
    assert summary["confirmation"]["readings"] == [{"batch": 8, "verdicts": 20}]
    assert summary["verdicts_heard"] == [{"batch": 8, "event": 20}]
    assert rows == whole and resumed == result and said == summary
