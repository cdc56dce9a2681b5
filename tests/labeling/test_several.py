"""The queue where several people judge each proposal: never more than were asked for, nobody twice."""

from __future__ import annotations

import threading

import numpy as np
import pytest

from faded.domain import ModeKey, Verdict
from faded.labeling import standings
from faded.labeling.decided import ModeState
from faded.labeling.queue import next_items, progress
from faded.labeling.standings import StandingsCache
from faded.store import campaigns, labeling_rules, proposals, settling, verdicts
from faded.store.labeling_rules import Rules
from faded.store.leases import LEASE_SECONDS
from tests.store.helpers import fill, proposal

TOP, MIDDLE = ModeKey((1, 0), "stop"), ModeKey((0, 2), "yield")
PEOPLE = ["ann", "bob", "cyd", "dan"]


@pytest.fixture
def made(store, round_id):
    found = fill(store, round_id, {TOP: (2.0, 5), MIDDLE: (1.0, 4)})
    with store.write() as db:
        labeling_rules.save(db, 1, Rules(2), "mira", 1.0)
    return found


@pytest.fixture
def ask(store, round_id):
    def ask(who, n=1, now=0.0):
        with store.write() as db:
            return [item.proposal.id for item in next_items(db, round_id, who, n, now)]

    return ask


def test_two_people_get_the_same_item_and_a_third_another(made, ask):
    first, second = ask("ann", 2), ask("bob", 2)
    assert first == second
    assert not set(ask("cyd", 2)) & set(first)


def test_what_others_have_begun_comes_first_and_nobody_judges_twice(made, ask, say):
    ann = ask("ann", 5)
    say(ann[2], "ann", Verdict.CONFIRM)
    assert ask("bob") == [ann[2]]
    assert ann[2] not in ask("ann", 9)
    say(ann[2], "bob", Verdict.CONFIRM)
    assert all(ann[2] not in ask(who, 9) for who in PEOPLE)


def test_a_lease_that_ran_out_gives_its_slot_back(made, ask):
    (item,) = ask("ann")
    assert ask("bob") == [item]
    assert item not in ask("cyd", 9)
    assert item in ask("dan", 9, now=LEASE_SECONDS + 1)


def test_undo_takes_the_slot_back_only_if_it_is_free(store, round_id, made, ask, say):
    (item,) = ask("ann")
    say(item, "ann", Verdict.CONFIRM)
    with store.write() as db:
        verdicts.undo(db, round_id, "ann", "u1", 1.0)
    assert ask("ann", now=1.0) == [item]
    say(item, "ann", Verdict.CONFIRM)
    for who in ("bob", "cyd"):  # one of them came too late, and it counts all the same
        say(item, who, Verdict.CONFIRM)
    with store.write() as db:
        verdicts.undo(db, round_id, "ann", "u2", 1.0)
    assert item not in ask("ann", 9, now=1.0)
    assert verdicts_of(store, item) == {"bob", "cyd"}


def test_a_disputed_item_waits_for_no_annotator(store, round_id, made, ask, say):
    (item,) = ask("ann")
    say(item, "ann", Verdict.CONFIRM)
    say(item, "bob", Verdict.REJECT)
    assert all(item not in ask(who, 9) for who in PEOPLE)
    with store.read() as db:
        assert progress(db, round_id, "cyd").disputed == 1
        assert progress(db, round_id, "cyd").left == 8


def test_what_waits_for_others_is_not_said_to_wait_for_me(store, round_id, made, ask, say):
    (item,) = ask("ann")
    say(item, "ann", Verdict.CONFIRM)
    with store.read() as db:
        assert progress(db, round_id, "ann").left == 8
        assert progress(db, round_id, "bob").left == 9


def test_what_was_begun_and_skipped_comes_last_to_who_skipped_it_and_first_to_others(made, ask, say):
    (item,) = ask("ann")
    say(item, "ann", Verdict.CONFIRM)
    assert ask("bob") == [item]
    say(item, "bob")
    assert ask("bob")[0] != item
    assert item in ask("bob", 9), "it comes at the end"
    assert ask("bob", 9)[0] != item
    assert ask("cyd", now=2 * LEASE_SECONDS) == [item]


def test_what_was_begun_is_finished_in_a_decided_mode(store, round_id, made, ask, say):
    first = ask("ann", 5)
    for item in first[:3]:
        for who in ("ann", "bob"):
            say(item, who, Verdict.CONFIRM)
    assert made[TOP][3].id in first[3:]
    say(first[3], "ann", Verdict.CONFIRM)  # it lay before her when the mode was decided
    assert ask("bob") == ask("bob") == [first[3]]
    say(first[3], "bob", Verdict.REJECT)
    assert ask("bob")[0] in {p.id for p in made[MIDDLE]}


def test_a_cache_tells_what_a_fresh_look_does(store, round_id, made, ask, say):
    """Verdicts, undoing, new rankings and new proposals: after each, what is kept is what is read anew."""
    cache, draw = StandingsCache(), np.random.default_rng(3)
    for i in range(60):
        kind = draw.integers(6)
        if kind == 0:
            with store.write() as db:
                proposals.rerank(db, round_id, {TOP: float(draw.random()), MIDDLE: float(draw.random())})
        elif kind == 1:
            with store.write() as db:
                proposals.add_many(db, round_id, [proposal(MIDDLE, f"new{i}")], {MIDDLE: 1.5})
        elif kind == 2:
            with store.write() as db:
                verdicts.undo(db, round_id, PEOPLE[draw.integers(2)], f"u{i}", 1.0)
        else:
            who = PEOPLE[draw.integers(2)]
            if items := ask(who):
                say(items[0], who, [*Verdict, None][draw.integers(5)])
        with store.read() as db:
            assert cache.get(db, round_id) == standings.read(db, round_id)


def test_a_cache_hears_of_new_rules_for_an_earlier_round(store, round_id, made, say):
    for item in made[TOP][:3]:
        for who in ("ann", "bob"):
            say(item.id, who, Verdict.CONFIRM)
    with store.write() as db:
        later = campaigns.create_round(db, 1, now=2.0).id
        proposals.add_many(db, later, [proposal(TOP, "another")], {TOP: 1.0})
    cache = StandingsCache()
    for opinions, confirmed in ((2, 1), (3, 0), (1, 1)):
        settling.set_rules(store, later, Rules(opinions), "mira", 3.0)
        with store.read() as db:
            assert cache.get(db, later) == standings.read(db, later)
            assert cache.get(db, later).states[ModeState.CONFIRMED] == confirmed


def test_what_one_has_skipped_and_judged_hides_nothing_fresh(made, ask, say):
    first = ask("ann", 5)
    say(first[0], "ann")
    say(first[0], "ann", Verdict.UNSURE)
    for item in first[1:4]:
        say(item, "ann", Verdict.UNSURE)
    assert first[4] in ask("ann", 9)
    assert {p.id for p in made[TOP]} >= set(first)


def verdicts_of(store, item):
    with store.read() as db:
        return set(db.exec_driver_sql("SELECT annotator FROM opinions WHERE proposal_id = ?", (item,)).scalars())


@pytest.mark.parametrize("wanted", [2, 3])
def test_people_at_once_give_every_item_exactly_so_many_verdicts(store, round_id, made, ask, say, wanted):
    with store.write() as db:
        labeling_rules.save(db, 1, Rules(wanted), "mira", 1.0)
    barrier = threading.Barrier(len(PEOPLE))

    def work(who, seed):
        draw = np.random.default_rng(seed)
        barrier.wait()
        while items := ask(who, 3):
            say(items[0], who, Verdict.UNSURE if draw.random() < 0.9 else None)

    threads = [threading.Thread(target=work, args=(who, i)) for i, who in enumerate(PEOPLE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    with store.read() as db:
        counts = db.exec_driver_sql("SELECT count(*) FROM opinions GROUP BY proposal_id").scalars().all()
    assert counts == [wanted] * 9
