"""When the next round may begin, on which weights, and which verify fold it gets."""

from __future__ import annotations

import pytest

from faded.config import CampaignConfig
from faded.domain import FadedError
from faded.stages import EXPLORE, REPAIR, VERIFY
from faded.store import campaigns, jobs, rounds, trials
from faded.store.campaigns import Round, RoundState
from faded.store.engine import Db, Store
from faded.store.rounds import begin_next_round, free_fold
from faded.tasks import SIGNS

FOLDER = CampaignConfig(target="somewhere", data="pictures", verify_folds=2)


def first_round(db: Db, config: CampaignConfig = FOLDER) -> Round:
    campaign = campaigns.create_campaign(db, "tested", config.to_json(), now=1.0)
    return campaigns.create_round(db, campaign.id, now=1.0, fingerprint_before="aa")


def do(db: Db, round_id: int, kind: str, ended: bool = True) -> None:
    """Let a job of this kind run; exploring asks one query."""
    waiting = [j for j in jobs.list_for_round(db, round_id) if j.kind == kind and j.state is jobs.JobState.QUEUED]
    job = waiting[0] if waiting else jobs.enqueue(db, round_id, kind, now=2.0)
    claimed = jobs.claim(db, "worker", 10.0, 2.0)
    assert claimed is not None and claimed.id == job.id
    if kind == EXPLORE:
        row = trials.TrialRow(0, 0, "s", "stop", 4, True, 0.5, "yield", control=False, counted=True)
        trials.add_many(db, round_id, [row])
    if kind == REPAIR:
        campaigns.update_round(db, round_id, fingerprint_after="bb", repaired=f"targets/round-{round_id}")
    if ended:
        jobs.finish(db, job.id, "worker", {}, 3.0)


def decided(db: Db, round_: Round, state: RoundState) -> Round:
    for kind in (EXPLORE, REPAIR, VERIFY):
        do(db, round_.id, kind)
    return rounds.decide(db, round_.id, state, "mina", 4.0)


def test_after_an_accepted_repair_the_next_round_begins_with_the_repaired_weights(store: Store) -> None:
    with store.write() as db:
        one = decided(db, first_round(db), RoundState.ACCEPTED)
        two = begin_next_round(db, one.id, 5.0, "mina")
        assert (two.number, two.state) == (2, RoundState.OPEN)
        assert two.weights == one.repaired != ""
        assert two.fingerprint_before == "bb"
        assert two.summary["started_by"] == "mina"
        (job,) = jobs.list_for_round(db, two.id)
        assert (job.kind, job.state) == (EXPLORE, jobs.JobState.QUEUED)


def test_after_a_rolled_back_one_it_begins_with_what_the_round_began_with(store: Store) -> None:
    with store.write() as db:
        one = decided(db, first_round(db, CampaignConfig(demo=SIGNS)), RoundState.ACCEPTED)
        two = decided(db, begin_next_round(db, one.id, 5.0, "mina"), RoundState.ROLLED_BACK)
        three = begin_next_round(db, two.id, 6.0, "mina")
        assert three.weights == two.weights == one.repaired
        assert [r.number for r in campaigns.on_same_weights(db, three.id)] == [2, 3]
        assert [r.number for r in campaigns.on_same_weights(db, one.id)] == [1]


def test_an_explored_round_may_be_followed_undecided_and_its_trials_count_on(store: Store) -> None:
    with store.write() as db:
        one = first_round(db)
        do(db, one.id, EXPLORE)
        two = begin_next_round(db, one.id, 5.0, "mina")
        assert two.weights == one.weights == ""
        assert campaigns.get_round(db, one.id).state is RoundState.OPEN
        assert trials.tally(db, two.id) == trials.tally(db, one.id) == [trials.CellTally("stop", 4, 1, 1)]
        assert trials.counts(db, two.id).queries == 0


def test_a_round_that_never_verifies_leaves_its_fold_to_the_next(store: Store) -> None:
    with store.write() as db:
        one = first_round(db)
        do(db, one.id, EXPLORE)
        two = begin_next_round(db, one.id, 5.0, "mina")
        assert one.fold == two.fold == 1
        three = begin_next_round(db, decided(db, two, RoundState.ROLLED_BACK).id, 6.0, "mina")
        assert three.fold == 2
        do(db, three.id, EXPLORE)
        assert begin_next_round(db, three.id, 7.0, "mina").fold == 2


def test_no_round_begins_that_could_not_be_verified(store: Store) -> None:
    with store.write() as db:
        one = decided(db, first_round(db), RoundState.ACCEPTED)
        two = decided(db, begin_next_round(db, one.id, 5.0, "mina"), RoundState.ACCEPTED)
        assert free_fold(db, two.campaign_id) is None
        with pytest.raises(FadedError, match="more verify folds"):
            begin_next_round(db, two.id, 6.0, "mina")
        assert [r.number for r in campaigns.list_rounds(db, two.campaign_id)] == [1, 2]


def test_a_demo_draws_a_fresh_fold_for_every_round(store: Store) -> None:
    with store.write() as db:
        found = first_round(db, CampaignConfig(demo=SIGNS, verify_folds=1))
        for number in range(1, 5):
            assert found.fold == number
            found = begin_next_round(db, decided(db, found, RoundState.ACCEPTED).id, 5.0, "mina")


def test_what_is_not_ready_is_refused_in_words(store: Store) -> None:
    def refused(match: str) -> None:
        with pytest.raises(FadedError, match=match):
            begin_next_round(db, one.id, 5.0, "mina")

    with store.write() as db:
        one = first_round(db)
        refused("not explored yet")
        waiting = jobs.enqueue(db, one.id, EXPLORE, now=2.0)
        refused("being worked on .explore is queued")
        do(db, one.id, EXPLORE, ended=False)
        refused("being worked on .explore is running")
        jobs.finish(db, waiting.id, "worker", {}, 3.0)
        for kind in (REPAIR, VERIFY):
            do(db, one.id, kind)
        refused("accept it or roll it back")
        rounds.decide(db, one.id, RoundState.ACCEPTED, "mina", 4.0)
        begin_next_round(db, one.id, 5.0, "mina")
        refused("followed by round 2 already")
        with pytest.raises(FadedError, match="no round 99"):
            begin_next_round(db, 99, 5.0, "mina")
