"""A person's data: taken away as one file, and deleted so that the name is nowhere."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
import sqlalchemy.exc
from sqlalchemy import JSON, Text, insert, select

from faded.cli import main
from faded.commands.common import BAD_INPUT, OK
from faded.domain import FadedError, ModeKey, Role, Verdict
from faded.store import (
    accounts,
    audit,
    campaigns,
    derived,
    drafts,
    event_lines,
    events,
    former,
    gold,
    gold_queue,
    gold_tables,
    guidelines,
    invites,
    labeling_rules,
    leases,
    pauses,
    people,
    person,
    qualifying,
    rounds,
    signing_in,
    snapshots,
    verdicts,
)
from faded.store.campaigns import RoundState
from faded.store.engine import DATABASE, Db, Store
from faded.store.former import HOLD_NAMES, Former
from faded.store.labeling_rules import Rules
from faded.store.schema import metadata
from tests.store.helpers import fill

NAME = "zebulon"
KEY = ModeKey((0,), "stop")
NOW = 1_000_000.0

NO_NAMES = {
    "campaigns": "name config",
    "rounds": "state fingerprint_before fingerprint_after weights repaired",
    "jobs": "kind state params message worker checkpoint result error",
    "job_metrics": "numbers",
    "trials": "sample_id stratum answer details",
    "modes": "cell stratum",
    "proposals": "id sample_id answer reference setting original edited details clean_answer verdict",
    "verdict_events": "key proposal_id kind verdict reason answer guidelines",
    "drafts": "fields",
    "inquiries": "kind digest params state worker result error",
    "leases": "proposal_id",
    "opinions": "proposal_id verdict",
    "adjudications": "reason",
    "labeling_rules": "rules",
    "accounts": "role password",
    "sessions": "digest",
    "invites": "digest role",
    "audit": "action details",
    "former_members": "token digest",
    "lessons": "use",
    "gold": "proposal_id verdict",
    "gold_leases": "proposal_id kind",
    "gold_answers": "kind",
    "gold_opinions": "proposal_id verdict kind",
    "qualifications": "outcome",
    "guidelines": "text",
    "labeling_pauses": "reason",
}
"""Columns of texts that hold nobody's name."""


def test_every_column_of_texts_is_known_to_hold_names_or_none() -> None:
    """A new column has to be put on one of the lists: where it holds a name, `former` has to delete it."""
    columns = {
        f"{table.name}.{column.name}"
        for table in metadata.tables.values()
        for column in table.columns
        if isinstance(column.type, Text | JSON)
    }
    others = {f"{table}.{column}" for table, names in NO_NAMES.items() for column in names.split()}
    assert columns == HOLD_NAMES | others and not HOLD_NAMES & others


@pytest.fixture
def used(store: Store, round_id: int) -> list[str]:
    """A workspace in which zebulon has done everything that leaves a name."""
    ids = [item.id for item in fill(store, round_id, {KEY: (1.0, 4)})[KEY]]
    with store.write() as db:
        accounts.add(db, "mira", Role.ADMIN, "hash", "test", NOW)
        accounts.add(db, NAME, Role.ADMIN, "hash", "mira", NOW)
        accounts.set_role(db, NAME, Role.MANAGER, NAME, NOW)
        campaign = campaigns.get_round(db, round_id).campaign_id
        labeling_rules.save(db, campaign, Rules(2), NAME, NOW)
        db.execute(insert(metadata.tables["sessions"]).values(digest="d", account_id=2, created_at=NOW, expires_at=9e9))
        db.execute(insert(metadata.tables["attempts"]).values(about=f"name {NAME} from 10.0.0.1", created_at=NOW))
        used_up = invites.make(db, Role.ANNOTATOR, NAME, NOW)
        invites.make(db, Role.ANNOTATOR, NAME, NOW)
        invites.make(db, Role.ANNOTATOR, "mira", NOW, NAME)
        for i, who in enumerate((NAME, "ann")):
            verdict = Verdict.REJECT if i else Verdict.CONFIRM
            verdicts.submit(db, ids[0], who, f"k{i}", now=NOW, verdict=verdict)
        verdicts.submit(db, ids[0], NAME, "settles", now=NOW, verdict=Verdict.CONFIRM, adjudicates="plain to see")
        verdicts.submit(db, ids[1], NAME, "flag", now=NOW, flag="odd")
        verdicts.submit(db, ids[1], NAME, "skip", now=NOW)
        verdicts.submit(db, ids[2], NAME, "undone", now=NOW, verdict=Verdict.UNSURE)
        verdicts.undo(db, round_id, NAME, "undo", NOW, "undone")
        leases.take(db, round_id, [ids[3]], NAME, 2, NOW)
        drafts.save(db, NAME, {"name": "mine"}, NOW)
        drafts.ask(db, NAME, "target", {"target": "x"}, NOW)
        campaigns.update_round(db, round_id, summary={"started_by": NAME})
        of_the_queue(db, round_id, campaign, ids)
        rounds.decide(db, round_id, RoundState.ROLLED_BACK, NAME, NOW)
    signing_in.accept(store, used_up, "pia", "correct horse battery", NOW)
    return ids


def of_the_queue(db: Db, round_id: int, campaign: int, ids: list[str]) -> None:
    """Let zebulon do what managers do to the queue, and what is asked of newcomers."""
    gold.make(db, ids[0], Verdict.CONFIRM, NAME, NOW)
    gold_queue.lay(db, round_id, ids[0], "bob", gold_queue.Check.SILENT, NOW)
    verdicts.submit(db, ids[0], "bob", "known", now=NOW, verdict=Verdict.CONFIRM)
    values = {"proposal_id": ids[0], "annotator": NAME, "round_id": round_id, "kind": "silent"}
    db.execute(insert(gold_tables.gold_leases).values(values | {"expires_at": NOW + 60, "place": 0}))
    gold.withdraw(db, ids[0], NAME, NOW)
    values = {"campaign_id": campaign, "outcome": "passed", "right": 5, "answers": 5, "created_at": NOW, "event_id": 0}
    db.execute(insert(gold_tables.qualifications).values(values | {"annotator": NAME, "who": NAME}))
    guidelines.save(db, campaign, "Look twice.", 0, NAME, NOW)
    pauses.begin(db, campaign, NAME, "lunch", NOW)
    pauses.end(db, campaign, "mira", NOW)
    pauses.begin(db, campaign, NAME, "dinner", NOW)
    qualifying.decide(db, campaign, NAME, qualifying.Outcome.LET_IN, "mira", NOW)


def said(store: Store) -> str:
    """Everything that the database says."""
    with store.read() as db:
        tables = metadata.sorted_tables
        return "\n".join(str(tuple(row)) for table in tables for row in db.execute(select(table)))


def test_the_name_is_nowhere_afterwards_and_what_was_said_stays(store: Store, round_id: int, used: list[str]) -> None:
    assert NAME in said(store)
    with store.read() as db:
        before = [(e.id, e.proposal_id, e.verdict, e.stands, e.adjudicates) for e in events.of_round(db, round_id)]
    done = former.remove(store, NAME.upper(), "mira", NOW + 1)
    assert re.fullmatch("former member [0-9a-f]{8}", done.called) and done.events == 6
    assert NAME not in said(store)
    with store.read() as db:
        after = events.of_round(db, round_id)
        assert [(e.id, e.proposal_id, e.verdict, e.stands, e.adjudicates) for e in after] == before
        assert {e.annotator for e in after} == {"ann", "bob", done.called}
        assert {who for who, *_ in people.said(db, round_id)} == {"ann", done.called}
        found = campaigns.get_round(db, round_id)
        assert found.decided_by == done.called and found.summary["started_by"] == done.called
        assert accounts.find(db, NAME) is None and accounts.find(db, "pia") is not None
        assert qualifying.names(db, found.campaign_id) == ["pia"], "nobody is asked to qualify under a token"
        newest = audit.newest(db, 1)[0]
        assert (newest.who, newest.action, newest.about) == ("mira", "account deleted", done.called)
        assert any(e.who == f"invited by {done.called}" for e in audit.newest(db))
    with store.write() as db:
        assert derived.correct(db) == 0, "what is derived is as the events say"


def test_no_file_of_the_database_holds_the_name(store: Store, used: list[str]) -> None:
    former.remove(store, NAME, "mira", NOW + 1)
    for file in store.workspace.glob(f"{DATABASE}*"):
        assert NAME.encode() not in file.read_bytes(), file.name


def test_sessions_and_invitations_are_over(store: Store, used: list[str]) -> None:
    done = former.remove(store, NAME, "mira", NOW + 1)
    with store.read() as db:
        left = db.execute(select(metadata.tables["invites"])).all()
        assert [(row.made_by, row.used_at is not None) for row in left] == [(done.called, True)]
        assert [row.account_id for row in db.execute(select(metadata.tables["sessions"]))] != [2]


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE verdict_events SET annotator = 'bob' WHERE annotator = 'ann'",
        "UPDATE verdict_events SET annotator = 'former member 2' WHERE annotator = 'ann'",
        "UPDATE verdict_events SET annotator = 'ZEBULON', verdict = 'invalid' WHERE annotator = 'ann'",
        "UPDATE verdict_events SET verdict = 'invalid' WHERE annotator = 'ann'",
        "UPDATE verdict_events SET annotator = 'ann' WHERE annotator = 'ZEBULON'",
        "UPDATE verdict_events SET annotator = 'invited by ZEBULON' WHERE annotator = 'ZEBULON'",
        "UPDATE audit SET who = 'bob' WHERE who = 'mira'",
        "UPDATE audit SET who = 'ZEBULON', details = '{}' WHERE action = 'role changed'",
        "UPDATE audit SET action = 'invited'",
        "UPDATE former_members SET digest = 'x'",
        "DELETE FROM former_members",
        "DELETE FROM verdict_events",
        "DELETE FROM audit",
    ],
)
def test_nothing_else_can_be_changed(store: Store, used: list[str], change: str) -> None:
    done = former.remove(store, NAME, "mira", NOW + 1)
    with pytest.raises(sqlalchemy.exc.IntegrityError, match="append-only"), store.write() as db:
        db.exec_driver_sql(change.replace("ZEBULON", done.called))


def test_who_cannot_be_deleted_stays(store: Store, used: list[str]) -> None:
    done = former.remove(store, NAME, "mira", NOW + 1)
    for name, why in (
        ("mira", "last admin and cannot be deleted"),
        ("nobody", "no account named 'nobody'"),
        ("local", "no account named"),
        (done.called, "is nobody's"),
        (NAME, "no account named"),
    ):
        with pytest.raises(FadedError, match=why):
            former.remove(store, name, "mira", NOW + 2)
    assert former.remove(store, "ann", "mira", NOW + 3).called != done.called, "verdicts from elsewhere"


def test_names_that_differ_in_their_letters_are_two_people(store: Store, round_id: int, used: list[str]) -> None:
    with store.write() as db:
        guidelines.save(db, campaigns.get_round(db, round_id).campaign_id, "Thrice.", 1, "Mira", NOW)
        assert [former.known_name(db, name) for name in ("Mira", "mira", "Zebulon")] == ["Mira", "mira", NAME]
        with pytest.raises(FadedError, match="may mean 'Mira' or 'mira'"):
            former.known_name(db, "MIRA")
    former.remove(store, "Mira", "mira", NOW + 1)
    assert "Mira" not in said(store)
    with store.read() as db:
        assert accounts.find(db, "mira") is not None


def test_somebody_known_by_other_deeds_only_can_be_deleted(store: Store, round_id: int, used: list[str]) -> None:
    with store.write() as db:
        guidelines.save(db, campaigns.get_round(db, round_id).campaign_id, "Thrice.", 1, "Åsa", NOW)
    former.remove(store, "Åsa", "mira", NOW + 1)
    assert "Åsa" not in said(store)


def test_a_click_in_flight_writes_nothing_for_an_account_that_is_gone(store: Store, used: list[str]) -> None:
    former.remove(store, NAME, "mira", NOW + 1)
    with store.write() as db:
        accounts.check_in(db, "mira")
        accounts.disable(db, "pia", "mira", NOW)
        for name in (NAME, "pia", "local"):
            with pytest.raises(FadedError, match="let in no more"):
                accounts.check_in(db, name)


def test_a_name_that_is_given_again_gets_nothing_of_before(store: Store, round_id: int, used: list[str]) -> None:
    done = former.remove(store, NAME, "mira", NOW + 1)
    with store.write() as db:
        accounts.add(db, NAME, Role.ANNOTATOR, "hash", "mira", NOW + 10)
        assert verdicts.given(db, round_id, NAME) == 0
        then = Former(db)
        assert [then.called(NAME, at) for at in (NOW, NOW + 1, NOW + 1.5)] == [done.called] * 2 + [NAME]
        assert then.called("ann", NOW) == "ann"
    again = former.remove(store, NAME, "mira", NOW + 20)
    with store.read() as db:
        then = Former(db)
        assert [then.called(NAME, NOW + i) for i in (1, 15, 30)] == [
            done.called,
            again.called,
            again.called,
        ], "without an account of that name it is nobody else's"


def test_a_replay_and_a_snapshot_bring_no_name_back(store: Store, round_id: int, used: list[str]) -> None:
    with store.read() as db:
        told = snapshots.take(db, round_id)
    lines = [line | {"key": f"again-{line['key']}", "voids": None} for line in told["events"] if "voids" not in line]
    done = former.remove(store, NAME, "mira", NOW + 1)
    with store.write() as db:
        assert event_lines.replay(db, lines).new == len(lines)
    assert NAME not in said(store)
    copy: dict[str, Any] = json.loads(json.dumps(told).replace('"signs"', '"elsewhere"'))
    with store.write() as db:
        loaded = snapshots.load(db, copy | {"events": []})
        assert campaigns.get_round(db, loaded).decided_by == done.called
    assert NAME not in said(store)


def test_everything_of_a_person_is_taken_away_and_no_secret(store: Store, used: list[str]) -> None:
    with store.read() as db:
        found = person.data_of(db, former.known_name(db, "Zebulon"), NOW + 5)
    text = json.dumps(found)
    assert "hash" not in text and "digest" not in text and "ann" not in {e["annotator"] for e in found["events"]}
    assert found["name"] == NAME and found["account"][0]["role"] == "manager" and len(found["sessions"]) == 1
    assert [e["kind"] for e in found["events"]].count("verdict") == 3 and len(found["events"]) == 6
    assert {e.get("adjudicates") for e in found["events"]} == {None, "plain to see"}
    assert found["rounds"][0]["decision"] == "rolled_back"
    assert {row["proposal_id"] for row in found["held"]} == {used[0], *used[2:]}, "known ones are not told apart"
    assert not any("check" in event for event in found["events"])
    assert [len(found[what]) for what in ("qualifications", "known_answers", "guidelines", "pauses")] == [2, 1, 1, 1]
    assert found["drafts"][0]["fields"] == {"name": "mine"} and len(found["inquiries"]) == 1
    assert found["failed_sign_ins"] and len(found["invitations"]) == 2
    assert {entry["action"] for entry in found["audit"]} >= {"account added", "role changed", "labeling rules set"}
    with store.read() as db, pytest.raises(FadedError, match="no account named"):
        former.known_name(db, "nobody")


def test_whoever_is_called_like_a_role_is_told_of_no_invitations(store: Store, used: list[str]) -> None:
    with store.write() as db:
        accounts.add(db, "annotator", Role.ANNOTATOR, "hash", "mira", NOW)
        token = invites.make(db, Role.ANNOTATOR, "mira", NOW)
        invites.withdraw(db, invites.digest(token), "mira", NOW)
    with store.read() as db:
        found = person.data_of(db, "annotator", NOW)
    assert [entry["action"] for entry in found["audit"]] == ["account added"]
    called = former.remove(store, "annotator", "mira", NOW).called
    with store.read() as db:
        log = [(entry.action, entry.about) for entry in audit.newest(db, 4)]
    assert log == [
        ("account deleted", called),
        ("invitation withdrawn", "annotator"),
        ("invited", "annotator"),
        ("account added", called),
    ]


def test_the_command_exports_and_deletes(
    store: Store, used: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace = ["--workspace", str(store.workspace)]
    assert main(["account", "export", NAME, *workspace]) == OK
    assert len(json.loads(capsys.readouterr().out)["events"]) == 6
    with store.read() as db:
        assert [(one.action, one.about) for one in audit.newest(db, 1)] == [("data exported", NAME)]
    assert main(["account", "delete", NAME, *workspace]) == BAD_INPUT and "--yes" in capsys.readouterr().err
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("builtins.input", lambda _: "zebulo")
    assert main(["account", "delete", NAME, *workspace]) == BAD_INPUT and "differ" in capsys.readouterr().err
    assert main(["account", "delete", NAME, "--yes", *workspace]) == OK
    assert "6 verdicts and other events stay, given by former member " in capsys.readouterr().err
    assert main(["account", "export", NAME, *workspace]) == BAD_INPUT
    assert NAME not in said(store)


def test_what_lies_before_somebody_is_told_in_its_order_and_a_skipped_known_one_not(
    store: Store, round_id: int
) -> None:
    first, known, last, skipped = (item.id for item in fill(store, round_id, {KEY: (1.0, 4)})[KEY])
    with store.write() as db:
        leases.take(db, round_id, [first], NAME, 2, NOW)
        gold_queue.lay(db, round_id, known, NAME, gold_queue.Check.SILENT, NOW)
        leases.take(db, round_id, [last], NAME, 2, NOW)
        gold_queue.lay(db, round_id, skipped, NAME, gold_queue.Check.SILENT, NOW)
        verdicts.submit(db, skipped, NAME, "skip", now=NOW)
        assert [row["proposal_id"] for row in person.data_of(db, NAME, NOW)["held"]] == [first, known, last]
        assert person.data_of(db, NAME, NOW + 2 * leases.LEASE_SECONDS)["held"] == []
