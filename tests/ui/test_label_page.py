from __future__ import annotations

import base64
from types import SimpleNamespace
from typing import Any

import pytest

from faded.domain import Role, Verdict
from faded.labeling.standings import StandingsCache
from faded.store import blobs, proposals, rounds, verdicts
from faded.store.campaigns import RoundState
from faded.store.engine import Store
from faded.ui import label_page
from faded.ui.auth import USER, User
from tests.ui import believable
from tests.ui.believable import NOW, STRATA, Believable

HERE = SimpleNamespace(client=SimpleNamespace(host="127.0.0.1"), headers={"host": "127.0.0.1:7860"}, scope={})
ELSEWHERE = SimpleNamespace(client=SimpleNamespace(host="10.0.0.9"), headers={"host": "127.0.0.1:7860"}, scope={})


class Card:
    """What the card in the page calls."""

    def __init__(self, store: Store) -> None:
        self._next, self._send, self._practice = label_page.server_functions(store, StandingsCache())

    def next(self, request: Any = HERE, **asked: Any) -> dict[str, Any]:
        return self._next(asked, request)

    def send(self, request: Any = HERE, **event: Any) -> dict[str, Any]:
        """Send one event; return its acknowledgement and what lies before the person then."""
        answer = self.send_many(
            [event], request, want=event.get("want", 1), round=event.get("round"), consent=event.get("consent")
        )
        return answer | answer["events"][0] if answer["ok"] else answer

    def send_many(self, events: list[dict[str, Any]], request: Any = HERE, **asked: Any) -> dict[str, Any]:
        return self._send({"events": events, **asked}, request)

    def practice(self, request: Any = HERE, **asked: Any) -> dict[str, Any]:
        return self._practice(asked, request)


@pytest.fixture
def card(store: Store) -> Card:
    return Card(store)


def test_items_come_with_their_pictures_and_without_the_confidence(card: Card, made: Believable) -> None:
    answer = card.next(want=8)
    assert answer["ok"]
    assert [item["id"] for item in answer["items"]] == answer["order"]
    assert len(answer["order"]) == 8
    kind, content = answer["items"][0]["edited"].split(",")
    assert kind == "data:image/png;base64"
    assert base64.b64decode(content).startswith(b"\x89PNG")
    assert "confidence" not in answer["items"][0]


def test_items_the_page_holds_are_not_sent_again(card: Card, made: Believable) -> None:
    first = card.next(want=4)
    again = card.next(want=5, have=first["order"])
    assert again["order"][:4] == first["order"]
    assert [item["id"] for item in again["items"]] == again["order"][4:]


def test_a_verdict_counts_once_however_often_it_is_sent(card: Card, store: Store, made: Believable) -> None:
    item = card.next(want=1)["order"][0]
    event = {"kind": "verdict", "verdict": "confirm", "proposal": item, "round": made.round, "key": "k1", "want": 1}
    assert [card.send(**event)["ok"] for _ in range(3)] == [True] * 3
    with store.read() as db:
        assert verdicts.counts(db, made.round).total == 1
    assert item not in card.next(want=8)["order"]


def test_events_sent_together_stand_or_fall_each_by_itself(card: Card, store: Store, made: Believable) -> None:
    first, second, third = card.next(want=3)["order"]
    events = [
        {"kind": "verdict", "verdict": "confirm", "proposal": first, "key": "k1"},
        {"kind": "verdict", "verdict": "maybe", "proposal": second, "key": "k2"},
        {"kind": "verdict", "verdict": "reject", "proposal": third, "key": "k3"},
    ]
    answer = card.send_many(events, want=8, round=made.round)
    assert [event["ok"] for event in answer["events"]] == [True, False, True]
    assert "reload it" in answer["events"][1]["message"]
    with store.read() as db:
        assert [j.proposal_id for j in verdicts.standing(db, made.round)] == [first, third]
    assert answer["order"][0] == second


@pytest.mark.parametrize("events", [None, "k1", [1], [{}] * 33])
def test_what_is_no_list_of_events_is_refused(card: Card, made: Believable, events: Any) -> None:
    answer = card.send_many(events, want=1)
    assert not answer["ok"]
    assert "up to 32 events" in answer["message"]


def test_a_flag_of_somebody_else_is_not_told(card: Card, store: Store, made: Believable) -> None:
    mine, theirs = made.proposals[:2]
    with store.write() as db:
        for item, who in ((mine, "local"), (theirs, "ann")):
            verdicts.submit(db, item, who, who, now=NOW, flag="nothing to see")
    found = {item["id"]: item["flag"] for item in card.next(want=30)["items"]}
    assert found[mine] == "nothing to see" and found[theirs] is None


def test_undo_gives_the_item_back(card: Card, made: Believable) -> None:
    item = card.next(want=1)["order"][0]
    card.send(kind="verdict", verdict="reject", proposal=item, round=made.round, key="k1", want=4)
    back = card.send(kind="undo", round=made.round, key="k2", want=4)
    assert back["item"]["id"] == item
    assert back["order"][0] == item
    assert card.send(kind="undo", round=made.round, key="k3", want=4)["item"] is None


@pytest.mark.parametrize(
    ("event", "message"),
    [
        ({"kind": "verdict", "verdict": "confirm", "proposal": "nobody", "key": "k"}, "no proposal 'nobody'"),
        ({"kind": "verdict", "verdict": "maybe", "proposal": "p0-0-1", "key": "k"}, "reload it"),
        ({"kind": "verdict", "verdict": "confirm", "proposal": "p0-0-1"}, "without a key"),
        ({"kind": "verdict", "verdict": ["confirm"], "proposal": "p0-0-1", "key": "k"}, "['confirm']: reload it"),
        ({"kind": "flag", "reason": "  ", "proposal": "p0-0-1", "key": "k"}, "gives no reason"),
    ],
)
def test_bad_events_are_refused_in_words(card: Card, made: Believable, event: dict[str, Any], message: str) -> None:
    answer = card.send(round=made.round, **event)
    assert not answer["ok"]
    assert message in answer["message"]


def test_every_function_asks_who_it_is(card: Card, store: Store, made: Believable) -> None:
    refused = [
        card.next(request=ELSEWHERE, want=1),
        card.send(request=ELSEWHERE, kind="verdict", verdict="confirm", proposal=made.proposals[0], key="k"),
    ]
    assert [answer["ok"] for answer in refused] == [False, False]
    with store.read() as db:
        assert verdicts.counts(db, made.round).total == 0


def test_an_empty_queue_says_why(card: Card, store: Store, made: Believable) -> None:
    assert card.next(want=1, round="7")["message"].startswith("There is no round 7")
    with store.write() as db:
        rounds.decide(db, made.round, RoundState.ACCEPTED, "local", NOW)
    answer = card.next(want=8)
    assert answer["order"] == []
    assert answer["empty"]["head"] == "Round 1 was accepted"


def test_without_a_reference_the_labels_come_and_a_confirmation_needs_one_of_them(card: Card, store: Store) -> None:
    made = believable.explored(store, labelled=False)
    answer = card.next(want=1)
    (item,) = answer["items"]
    assert answer["labels"] == list(STRATA)
    assert (item["reference"], item["clean_answer"]) == (None, "stop")
    event = {"kind": "verdict", "verdict": "confirm", "proposal": item["id"], "round": made.round}
    for key, stated in (("k1", None), ("k2", "lorry"), ("k3", item["answer"])):
        refused = card.send(**event, key=key, answer=stated)
        assert not refused["ok"]
    assert card.send(**event, key="k4", answer="yield")["ok"]
    with store.read() as db:
        (judgement,) = verdicts.standing(db, made.round)
    assert judgement.answer == "yield"


def test_with_references_no_labels_are_sent(card: Card, made: Believable) -> None:
    assert card.next(want=1)["labels"] == []


def test_practice_items_say_what_is_right_and_leave_no_trace(card: Card, store: Store, made: Believable) -> None:
    items = card.practice()["items"]
    assert [item["verdict"] for item in items] == ["confirm", "reject", "invalid"]
    assert all(item["original"].startswith("data:image/png") and item["why"] for item in items)
    assert not card.practice(request=ELSEWHERE)["ok"]
    with store.read() as db:
        assert verdicts.counts(db, made.round).total == 0


def test_undo_voids_what_the_page_names(card: Card, store: Store, made: Believable) -> None:
    first, second = (item["id"] for item in card.next(want=2)["items"])
    for key, proposal in (("one", first), ("two", second)):
        card.send(kind="verdict", verdict="confirm", proposal=proposal, key=key, round=made.round)
    answer = card.send(kind="undo", key="undo", voids="one", round=made.round)
    assert answer["item"]["id"] == first
    with store.read() as db:
        assert [j.proposal_id for j in verdicts.standing(db, made.round)] == [second]


def test_undo_takes_no_adjudication_back_not_even_by_its_name(card: Card, store: Store, made: Believable) -> None:
    item = made.proposals[0]
    with store.write() as db:
        verdicts.submit(db, item, "local", "a", now=NOW, verdict=Verdict.REJECT, adjudicates="plain to see")
    for voids in ("a", None):
        undone = card.send(kind="undo", key=f"u{voids}", round=made.round, voids=voids)
        assert undone["ok"] and undone["item"] is None
    with store.read() as db:
        assert {one.proposal_id: one.verdict for one in verdicts.standing(db, made.round)} == {item: Verdict.REJECT}


def test_a_decided_round_takes_no_verdict(card: Card, store: Store, made: Believable) -> None:
    with store.write() as db:
        rounds.decide(db, made.round, RoundState.ACCEPTED, "local", NOW)
    answer = card.send(kind="verdict", verdict="confirm", proposal=made.proposals[0], key="late", round=made.round)
    assert "takes no more verdicts" in answer["message"]


def test_what_was_hidden_comes_after_the_verdict(card: Card, made: Believable) -> None:
    event = {"kind": "verdict", "verdict": "confirm", "round": made.round, "guidelines": "v1"}
    said = [card.send(**event, proposal=p, key=p)["last"] for p in made.proposals[:3]]
    assert all("93% sure of 'no entry'" in last for last in said)
    assert ["failed so far" in last for last in said] == [False, False, True]  # the third decides the mode
    assert "of 'stop' failed so far" in said[2]


def test_what_is_hidden_stays_so_while_anything_of_its_mode_lies_there(card: Card, made: Believable) -> None:
    sent = {"kind": "verdict", "verdict": "confirm", "round": made.round, "want": 8}
    answer = card.next(want=8)
    last = [card.send(**sent, proposal=item, key=item)["last"] for item in made.proposals[:3]]
    assert answer["order"][0] == made.proposals[0] and "failed so far" not in last[0] + last[1]


def test_a_fault_behind_the_commit_loses_no_acknowledgement(
    card: Card, store: Store, made: Believable, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(label_page, "_queue", lambda *_: 1 / 0)
    answer = card.send(kind="verdict", verdict="confirm", proposal=made.proposals[0], key="k", round=made.round)
    assert answer["events"] == [{"ok": True, "item": None}] and "The log has the details" in answer["message"]
    with store.read() as db:
        assert verdicts.counts(db, made.round).total == 1


def test_where_others_hold_what_waits_nothing_is_said_to_be_done(card: Card, made: Believable) -> None:
    bob = SimpleNamespace(client=None, headers={"host": "x"}, scope={USER: User("bob", Role.ANNOTATOR)})
    assert card.next(bob, want=64)["order"]
    answer = card.next(want=8)
    assert answer["order"] == []
    assert answer["empty"]["head"] == "Nothing for you at the moment" and "5 minutes" in answer["empty"]["text"]


def test_a_picture_that_is_gone_loses_no_verdict(card: Card, store: Store, made: Believable) -> None:
    first, second = card.next(want=2)["order"]
    with store.read() as db:
        gone = blobs.path(store.workspace, proposals.get(db, second).edited)
    for path in (store.workspace / "blobs").rglob("*"):
        if path.is_file() and path != gone:
            path.unlink()
    answer = card.send(kind="verdict", verdict="confirm", proposal=first, key="k", round=made.round, want=4)
    assert answer["ok"]
    assert "An item is left out: The workspace" in answer["message"]
    with store.read() as db:
        assert [j.proposal_id for j in verdicts.standing(db, made.round)] == [first]
