import threading
import time

import pytest

from faded.domain import ModeKey, Verdict
from faded.labeling.queue import Progress, next_items, progress
from faded.store import campaigns, proposals, verdicts
from faded.store.leases import LEASE_SECONDS
from tests.store.helpers import fill, proposal

TOP = ModeKey((1, 0), "stop")
MIDDLE = ModeKey((0, 2), "yield")
SMALL = ModeKey((2, 2), "turn")


@pytest.fixture
def made(store, round_id):
    """SMALL has the highest score but two proposals only, too few to be decided."""
    return fill(store, round_id, {TOP: (2.0, 5), MIDDLE: (1.0, 4), SMALL: (3.0, 2)})


@pytest.fixture
def ask(store, round_id):
    def ask(n=1, who="ann", now=0.0):
        with store.write() as db:
            return [item.proposal for item in next_items(db, round_id, who, n, now)]

    return ask


@pytest.fixture
def say(store):
    def say(item, verdict=None, who="ann", now=0.0):
        with store.write() as db:
            say.n += 1
            verdicts.submit(db, item.id, who, f"key{say.n}", now=now, verdict=verdict)

    say.n = 0
    return say


@pytest.fixture
def undo(store, round_id):
    def undo(key, who="ann", now=0.0):
        with store.write() as db:
            return verdicts.undo(db, round_id, who, key, now)

    return undo


def _label_everything(ask, say, verdict):
    seen = []
    while items := ask():
        say(items[0], verdict)
        seen.append(items[0])
    return seen


def test_the_queue_goes_mode_by_mode_until_each_is_decided(made, ask, say):
    seen = _label_everything(ask, say, Verdict.CONFIRM)
    assert [p.key for p in seen] == [TOP] * 3 + [MIDDLE] * 3 + [SMALL] * 2
    assert len({(p.key, p.sample_id) for p in seen}) == len(seen)


def test_refused_modes_are_left_too(made, ask, say):
    seen = _label_everything(ask, say, Verdict.INVALID)
    assert [p.key for p in seen] == [TOP] * 3 + [MIDDLE] * 3 + [SMALL] * 2


def test_unsure_decides_nothing(made, ask, say):
    seen = _label_everything(ask, say, Verdict.UNSURE)
    assert len(seen) == 11
    # three unsure verdicts leave two of five: TOP cannot be decided any more and waits behind MIDDLE
    assert [p.key for p in seen[:5]] == [TOP] * 3 + [MIDDLE] * 2


def test_a_new_ranking_changes_what_comes_next(store, round_id, made, ask, say):
    say(ask()[0], Verdict.CONFIRM)
    with store.write() as db:
        proposals.rerank(db, round_id, {MIDDLE: 9.0})
    assert ask()[0].key == MIDDLE


def test_a_reload_shows_the_same_item_first(made, ask, say):
    first = ask(3)
    assert ask(1) == first[:1]
    say(first[1], Verdict.CONFIRM)
    assert ask(2) == [first[0], first[2]]
    assert ask(3)[:2] == [first[0], first[2]]


def test_what_is_held_of_a_decided_mode_is_given_up(made, ask, say):
    held = ask(5)
    for item in held[:3]:
        say(item, Verdict.CONFIRM)
    assert [p.key for p in ask(2)] == [MIDDLE] * 2
    assert held[3].key == TOP


def test_two_people_never_hold_the_same_item(made, ask):
    ann, bob = ask(4, "ann"), ask(4, "bob")
    assert len({p.id for p in ann + bob}) == 8
    assert len(ask(11, "cyd")) == 3


def test_a_lease_that_ran_out_frees_the_item(made, ask):
    (item,) = ask(1, "ann", now=0.0)
    assert ask(1, "bob", now=LEASE_SECONDS - 1) != [item]
    (item,) = ask(1, "ann", now=LEASE_SECONDS - 1)  # asking again renews it
    assert item not in ask(11, "cyd", now=LEASE_SECONDS + 1)
    assert item in ask(11, "dan", now=3 * LEASE_SECONDS)
    assert item not in ask(11, "ann", now=3 * LEASE_SECONDS)


def test_people_asking_at_once_get_different_items(made, ask):
    got, barrier = [], threading.Barrier(5)

    def fetch(who):
        barrier.wait()
        got.extend(p.id for p in ask(2, who))

    threads = [threading.Thread(target=fetch, args=(f"p{i}",)) for i in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(got) == len(set(got)) == 10


def test_skipped_items_return_at_the_end(made, ask, say):
    (skipped,) = ask()
    say(skipped)
    (also,) = ask()
    say(also)
    rest = []
    while (item := ask()[0]) not in (skipped, also):
        say(item, Verdict.UNSURE)
        rest.append(item)
    assert len(rest) == 9
    assert item == skipped
    say(skipped, Verdict.CONFIRM)
    assert ask() == [also]


def test_undo_puts_the_item_back_first(made, ask, say, undo):
    seen = []
    for _ in range(4):
        item = ask(2)[0]
        say(item, Verdict.CONFIRM)
        seen.append(item)
    assert [undo(f"u{i}") for i in range(3)] == seen[:0:-1]
    assert ask(3) == seen[1:]
    say(seen[1], Verdict.REJECT)
    assert ask(1) == [seen[2]]


def test_an_undone_item_is_shown_even_if_its_mode_is_decided(made, ask, say, undo):
    items = ask(4)
    for item in items[:3]:
        say(item, Verdict.CONFIRM, who="bob")
    say(items[3], Verdict.REJECT)
    say(made[TOP][4], Verdict.CONFIRM, who="bob")
    undo("u")
    assert ask(1) == [items[3]]


def test_undo_leaves_an_item_to_whoever_holds_it_now(store, made, ask, say, undo):
    (item,) = ask(1, "ann")
    say(item, who="ann")
    (same,) = (p for p in ask(11, "bob") if p == item)
    assert undo("u") == same
    assert item not in ask(11, "ann")


def test_progress_counts_verdicts_and_modes(store, round_id, made, ask, say):
    for item in made[TOP][:3]:
        say(item, Verdict.CONFIRM)
    for item in made[MIDDLE][:3]:
        say(item, Verdict.REJECT, who="bob")
    say(made[SMALL][0], Verdict.UNSURE)
    with store.read() as db:
        assert progress(db, round_id, "ann") == Progress(
            mine=4, everybody=7, confirmed=1, refused=1, open=1, left=1, disputed=0
        )


def test_a_round_without_proposals_has_nothing_to_show(store, round_id, ask):
    assert ask(3) == []
    with store.read() as db:
        assert progress(db, round_id, "ann") == Progress(0, 0, 0, 0, 0, 0, 0)


def test_a_click_stays_fast_with_many_proposals(store, round_id, ask, say):
    """Twenty thousand here; the bound is loose because machines differ, yet far below what a walk over rows takes."""
    keys = [ModeKey((i // 25, i // 5 % 5, i % 5), "stop") for i in range(125)]
    items = [proposal(keys[i % 125], f"s{i}") for i in range(20_000)]
    with store.write() as db:
        proposals.add_many(db, round_id, items, {key: float(i) for i, key in enumerate(keys)})
    times = []
    for _ in range(10):
        began = time.process_time()
        (item,) = ask()
        times.append(time.process_time() - began)
        say(item, Verdict.CONFIRM)
    assert sorted(times)[5] < 0.05


def test_verdicts_of_an_earlier_round_on_the_same_weights_count(store, round_id, made, say):
    for item in made[TOP][:2]:
        say(item, Verdict.CONFIRM)
    for item in made[MIDDLE][:3]:
        say(item, Verdict.CONFIRM)
    with store.write() as db:
        campaign = campaigns.get_round(db, round_id).campaign_id
        later = campaigns.create_round(db, campaign, now=2.0).id
        again = proposal(TOP, "another")
        proposals.add_many(db, later, [again], {TOP: 1.0})
        assert [item.tally.confirm for item in next_items(db, later, "ann", 4, 0.0)] == [2]
        assert progress(db, later, "ann") == Progress(
            mine=0, everybody=0, confirmed=1, refused=0, open=1, left=1, disputed=0
        )
    say(again, Verdict.CONFIRM)
    with store.write() as db:
        assert progress(db, later, "ann").confirmed == 2
        other = campaigns.create_round(db, campaign, now=3.0, weights="targets/mended").id
        assert progress(db, other, "ann").confirmed == 0
