"""The page Team: who did what, adjudication, rules and accounts, and who may do which."""

from __future__ import annotations

import time
from itertools import count
from types import SimpleNamespace
from typing import Any

import pytest

from faded.domain import FadedError, Role, Verdict
from faded.labeling.standings import StandingsCache
from faded.store import accounts, audit, invites, labeling_rules, people, verdicts
from faded.store.engine import Store
from faded.store.labeling_rules import Policy, Rules
from faded.ui import team_page
from faded.ui.auth import USER, User
from faded.ui.cards import adjudicated
from faded.ui.facts import read_facts
from faded.ui.landscape_view import LandscapeCache
from faded.ui.page import View
from faded.ui.team_more import Caches
from tests.ui.believable import Believable

OF_ALL = (
    "team_adjudicate",
    "team_take_back",
    "team_rules",
    "team_pause",
    "team_gold",
    "team_qualify",
    "team_guidelines",
    "team_invite",
    "team_withdraw",
    "team_account",
)
"""The functions of the page."""
USUAL = {"opinions": "2", "policy": "majority", "strategy": "informative"} | {
    **{"quota": "0", "gold_percent": "5", "qualify": "0", "pass_percent": "80"}
}
"""What the form of the rules sends."""


def request(role: Role) -> SimpleNamespace:
    who = User(role.name.lower(), role)
    return SimpleNamespace(client=None, headers={"host": "faded.example"}, scope={USER: who})


def call(store: Store, name: str, asked: dict[str, Any], role: Role = Role.ADMIN) -> dict[str, Any]:
    (function,) = (f for f in team_page.server_functions(store) if f.__name__ == name)
    return function(asked, request(role))


def drawn(store: Store, made: Believable, role: Role = Role.MANAGER) -> dict[str, str]:
    with store.read() as db:
        facts = read_facts(db, made.round, "mira")
    view = View(store, User("mira", role), facts, {}, LandscapeCache(store))
    caches = Caches(StandingsCache())
    return {name: shown.update for name, shown in team_page.draw(view, caches).items()}


@pytest.fixture
def disputed(store: Store, made: Believable) -> str:
    """A proposal that ann confirms and bob rejects, where two people judge each."""
    keys = count()
    with store.write() as db:
        labeling_rules.save(db, made.campaign, Rules(2), "mira", 1.0)
        for item in made.proposals[:3]:
            for who in ("ann", "bob"):
                differs = item == made.proposals[1] and who == "bob"
                verdict = Verdict.REJECT if differs else Verdict.CONFIRM
                verdicts.submit(db, item, who, f"k{next(keys)}", now=9.0, verdict=verdict, visible_ms=2500)
    return made.proposals[1]


def test_everybody_is_there_with_what_they_did(store: Store, made: Believable, disputed: str) -> None:
    people = drawn(store, made)["people"]
    assert "6 verdicts by 2 people" in people and people.index("ann") < people.index("bob")
    assert "100%" in people and "67%" in people and "2.5 s" in people


def test_a_dispute_shows_who_said_what_and_is_decided(store: Store, made: Believable, disputed: str) -> None:
    shown = drawn(store, made)["disputes"]
    assert "1 proposal is disputed, and teaches nothing" in shown
    assert "<b>1</b> confirm" in shown and "<b>1</b> reject" in shown, "for who wants to know no names"
    assert "<b>ann</b> confirm" in shown and "<b>bob</b> reject" in shown and f"data-adjudicate='{disputed}'" in shown
    asked = {"proposal": disputed, "key": "a", "reason": "no entry, and it says stop"}
    assert call(store, "team_adjudicate", asked)["message"] == "Choose the right verdict first."
    missing = call(store, "team_adjudicate", asked | {"verdict": "confirm", "reason": " "})
    assert "gives no reason" in missing["message"]
    assert call(store, "team_adjudicate", asked | {"verdict": "confirm"}, Role.MANAGER) == {"ok": True}
    assert call(store, "team_adjudicate", asked | {"verdict": "reject"}) == {"ok": True}, "sent again, it counts once"
    assert "Nothing is disputed" in drawn(store, made)["disputes"]
    with store.read() as db:
        found = {j.proposal_id: j.verdict for j in verdicts.standing(db, made.round)}
    assert found[disputed] is Verdict.CONFIRM


def test_an_adjudication_is_listed_and_taken_back_by_who_gave_it(store: Store, made: Believable, disputed: str) -> None:
    asked = {"proposal": disputed, "key": "a", "reason": "<i>no entry</i>", "verdict": "reject", "round": made.round}
    for _ in range(2):  # sent again, it counts once
        assert call(store, "team_adjudicate", asked, Role.MANAGER) == {"ok": True}
    with store.read() as db:
        assert [(one.who, one.action) for one in audit.newest(db)].count(("manager", "adjudicated")) == 1
    assert "team_take_back" not in drawn(store, made)["disputes"], "mira did not give it"
    with store.read() as db:
        (one,) = people.latest_adjudications(db, made.round, 5)
        facts = read_facts(db, made.round, "mira")
    assert (one.who, one.verdict, one.key) == ("manager", Verdict.REJECT, "a")
    shown = adjudicated.render(facts, [one], "manager", store.workspace)
    assert "&lt;i&gt;no entry" in shown and "value='a'" in shown
    back = {"event": "a", "round": made.round}
    assert "somebody else gave it" in call(store, "team_take_back", back, Role.ADMIN)["message"]
    with store.write() as db:
        assert verdicts.undo(db, made.round, "manager", "u", 20.0) is None, "the page Label takes back no adjudication"
    assert call(store, "team_take_back", back, Role.MANAGER) == {"ok": True}
    assert "taken back already" in call(store, "team_take_back", back, Role.MANAGER)["message"]
    assert "1 proposal is disputed" in drawn(store, made)["disputes"]
    with store.read() as db:
        assert audit.newest(db, 1)[0].action == "adjudication taken back"


def test_where_all_have_to_agree_nobody_adjudicates(store: Store, made: Believable, disputed: str) -> None:
    asked = USUAL | {"round": made.round, "opinions": "2", "policy": "unanimous"}
    assert call(store, "team_rules", asked, Role.MANAGER) == {"ok": True}
    shown = drawn(store, made)["disputes"]
    assert "an adjudication would change nothing" in shown and "data-adjudicate" not in shown


def test_new_rules_settle_what_was_judged(store: Store, made: Believable, disputed: str) -> None:
    for opinions, standing in (("3", 0), ("1", 2), ("2", 2)):
        answer = call(store, "team_rules", USUAL | {"round": made.round, "opinions": opinions})
        assert answer == {"ok": True}
        with store.read() as db:
            assert verdicts.counts(db, made.round).total == standing
            assert labeling_rules.of_round(db, made.round) == Rules(int(opinions), Policy.MAJORITY)
    assert "value='2'" in drawn(store, made)["rules"]


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (USUAL | {"opinions": "0"}, "Verdicts per item is 0"),
        (USUAL | {"opinions": "many"}, "'many': give a whole number"),
        (USUAL | {"policy": "loudest"}, "'loudest'"),
        (USUAL | {"policy": ["majority"]}, "['majority']"),
        (USUAL | {"strategy": "easiest"}, "'easiest': reload it"),
        (USUAL | {"quota": "10001"}, "Verdicts a day is 10001: give a whole number from 0 to 10,000"),
        (USUAL | {"quota": ""}, "a day is empty: give a whole number"),
        (USUAL | {"gold_percent": "21"}, "in percent, is 21: give a whole number from 0 to 20"),
        (USUAL | {"qualify": "51"}, "asks for 51 known answers, and this round has 0: make 51 more"),
        (USUAL | {"pass_percent": "49"}, "in percent, is 49: give a whole number from 50 to 100"),
        (USUAL | {"round": 77}, "no round"),
        ({}, "reload it"),
    ],
)
def test_rules_that_cannot_be_are_refused(store: Store, made: Believable, asked: dict[str, Any], said: str) -> None:
    answer = call(store, "team_rules", {"round": made.round} | asked)
    assert not answer["ok"] and said in answer["message"]
    with store.read() as db:
        assert labeling_rules.of_round(db, made.round) == Rules()


@pytest.mark.parametrize("name", OF_ALL)
@pytest.mark.parametrize("role", list(Role))
def test_each_function_asks_for_the_role_that_it_needs(store: Store, name: str, role: Role) -> None:
    needed = Role.ADMIN if name in ("team_invite", "team_withdraw", "team_account") else Role.MANAGER
    answer = call(store, name, {}, role)
    assert not answer["ok"] and ("may do this" in answer["message"]) is (role < needed)


@pytest.fixture
def known(store: Store) -> None:
    with store.write() as db:
        for name, role in (("admin", Role.ADMIN), ("ann", Role.ANNOTATOR)):
            accounts.add(db, name, role, "no hash", "test", 1.0)


def test_accounts_are_for_admins_to_see_and_change(store: Store, made: Believable, known: None) -> None:
    assert drawn(store, made)["accounts"] == ""
    assert "data-account='ann'" in drawn(store, made, Role.ADMIN)["accounts"]
    change = {"name": "ann", "do": "role", "role": "manager"}
    assert call(store, "team_account", change) == {"ok": True}
    for do in ("disable", "sign_out"):
        assert call(store, "team_account", {"name": "ann", "do": do}) == {"ok": True}
    assert "disabled" in drawn(store, made, Role.ADMIN)["accounts"]
    assert call(store, "team_account", {"name": "ann", "do": "enable"}) == {"ok": True}
    assert "last admin" in call(store, "team_account", {"name": "admin", "do": "disable"})["message"]
    assert "no account named" in call(store, "team_account", {"name": "<b>", "do": "disable"})["message"]
    assert "'explode'" in call(store, "team_account", {"name": "ann", "do": "explode"})["message"]
    with store.read() as db:
        assert accounts.get(db, "ann").role is Role.MANAGER


def test_an_invitation_is_a_link_that_works(store: Store, known: None) -> None:
    answer = call(store, "team_invite", {"role": "manager"})
    with store.read() as db:
        found = invites.read(db, answer["path"].removeprefix("/join/"), answer["days"])
    assert found.role is Role.MANAGER and found.made_by == "admin"
    assert answer["purpose"] == "a new account as manager"
    assert "cannot be given" in call(store, "team_invite", {"role": "owner"})["message"]


def test_links_that_can_be_used_are_listed_and_withdrawn(store: Store, made: Believable, known: None) -> None:
    call(store, "team_invite", {"role": "annotator"})
    sent = call(store, "team_invite", {"name": "ann"})
    assert sent["purpose"] == "a new password of ann"
    token = sent["path"].removeprefix("/join/")
    shown = drawn(store, made, Role.ADMIN)["accounts"]
    assert "<b>For a new password of ann</b>" in shown and "<b>For a new account as annotator</b>" in shown
    assert token not in shown
    asked = {"invitation": invites.digest(token)}
    assert call(store, "team_withdraw", asked) == {"ok": True}
    shown = drawn(store, made, Role.ADMIN)["accounts"]
    assert "a new password of ann" not in shown and "a new account as annotator" in shown
    assert "used meanwhile" in call(store, "team_withdraw", asked)["message"]
    with pytest.raises(FadedError, match="was used already"), store.read() as db:
        invites.read(db, token, time.time())
    with store.read() as db:
        assert [(one.action, one.about) for one in audit.newest(db, 1)] == [
            ("invitation to set a password withdrawn", "ann")
        ]


def test_flags_are_for_managers_with_their_evidence(store: Store, made: Believable) -> None:
    assert drawn(store, made)["flags"] == ""
    with store.write() as db:
        verdicts.submit(db, made.proposals[0], "ann", "f1", now=9.0, flag="a <b>torn</b> picture")
    shown = drawn(store, made)["flags"]
    assert (
        "1 flag<" in shown and "<b class='t-named'>ann, </b>" in shown and "a &lt;b&gt;torn&lt;/b&gt; picture" in shown
    )
    assert "data:image/png;base64" in shown
    assert drawn(store, made, Role.ANNOTATOR)["flags"] == ""


def test_without_accounts_it_is_said_how_to_begin(store: Store, made: Believable) -> None:
    assert "account add NAME --role admin" in drawn(store, made, Role.ADMIN)["accounts"]
    assert "add an admin first" in call(store, "team_invite", {"role": "annotator"})["message"]


def test_agreement_is_what_a_hand_computes(store: Store, made: Believable, disputed: str) -> None:
    """Three items, two people: they agree on two. Of six verdicts five confirm and one rejects.

    Observed disagreement is 1/3; two verdicts drawn from all six differ with 2 * 5 * 1 / (6 * 5) = 1/3: alpha is 0.
    """
    shown = drawn(store, made)["agreement"]
    assert "alpha is <b>0.00</b>" in shown and "on 3 items with 6 opinions" in shown
    assert "ann and bob" in shown and "none adjudicated" in shown and "0 of 3" in shown
    call(store, "team_adjudicate", {"proposal": disputed, "key": "a", "reason": "plain", "verdict": "confirm"})
    shown = drawn(store, made)["agreement"]
    assert "alpha is <b>0.00</b>" in shown, "an adjudication is nobody's opinion"
    assert "1 of 1" in shown and "0 of 1" in shown


def test_one_person_alone_agrees_with_nobody(store: Store, made: Believable) -> None:
    assert "No verdict yet" in drawn(store, made)["agreement"]
    with store.write() as db:
        verdicts.submit(db, made.proposals[0], "ann", "k", now=9.0, verdict=Verdict.CONFIRM, visible_ms=90)
    shown = drawn(store, made)["agreement"]
    assert "alpha is not defined" in shown and "1 of 1" in shown


def test_annotators_are_shown_nothing_of_it(store: Store, made: Believable, disputed: str) -> None:
    shown = drawn(store, made, Role.ANNOTATOR)
    assert shown.pop("contents") == team_page.FOR_MANAGERS and set(shown.values()) == {""}


def test_a_list_is_no_verdict(store: Store, made: Believable, disputed: str) -> None:
    asked = {"proposal": disputed, "verdict": ["confirm"], "reason": "plain", "key": "k"}
    assert call(store, "team_adjudicate", asked)["message"] == "Choose the right verdict first."


def test_what_is_typed_is_kept_for_its_campaign_alone(store: Store, made: Believable) -> None:
    shown = drawn(store, made)
    kept = (shown["rules"] + shown["guidelines"]).split("data-keep='")[1:]
    assert len(kept) > 10 and all(one.startswith(f"{made.campaign}-") for one in kept)
