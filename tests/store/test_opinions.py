"""What stands where several people judge one proposal."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import sqlalchemy.exc

from faded.domain import FadedError, ModeKey, Verdict
from faded.store import (
    audit,
    campaigns,
    derived,
    event_lines,
    labeling_rules,
    leases,
    proposals,
    rounds,
    settling,
    verdicts,
)
from faded.store.labeling_rules import Policy, Rules, Said, resolve
from tests.store.helpers import fill

STOP = ModeKey((1, 0), "stop")
C, R, INVALID, U = Verdict


def said(*verdicts_, answers=()):
    both = itertools.zip_longest(verdicts_, answers)
    return [Said(i, verdict, answer) for i, (verdict, answer) in enumerate(both)]


@pytest.mark.parametrize(
    ("given", "wanted", "majority", "unanimous"),
    [
        ([], 1, None, None),
        ([C], 1, C, C),
        ([C], 2, None, None),
        ([C, C], 2, C, C),
        ([C, R], 2, "disputed", "disputed"),
        ([C, C, R], 3, C, "disputed"),
        ([C, R, INVALID], 3, "disputed", "disputed"),
        ([C, C, R, R], 3, "disputed", "disputed"),
        ([U, U, C], 3, U, "disputed"),
        ([C, C], 3, None, None),
        ([C, C, R, R, R], 5, R, "disputed"),
    ],
)
def test_what_stands_by_the_policy(given, wanted, majority, unanimous):
    for policy, expected in (
        (Policy.MAJORITY, majority),
        (Policy.UNANIMOUS, unanimous),
        (Policy.ADJUDICATED, unanimous),
    ):
        stands, disputed = resolve(said(*given), None, Rules(wanted, policy), True)
        assert (stands.verdict if stands else "disputed" if disputed else None) == expected
        if stands:
            assert stands.event_id == max(i for i, verdict in enumerate(given) if verdict is stands.verdict)


def test_an_adjudication_settles_but_where_all_have_to_agree():
    word = Said(9, INVALID, None)
    assert resolve(said(C, R), word, Rules(2, Policy.MAJORITY), True) == (word, False)
    assert resolve(said(C, R), word, Rules(2, Policy.ADJUDICATED), True) == (word, False)
    assert resolve(said(C), word, Rules(2), True) == (word, False)
    assert resolve(said(C, R), word, Rules(2, Policy.UNANIMOUS), True) == (None, True)


def test_confirmations_that_state_different_labels_differ():
    assert resolve(said(C, C, answers=("turn", "yield")), None, Rules(2), True) == (None, True)
    stands, _ = resolve(said(C, C, C, answers=("turn", "yield", "turn")), None, Rules(3), True)
    assert stands.answer == "turn"
    assert resolve(said(C, C, C, answers=("a", "b", "a")), None, Rules(3, Policy.ADJUDICATED), True) == (None, True)


def test_of_free_texts_the_latest_stands():
    stands, disputed = resolve(said(C, C, C, answers=("A cat sat.", "A cat sat", None)), None, Rules(3), False)
    assert (stands.answer, disputed) == ("A cat sat", False)
    assert resolve(said(C, R, answers=("A cat sat.", None)), None, Rules(2), False) == (None, True)


@pytest.fixture
def items(store, round_id):
    return fill(store, round_id, {STOP: (1.0, 12)})[STOP]


@pytest.fixture
def rules(store, round_id):
    def rules(opinions, policy=Policy.MAJORITY):
        with store.write() as db:
            labeling_rules.save(db, 1, Rules(opinions, policy), "mira", 1.0)

    return rules


@pytest.fixture
def say(store):
    keys = itertools.count()

    def say(item, who, verdict=None, **more):
        with store.write() as db:
            return verdicts.submit(db, item.id, who, f"k{next(keys)}", now=5.0, verdict=verdict, **more)

    return say


def standing(store, round_id):
    with store.read() as db:
        return {j.proposal_id: j.verdict for j in verdicts.standing(db, round_id)}


def test_a_verdict_stands_once_so_many_have_judged(store, round_id, items, rules, say):
    rules(3)
    for who, verdict, stands in (("ann", C, None), ("bob", R, None), ("cyd", C, C)):
        say(items[0], who, verdict)
        assert standing(store, round_id).get(items[0].id) == stands
    with store.write() as db:
        verdicts.undo(db, round_id, "bob", "u1", 6.0)
    assert standing(store, round_id) == {}, "two of three are left"
    say(items[0], "bob", R)
    say(items[0], "cyd", R)  # changed after the fact: the one before stays in the log
    assert standing(store, round_id) == {items[0].id: R}
    with store.read() as db:
        assert db.exec_driver_sql("SELECT count(*) FROM verdict_events").scalar() == 6
        assert [verdicts.given(db, round_id, who) for who in ("ann", "bob", "dan")] == [1, 1, 0]


def test_undo_by_one_leaves_the_others_alone(store, round_id, items, rules, say):
    rules(2)
    say(items[0], "ann", C)
    say(items[0], "bob", C)
    say(items[1], "bob", R)
    with store.write() as db:
        assert verdicts.undo(db, round_id, "ann", "u", 6.0).id == items[0].id
        assert verdicts.counts(db, round_id, "bob").total == 2
        assert [item.proposal.id for item in leases.held(db, round_id, "ann", 6.0)] == [items[0].id]


def test_a_dispute_is_adjudicated_with_a_reason(store, round_id, items, rules, say):
    rules(2)
    say(items[0], "ann", C)
    say(items[0], "bob", R)
    with store.read() as db:
        (mode,) = proposals.mode_rows(db, round_id)
        assert (mode.disputed, mode.unjudged) == (1, 11)
    for reason, words in ((" ", "gives no reason"), ("x" * 501, "501 characters")):
        with pytest.raises(FadedError, match=words):
            say(items[0], "mira", C, adjudicates=reason)
    with pytest.raises(FadedError, match="gives no verdict"):
        say(items[0], "mira", adjudicates="it is a stop sign")
    given = say(items[0], "mira", C, adjudicates="it is a stop sign")
    assert standing(store, round_id) == {items[0].id: C}
    with store.read() as db:
        (mode,) = proposals.mode_rows(db, round_id)
        assert (mode.disputed, mode.confirm) == (0, 1)
        assert verdicts.given(db, round_id, "mira") == 0, "an adjudication is nobody's opinion"
        assert proposals.mode_rows(db, round_id)[0].opinions == 2
    say(items[0], "bob", INVALID)  # whatever others say afterwards
    assert standing(store, round_id) == {items[0].id: C}
    with pytest.raises(sqlalchemy.exc.IntegrityError, match="append-only"), store.write() as db:
        db.exec_driver_sql("UPDATE adjudications SET reason = 'another'")
    with store.write() as db:
        assert verdicts.undo(db, round_id, "mira", "u", 6.0) is None, "it has to be named"
        assert verdicts.undo(db, round_id, "mira", "u", 6.0, given.key) is None, "not as a verdict"
        verdicts.undo(db, round_id, "mira", "u", 6.0, given.key, settles=True)
        assert leases.held(db, round_id, "mira", 6.0) == []
    assert standing(store, round_id) == {}


def test_an_adjudication_reaches_another_workspace(store, round_id, items, rules, say, tmp_path):
    rules(2)
    say(items[0], "mira", C, adjudicates="plainly wrong")
    with store.read() as db:
        (line,) = event_lines.lines(db)
    assert line["adjudicates"] == "plainly wrong"
    again = line | {"key": "other", "elsewhere": True, "adjudicates": "seen twice", "verdict": "reject"}
    with store.write() as db:
        assert event_lines.replay(db, [again, again | {"key": "o2", "adjudicates": 3}]).new == 1
        assert db.exec_driver_sql("SELECT reason FROM adjudications").scalars().all() == ["plainly wrong", "seen twice"]
    assert standing(store, round_id) == {items[0].id: R}


@pytest.mark.parametrize("opinions", [0, 10])
def test_rules_that_cannot_be_used_are_refused(rules, opinions):
    with pytest.raises(FadedError, match=f"Verdicts per item is {opinions}"):
        rules(opinions)


def test_new_rules_are_written_down(store, rules):
    rules(2)
    rules(3, Policy.ADJUDICATED)
    with store.read() as db:
        assert labeling_rules.of_campaign(db, 1) == Rules(3, Policy.ADJUDICATED)
        assert [entry.details["to"]["opinions"] for entry in audit.newest(db, 5)] == [3, 2]


def test_a_decided_round_keeps_its_rules(store, round_id, items, rules, say):
    for item in items[:3]:
        say(item, "ann", C)
    with store.write() as db:
        rounds.decide(db, round_id, campaigns.RoundState.ACCEPTED, "mira", 7.0)
    settling.set_rules(store, round_id, Rules(2), "mira", 8.0)
    with store.read() as db:
        assert labeling_rules.of_round(db, round_id) == Rules(1)
        assert derived.wrong_proposals(db) == {}
        assert verdicts.counts(db, round_id).total == 3


def test_undoing_a_flag_lays_nothing_before_who_has_judged_it(store, round_id, items, rules, say):
    rules(2)
    say(items[0], "ann", C)
    say(items[0], "ann", flag="odd")
    with store.write() as db:
        verdicts.undo(db, round_id, "ann", "u", 6.0)
        assert leases.held(db, round_id, "ann", 6.0) == []
        assert leases.fresh(db, [1], "bob", 2, 1, 6.0) == [items[0].id]


def test_rules_from_elsewhere_do_not_replace_those_set_here(store, round_id, rules):
    with store.write() as db:
        labeling_rules.take(db, 1, {"opinions": 3, "policy": "majority"})
        assert labeling_rules.of_round(db, round_id) == Rules(3)
        labeling_rules.take(db, 1, {"opinions": 4, "policy": "majority"})
        assert labeling_rules.of_round(db, round_id) == Rules(4)
    rules(2)
    with store.write() as db:
        labeling_rules.take(db, 1, {"opinions": 5, "policy": "majority"})
        assert labeling_rules.of_round(db, round_id) == Rules(2)


def test_what_is_written_down_is_what_the_events_say(store, round_id, items, rules, say):
    """Plays a long random history of five people, and compares with the events replayed."""
    rules(3)
    draw = np.random.default_rng(0)
    people = ["ann", "bob", "cyd", "dan", "eve"]
    for i in range(250):
        who = people[draw.integers(5)]
        if draw.random() < 0.3:
            with store.write() as db:
                verdicts.undo(db, round_id, who, f"u{i}", 6.0)
        else:
            verdict = [*Verdict, None][draw.choice(5, p=[0.5, 0.3, 0.05, 0.1, 0.05])]
            why = "because" if verdict and draw.random() < 0.03 else None
            say(items[draw.integers(len(items))], who, verdict, adjudicates=why)
    with store.read() as db:
        events = db.exec_driver_sql(
            "SELECT e.*, a.reason AS why FROM verdict_events e LEFT JOIN adjudications a ON a.event_id = e.id "
            "ORDER BY e.id"
        ).all()
        found = {row.proposal_id: set() for row in events}
        for row in db.exec_driver_sql("SELECT * FROM opinions"):
            found[row.proposal_id].add((row.annotator, row.event_id, row.verdict))
        (mode,) = proposals.mode_rows(db, round_id)
        rows = {p.id: p for p in db.exec_driver_sql("SELECT * FROM proposals")}
    voided = {e.undoes for e in events}
    valid = [e for e in events if e.kind == "verdict" and e.id not in voided]
    stands = {}
    for item in items:
        by = {}
        for e in valid:
            if e.proposal_id == item.id and e.why is None:
                by.pop(e.annotator, None)
                by[e.annotator] = e
        words = [e for e in valid if e.proposal_id == item.id and e.why is not None]
        assert found.get(item.id, set()) == {(e.annotator, e.id, e.verdict) for e in by.values()}
        told = [Said(e.id, Verdict(e.verdict), None) for e in by.values()]
        word = Said(words[-1].id, Verdict(words[-1].verdict), None) if words else None
        one, disputed = resolve(told, word, Rules(3), False)
        stands[item.id] = one.verdict if one else None
        assert (rows[item.id].verdict, rows[item.id].disputed, rows[item.id].opinions) == (
            stands[item.id],
            disputed,
            len(by),
        )
    counts = [mode.confirm, mode.reject, mode.invalid, mode.unsure]
    assert counts == [list(stands.values()).count(v) for v in Verdict] and sum(counts) > 3 and mode.disputed > 0
