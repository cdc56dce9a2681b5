"""The qualification before the first item that counts: what is asked, how it ends, what a manager can do about it."""

from __future__ import annotations

import pytest
import sqlalchemy.exc

from faded.domain import FadedError, ModeKey, Verdict
from faded.labeling import admission
from faded.labeling.queue import progress
from faded.labeling.standings import StandingsCache
from faded.store import (
    audit,
    campaigns,
    derived,
    gold,
    gold_queue,
    labeling_rules,
    proposals,
    qualifying,
    rounds,
    verdicts,
)
from faded.store.campaigns import RoundState
from faded.store.gold import Answered
from faded.store.gold_queue import Check
from faded.store.labeling_rules import Rules
from faded.store.qualifying import Outcome
from tests.store.helpers import fill, proposal

KNOWN, LARGE = ModeKey((0, 0), "go"), ModeKey((1, 0), "stop")
C, R, INVALID, U = Verdict


@pytest.fixture
def made(store, round_id, make_known):
    """Six known answers, all to be confirmed; four are asked, and three have to be right."""
    found = fill(store, round_id, {KNOWN: (3.0, 6), LARGE: (2.0, 30)})
    with store.write() as db:
        labeling_rules.save(db, 1, Rules(gold_percent=0, qualify=4, pass_percent=75), "mira", 1.0)
    make_known(found[KNOWN])
    return found


@pytest.fixture
def known(made):
    return [item.id for item in made[KNOWN]]


@pytest.fixture
def ask(store, round_id):
    cache = StandingsCache()

    def ask(who, n=8, exempt=False, round_=round_id):
        with store.write() as db:
            laid = admission.lay(db, campaigns.get_round(db, round_), who, exempt, n, 0.0, cache, shown=True)
        return [item.id for item in laid.items], laid.admission.qualification

    return ask


def attempt(ask, say, who, *said):
    for verdict in said:
        say(ask(who)[0][0], who, verdict)
    return ask(who)


def test_who_answers_enough_rightly_gets_items_that_count(store, round_id, made, known, ask, say):
    items, state = ask("ann")
    assert len(items) == 4 and set(items) <= set(known) and (state.left, state.short) == (4, 0)
    assert ask("ann")[0] == items, "the same after a reload"
    assert ask("bob")[0] != items, "others are asked others, or in another order"
    say(items[0], "ann", C)
    assert ask("ann")[0] == items[1:] and ask("ann")[1].left == 3
    items, state = attempt(ask, say, "ann", C, R, C)
    assert state.now and state.ended.outcome is Outcome.PASSED and (state.ended.right, state.ended.answers) == (3, 4)
    assert len(items) == 8 and not set(items) & set(known)
    assert not ask("ann")[1].now
    with store.read() as db:
        assert verdicts.given(db, round_id, "ann") == 0 and gold.accuracies(db, round_id) == []


def test_who_does_not_gets_nothing_until_a_manager_decides(store, made, known, ask, say):
    first = ask("ann")[0]
    items, state = attempt(ask, say, "ann", C, R, U, C)
    assert items == [] and state.ended.outcome is Outcome.FAILED and state.ended.right == 2
    with store.write() as db:
        qualifying.decide(db, 1, "ann", Outcome.NEW_ATTEMPT, "mira", 9.0)
    items, state = ask("ann")
    assert (state.left, state.answers) == (4, 0)
    assert set(items[:2]) == set(known) - set(first), "what she was never asked comes first"
    assert attempt(ask, say, "ann", C, C, C, C)[1].ended.outcome is Outcome.PASSED
    attempt(ask, say, "bob", R, R, R, R)
    with store.write() as db:
        qualifying.decide(db, 1, "bob", Outcome.LET_IN, "mira", 9.0)
        entry = audit.newest(db, 1)[0]
        assert (entry.who, entry.action, entry.about) == ("mira", "qualification: let in", "bob")
    assert len(ask("bob")[0]) == 8


def test_somebody_can_be_let_in_who_has_not_begun_and_nobody_unknown(store, made, ask):
    with store.write() as db:
        with pytest.raises(FadedError, match="Nobody called 'zed'"):
            qualifying.decide(db, 1, "zed", Outcome.LET_IN, "mira", 9.0)
        assert qualifying.names(db, 1) == []


def test_managers_need_none_and_without_the_rule_nobody_does(store, made, known, ask):
    assert not set(ask("mira", exempt=True)[0]) & set(known)
    with store.write() as db:
        labeling_rules.save(db, 1, Rules(gold_percent=0), "mira", 1.0)
    items, state = ask("ann")
    assert len(items) == 8 and state is None


def test_too_few_known_answers_are_told_and_none_is_asked(store, made, known, ask, say):
    with store.write() as db:
        for item in known[:3]:
            gold.withdraw(db, item, "mira", 9.0)
    items, state = ask("ann")
    assert items == [] and (state.short, state.left) == (1, 4)
    with store.write() as db:
        gold.make(db, known[0], C, "mira", 10.0)
    assert len(ask("ann")[0]) == 4


def test_an_answer_to_a_withdrawn_one_counts_for_nothing_and_another_is_asked(store, made, known, ask, say):
    items = ask("ann")[0]
    say(items[0], "ann", R)
    with store.write() as db:
        gold.withdraw(db, items[0], "mira", 9.0)
    left, state = ask("ann")
    assert (state.left, state.answers) == (4, 0) and len(left) == 4 and items[0] not in left
    assert attempt(ask, say, "ann", C, C, C, C)[1].ended.right == 4


def test_undo_before_the_end_changes_the_answer_and_after_it_nothing(store, round_id, made, ask, say):
    item = ask("ann")[0][0]
    say(item, "ann", R)
    with store.write() as db:
        verdicts.undo(db, round_id, "ann", "u1", 0.0)
    assert ask("ann")[0][0] == item
    say(item, "ann", C)
    attempt(ask, say, "ann", C, R, R)
    with store.write() as db:
        verdicts.undo(db, round_id, "ann", "u2", 0.0)
    items, state = ask("ann")
    assert items == [] and state.ended.outcome is Outcome.FAILED


def test_a_skipped_one_comes_last(made, ask, say):
    items = ask("ann")[0]
    say(items[0], "ann")
    later = ask("ann")[0]
    assert later[:3] == items[1:] and later[3] not in items, "one that she was never asked comes before it"


def test_who_has_judged_or_made_one_is_not_asked_it(store, round_id, made, known, ask, say):
    say(known[0], "ann", C)
    assert known[0] not in ask("ann")[0]
    assert ask("mira")[1].short == 4


def test_it_holds_in_the_campaigns_next_round(store, round_id, made, ask, say):
    attempt(ask, say, "ann", C, C, C, C)
    with store.write() as db:
        rounds.decide(db, round_id, RoundState.ROLLED_BACK, "mira", 6.0)
        later = campaigns.create_round(db, 1, now=7.0).id
        proposals.add_many(db, later, [proposal(LARGE, "another")], {LARGE: 1.0})
    assert len(ask("ann", round_=later)[0]) == 1
    assert ask("bob", round_=later)[1].short == 4


def test_how_it_ended_cannot_be_changed(store, made, ask, say):
    attempt(ask, say, "ann", R, R, R, R)
    for change in ("UPDATE qualifications SET outcome = 'passed'", "DELETE FROM qualifications"):
        with pytest.raises(sqlalchemy.exc.IntegrityError, match="append-only"), store.write() as db:
            db.exec_driver_sql(change)


def test_what_one_answered_unawares_before_the_rule_stays_as_it_is(store, round_id, made, known, ask, say):
    with store.write() as db:
        gold_queue.lay(db, round_id, known[0], "ann", Check.SILENT, 0.0)
    say(known[0], "ann", R)
    with store.read() as db:
        before = progress(db, round_id, "ann").everybody
    attempt(ask, say, "ann", C, C, C, C)
    with store.write() as db:
        qualifying.decide(db, 1, "ann", Outcome.NEW_ATTEMPT, "mira", 9.0)
    attempt(ask, say, "ann", C, C, C, C)
    with store.read() as db:
        assert gold.accuracies(db, round_id) == [Answered("ann", 1, 0)]
        assert progress(db, round_id, "ann").everybody == before
        assert not derived.wrong_proposals(db)
