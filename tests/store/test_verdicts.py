import subprocess
import sys

import numpy as np
import pytest
import sqlalchemy.exc

from faded.domain import FadedError, Judgement, ModeKey, Ratings, Verdict
from faded.store import campaigns, proposals, remarks, verdicts
from faded.store.engine import open_store
from faded.store.verdicts import VerdictCounts
from tests.store.helpers import fill, proposal

STOP = ModeKey((1, 0), "stop")

JUDGE = """
import os, sys
from pathlib import Path
from faded.domain import Verdict
from faded.store import verdicts
from faded.store.engine import open_store
store = open_store(Path(sys.argv[1]))
for i, proposal in enumerate(sys.argv[2:]):
    with store.write() as db:
        verdicts.submit(db, proposal, "ann", f"key{i}", now=5.0, verdict=Verdict.CONFIRM)
    print(proposal, flush=True)
sys.stdin.read()
"""


@pytest.fixture
def items(store, round_id):
    return fill(store, round_id, {STOP: (1.0, 12)})[STOP]


@pytest.fixture
def unlabelled(store, round_id):
    made = [proposal(STOP, f"u{i}", reference=None, clean_answer="stop") for i in range(3)]
    with store.write() as db:
        campaigns.update_round(db, round_id, summary={"labels": ["stop", "yield", "turn"]})
        proposals.add_many(db, round_id, made, {STOP: 1.0})
    return made


def _standing(store, round_id):
    with store.read() as db:
        return {j.proposal_id: j.verdict for j in verdicts.standing(db, round_id)}


def _submit(store, proposal, key, verdict=None, who="ann", **fields):
    with store.write() as db:
        return verdicts.submit(db, proposal.id, who, key, now=5.0, verdict=verdict, **fields)


def test_a_killed_process_loses_no_acknowledged_verdict(store, round_id, items):
    ids = [p.id for p in items]
    process = subprocess.Popen(
        [sys.executable, "-c", JUDGE, str(store.workspace), *ids],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    acknowledged = [process.stdout.readline().strip() for _ in ids[:7]]
    process.kill()
    process.wait()
    process.stdin.close()
    process.stdout.close()
    assert acknowledged == ids[:7]
    again = open_store(store.workspace)
    assert _standing(again, round_id).keys() >= set(acknowledged)
    again.close()


def test_the_same_key_twice_is_one_event(store, round_id, items):
    first = _submit(store, items[0], "k", Verdict.CONFIRM, visible_ms=900)
    assert _submit(store, items[0], "k", Verdict.REJECT) == first
    assert first.verdict is Verdict.CONFIRM
    assert _standing(store, round_id) == {items[0].id: Verdict.CONFIRM}
    with store.read() as db:
        assert db.exec_driver_sql("SELECT count(*), max(visible_ms) FROM verdict_events").one() == (1, 900)


def test_of_one_person_the_latest_verdict_stands(store, round_id, items):
    _submit(store, items[1], "a", Verdict.CONFIRM)
    _submit(store, items[0], "b", Verdict.UNSURE)
    _submit(store, items[1], "c", Verdict.INVALID)
    _submit(store, items[2], "d", Verdict.CONFIRM)
    _submit(store, items[2], "e", Verdict.REJECT, who="bob")  # one person was asked for; two differ
    with store.read() as db:
        assert verdicts.standing(db, round_id) == [
            Judgement(items[0].id, "stop0", STOP, Verdict.UNSURE),
            Judgement(items[1].id, "stop1", STOP, Verdict.INVALID),
        ]
        assert verdicts.counts(db, round_id) == VerdictCounts(confirm=0, reject=0, invalid=1, unsure=1)
        assert verdicts.counts(db, round_id, "ann") == VerdictCounts(confirm=1, reject=0, invalid=1, unsure=1)
        assert verdicts.counts(db, round_id, "bob") == VerdictCounts(confirm=0, reject=1, invalid=0, unsure=0)
        assert verdicts.given(db, round_id, "ann") == 3
        assert proposals.mode_rows(db, round_id)[0].opinions == 4


def test_ten_verdicts_are_undone_one_by_one_latest_first(store, round_id, items):
    for i, item in enumerate(items[:10]):
        _submit(store, item, f"v{i}", Verdict.CONFIRM)
    _submit(store, items[10], "bob's", Verdict.REJECT, who="bob")
    undone = []
    for i in range(11):
        with store.write() as db:
            undone.append(verdicts.undo(db, round_id, "ann", f"u{i}", 6.0))
    assert undone == [*reversed(items[:10]), None]
    assert _standing(store, round_id) == {items[10].id: Verdict.REJECT}
    with store.read() as db:
        (mode,) = proposals.mode_rows(db, round_id)
        assert (mode.confirm, mode.reject, mode.unjudged) == (0, 1, 11)
        assert db.exec_driver_sql("SELECT count(*) FROM verdict_events").scalar() == 21


def test_undo_with_the_same_key_undoes_once(store, round_id, items):
    _submit(store, items[0], "a", Verdict.CONFIRM)
    _submit(store, items[1], "b", Verdict.CONFIRM)
    for _ in range(2):
        with store.write() as db:
            assert verdicts.undo(db, round_id, "ann", "u", 6.0) == items[1]
    assert _standing(store, round_id) == {items[0].id: Verdict.CONFIRM}


def test_undo_brings_back_the_verdict_before(store, round_id, items):
    _submit(store, items[0], "a", Verdict.CONFIRM)
    _submit(store, items[0], "b", Verdict.REJECT)
    _submit(store, items[0], "c")  # a skip takes no verdict away
    for key, expected in (("u1", Verdict.REJECT), ("u2", Verdict.CONFIRM)):
        with store.write() as db:
            verdicts.undo(db, round_id, "ann", key, 6.0)
        assert _standing(store, round_id) == {items[0].id: expected}


def test_flags_stand_until_they_are_undone_and_need_a_reason(store, round_id, items):
    _submit(store, items[0], "f", flag="two signs in the picture")
    with store.read() as db:
        assert [(f.proposal_id, f.reason) for f in remarks.flags(db, round_id)] == [
            (items[0].id, "two signs in the picture")
        ]
    with store.write() as db:
        assert verdicts.undo(db, round_id, "ann", "u", 6.0) == items[0]
        assert remarks.flags(db, round_id) == []
    with pytest.raises(FadedError, match="no reason"):
        _submit(store, items[0], "g", flag=" ")


def test_a_verdict_on_nothing_is_refused(store, round_id):
    with store.write() as db, pytest.raises(FadedError, match="'nothing'"):
        verdicts.submit(db, "nothing", "ann", "k", now=5.0, verdict=Verdict.CONFIRM)


@pytest.mark.parametrize("statement", ["UPDATE verdict_events SET verdict = 'reject'", "DELETE FROM verdict_events"])
def test_events_can_be_neither_changed_nor_deleted(store, round_id, items, statement):
    _submit(store, items[0], "a", Verdict.CONFIRM)
    with pytest.raises(sqlalchemy.exc.IntegrityError, match="append-only"), store.write() as db:
        db.exec_driver_sql(statement)
    assert _standing(store, round_id) == {items[0].id: Verdict.CONFIRM}


def test_what_stands_is_what_the_events_say(store, round_id, items):
    """Replays a long random history from the events alone and compares."""
    draw = np.random.default_rng(0)
    for i in range(150):
        who = ("ann", "bob")[draw.integers(2)]
        if draw.random() < 0.4:
            with store.write() as db:
                verdicts.undo(db, round_id, who, f"k{i}", 6.0)
        else:
            verdict = [*Verdict, None][draw.integers(5)]
            _submit(store, items[draw.integers(len(items))], f"k{i}", verdict, who=who)
    with store.read() as db:
        events = db.exec_driver_sql(
            "SELECT id, proposal_id, annotator, kind, verdict, undoes FROM verdict_events ORDER BY id"
        ).all()
        (mode,) = proposals.mode_rows(db, round_id)
    voided = {e.undoes for e in events}
    said = {}
    for e in events:
        if e.kind == "verdict" and e.id not in voided:
            said.setdefault(e.proposal_id, {})[e.annotator] = Verdict(e.verdict)
    replayed = {item: next(iter(by.values())) for item, by in said.items() if len(set(by.values())) == 1}
    assert _standing(store, round_id) == replayed
    disputed = said.keys() - replayed.keys()
    assert mode.disputed == len(disputed) > 0
    found = list(replayed.values())
    assert [mode.confirm, mode.reject, mode.invalid, mode.unsure] == [found.count(v) for v in Verdict]
    skipped = {e.proposal_id for e in events if e.kind == "skip" and e.id not in voided} - said.keys()
    assert mode.skipped == len(skipped)


def test_a_confirmation_without_a_reference_states_the_right_answer(store, round_id, unlabelled):
    with store.read() as db:
        assert proposals.get(db, unlabelled[0].id).expected == "stop"
    _submit(store, unlabelled[0], "a", Verdict.CONFIRM, answer="turn")
    _submit(store, unlabelled[0], "a", Verdict.CONFIRM, answer="stop")  # the same key: the first one counts
    _submit(store, unlabelled[1], "b", Verdict.REJECT)
    with store.read() as db:
        found = {j.proposal_id: (j.verdict, j.answer) for j in verdicts.standing(db, round_id)}
    assert found == {unlabelled[0].id: (Verdict.CONFIRM, "turn"), unlabelled[1].id: (Verdict.REJECT, None)}


def test_undo_brings_back_the_answer_stated_before(store, round_id, unlabelled):
    _submit(store, unlabelled[0], "a", Verdict.CONFIRM, answer="turn")
    _submit(store, unlabelled[0], "b", Verdict.CONFIRM, answer="stop")
    with store.write() as db:
        verdicts.undo(db, round_id, "ann", "u", 6.0)
    with store.read() as db:
        assert [j.answer for j in verdicts.standing(db, round_id)] == ["turn"]


@pytest.mark.parametrize(
    ("verdict", "answer", "message"),
    [
        (Verdict.CONFIRM, None, "choose one"),
        (Verdict.CONFIRM, "", "none of the target's 3 labels"),
        (Verdict.CONFIRM, "lorry", "'lorry' is none of the target's 3 labels"),
        (Verdict.CONFIRM, "yield", "reject the proposal"),
        (Verdict.REJECT, "stop", "has no place"),
        (None, "stop", "has no place"),
    ],
)
def test_an_answer_that_cannot_stand_is_refused(store, round_id, unlabelled, verdict, answer, message):
    with pytest.raises(FadedError, match=message):
        _submit(store, unlabelled[0], "a", verdict, answer=answer)
    assert _standing(store, round_id) == {}


def test_with_a_reference_no_answer_is_stated(store, round_id, items):
    with pytest.raises(FadedError, match="has no place"):
        _submit(store, items[0], "a", Verdict.CONFIRM, answer="stop")
    row = ("k", round_id, items[0].id, "ann", "verdict", "reject", "stop", 1.0)
    with pytest.raises(sqlalchemy.exc.IntegrityError, match="ck_verdict_events_answer"), store.write() as db:
        db.exec_driver_sql(
            "INSERT INTO verdict_events (key, round_id, proposal_id, annotator, kind, verdict, answer, created_at) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            row,
        )


@pytest.fixture
def written(store, round_id):
    """Two proposals of a round whose answers are free text: one with a reference, one without."""
    made = [
        proposal(STOP, "w0", answer="A road was shut.", reference="A bridge was shut.", clean_answer="A bridge shut."),
        proposal(STOP, "w1", answer="A road was shut.", reference=None, clean_answer="A bridge shut."),
    ]
    with store.write() as db:
        campaigns.update_round(db, round_id, summary={"labels": []})
        proposals.add_many(db, round_id, made, {STOP: 1.0})
    return made


@pytest.mark.parametrize("which", [0, 1])
def test_where_answers_are_free_text_a_confirmation_may_state_one(store, round_id, written, which):
    _submit(store, written[which], "a", Verdict.CONFIRM, answer="The bridge was shut.")
    _submit(store, written[1 - which], "b", Verdict.CONFIRM)
    with store.read() as db:
        assert [j.answer for j in verdicts.standing(db, round_id)] == ["The bridge was shut.", None]


@pytest.mark.parametrize(
    ("verdict", "answer", "message"),
    [
        (Verdict.CONFIRM, " \n", "is blank"),
        (Verdict.CONFIRM, " A road was shut.\n", "the target's own"),
        (Verdict.CONFIRM, "shut " * 401, "has 2005 characters: say it in 2000"),
        (Verdict.REJECT, "The bridge was shut.", "has no place"),
        (None, "The bridge was shut.", "has no place"),
    ],
)
@pytest.mark.parametrize("which", [0, 1])
def test_free_text_that_cannot_stand_is_refused(store, round_id, written, which, verdict, answer, message):
    with pytest.raises(FadedError, match=message):
        _submit(store, written[which], "a", verdict, answer=answer)
    assert _standing(store, round_id) == {}


@pytest.fixture
def drawn(store, round_id):
    made = [proposal(STOP, f"set{i}", details={"pictures": 8}) for i in range(3)]
    with store.write() as db:
        campaigns.update_round(db, round_id, summary={"labels": []})
        proposals.add_many(db, round_id, made, {STOP: 1.0})
    return made


@pytest.mark.parametrize("verdict", [Verdict.CONFIRM, Verdict.REJECT])
def test_a_set_of_pictures_has_no_answer_to_state(store, round_id, drawn, verdict):
    with pytest.raises(FadedError, match=r"'half and half' for proposal 'stop-1\.0-set0' has no place: it is a set"):
        _submit(store, drawn[0], "k1", verdict, answer="half and half")
    assert _standing(store, round_id) == {}


@pytest.mark.parametrize(
    "ratings", [Ratings(7, 3, 0, 7), Ratings(-1, -1), Ratings(bias=10), Ratings(worst=2), Ratings()]
)
def test_ratings_stand_with_their_verdict_and_go_with_undo(store, round_id, drawn, ratings):
    _submit(store, drawn[0], "k1", Verdict.INVALID, ratings=ratings)
    with store.read() as db:
        (judgement,) = verdicts.standing(db, round_id)
    assert (judgement.verdict, judgement.ratings) == (Verdict.INVALID, ratings)
    with store.write() as db:
        verdicts.undo(db, round_id, "ann", "k2", now=6.0)
        assert verdicts.standing(db, round_id) == []
    _submit(store, drawn[0], "k3", Verdict.REJECT)
    with store.read() as db:
        assert [j.ratings for j in verdicts.standing(db, round_id)] == [Ratings()]
        kept = db.exec_driver_sql("SELECT bias, quality, best, worst FROM verdict_events WHERE key = 'k1'").one()
    assert Ratings(*kept) == ratings


@pytest.mark.parametrize(
    ("ratings", "message"),
    [
        (Ratings(bias=0), "rating 0 of bias is none: give 1 to 10, or -1"),
        (Ratings(quality=11), "rating 11 of quality"),
        (Ratings(best=8), "best picture is number 8, and the set has 8: give 0 to 7"),
        (Ratings(worst=-1), "worst picture is number -1"),
        (Ratings(best=3, worst=3), "Picture 3 is both"),
    ],
)
def test_ratings_that_cannot_be_are_refused_by_name(store, round_id, drawn, ratings, message):
    with pytest.raises(FadedError, match=message):
        _submit(store, drawn[0], "k1", Verdict.CONFIRM, ratings=ratings)
    assert _standing(store, round_id) == {}


def test_ratings_need_a_verdict_and_a_set_of_pictures(store, round_id, items, drawn):
    with pytest.raises(FadedError, match="without a verdict"):
        _submit(store, drawn[0], "k1", ratings=Ratings(bias=3))
    with pytest.raises(FadedError, match="no set of pictures"):
        _submit(store, items[0], "k2", Verdict.REJECT, ratings=Ratings(bias=3))


@pytest.mark.parametrize(
    "columns",
    [{"bias": 0}, {"quality": 11}, {"best": -1}, {"best": 2, "worst": 2}, {"kind": "skip", "verdict": None, "bias": 3}],
)
def test_the_database_itself_refuses_such_ratings(store, round_id, drawn, columns):
    row = {"key": "k", "round_id": round_id, "proposal_id": drawn[0].id, "annotator": "ann", "kind": "verdict"}
    row |= {"verdict": "reject", "created_at": 5.0} | columns
    names, places = ", ".join(row), ", ".join("?" * len(row))
    with pytest.raises(sqlalchemy.exc.IntegrityError, match="ck_verdict_events"), store.write() as db:
        db.exec_driver_sql(f"INSERT INTO verdict_events ({names}) VALUES ({places})", tuple(row.values()))  # noqa: S608
