"""The rules of a campaign's labeling: how many people judge a proposal, what decides where they differ, what comes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, TypeVar

from sqlalchemy import bindparam, select
from sqlalchemy.dialects.sqlite import insert as upsert

from faded.domain import FadedError, Verdict
from faded.store import audit, campaigns
from faded.store.campaigns import DECIDED_BY, ELSEWHERE, Round, RoundState
from faded.store.engine import Db
from faded.store.labeling_tables import labeling_rules

Choice = TypeVar("Choice", Verdict, str | None)

MOST_OPINIONS = 9
"""More people on one proposal than anybody has."""

MOST_GOLD_PERCENT = 20
"""The largest share of known answers, in percent: more of a person's time would be lost to being checked."""

MOST_QUALIFY = 50
"""More items of a qualification than anybody has patience for."""

PASS_PERCENT = (50, 100)
"""Least and most of what a qualification may ask for: below a half, whoever guesses may pass."""

MOST_QUOTA = 10_000
"""More verdicts than anybody gives in a day."""
_KEPT = select(labeling_rules.c.rules).where(labeling_rules.c.campaign_id == bindparam("campaign"))


class Policy(StrEnum):
    """What decides where several people have judged a proposal."""

    MAJORITY = "majority"
    """More than half of them; without a majority, an adjudicator."""
    UNANIMOUS = "unanimous"
    """All of them; where they differ no verdict stands, whatever an adjudicator says."""
    ADJUDICATED = "adjudicated"
    """All of them; where they differ, an adjudicator."""


class Strategy(StrEnum):
    """What comes next; see `labeling.strategies`."""

    INFORMATIVE = "informative"
    """What decides the most telling mode."""
    LEAST = "least labelled"
    """What has the fewest opinions, spread over the modes."""
    DISAGREEMENT = "disagreement"
    """What people differ about."""
    RANDOM = "random"
    """Anything that waits, each with the same chance."""


@dataclass(frozen=True, slots=True)
class Rules:
    """How a campaign is labelled.

    Attributes:
        opinions: How many people judge a proposal.
        policy: What decides where they differ.
        strategy: What comes next.
        quota: The most verdicts that a person gives in a day; 0 for any number.
        gold_percent: So many of a hundred items that a person gets have a known answer, as far as there are any.
        qualify: How many known answers a person gives before the first item that counts; 0 for none.
        pass_percent: So many of a hundred have to be right.
    """

    opinions: int = 1
    policy: Policy = Policy.MAJORITY
    strategy: Strategy = Strategy.INFORMATIVE
    quota: int = 0
    gold_percent: int = 5
    qualify: int = 0
    pass_percent: int = 80


@dataclass(frozen=True, slots=True)
class Said:
    """What one person says of a proposal.

    Attributes:
        event_id: Number of the event with which they said it last.
        verdict: Their verdict.
        answer: The right answer, where a confirmation states one.
    """

    event_id: int
    verdict: Verdict
    answer: str | None


def resolve(
    opinions: Sequence[Said], adjudicated: Said | None, rules: Rules, by_label: bool
) -> tuple[Said | None, bool]:
    """Return what stands for a proposal, and whether it is disputed.

    Nothing stands while fewer people than the rules ask for have judged it, unless it was adjudicated.

    Args:
        opinions: One opinion a person, in the order they were given.
        adjudicated: The latest adjudication, None without one.
        rules: The campaign's.
        by_label: Whether the right answer that a confirmation states is one of some labels: two that state different
            ones differ then. Free texts are hardly ever alike, and the latest is as good as any.

    Returns:
        The latest opinion of those that decide, one that states an answer if any does; None where nothing stands. And
        whether all were asked in vain.
    """
    if adjudicated is not None and rules.policy is not Policy.UNANIMOUS:
        return adjudicated, False
    if len(opinions) < rules.opinions or not opinions:
        return None, False
    verdict = _decides([one.verdict for one in opinions], rules)
    if verdict is None:
        return None, True
    alike = [one for one in opinions if one.verdict is verdict]
    stating = [one for one in alike if one.answer is not None]
    if by_label and stating:
        answer = _decides([one.answer for one in stating], rules)
        stating = [one for one in stating if one.answer == answer]
        if not stating:
            return None, True
    return (stating or alike)[-1], False


def _decides(said: Sequence[Choice], rules: Rules) -> Choice | None:
    """Return what enough of them say; None where too few say the same."""
    (most, count), *_ = Counter(said).most_common(1)
    enough = 2 * count > len(said) if rules.policy is Policy.MAJORITY else count == len(said)
    return most if enough else None


def of_campaign(db: Db, campaign_id: int) -> Rules:
    """Return a campaign's rules."""
    return _read(kept(db, campaign_id))


def of_round(db: Db, round_id: int) -> Rules:
    """Return the rules of a round: its campaign's, or once it is decided those by which it was."""
    return that_hold(db, campaigns.get_round(db, round_id))


def that_hold(db: Db, found: Round) -> Rules:
    """Return the same of a round that was read already."""
    if found.state is not RoundState.OPEN:
        return _read(found.summary.get(DECIDED_BY))
    return of_campaign(db, found.campaign_id)


def kept(db: Db, campaign_id: int) -> dict[str, Any] | None:
    """Return a campaign's rules as they are kept, JSON values; None where nobody has set any."""
    return db.execute(_KEPT, {"campaign": campaign_id}).scalar()


def save(db: Db, campaign_id: int, rules: Rules, by: str, now: float) -> None:
    """Set a campaign's rules; what stands for its proposals is then to be settled anew.

    Raises:
        FadedError: a rule cannot be used.
    """
    _check(rules)
    before = of_campaign(db, campaign_id)
    _keep(db, campaign_id, asdict(rules))
    was, now_are = asdict(before), asdict(rules)
    changed = [name for name in was if was[name] != now_are[name]]
    about = {"from": {name: was[name] for name in changed}, "to": {name: now_are[name] for name in changed}}
    audit.write(db, by, "labeling rules set", f"campaign {campaign_id}", now, about)


def _check(rules: Rules) -> None:
    bounds = (
        ("Verdicts per item", rules.opinions, 1, MOST_OPINIONS),
        ("Verdicts a day", rules.quota, 0, MOST_QUOTA),
        ("The share of known answers, in percent,", rules.gold_percent, 0, MOST_GOLD_PERCENT),
        ("The number of items of the qualification", rules.qualify, 0, MOST_QUALIFY),
        ("What a qualification asks for, in percent,", rules.pass_percent, *PASS_PERCENT),
    )
    for name, value, least, most in bounds:
        if not least <= value <= most:
            raise FadedError(f"{name} is {value}: give a whole number from {least} to {most:,}.")


def take(db: Db, campaign_id: int, values: Mapping[str, object] | None) -> None:
    """Take a campaign's rules from elsewhere, as JSON values, unless somebody has set them here.

    Raises:
        FadedError: a rule cannot be used.
        ValueError: there is no such rule.
    """
    here = kept(db, campaign_id)
    if values is not None and (here is None or here.get(ELSEWHERE)):
        _check(_read(values))
        _keep(db, campaign_id, {**values, ELSEWHERE: True})


def _keep(db: Db, campaign_id: int, values: Mapping[str, object]) -> None:
    rules = dict(values)
    statement = upsert(labeling_rules).values(campaign_id=campaign_id, rules=rules)
    db.execute(statement.on_conflict_do_update(index_elements=["campaign_id"], set_={"rules": rules}))


def _read(values: Mapping[str, Any] | None) -> Rules:
    """Return rules that were kept; what was no rule yet when they were is as usual."""
    given = {} if values is None else {name: values[name] for name in _READ if name in values}
    return Rules(**{name: _READ[name](value) for name, value in given.items()})


_READ: dict[str, Callable[[Any], Any]] = {
    "opinions": int,
    "policy": Policy,
    "strategy": Strategy,
    "quota": int,
    "gold_percent": int,
    "qualify": int,
    "pass_percent": int,
}
"""How each rule is read from a JSON value."""
