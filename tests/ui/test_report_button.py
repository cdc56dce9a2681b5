"""The button that saves a round's report: when it is there, what it saves, and for whom."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from faded.store.engine import Store
from faded.ui import report_button
from faded.ui.facts import read_facts
from tests.ui import believable
from tests.ui.believable import Believable


def drawn(store: Store) -> str:
    with store.read() as db:
        return report_button.draw(read_facts(db, None, "local"))


def ask(store: Store, round_id: object, host: str = "127.0.0.1") -> dict:
    request = SimpleNamespace(client=SimpleNamespace(host=host), headers={"host": "localhost:7860"}, scope={})
    (answer,) = report_button.server_functions(store)
    return answer({"round": round_id}, request)


def test_the_button_is_there_once_exploring_has_ended(store: Store) -> None:
    assert drawn(store) == ""
    believable.explored(store, done=False)
    assert drawn(store) == ""
    believable.explored(store)
    assert "data-report" in drawn(store)


def test_it_saves_the_page_of_the_round_that_is_shown(store: Store, made: Believable) -> None:
    answer = ask(store, str(made.round))
    assert (answer["ok"], answer["name"]) == (True, "report-signs-1-round-1.html")
    assert "Report of round 1" in answer["page"] and "data:image/png" in answer["page"]


@pytest.mark.parametrize("named", [None, "x", "99", "1; drop"])
def test_a_round_that_is_not_there_is_said(named: object, store: Store, made: Believable) -> None:
    answer = ask(store, named)
    assert answer["ok"] is False and answer["message"]


def test_nobody_else_gets_it(store: Store, made: Believable) -> None:
    answer = ask(store, made.round, host="10.0.0.7")
    assert answer["ok"] is False and "page" not in answer
