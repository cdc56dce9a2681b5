"""What managers take from the page Team: the audit log and the round's tables in every form."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pyarrow.parquet as pq
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.testclient import TestClient

import faded
from faded.domain import FadedError, Role, Verdict
from faded.labeling.standings import StandingsCache
from faded.store import accounts, audit, drafts, events, former, labeling_rules, verdicts
from faded.store.engine import Store
from faded.store.labeling_rules import Rules
from faded.ui import label_page, new_page, run_actions, team_files, team_more, team_page
from faded.ui.accounts_door import AccountsDoor
from faded.ui.auth import USER, User
from faded.ui.cards import audit as audit_card
from faded.ui.cards.agreement import AgreementCache
from faded.ui.export_zip import export_route
from faded.ui.facts import read_facts
from faded.ui.page import Deed
from tests.ui.believable import Believable, labeled
from tests.ui.test_team_page import USUAL, drawn, request


def client(store: Store, asks: str = "127.0.0.1") -> TestClient:
    routes = [export_route(store), *team_files.routes(store)]
    app = Starlette(routes=routes, middleware=[Middleware(AccountsDoor, store=store)])
    return TestClient(app, base_url="http://127.0.0.1:7860", client=(asks, 50000))


def write(store: Store, *entries: tuple[str, str, str]) -> None:
    with store.write() as db:
        for i, (who, action, about) in enumerate(entries):
            audit.write(db, who, action, about, 1e9 + i, {"from": "annotator", "to": "<b>"})


def test_the_log_is_shown_newest_first_and_escaped(store: Store, made: Believable) -> None:
    assert "Nothing has been done yet" in drawn(store, made)["audit"]
    write(store, ("mira", "role changed", "ann"), ("mira", "account disabled", "<i>bob"))
    shown = drawn(store, made)["audit"]
    assert shown.index("account disabled") < shown.index("role changed") and "&lt;i&gt;bob" in shown
    assert "to: &lt;b&gt;" in shown and "<b>" not in shown and "And " not in shown


def test_what_was_changed_is_told_with_what_it_was(store: Store, made: Believable) -> None:
    with store.write() as db:
        changed = {"from": {"opinions": 1, "gold_percent": 5}, "to": {"opinions": 2, "gold_percent": 0}}
        audit.write(db, "mira", "labeling rules set", "campaign 1", 1e9, changed)
    assert "opinions: 1 to 2; gold percent: 5 to 0" in drawn(store, made)["audit"]


def test_older_entries_are_folded_and_counted(store: Store, made: Believable, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit_card, "LISTED", 12)
    write(store, *(("mira", "invited", f"n{i}") for i in range(15)))
    shown = drawn(store, made)["audit"]
    assert "And 5 more" in shown and "3 older ones stand in the file" in shown and ">n2<" not in shown


def test_it_is_looked_through_for_words_whatever_they_are(store: Store) -> None:
    write(store, ("mira", "role changed", "ann"), ("root", "invited", "annotator"), ("mira", "x", "100%_sure"))
    (function,) = (f for f in team_more.server_functions(store) if f.__name__ == "team_audit")
    for words, found in (("MIRA", 2), ("ann", 2), ("%", 1), ("_s", 1), ("nobody", 0), ("", 3), (None, 3)):
        answer = function({"words": words}, request(Role.MANAGER))
        assert answer["ok"] and len(answer["rows"]) == found, words
    assert answer["rows"][0][1:4] == ["mira", "x", "100%_sure"] and answer["said"].startswith("3 entries")
    assert not function({"words": ""}, request(Role.ANNOTATOR))["ok"]


def test_the_file_has_all_entries_and_no_formula(store: Store, made: Believable) -> None:
    bad = ("=cmd()", "+1", "-1", "@x", "\tx", "\rx")
    write(store, *((name, "invited", name) for name in bad))
    answer = client(store).get("/audit.csv")
    assert answer.status_code == 200 and "attachment" in answer.headers["content-disposition"]
    head, *rows = csv.reader(io.StringIO(answer.text, newline=""))
    assert head == ["when", "who", "what", "about", "details"] and len(rows) == len(bad)
    assert [row[1] for row in reversed(rows)] == [f"'{name}" for name in bad]
    assert rows[-1][0] == "2001-09-09T01:46:40+00:00" and json.loads(rows[-1][4])["to"] == "<b>"
    assert client(store, "192.168.1.7").get("/audit.csv").status_code == 403


def test_every_csv_is_written_by_one_function() -> None:
    """A second writer would have to disarm formulas by itself: `downloads.csv_text` is the only one."""
    here = Path(faded.__file__).parent
    writers = {
        str(place.relative_to(here))
        for place in here.rglob("*.py")
        if re.search(r"csv\.(writer|DictWriter)|\.(to|write)_csv", place.read_text())
    }
    assert writers == {"ui/downloads.py"}


def test_the_tables_are_there_in_every_form(store: Store, made: Believable) -> None:
    labeled(store, made)
    links = re.findall(r"href='([^']*)'", drawn(store, made)["data"])
    assert len(links) == 4
    for link in links:
        answer = client(store).get("/" + link.replace("&amp;", "&"))
        assert answer.status_code == 200, link
        with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
            names = set(archive.namelist())
            if "form=dataset" in link:
                assert {f"data/{name}.parquet" for name in ("verdicts", "adjudicated", "pairs")} < names
                told = pq.read_table(io.BytesIO(archive.read("data/verdicts.parquet"))).column("annotator").to_pylist()
                assert "jsonl/pairs.jsonl" in names
            else:
                told = [json.loads(line)["annotator"] for line in archive.read("verdicts.jsonl").splitlines()]
        assert ("annotator-1" in told) is ("names=no" in link), link


def test_before_there_are_proposals_there_is_nothing_to_take(store: Store) -> None:
    assert "Nothing yet" in team_more.data.render(None)


@pytest.fixture
def people(store: Store, made: Believable) -> None:
    with store.write() as db:
        for name, role in (("mira", Role.ADMIN), ("ann", Role.ANNOTATOR)):
            accounts.add(db, name, role, "no hash", "test", 1.0)
        for i, item in enumerate(made.proposals[:3]):
            verdicts.submit(db, item, "ann", f"k{i}", now=9.0, verdict=Verdict.CONFIRM)


def signed_in(store: Store, who: str, role: Role) -> TestClient:
    """A browser that the door let in as somebody."""

    async def door(scope: Any, receive: Any, send: Any) -> None:
        scope[USER] = User(who, role)
        await inner(scope, receive, send)

    inner = Starlette(routes=team_files.routes(store))
    return TestClient(door, base_url="http://faded.example")


def test_everybody_takes_their_own_data_and_admins_that_of_others(store: Store, people: None) -> None:
    mine = signed_in(store, "ann", Role.ANNOTATOR).get("/my-data.json")
    assert mine.status_code == 200 and 'filename="ann.json"' in mine.headers["content-disposition"]
    assert len(mine.json()["events"]) == 3 and "no hash" not in mine.text and "mira" not in mine.text
    for who, role, status in (("bea", Role.MANAGER, 403), ("mira", Role.ADMIN, 200)):
        answer = signed_in(store, who, role).get("/person.json?name=ann")
        assert answer.status_code == status
    assert answer.json()["events"] == mine.json()["events"]
    assert signed_in(store, "mira", Role.ADMIN).get("/person.json?name=%3Cb%3E").status_code == 404
    with store.read() as db:
        (newest,) = audit.newest(db, 1)
    assert (newest.who, newest.action, newest.about) == ("mira", "data exported", "ann")


def test_a_person_is_deleted_once_the_name_is_typed(store: Store, made: Believable, people: None) -> None:
    shown = drawn(store, made, Role.ADMIN)
    assert "data-delete='ann'" in shown["accounts"] and "person.json?name=ann" in shown["accounts"]
    (function,) = (f for f in team_more.server_functions(store) if f.__name__ == "team_delete")
    asked = {"name": "ann", "typed": "an"}
    assert "type ann to delete" in function(asked, request(Role.ADMIN))["message"]
    assert not function(asked | {"typed": "ann"}, request(Role.MANAGER))["ok"]
    with store.read() as db:
        assert accounts.find(db, "ann") is not None
    done = function(asked | {"typed": " ann"}, request(Role.ADMIN))
    assert done["ok"] and done["called"].startswith("former member ")
    shown = drawn(store, made, Role.ADMIN)
    assert done["called"] in shown["people"] and "ann" not in re.sub("<[^>]*>", "", shown["people"]).split()
    assert "last admin" in function({"name": "mira", "typed": "mira"}, request(Role.ADMIN))["message"]


def test_what_was_counted_forgets_a_deleted_name_at_once(store: Store, made: Believable, people: None) -> None:
    cache = AgreementCache()
    with store.read() as db:
        facts = read_facts(db, made.round, "mira")
    assert facts is not None
    names = [[one.name for one in found.annotators] for found in [cache.get(store, facts)] if found]
    done = former.remove(store, "ann", "mira", 2.0)
    names += [[one.name for one in found.annotators] for found in [cache.get(store, facts)] if found]
    assert names == [["ann"], [done.called]]


@pytest.mark.parametrize("path", ["/audit.csv", "/my-data.json", "/person.json?name=ann"])
def test_a_store_that_cannot_be_read_is_said_in_words(
    store: Store, people: None, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    asks = signed_in(store, "mira", Role.ADMIN)

    def gone(*_: object, **__: object) -> None:
        raise FadedError("The workspace cannot be used.")

    monkeypatch.setattr(audit, "newest", gone)
    monkeypatch.setattr("faded.store.person.data_of", gone)
    answer = asks.get(path)
    assert (answer.status_code, answer.text) == (503, "The workspace cannot be used.")


def test_what_is_sent_while_its_account_goes_is_not_written(store: Store, made: Believable, people: None) -> None:
    """Who asks was let in at the door, before the account was deleted."""
    ann = SimpleNamespace(client=None, headers={"host": "faded.example"}, scope={USER: User("ann", Role.MANAGER)})
    former.remove(store, "ann", "mira", 2.0)
    functions = label_page.server_functions(store, StandingsCache())
    event = {"kind": "verdict", "proposal": made.proposals[2], "key": "late", "verdict": "reject"}
    asked = {"round": made.round, "want": 4, "events": [event]}
    answers = [function(asked, ann) for function in functions[:2]]
    answers += [f(event | {"reason": "x"}, ann) for f in team_page.server_functions(store) if "adjud" in f.__name__]
    assert len(answers) == 3 and all("let in no more" in answer["message"] for answer in answers), answers
    sent = {"round": made.round, "fields": {}, "text": "Rain.", "after": 0, "do": "pause", "reason": "x"} | USUAL
    for function in (*team_page.server_functions(store), *new_page.server_functions(store)):
        answer = function(sent, ann)
        assert not answer["ok"], function.__name__
    for act in (run_actions.start_demo, run_actions.go_on, run_actions.accept, run_actions.stop):
        with pytest.raises(FadedError, match="let in no more"):
            act(Deed(store, User("ann", Role.MANAGER), made.round, ("signs", 1000, 0, 0.5)))
    with store.read() as db:
        assert "ann" not in {one.annotator for one in events.of_round(db, made.round)}
        assert not [one for one in audit.newest(db) if "ann" in (one.who, one.about)]
        assert drafts.find(db, "ann") is None and labeling_rules.of_round(db, made.round) == Rules()
