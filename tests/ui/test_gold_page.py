"""Known answers on the pages: nothing that Label is sent tells them apart, and managers see how they are answered."""

from __future__ import annotations

from itertools import count
from pathlib import Path

import pytest

from faded.domain import Role, Verdict
from faded.publish.round_tables import read_round
from faded.store import gold, gold_queue, labeling_rules, snapshots, verdicts
from faded.store.engine import Db, Store, open_store
from faded.store.labeling_rules import Rules
from tests.ui.believable import Believable
from tests.ui.test_label_page import HERE, Card
from tests.ui.test_team_page import call, drawn


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
        verdicts.submit(db, item, "carl", "carl", now=9.0, verdict=Verdict.CONFIRM)
    assert f"name='proposal' value='{item}'" in drawn(store, made)["gold"]
    make = {"do": "make", "proposal": item, "verdict": "reject"}
    assert call(store, "team_gold", make, Role.MANAGER) == {"ok": True}
    shown = drawn(store, made)["gold"]
    assert "1 answer is known. About 20 of a hundred items" in shown and "Nobody has answered one yet" in shown
    assert "<b>reject</b>, says manager; not asked yet" in shown
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
        gold.make(db, f"{left.proposal.id.removesuffix(max(known))}{item}", Verdict.REJECT, "a manager there", 30.0)
        snapshots.load(db, taken)
        assert len(gold.of_round(db, there)) == 2, "what was said later here holds"
    other.close()
