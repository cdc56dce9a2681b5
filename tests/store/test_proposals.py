import pytest

from faded.domain import FadedError, ModeKey
from faded.store import proposals
from tests.store.helpers import fill, proposal

STOP = ModeKey((1, 0), "stop")
YIELD = ModeKey((0, 2), "yield")


def test_what_is_added_comes_back_whole(store, round_id):
    item = proposal(STOP, "s1", details={"confidence": 0.9, "note": None}, original="ab", edited="cd", reference=None)
    with store.write() as db:
        assert proposals.add_many(db, round_id, [item], {STOP: 1.0}) == 1
    with store.read() as db:
        assert proposals.get(db, item.id) == item
        with pytest.raises(FadedError, match="'nothing'"):
            proposals.get(db, "nothing")


def test_the_same_proposal_or_sample_within_a_mode_is_added_once(store, round_id):
    made = fill(store, round_id, {STOP: (1.0, 3)})[STOP]
    other_id = proposal(STOP, "stop0", answer="go")
    with store.write() as db:
        assert proposals.add_many(db, round_id, [*made, proposal(STOP, "new")], {STOP: 2.0}) == 1
        assert proposals.add_many(db, round_id, [other_id], {STOP: 2.0}) == 0
        assert proposals.count(db, round_id) == 4
        (mode,) = proposals.mode_rows(db, round_id)
    assert (mode.key, mode.total, mode.score) == (STOP, 4, 2.0)


def test_many_are_found_in_the_order_asked_for(store, round_id):
    made = fill(store, round_id, {STOP: (1.0, 700)})[STOP]
    with store.read() as db:
        wanted = [p.id for p in reversed(made)]
        assert [p.id for p in proposals.get_many(db, [*wanted, "unknown"])] == wanted


def test_reranking_changes_the_order_of_the_modes_named(store, round_id):
    fill(store, round_id, {STOP: (1.0, 3), YIELD: (2.0, 3)})
    with store.write() as db:
        assert [m.key for m in proposals.mode_rows(db, round_id)] == [YIELD, STOP]
        proposals.rerank(db, round_id, {STOP: 3.0, ModeKey((0, 0), "none"): 9.0})
        assert [(m.key, m.score) for m in proposals.mode_rows(db, round_id)] == [(STOP, 3.0), (YIELD, 2.0)]
