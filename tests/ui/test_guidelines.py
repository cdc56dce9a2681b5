"""What a campaign adds to the guidelines: versions, how the page Label is told them, and what verdicts keep."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy.exc

from faded.domain import FadedError, Role, Verdict
from faded.store import events, guidelines, people, snapshots, verdicts
from faded.store.engine import Store, open_store
from faded.ui.cards import labeling
from faded.ui.team_guidelines import blocks
from tests.ui.believable import Believable
from tests.ui.test_label_page import Card
from tests.ui.test_team_page import call, drawn

BUILT_IN = labeling.VERSIONS["picture"]


def save(store: Store, made: Believable, text: str, after: int) -> dict[str, object]:
    return call(store, "team_guidelines", {"round": made.round, "text": text, "after": str(after)}, Role.MANAGER)


def test_paragraphs_and_lists_are_read_and_nothing_else() -> None:
    text = "First\nline.\n\n# No <b>head</b>\n- one\n- two\nafter it\n\n- three\n\n- four\n-five\n"
    assert blocks(text) == [
        ("p", "First line."),
        ("p", "# No <b>head</b>"),
        ("ul", ["one", "two"]),
        ("p", "after it"),
        ("ul", ["three"]),
        ("ul", ["four"]),
        ("p", "-five"),
    ]
    assert blocks("") == []


def test_each_save_is_a_version_and_verdicts_keep_the_one_they_were_given_by(store: Store, made: Believable) -> None:
    card = Card(store)
    answer = card.next(want=2)
    assert answer["guidelines"] == BUILT_IN and answer["team"] is None and not answer["changed"]
    item, other = answer["order"]
    sent = {"kind": "verdict", "verdict": "unsure", "round": made.round}
    card.send(**sent, proposal=item, key="a", guidelines=answer["guidelines"])
    assert not card.next(want=1)["changed"]
    assert save(store, made, "Wet signs are fair.\r\n\r\n- <i>snow</i> too \n", 0) == {"ok": True}
    answer = card.next(want=1)
    assert answer["guidelines"] == f"{BUILT_IN}/1" and answer["changed"] and answer["team"]["number"] == 1
    assert answer["team"]["blocks"] == [("p", "Wet signs are fair."), ("ul", ["<i>snow</i> too"])]
    assert answer["team"]["by"].startswith("manager, ") and "have changed since your last" in answer["notice"]
    late = card.send(**sent, proposal=other, key="b", guidelines=BUILT_IN)
    assert late["guidelines"] == f"{BUILT_IN}/1", "the page hears of it with the next answer"
    assert card.next(want=1)["changed"]
    item = card.next(want=1)["order"][0]
    card.send(**sent, proposal=item, key="c", guidelines=f"{BUILT_IN}/1")
    assert not card.next(want=1)["changed"]
    with store.write() as db:
        verdicts.submit(db, item, "local", "settles", now=9.0, verdict=Verdict.CONFIRM, adjudicates="plain")
        assert people.last_guidelines(db, made.round, "local") == f"{BUILT_IN}/1", "an adjudication says nothing of it"
    with store.read() as db:
        kept = [event.guidelines for event in events.of_round(db, made.round)]
    assert kept == [BUILT_IN, BUILT_IN, f"{BUILT_IN}/1", None]


def test_who_has_judged_nothing_yet_is_told_of_no_change(store: Store, made: Believable) -> None:
    save(store, made, "Wet signs are fair.", 0)
    answer = Card(store).next(want=1)
    assert not answer["changed"] and answer["notice"] == "" and answer["team"]["number"] == 1


def test_two_who_write_at_once_lose_nothing(store: Store, made: Believable) -> None:
    assert "no version here" in str(save(store, made, "From another campaign.", 3)["message"])
    save(store, made, "Wet signs are fair.", 0)
    assert "manager has saved version 1 meanwhile" in str(save(store, made, "Others.", 0)["message"])
    assert "what they said before" in str(save(store, made, " Wet signs are fair. ", 1)["message"])
    assert "10,001 characters" in str(save(store, made, "x" * 10_001, 1)["message"])
    assert save(store, made, "", 1) == {"ok": True}, "they can be taken back"
    assert Card(store).next(want=1)["team"]["blocks"] == []


def test_managers_see_all_versions_and_nothing_is_html(store: Store, made: Believable) -> None:
    assert "Save as version 1" in drawn(store, made)["guidelines"]
    save(store, made, "</textarea><script>1</script>", 0)
    save(store, made, "Second.", 1)
    shown = drawn(store, made)["guidelines"]
    assert "All versions: 2" in shown and "&lt;/textarea&gt;&lt;script&gt;" in shown and "<script>" not in shown
    assert "Save as version 3" in shown and "\nSecond.</textarea>" in shown
    assert drawn(store, made, Role.ANNOTATOR)["guidelines"] == ""


def test_a_version_cannot_be_changed(store: Store, made: Believable) -> None:
    save(store, made, "First.", 0)
    for change in ("UPDATE guidelines SET text = ''", "DELETE FROM guidelines"):
        with pytest.raises(sqlalchemy.exc.IntegrityError, match="append-only"), store.write() as db:
            db.exec_driver_sql(change)


def test_a_snapshot_takes_them_along_and_changes_none(store: Store, made: Believable, tmp_path: Path) -> None:
    save(store, made, "First.", 0)
    with store.read() as db:
        taken = snapshots.take(db, made.round)
    other = open_store(tmp_path / "other")
    for _ in range(2):
        with other.write() as db:
            snapshots.load(db, taken)
            assert [(one.number, one.text, one.who) for one in guidelines.versions(db, 1)] == [(1, "First.", "manager")]
    taken["guidelines"][0]["text"] = "Another first."
    with other.write() as db:
        snapshots.load(db, taken)
        assert guidelines.versions(db, 1)[0].text == "First."
        with pytest.raises(FadedError, match="meanwhile"):
            guidelines.save(db, 1, "Mine.", 0, "ann", 1.0)
    other.close()
