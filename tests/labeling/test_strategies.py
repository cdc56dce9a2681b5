"""The orders of the queue that a campaign's rules may ask for, and that only the random one favours nothing."""

from __future__ import annotations

from collections import Counter

import pytest

from faded.domain import ModeKey, Verdict
from faded.labeling.queue import next_items, progress
from faded.store import labeling_rules
from faded.store.labeling_rules import Rules, Strategy
from tests.store.helpers import fill

TOP, MIDDLE, LOW = ModeKey((1, 0), "stop"), ModeKey((0, 2), "yield"), ModeKey((2, 2), "turn")
C, R = Verdict.CONFIRM, Verdict.REJECT


@pytest.fixture
def made(store, round_id):
    return fill(store, round_id, {TOP: (3.0, 6), MIDDLE: (2.0, 5), LOW: (1.0, 4)})


@pytest.fixture
def rule(store):
    def rule(strategy, opinions=1):
        with store.write() as db:
            labeling_rules.save(db, 1, Rules(opinions, strategy=strategy), "mira", 1.0)

    return rule


@pytest.fixture
def ask(store, round_id):
    def ask(who, n=1, now=0.0):
        with store.write() as db:
            return [item.proposal for item in next_items(db, round_id, who, n, now)]

    return ask


def test_least_labelled_takes_the_modes_in_turn(made, rule, ask, say):
    rule(Strategy.LEAST)
    assert [p.key for p in ask("ann", 6)] == [TOP, MIDDLE, LOW, TOP, MIDDLE, LOW]
    for item in made[TOP][:3]:
        say(item.id, "bob", Verdict.UNSURE)
    assert [p.key for p in ask("cyd", 3)] == [MIDDLE, LOW, TOP]


def test_least_labelled_counts_what_lies_before_one_already(made, rule, ask):
    rule(Strategy.LEAST)
    assert [ask("ann", n)[-1].key for n in range(1, 7)] == [TOP, MIDDLE, LOW, TOP, MIDDLE, LOW]


def test_least_labelled_gives_of_a_mode_what_nobody_has_judged_before_what_somebody_has(made, rule, ask, say):
    rule(Strategy.LEAST, opinions=2)
    for items in made.values():
        say(items[0].id, "bob", C)
    first = ask("ann", 9)
    assert not {items[0].id for items in made.values()} & {p.id for p in first}
    assert {p.id for p in ask("ann", 15)[9:]} >= {items[0].id for items in made.values()}


def test_disagreement_gives_split_modes_first(made, rule, ask, say):
    rule(Strategy.DISAGREEMENT)
    assert ask("ann")[0].key == TOP, "where nothing is split, the ranking holds"
    for item, verdict in zip(made[LOW], (C, R), strict=False):
        say(item.id, "bob", verdict)
    for item, verdict in zip(made[MIDDLE], (C, C, R), strict=False):
        say(item.id, "bob", verdict)
    assert [p.key for p in ask("cyd", 5)] == [LOW, LOW, MIDDLE, MIDDLE, TOP]


def test_disagreement_gives_what_people_differ_about_first(made, rule, ask, say):
    rule(Strategy.DISAGREEMENT, opinions=3)
    fourth, fifth = made[TOP][3].id, made[TOP][4].id
    say(fourth, "bob", C)
    say(fourth, "dan", C)
    say(fifth, "bob", C)
    say(fifth, "dan", R)
    assert [p.id for p in ask("ann", 3)] == [fifth, fourth, made[TOP][0].id]


def test_disputes_count_as_split(store, made, rule, ask, say):
    rule(Strategy.DISAGREEMENT, opinions=2)
    for who, verdict in (("bob", C), ("dan", R)):
        say(made[LOW][0].id, who, verdict)
    assert ask("ann")[0].key == LOW


def test_random_gives_everything_once_and_the_same_to_the_same_person(store, round_id, made, rule, ask, say):
    rule(Strategy.RANDOM, opinions=2)
    ann = [p.id for p in ask("ann", 15)]
    assert len(set(ann)) == 15 and ann != sorted(ann)
    with store.write() as db:
        db.exec_driver_sql("DELETE FROM leases")
    assert [p.id for p in ask("ann", 15)] == ann
    assert [p.id for p in ask("bob", 15)] != ann
    say(ann[0], "ann", C)
    say(ann[1], "ann")
    assert ann[0] not in [p.id for p in ask("ann", 15)] and ask("ann", 15)[-1].id == ann[1], "skipped: at the end"
    with store.read() as db:
        assert progress(db, round_id, "ann").left == 14


def test_random_favours_nothing_and_goes_on_in_decided_modes(store, round_id, made, rule, ask, say):
    """15 items, three of which decide a mode. Of 1,200 people each one's first is any of the 12 that are left."""
    rule(Strategy.RANDOM, opinions=1)
    for item in made[TOP][:3]:
        say(item.id, "mira", C)
    drawn = Counter()
    for i in range(1200):
        with store.write() as db:
            db.exec_driver_sql("DELETE FROM leases")
            drawn[next_items(db, round_id, f"person{i}", 1, 0.0)[0].proposal.id] += 1
    assert len(drawn) == 12 and all(item.id in drawn for item in made[TOP][3:])
    # Chi-squared with 11 degrees of freedom is above 31.3 with probability 0.001.
    assert sum((n - 100) ** 2 / 100 for n in drawn.values()) < 31.3


def test_random_finds_the_last_items_where_others_hold_nearly_all(made, rule, ask):
    rule(Strategy.RANDOM)
    assert len(ask("ann", 13)) == 13
    assert len(ask("bob", 15)) == 2


@pytest.mark.parametrize("strategy", list(Strategy))
def test_every_strategy_gives_everything_to_somebody_and_nothing_twice(made, rule, ask, say, strategy):
    rule(strategy, opinions=2)
    given = Counter()
    while True:
        laid = {who: ask(who, 2) for who in ("ann", "bob", "cyd")}
        if not any(laid.values()):
            break
        for who, items in laid.items():
            if items:
                say(items[0].id, who, Verdict.UNSURE)
                given[who, items[0].id] += 1
    assert max(given.values()) == 1
    assert Counter(item for _, item in given) == {p.id: 2 for items in made.values() for p in items}
