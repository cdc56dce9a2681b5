"""What managers' forms of the page Team do: rules are set, labeling is paused and resumed, answers are made known."""

from __future__ import annotations

import time
from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from faded.domain import FadedError, Verdict
from faded.store import audit, campaigns, gold, guidelines, labeling_rules, pauses, qualifying, settling
from faded.store.engine import Store
from faded.store.labeling_rules import Policy, Rules, Strategy
from faded.store.qualifying import Outcome
from faded.ui import auth
from faded.ui.auth import User
from faded.ui.guarded import Answer
from faded.ui.page import whole_number

NUMBERS = {
    "opinions": "People who judge each item",
    "quota": "Verdicts of one person a day",
    "gold_percent": "The share of known answers",
    "qualify": "The number of items of the qualification",
    "pass_percent": "What a qualification asks for",
}
"""What the numbers of the form are called in words."""


def set_rules(store: Store, user: User, asked: Mapping[str, Any]) -> Answer:
    """Set the rules of a round's campaign, and settle its open rounds by them.

    Raises:
        FadedError: a rule cannot be used, or there is no such round.
    """
    policy, strategy = asked.get("policy"), asked.get("strategy")
    if not _is_one(policy, Policy) or not _is_one(strategy, Strategy):
        raise FadedError(f"The page sent the policy {policy!r} and the strategy {strategy!r}: reload it.")
    numbers = {name: _number(words, asked.get(name)) for name, words in NUMBERS.items()}
    rules = Rules(policy=Policy(str(policy)), strategy=Strategy(str(strategy)), **numbers)
    with auth.acting(store, user) as db:
        before = labeling_rules.of_round(db, round_of(asked)).qualify
        known = gold.in_use(db, round_of(asked), rules)
        if rules.qualify and not before and rules.qualify <= known:  # before the rule holds, so that nobody is asked
            campaign = campaigns.get_round(db, round_of(asked)).campaign_id
            qualifying.let_in_who_labels(db, campaign, user.name, time.time())
    if rules.qualify > max(before, known):
        raise FadedError(
            f"The qualification asks for {rules.qualify} known answers, and this round has {known}: make "
            f"{rules.qualify - known} more known first, in the card Known answers."
        )
    settling.set_rules(store, round_of(asked), rules, user.name, time.time())
    return {}


def pause(store: Store, user: User, asked: Mapping[str, Any]) -> Answer:
    """Pause the labeling of a round's campaign, or let it go on.

    Raises:
        FadedError: it is as asked already, no reason is given, or there is no such round.
    """
    do, now = asked.get("do"), time.time()
    with auth.acting(store, user) as db:
        campaign = campaigns.get_round(db, round_of(asked)).campaign_id
        if do == "pause":
            pauses.begin(db, campaign, user.name, str(asked.get("reason") or ""), now)
        elif do == "resume":
            pauses.end(db, campaign, user.name, now)
        else:
            raise FadedError(f"The page sent {do!r}: reload it.")
    return {}


def know(store: Store, user: User, asked: Mapping[str, Any]) -> Answer:
    """Make what stands for a proposal a known answer, or withdraw it.

    Raises:
        FadedError: it cannot be known, or is not.
    """
    do, verdict, proposal = asked.get("do"), asked.get("verdict"), str(asked.get("proposal"))
    with auth.acting(store, user) as db:
        if do == "withdraw":
            gold.withdraw(db, proposal, user.name, time.time())
        elif do == "make" and _is_one(verdict, Verdict):
            gold.make(db, proposal, Verdict(str(verdict)), user.name, time.time())
        else:
            raise FadedError(f"The page sent {do!r} with the verdict {verdict!r}: reload it.")
    return {}


def qualify(store: Store, user: User, asked: Mapping[str, Any]) -> Answer:
    """Let a person into the labeling of a round's campaign, or give them a new attempt to qualify.

    Raises:
        FadedError: there is no such person or round.
    """
    do, name = asked.get("do"), str(asked.get("name"))
    if do not in (Outcome.LET_IN, Outcome.NEW_ATTEMPT):
        raise FadedError(f"The page sent {do!r}: reload it.")
    with auth.acting(store, user) as db:
        campaign = campaigns.get_round(db, round_of(asked)).campaign_id
        qualifying.decide(db, campaign, name, Outcome(str(do)), user.name, time.time())
    return {}


def guide(store: Store, user: User, asked: Mapping[str, Any]) -> Answer:
    """Save a new version of what a round's campaign adds to the guidelines.

    Raises:
        FadedError: it is very long or says nothing new, somebody else has saved one meanwhile, or there is no round.
    """
    with auth.acting(store, user) as db:
        campaign = campaigns.get_round(db, round_of(asked)).campaign_id
        after = whole_number(asked.get("after")) or 0
        now = time.time()
        saved = guidelines.save(db, campaign, str(asked.get("text") or ""), after, user.name, now)
        audit.write(db, user.name, "guidelines saved", f"campaign {campaign}", now, {"version": saved.number})
    return {}


def round_of(asked: Mapping[str, Any]) -> int:
    """Return the round that a page names; 0, which none is, where it names none."""
    return whole_number(asked.get("round")) or 0


def _is_one(given: object, kinds: type[StrEnum]) -> bool:
    return isinstance(given, str) and given in set(kinds)


def _number(words: str, given: object) -> int:
    number = whole_number(given)
    if number is None:
        said = "empty" if given in (None, "") else repr(str(given)[:20])
        raise FadedError(f"{words} is {said}: give a whole number.")
    return number
