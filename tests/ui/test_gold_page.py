"""Known answers on the pages: nothing that Label is sent tells them apart, and managers see how they are answered."""

from __future__ import annotations

from itertools import count
from pathlib import Path
from typing import Any

import pytest

from faded.domain import FadedError, Role, Verdict
from faded.publish.round_tables import read_round
from faded.store import (
    accounts,
    audit,
    gold,
    gold_queue,
    guidelines,
    labeling_rules,
    qualifying,
    snapshot_form,
    snapshots,
    verdicts,
)
from faded.store.engine import Db, Store, open_store
from faded.store.labeling_rules import Rules
from tests.ui.believable import Believable
from tests.ui.test_label_page import HERE, Card
from tests.ui.test_team_page import USUAL, call, drawn, request


@pytest.fixture
def known(store: Store, made: Believable) -> set[str]:
    """Two proposals that carl has judged and whose answers mira has made known."""
    with store.write() as db:
        labeling_rules.save(db, made.campaign, Rules(gold_percent=20), "mira", 1.0)
        for item in made.proposals[:2]:
            verdicts.submit(db, item, "carl", item, now=9.0, verdict=Verdict.CONFIRM)
            gold.make(db, item, Verdict.CONFIRM, "mira<b>", 10.0)
    return set(made.proposals[:2])


def test_the_page_label_is_sent_nothing_that_tells_them_apart(store: Store, made: Believable, known: set[str]) -> None:
    card, keys = Card(store), count()
    answer = card.next(HERE, want=1)
    asked, shapes = [], set()
    while answer["order"]:
        item = answer["order"][0]
        asked.append(item)
        answer = card.send(
            HERE, kind="verdict", verdict="unsure", proposal=item, key=f"k{next(keys)}", round=made.round, want=1
        )
        shapes |= {(*sorted(answer), *sorted(one)) for one in answer["items"]}
        assert set(answer["events"][0]) == {"ok", "item"}
        numbers = [number for number, _ in answer["progress"]]
        assert numbers == [str(len(asked)), str(2 + len(asked)), "0", str(20 - len(asked))]
    assert set(asked) == set(made.proposals) and len(asked) == 20
    assert len(shapes) == 1


def test_managers_make_see_and_withdraw_them(store: Store, made: Believable) -> None:
    assert "No answer is known yet" in drawn(store, made)["gold"]
    item, *others = made.proposals
    keys = count()
    with store.write() as db:
        labeling_rules.save(db, made.campaign, Rules(gold_percent=20), "mira", 1.0)
        verdicts.submit(db, item, "carl", "carl", now=9.0, verdict=Verdict.REJECT)
    assert f"name='proposal' value='{item}'" in drawn(store, made)["gold"]
    make = {"do": "make", "proposal": item, "verdict": "reject"}
    assert call(store, "team_gold", make, Role.MANAGER) == {"ok": True}
    shown = drawn(store, made)["gold"]
    assert "1 answer is known. About 20 of a hundred items" in shown and "Nobody has answered one yet" in shown
    assert "<b>reject</b>, made known by manager; not asked yet" in shown
    card = Card(store)
    while item not in (order := card.next(want=1)["order"]):
        card.send(kind="verdict", verdict="unsure", proposal=order[0], key=f"k{next(keys)}", round=made.round)
    card.send(kind="verdict", verdict="reject", proposal=item, key="known", round=made.round)
    shown = drawn(store, made)["gold"]
    assert "local</td>" in shown.replace("</th>", "</td>") and "1 of 1" in shown and "5% to 100%" in shown
    assert "1 of 1 answer right" in shown
    assert call(store, "team_gold", {"do": "withdraw", "proposal": item}) == {"ok": True}
    assert "No answer is known yet" in drawn(store, made)["gold"]
    for asked, said in (
        ({"do": "withdraw", "proposal": item}, "not known"),
        (make | {"verdict": "confirm"}, "judged reject meanwhile"),
        (make | {"verdict": "loud"}, "'loud': reload it"),
        (make | {"do": "burn"}, "'burn'"),
        (make | {"proposal": others[3]}, "No verdict stands"),
    ):
        assert said in call(store, "team_gold", asked)["message"]


def test_names_and_reasons_are_escaped(store: Store, made: Believable, known: set[str]) -> None:
    shown = drawn(store, made)["gold"]
    assert "mira&lt;b&gt;" in shown and "mira<b>" not in shown


def test_annotators_are_shown_nothing(store: Store, made: Believable, known: set[str]) -> None:
    assert drawn(store, made, Role.ANNOTATOR)["gold"] == ""


def test_an_export_marks_them(store: Store, made: Believable, known: set[str]) -> None:
    item = min(known)
    with store.write() as db:
        lay_before_ann(db, made.round, item)
        verdicts.submit(db, item, "ann", "a", now=11.0, verdict=Verdict.REJECT)
    tables = {table.name: table.rows for table in read_round(store, made.round).tables}
    assert [row["check"] for row in tables["verdicts"]] == [None, None, "silent"]
    assert {row["annotator"] for row in tables["adjudicated"]} == {"carl"}


def lay_before_ann(db: Db, round_id: int, item: str) -> None:
    gold_queue.lay(db, round_id, item, "ann", gold_queue.Check.SILENT, 10.0)


def test_a_snapshot_takes_them_along(store: Store, made: Believable, known: set[str], tmp_path: Path) -> None:
    item = min(known)
    with store.write() as db:
        lay_before_ann(db, made.round, item)
        verdicts.submit(db, item, "ann", "a", now=11.0, verdict=Verdict.REJECT)
        taken = snapshots.take(db, made.round)
    other = open_store(tmp_path / "other")
    with other.write() as db:
        there = snapshots.load(db, taken)
        assert [(one.answers, one.right) for one in gold.accuracies(db, there)] == [(1, 0)]
        assert verdicts.counts(db, there).total == 2 and len(gold.of_round(db, there)) == 2
    with store.write() as db:
        gold.withdraw(db, item, "mira", 20.0)
        taken = snapshots.take(db, made.round)
    with other.write() as db:
        snapshots.load(db, taken)
        (left,) = gold.of_round(db, there)
        assert left.proposal.id.endswith(max(known))
        gold.make(db, f"{left.proposal.id.removesuffix(max(known))}{item}", Verdict.CONFIRM, "a manager there", 30.0)
        snapshots.load(db, taken)
        assert len(gold.of_round(db, there)) == 2, "what was said later here holds"
    other.close()


@pytest.fixture
def qualifies(store: Store, made: Believable, known: set[str]) -> dict[str, str]:
    """What the form sends where both known answers are asked of everybody first."""
    asked = USUAL | {"round": made.round, "opinions": "1", "gold_percent": "0", "qualify": "2", "pass_percent": "100"}
    assert call(store, "team_rules", asked) == {"ok": True}
    return asked


def test_a_qualification_says_what_it_is_and_how_it_ended(
    store: Store, made: Believable, known: set[str], qualifies: dict[str, str]
) -> None:
    card = Card(store)
    ann = request(Role.ANNOTATOR)
    answer = card.next(ann, want=8)
    assert set(answer["order"]) == known
    assert answer["progress"] == [["0 of 2", "qualification items answered"]]
    assert (
        answer["notice"].startswith("2 qualification items are left.") and "100% have to be right" in answer["notice"]
    )
    first, second = answer["order"]
    told = {"kind": "verdict", "round": made.round, "want": 8}
    answer = card.send(ann, **told, verdict="confirm", proposal=first, key="a")
    assert answer["notice"].startswith("1 qualification item is left.")
    answer = card.send(ann, **told, verdict="reject", proposal=second, key="b")
    assert answer["order"] == [] and answer["empty"]["head"] == "The qualification is not passed"
    assert answer["empty"]["text"].startswith("1 of 2 answers were right, and 100% have to be.")
    assert answer["progress"] == [["1 of 2", "qualification items right"]]
    shown = drawn(store, made)["qualify"]
    assert "<b>annotator</b><span>not passed: 1 of 2 right</span>" in shown and "Let in" in shown
    again = {"name": "annotator", "do": "new attempt", "round": made.round}
    assert call(store, "team_qualify", again) == {"ok": True}
    assert "new attempt, given by admin: 0 of 2 answered" in drawn(store, made)["qualify"]
    for key, item in enumerate(card.next(ann, want=8)["order"]):
        answer = card.send(ann, **told, verdict="confirm", proposal=item, key=f"again{key}")
    assert answer["notice"].startswith("You have passed the qualification: 2 of 2 were right.")
    assert len(answer["order"]) == 8
    assert card.next(ann, want=1)["notice"].startswith("You have passed")
    assert card.send(ann, **told, verdict="unsure", proposal=answer["order"][0], key="real")["notice"] == ""
    assert "passed: 2 of 2 right" in drawn(store, made)["qualify"]
    assert card.next(request(Role.MANAGER), want=1)["notice"] == ""
    assert "Nobody called" in call(store, "team_qualify", again | {"name": "<b>"})["message"]
    assert "'shout'" in call(store, "team_qualify", again | {"do": "shout"})["message"]


def test_a_qualification_without_enough_known_answers_says_so(
    store: Store, made: Believable, known: set[str], qualifies: dict[str, str]
) -> None:
    with store.write() as db:
        gold.withdraw(db, min(known), "mira", 20.0)
    answer = Card(store).next(request(Role.ANNOTATOR), want=8)
    assert answer["order"] == [] and answer["notice"] == ""
    assert answer["empty"]["head"] == "The qualification cannot begin yet"
    assert "there is 1, as nobody is asked what they have judged or made known" in answer["empty"]["text"]
    assert answer["empty"]["text"].endswith("ask a manager to make 1 more known, or to let you in.")
    with store.write() as db:
        accounts.add(db, "mira", Role.ADMIN, "hash", "test", 20.0)
        accounts.add(db, "ann", Role.ANNOTATOR, "hash", "test", 20.0)
    assert "this round lacks 1 known answer for them" in drawn(store, made)["qualify"]


def test_a_qualification_needs_so_many_known_answers(store: Store, qualifies: dict[str, str]) -> None:
    said = call(store, "team_rules", qualifies | {"qualify": "5"})["message"]
    assert "asks for 5 known answers, and this round has 2: make 3 more known first" in said


def test_rules_by_which_known_answers_rest_can_be_set_and_changed_again(
    store: Store, made: Believable, known: set[str], qualifies: dict[str, str]
) -> None:
    assert call(store, "team_rules", qualifies | {"opinions": "2"}) == {"ok": True}
    assert call(store, "team_rules", qualifies | {"opinions": "2", "quota": "9"}) == {"ok": True}
    assert call(store, "team_rules", qualifies | {"opinions": "2", "qualify": "0"}) == {"ok": True}
    raised = call(store, "team_rules", qualifies | {"opinions": "2"})
    assert "this round has 0: make 2 more" in raised["message"]
    assert call(store, "team_rules", qualifies | {"opinions": "1"}) == {"ok": True}, "by the new rules there are two"


def test_who_has_not_qualified_gives_no_verdict_by_hand(
    store: Store, made: Believable, known: set[str], qualifies: dict[str, str]
) -> None:
    card, ann = Card(store), request(Role.ANNOTATOR)
    sent = {"kind": "verdict", "verdict": "confirm", "round": made.round, "want": 1}
    item = made.proposals[4]
    refused = card.send(ann, **sent, proposal=item, key="by hand")
    assert not refused["ok"] and "qualify first" in refused["message"]
    first = card.next(ann, want=1)["order"][0]
    assert [card.send(ann, **sent, proposal=first, key="sent twice")["ok"] for _ in range(2)] == [True, True]
    with store.read() as db:
        assert verdicts.given(db, made.round, "annotator") == 0
    card.send(ann, **sent, proposal=card.next(ann, want=1)["order"][0], key="second")
    assert card.send(ann, **sent, proposal=item, key="late")["ok"], "from then on what comes late counts as well"
    assert card.send(request(Role.MANAGER), **sent, proposal=made.proposals[5], key="mine")["ok"]


@pytest.mark.parametrize(
    ("part", "change", "said"),
    [
        ("gold", {"verdict": "loud"}, "gold"),
        ("gold", {"made_at": 1e300}, "made_at"),
        ("gold", {"made_at": float("nan")}, "made_at"),
        ("gold", {"who": "x" * 201}, "who"),
        ("gold", {"proposal_id": "elsewhere"}, "is no proposal of it"),
        ("gold", {"withdrawn_by": "ann"}, "who withdrew it"),
        ("guidelines", {"number": 0}, "number"),
        ("guidelines", {"text": "x" * 10_001}, "text"),
        ("guidelines", {"created_at": -1.0}, "created_at"),
    ],
)
def test_a_snapshot_that_says_nonsense_of_them_is_refused(
    store: Store, made: Believable, known: set[str], part: str, change: dict[str, Any], said: str
) -> None:
    with store.write() as db:
        guidelines.save(db, made.campaign, "Wet signs are fair.", 0, "mira", 10.0)
        taken = snapshots.take(db, made.round)
    snapshot_form.check(taken)
    taken[part][0] |= change
    with pytest.raises(FadedError, match=said):
        snapshot_form.check(taken)


def test_who_labels_already_is_let_in_when_a_qualification_is_asked_for(
    store: Store, made: Believable, known: set[str], qualifies: dict[str, str]
) -> None:
    with store.read() as db:
        carl, ann = (qualifying.of_person(db, made.campaign, name) for name in ("carl", "ann"))
    assert (carl.outcome, carl.who) == (qualifying.Outcome.LET_IN, "admin") and ann.outcome is None
    assert "<b>carl</b><span>let in by admin</span>" in drawn(store, made)["qualify"]
    assert "data-ask='Ask carl anew?" in drawn(store, made)["qualify"]
    again = {"round": made.round, "name": "carl", "do": "new attempt"}
    assert call(store, "team_qualify", again) == {"ok": True}
    assert call(store, "team_rules", qualifies | {"pass_percent": "50"}) == {"ok": True}
    with store.read() as db:
        assert not qualifying.of_person(db, made.campaign, "carl").is_in, "a change of the rules lets nobody in"


def test_what_is_known_already_is_not_made_known_again(store: Store, made: Believable, known: set[str]) -> None:
    asked = {"do": "make", "proposal": min(known), "verdict": "confirm"}
    with store.read() as db:
        before = audit.count(db)
    assert call(store, "team_gold", asked) == {"ok": True}
    with store.read() as db:
        assert audit.count(db) == before
