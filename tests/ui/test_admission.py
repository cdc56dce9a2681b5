"""Pauses and quotas as the page Label has them."""

from __future__ import annotations

from typing import Any

import pytest

from faded.store import audit, labeling_rules, pauses, rounds, verdicts
from faded.store.campaigns import RoundState
from faded.store.engine import Store
from faded.store.labeling_rules import Rules
from faded.ui import empty_queue, label_page
from tests.ui.believable import Believable
from tests.ui.test_label_page import Card
from tests.ui.test_team_page import call, drawn

MIDNIGHT = 1_800_057_600.0


@pytest.fixture
def card(store: Store) -> Card:
    return Card(store)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The time of the page Label; twenty to midnight, UTC."""
    now = [MIDNIGHT - 1200]
    monkeypatch.setattr(label_page.time, "time", lambda: now[0])
    return now


def judge(card: Card, item: str, key: str, **more: Any) -> dict[str, Any]:
    return card.send(kind="verdict", verdict="confirm", proposal=item, key=key, want=8, **more)


def test_a_pause_says_who_and_why_and_takes_what_was_given_before(card: Card, store: Store, made: Believable) -> None:
    before = card.next(want=8)["order"]
    asked = {"round": made.round, "do": "pause", "reason": "<b>The guidelines change.</b>"}
    assert call(store, "team_pause", asked) == {"ok": True}
    answer = card.next(want=8)
    assert answer["order"] == [] and answer["empty"]["head"] == "Labeling is paused"
    assert (
        "admin paused it on" in answer["empty"]["text"] and "<b>The guidelines change.</b>" in answer["empty"]["text"]
    )
    assert judge(card, before[0], "late")["ok"], "it was given before"
    with store.read() as db:
        assert verdicts.counts(db, made.round).total == 1
    shown = drawn(store, made)["rules"]
    assert "&lt;b&gt;The guidelines change" in shown and "Go on" in shown
    assert "paused by admin already" in call(store, "team_pause", asked)["message"]
    assert call(store, "team_pause", asked | {"do": "resume"}) == {"ok": True}
    assert card.next(want=8)["order"][:7] == before[1:]
    assert "not paused" in call(store, "team_pause", asked | {"do": "resume"})["message"]
    with store.read() as db:
        resumed, paused = audit.newest(db, 2)
        assert pauses.of_campaign(db, made.campaign) is None
    assert (paused.action, resumed.action) == ("labeling paused", "labeling resumed")
    assert paused.details == {"reason": "<b>The guidelines change.</b>"}
    assert set(resumed.details) == {"reason", "since"}, "a name in the details could not be deleted"


@pytest.mark.parametrize(("reason", "said"), [("  ", "no reason"), ("x" * 501, "501 characters")])
def test_a_pause_needs_a_reason(store: Store, made: Believable, reason: str, said: str) -> None:
    answer = call(store, "team_pause", {"round": made.round, "do": "pause", "reason": reason})
    assert said in answer["message"]


def test_a_quota_is_kept_until_midnight(card: Card, store: Store, made: Believable, clock: list[float]) -> None:
    with store.write() as db:
        labeling_rules.save(db, made.campaign, Rules(quota=3), "mira", 1.0)
    first = card.next(want=8)["order"]
    assert len(first) == 3, "no more is laid before a person than they may judge"
    assert len(judge(card, first[0], "a")["order"]) == 2
    judge(card, first[1], "b")
    card.send(kind="skip", proposal=first[2], key="s", want=8)
    (last,) = card.next(want=8)["order"]
    answer = judge(card, last, "c")
    assert answer["order"] == [] and answer["empty"]["head"] == "Enough for today"
    assert "3 verdicts today" in answer["empty"]["text"] and "16 Jan 2027, 00:00 UTC" in answer["empty"]["text"]
    assert card.send(kind="undo", round=made.round, key="u", want=8)["order"] == [last], "taken back, it counts no more"
    judge(card, last, "d")
    assert judge(card, first[2], "e")["ok"], "what was given offline is late, and counts"
    clock[0] = MIDNIGHT
    assert len(card.next(want=8)["order"]) == 3


def test_a_decided_round_says_that_it_is_decided(card: Card, store: Store, made: Believable) -> None:
    with store.write() as db:
        pauses.begin(db, made.campaign, "mira", "a break", 5.0)
        rounds.decide(db, made.round, RoundState.ROLLED_BACK, "mira", 6.0)
    assert "was rolled back" in card.next(want=8)["empty"]["head"]


def test_moments_are_said_in_utc() -> None:
    assert empty_queue.moment(MIDNIGHT) == "16 Jan 2027, 00:00 UTC"
