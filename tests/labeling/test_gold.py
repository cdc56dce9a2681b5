"""Known answers among the others: how often they come, that nothing tells them apart, that they count for nothing."""

from __future__ import annotations

import itertools
from collections import Counter

import numpy as np
import pytest
import sqlalchemy.exc

from faded.domain import FadedError, ModeKey, Verdict
from faded.labeling import standings
from faded.labeling.checks import Schedule, accuracy90
from faded.labeling.queue import lay, next_items, progress
from faded.labeling.standings import StandingsCache
from faded.store import (
    audit,
    derived,
    event_lines,
    events,
    gold,
    gold_queue,
    labeling_rules,
    leases,
    people,
    qualifying,
    rounds,
    verdicts,
)
from faded.store.campaigns import RoundState
from faded.store.gold import Answered
from faded.store.gold_queue import Check
from faded.store.labeling_rules import Rules, Strategy
from faded.store.leases import LEASE_SECONDS
from tests.store.helpers import fill, new_round

KNOWN, LARGE, OTHER = ModeKey((0, 0), "go"), ModeKey((1, 0), "stop"), ModeKey((1, 1), "turn")
C, R, INVALID, U = Verdict


@pytest.mark.parametrize("percent", [1, 5, 7, 20])
def test_known_ones_come_as_often_as_is_said_and_once_in_each_stretch(percent):
    schedule = Schedule(percent, "ann")
    places = [place for place in range(2000) if schedule.is_known(place)]
    assert len(places) == 20 * percent == schedule.upto(2000)
    assert all(schedule.upto(place) == sum(p < place for p in places) for place in range(0, 2000, 7))
    assert len({place % 100 for place in places}) > min(percent, 10), "at places that differ from stretch to stretch"
    assert places != [p for p in range(2000) if Schedule(percent, "bob").is_known(p)]


def test_what_is_to_come_counts_the_known_ones_before_its_last():
    schedule = Schedule(20, "ann")
    for place, waiting in itertools.product(range(12), range(40)):
        at, left, known = place, waiting, 0
        while left:
            known += schedule.is_known(at)
            left -= not schedule.is_known(at)
            at += 1
        assert schedule.among(place, waiting) == known
    assert Schedule(0, "ann").among(3, 50) == 0


def test_the_exact_interval_is_that_of_the_tables():
    """18 of 20: 0.717 to 0.982 (Clopper and Pearson); of none and of all one end is certain."""
    assert accuracy90(18, 20) == pytest.approx((0.7174, 0.9819), abs=1e-4)
    assert accuracy90(20, 20) == (pytest.approx(0.05 ** (1 / 20)), 1.0)
    assert accuracy90(0, 20) == (0.0, pytest.approx(1 - 0.05 ** (1 / 20)))
    assert accuracy90(0, 0) == (0.0, 1.0)


@pytest.fixture
def made(store, round_id, make_known):
    """Four known answers by mira, of a mode that carl has decided; 40 proposals wait. A fifth of all may be known."""
    found = fill(store, round_id, {KNOWN: (3.0, 4), LARGE: (2.0, 30), OTHER: (1.0, 10)})
    with store.write() as db:
        labeling_rules.save(db, 1, Rules(gold_percent=20), "mira", 1.0)
    make_known(found[KNOWN])
    return found


@pytest.fixture
def ask(store, round_id):
    cache = StandingsCache()

    def ask(who, n=1, now=0.0):
        with store.write() as db:
            laid, told = lay(db, round_id, who, n, now, cache)
        return [item.proposal.id for item in laid], told

    return ask


@pytest.fixture
def known(made):
    return {item.id for item in made[KNOWN]}


def first_known(ask, say, known, who, now=0.0):
    """Judge until a known one lies before a person; return it."""
    while True:
        (item, *_), _ = ask(who, 1, now)
        if item in known:
            return item
        say(item, who, U, now)


def everything(store, round_id):
    """Return all that follows from opinions: what stands, the modes, agreement."""
    with store.read() as db:
        found = standings.read(db, round_id)
        rows = db.exec_driver_sql("SELECT id, event_id, verdict, opinions, disputed FROM proposals ORDER BY id").all()
        return (
            rows,
            found.states,
            found.left,
            found.opinions,
            list(people.said(db, round_id)),
            verdicts.standing(db, round_id),
        )


@pytest.mark.parametrize("ahead", [1, 8])
def test_a_fifth_of_what_one_gets_is_known_and_each_comes_once(made, ask, say, known, ahead):
    given = []
    while (items := ask("ann", ahead)[0]) and len(given) < 20:
        given.append(items[0])
        say(items[0], "ann", U)
    assert len(set(given)) == 20 and set(given) & known == known
    places = [place for place, item in enumerate(given) if item in known]
    assert [place // 5 for place in places] == [0, 1, 2, 3], "one in each five"


def test_what_is_said_to_a_known_one_changes_nothing(store, round_id, made, ask, say, known):
    item = first_known(ask, say, known, "ann")
    before = everything(store, round_id)
    say(item, "ann", R)
    assert everything(store, round_id) == before
    with store.read() as db:
        event = events.of_round(db, round_id)[-1]
        assert (event.proposal_id, event.verdict, event.check, event.stands) == (item, R, Check.SILENT, False)
        assert not derived.wrong_proposals(db) and not derived.wrong_modes(db)
        assert gold.accuracies(db, round_id) == [Answered("ann", 1, 0)]
        (told,) = [one for one in gold.of_round(db, round_id) if one.proposal.id == item]
        assert (told.answers, told.right, told.who, told.resting) == (1, 0, "mira", False)


@pytest.mark.parametrize("strategy", list(Strategy))
@pytest.mark.parametrize("opinions", [1, 2])
def test_the_numbers_of_the_page_tell_nothing(store, round_id, made, ask, say, known, strategy, opinions):
    """With each verdict one more is mine, one more is there in all, and one less waits; until nothing does."""
    with store.write() as db:
        labeling_rules.save(db, 1, Rules(opinions, strategy=strategy, gold_percent=20), "mira", 1.0)
        for item in made[KNOWN] if opinions == 2 else ():
            verdicts.submit(db, item.id, "dora", f"d{item.id}", now=1.0, verdict=C)
    seen, now = set(), ask("ann", 4)
    while now[0]:
        seen.add(now[0][0])
        say(now[0][0], "ann", U)  # decides no mode
        later = ask("ann", 4)
        changes = [getattr(later[1], name) - getattr(now[1], name) for name in ("mine", "everybody", "left")]
        assert changes == [1, 1, -1]
        now = later
    assert now[1].left == 0 and len(seen) == 44, "the last known one comes before the last of the others"


@pytest.mark.parametrize("left", [4, 1])
def test_a_skip_tells_nothing_either(store, round_id, made, ask, say, known, left):
    """It changes no number, whatever was skipped and however few known ones are left; in the end everything was there.

    The place of a skipped one is nobody else's: no second known one comes in its stead.
    """
    with store.write() as db:
        for item in sorted(known)[left:]:
            gold.withdraw(db, item, "mira", 9.0)
    draw, now, skipped, given = np.random.default_rng(left), ask("ann", 4), set(), []
    while now[0]:
        item = now[0][0]
        skips = item not in skipped and (item in known or draw.integers(3) == 0)
        say(item, "ann", None if skips else U)
        if skips:
            skipped.add(item)
        else:
            given.append(item)
        later = ask("ann", 4)
        changes = [getattr(later[1], name) - getattr(now[1], name) for name in ("mine", "everybody", "left")]
        assert changes == ([0, 0, 0] if skips else [1, 1, -1]), (item, item in known)
        if skips and item in known:
            assert later[0][0] not in known
        now = later
    assert now[1].left == 0 and len(given) == 40 + left and len(set(given)) == len(given)


def test_pages_that_know_no_time_tell_the_same(store, round_id, made, ask, say, known):
    for _ in range(12):
        (item, *_), told = ask("ann", 1)
        with store.read() as db:
            assert progress(db, round_id, "ann") == told
        say(item, "ann", U)


def test_who_knows_it_or_has_judged_it_is_not_asked(made, ask, say, known):
    for who in ("mira", "carl"):
        for _ in range(10):
            (item, *_), _ = ask(who)
            assert item not in known
            say(item, who, U)


def test_nothing_comes_where_the_rules_say_so(store, round_id, made, ask, say, known):
    with store.write() as db:
        labeling_rules.save(db, 1, Rules(gold_percent=0), "mira", 1.0)
    assert ask("ann", 40)[0] and not set(ask("ann", 40)[0]) & known
    assert ask("ann", 40)[1].left == 40


def test_what_lay_there_lies_there_after_a_reload_in_the_same_order(made, ask, known):
    items = ask("ann", 12)[0]
    assert set(items) & known
    assert ask("ann", 12, 100.0)[0] == items
    assert not set(ask("bob", 30, 100.0)[0]) & (set(items) - known)


def test_undo_brings_it_back_and_the_latest_answer_counts(store, round_id, made, ask, say, known):
    item = first_known(ask, say, known, "ann")
    before = everything(store, round_id)
    say(item, "ann", R)
    with store.write() as db:
        assert verdicts.undo(db, round_id, "ann", "u1", 0.0).id == item
        assert gold.accuracies(db, round_id) == []
    assert ask("ann", 3)[0][0] == item
    say(item, "ann", C)
    assert everything(store, round_id) == before
    with store.read() as db:
        assert gold.accuracies(db, round_id) == [Answered("ann", 1, 1)]
    assert item not in ask("ann", 40)[0]


def test_undoing_brings_things_back_in_the_order_they_were_given(store, round_id, made, ask, say, known):
    given = ask("ann", 8)[0]
    assert set(given) & known
    for item in given:
        say(item, "ann", U)
    with store.write() as db:
        for i in range(8):
            verdicts.undo(db, round_id, "ann", f"u{i}", 0.0)
    assert ask("ann", 8)[0] == given


def test_a_skipped_one_is_no_skip_of_the_proposal_and_comes_last(store, round_id, made, ask, say, known):
    item = first_known(ask, say, known, "ann")
    before = everything(store, round_id)
    say(item, "ann")
    assert everything(store, round_id) == before
    assert item not in ask("ann", 30)[0] and ask("ann", 60)[0][-1] == item
    with store.write() as db:
        verdicts.undo(db, round_id, "ann", "u1", 0.0)
    assert ask("ann")[0] == [item]


def test_a_flag_leaves_it_there_and_its_undoing_too(store, round_id, made, ask, say, known):
    item = first_known(ask, say, known, "ann")
    with store.write() as db:
        verdicts.submit(db, item, "ann", "f", now=0.0, flag="a blurred sign")
        verdicts.undo(db, round_id, "ann", "u", 0.0)
    assert ask("ann")[0] == [item]
    before = everything(store, round_id)
    say(item, "ann", R)
    assert everything(store, round_id) == before


def test_a_withdrawn_one_comes_no_more_and_a_late_answer_counts_for_nothing(store, round_id, made, ask, say, known):
    item = first_known(ask, say, known, "ann")
    before = everything(store, round_id)
    with store.write() as db:
        gold.withdraw(db, item, "mira", 9.0)
    assert item not in ask("ann", 40)[0]
    say(item, "ann", R)  # from a browser that was offline
    assert everything(store, round_id) == before
    with store.read() as db:
        assert gold.accuracies(db, round_id) == []
        assert [entry.action for entry in audit.newest(db, 2)] == ["known answer withdrawn", "known answer made"]
    with store.write() as db, pytest.raises(FadedError, match="not known"):
        gold.withdraw(db, item, "mira", 10.0)


def test_an_answer_that_comes_after_its_time_is_still_no_opinion(store, round_id, made, ask, say, known):
    item = first_known(ask, say, known, "ann")
    before = everything(store, round_id)
    say(item, "ann", R, LEASE_SECONDS + 5)
    say(item, "ann", C, LEASE_SECONDS + 6)  # from another tab
    assert everything(store, round_id) == before
    with store.read() as db:
        assert gold.accuracies(db, round_id) == [Answered("ann", 1, 1)]


def test_one_whose_verdict_is_taken_back_rests_and_is_asked_in_earnest(store, round_id, made, ask, say, known):
    item = first_known(ask, say, known, "ann")
    with store.write() as db:
        for i in range(4):  # a mode of which nothing stands is open
            verdicts.undo(db, round_id, "carl", f"u{i}", 5.0)
        assert all(one.resting for one in gold.of_round(db, round_id))
        db.exec_driver_sql("DELETE FROM leases")
    laid = ask("ann", 60)[0]
    assert laid.count(item) == 1, "it waits again, and comes once"
    say(item, "ann", R)
    with store.read() as db:
        assert [one.verdict for one in verdicts.standing(db, round_id) if one.proposal_id == item] == [R]
        assert gold.accuracies(db, round_id) == []


def test_what_was_judged_in_earnest_since_is_in_earnest_after_undo(store, round_id, made, ask, say, known):
    item = first_known(ask, say, known, "ann")
    say(item, "ann", R)
    with store.write() as db:
        labeling_rules.save(db, 1, Rules(2, gold_percent=20), "mira", 1.0)
        derived.correct(db)
        leases.take(db, round_id, [item], "ann", 2, 0.0)
    say(item, "ann", R)
    with store.write() as db:
        assert ("ann", item, R) in people.said(db, round_id)
        assert verdicts.undo(db, round_id, "ann", "u1", 0.0).id == item
    assert ask("ann", 60)[0].count(item) == 1 and ask("ann")[0] == [item]
    with store.write() as db:
        db.exec_driver_sql("DELETE FROM leases")  # given while nothing of it was held any more
    say(item, "ann", C)
    with store.read() as db:
        assert ("ann", item, C) in people.said(db, round_id)
        assert gold.accuracies(db, round_id) == [Answered("ann", 1, 0)], "what was said unawares stays as it was"


def test_one_that_undo_put_back_and_that_waits_again_lies_there_once(store, round_id, made, ask, say, known):
    item = first_known(ask, say, known, "ann")
    say(item, "ann", R)
    with store.write() as db:
        for i in range(4):
            verdicts.undo(db, round_id, "carl", f"u{i}", 5.0)
        verdicts.undo(db, round_id, "ann", "u", 5.0)
    items = ask("ann", 60)[0]
    assert items[0] == item and items.count(item) == 1


def test_what_is_said_elsewhere_is_in_earnest_however_it_lies(store, round_id, made, ask, say, known):
    item = first_known(ask, say, known, "ann")
    with store.write() as db:
        verdicts.submit(db, item, "ann", "imported", now=0.0, verdict=R, earnest=True)
        assert ("ann", item, R) in people.said(db, round_id) and gold.accuracies(db, round_id) == []


def test_who_has_adjudicated_one_is_not_asked_it(store, round_id, made, ask, say, known):
    item = min(known)
    with store.write() as db:
        assert item in gold_queue.fresh(db, round_id, "ann", 0.0)
        assert item in [one for one, _ in qualifying.askable(db, round_id, "ann")]
        verdicts.submit(db, item, "ann", "settles", now=0.0, verdict=C, adjudicates="plain to see")
        assert item not in gold_queue.fresh(db, round_id, "ann", 0.0)
        assert item not in [one for one, _ in qualifying.askable(db, round_id, "ann")]


def test_who_answered_one_in_both_ways_is_one_person(store, round_id, made, known):
    item = min(known)
    with store.write() as db:
        for kind in Check:
            verdicts.submit(db, item, "ann", kind.value, now=0.0, verdict=C, check=kind)
        (told,) = [one for one in gold.of_round(db, round_id) if one.proposal.id == item]
    assert (told.answers, told.right) == (1, 1)


def test_what_lies_there_of_a_qualification_is_not_laid_among_the_others(store, round_id, made, ask, known):
    with store.write() as db:
        gold_queue.lay(db, round_id, min(known), "ann", Check.QUALIFYING, 0.0)
    assert min(known) not in ask("ann", 60)[0]


def test_several_people_are_asked_the_same_and_it_takes_nobodys_place(store, round_id, made, ask, say, known):
    with store.write() as db:
        labeling_rules.save(db, 1, Rules(2, gold_percent=20), "mira", 1.0)
        for item in made[KNOWN]:
            verdicts.submit(db, item.id, "dora", f"d{item.id}", now=1.0, verdict=C)
    answered = Counter()
    while True:
        laid = {who: ask(who)[0] for who in ("ann", "bob", "cyd")}
        if not any(laid.values()):
            break
        for who, items in laid.items():
            if items:
                say(items[0], who, U)
                answered[items[0]] += 1
    with store.read() as db:
        counts = db.exec_driver_sql("SELECT count(*) FROM opinions GROUP BY proposal_id").scalars().all()
        assert [one.answers for one in gold.accuracies(db, round_id)] == [4, 4, 4]
    assert counts == [2] * 44 and all(answered[item] == 3 for item in known)


def test_what_cannot_be_known_is_refused(store, round_id, made):
    with store.write() as db:
        verdicts.submit(db, made[LARGE][1].id, "ann", "unsure", now=1.0, verdict=U)
        for item, verdict, said in (
            (made[LARGE][0].id, C, "No verdict stands"),
            (made[LARGE][1].id, U, "judged unsure: a known answer is confirm, reject or invalid"),
            (made[KNOWN][0].id, R, "judged confirm meanwhile"),
            ("nothing", C, "no proposal"),
        ):
            with pytest.raises(FadedError, match=said):
                gold.make(db, item, verdict, "mira", 3.0)
        rounds.decide(db, round_id, RoundState.ROLLED_BACK, "mira", 6.0)
        with pytest.raises(FadedError, match="is decided"):
            gold.make(db, made[KNOWN][0].id, C, "mira", 3.0)
        with pytest.raises(FadedError, match="takes no more verdicts"):
            verdicts.submit(db, made[KNOWN][0].id, "ann", "late", now=7.0, verdict=C)


def test_candidates_are_adjudicated_or_judged_alike(store, round_id, made):
    first, second, third, fourth = (item.id for item in made[LARGE][:4])
    keys = itertools.count()
    with store.write() as db:
        labeling_rules.save(db, 1, Rules(2), "mira", 1.0)
        for item, who, verdict in (
            (first, "ann", C), (first, "bob", R), (second, "ann", C), (second, "bob", C), (third, "ann", U),
            (third, "bob", U), (fourth, "ann", C),
        ):  # fmt: skip
            verdicts.submit(db, item, who, f"c{next(keys)}", now=1.0, verdict=verdict)
        verdicts.submit(db, first, "mira", "a", now=2.0, verdict=INVALID, adjudicates="nothing left of it")
        found = gold.candidates(db, round_id, 8)
        assert [(one.proposal.id, one.verdict, one.reason) for one in found] == [
            (first, INVALID, "nothing left of it"),
            (second, C, None),
        ]
        gold.make(db, first, INVALID, "mira", 3.0)
        assert [one.proposal.id for one in gold.candidates(db, round_id, 8)] == [second]


def test_lines_hold_it_and_a_replay_changes_nothing_else(store, round_id, made, ask, say, known):
    item = first_known(ask, say, known, "ann")
    say(item, "ann", R)
    with store.read() as db:
        lines = [line | {"elsewhere": True} for line in event_lines.lines(db)]
    assert [line["check"] for line in lines if "check" in line] == ["silent"]
    with store.write() as db:
        before = everything(store, round_id)
        strange = lines[-1] | {"key": "x", "check": "loud"}
        again = [line | {"key": line["key"] + "again"} for line in lines[-1:]]
        assert event_lines.replay(db, [*lines, strange, *again]) == event_lines.Replayed(1, len(lines), 1)
        assert not derived.wrong_proposals(db)
    assert everything(store, round_id) == before


def test_that_it_was_a_check_cannot_be_changed(store, round_id, made, ask, say, known):
    say(first_known(ask, say, known, "ann"), "ann", R)
    for change in ("UPDATE gold_answers SET kind = 'qualification'", "DELETE FROM gold_answers"):
        with pytest.raises(sqlalchemy.exc.IntegrityError, match="append-only"), store.write() as db:
            db.exec_driver_sql(change)


@pytest.mark.parametrize("damage", ["DELETE FROM gold_opinions", "UPDATE gold_opinions SET verdict = 'confirm'"])
def test_what_follows_from_the_events_is_found_wrong_and_put_right(store, round_id, made, ask, say, known, damage):
    item = first_known(ask, say, known, "ann")
    say(item, "ann", R)
    with store.write() as db:
        db.exec_driver_sql(damage)
        assert list(derived.wrong_proposals(db)) == [item]
        assert derived.correct(db) == 1 and not derived.wrong_proposals(db)
        assert gold.accuracies(db, round_id) == [Answered("ann", 1, 0)]


def test_another_round_has_its_own(store, made, known):
    other = new_round(store, "lamps")
    items = [f"lamp{i}" for i in range(3)]
    assert items
    fill(store, other, {ModeKey((2, 2), "lamp"): (1.0, 12)})
    with store.write() as db:
        laid = [item.proposal.id for item in next_items(db, other, "ann", 12, 0.0)]
        assert len(laid) == 12 and not set(laid) & known
        assert progress(db, other, "ann").left == 12


def test_whatever_happens_nothing_is_derived_wrongly_and_nobody_is_asked_twice(store, round_id, made, ask, say, known):
    draw, people_ = np.random.default_rng(5), ["ann", "bob", "cyd"]
    for i in range(150):
        who, kind = people_[draw.integers(3)], draw.integers(8)
        if kind == 0:
            with store.write() as db:
                verdicts.undo(db, round_id, who, f"undo{i}", 1.0)
        elif kind == 1:
            item = made[KNOWN][draw.integers(4)].id
            with store.write() as db:
                try:
                    gold.withdraw(db, item, "mira", 10.0 + i)
                except FadedError:
                    gold.make(db, item, C, "mira", 10.0 + i)
        else:
            items = ask(who, int(draw.integers(1, 5)))[0]
            assert len(set(items)) == len(items)
            if items:
                say(items[0], who, [C, R, INVALID, U, None][draw.integers(5)])
    with store.read() as db:
        assert not derived.wrong_proposals(db) and not derived.wrong_modes(db)
        said = {(who, item) for who, item, _ in people.said(db, round_id)}
        assert not {(who, item) for who, item in said if item in known and who != "carl"}
