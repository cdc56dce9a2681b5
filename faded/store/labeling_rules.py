"""The rules of a campaign's labeling: how many people judge a proposal, and what decides where they differ."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.dialects.sqlite import insert as upsert

from faded.domain import FadedError, Verdict
from faded.store import audit
from faded.store.engine import Db
from faded.store.labeling_tables import labeling_rules
from faded.store.schema import rounds

MOST_OPINIONS = 9
"""More people on one proposal than anybody has."""


class Policy(StrEnum):
    """What decides where several people have judged a proposal."""

    MAJORITY = "majority"
    """More than half of them; without a majority, an adjudicator."""
    UNANIMOUS = "unanimous"
    """All of them; where they differ no verdict stands, whatever an adjudicator says."""
    ADJUDICATED = "adjudicated"
    """All of them; where they differ, an adjudicator."""


@dataclass(frozen=True, slots=True)
class Rules:
    """How a campaign is labelled.

    Attributes:
        opinions: How many people judge a proposal.
        policy: What decides where they differ.
    """

    opinions: int = 1
    policy: Policy = Policy.MAJORITY


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


def resolve(opinions: Sequence[Said], adjudicated: Said | None, rules: Rules) -> tuple[Said | None, bool]:
    """Return what stands for a proposal, and whether it is disputed.

    Nothing stands while fewer people than the rules ask for have judged it, unless it was adjudicated. Two
    confirmations that state different answers differ.

    Args:
        opinions: One opinion a person, in the order they were given.
        adjudicated: The latest adjudication, None without one.
        rules: The campaign's.

    Returns:
        The latest opinion of those that decide, None where nothing stands; and whether all were asked in vain.
    """
    if adjudicated is not None and rules.policy is not Policy.UNANIMOUS:
        return adjudicated, False
    if len(opinions) < rules.opinions or not opinions:
        return None, False
    counts = Counter((one.verdict, one.answer) for one in opinions)
    (most, count), *_ = counts.most_common(1)
    enough = 2 * count > len(opinions) if rules.policy is Policy.MAJORITY else count == len(opinions)
    if not enough:
        return None, True
    return next(one for one in reversed(opinions) if (one.verdict, one.answer) == most), False


def of_campaign(db: Db, campaign_id: int) -> Rules:
    """Return a campaign's rules."""
    kept = db.execute(select(labeling_rules.c.rules).where(labeling_rules.c.campaign_id == campaign_id)).scalar()
    return _read(kept)


def of_round(db: Db, round_id: int) -> Rules:
    """Return the rules of a round's campaign."""
    mine = select(rounds.c.campaign_id).where(rounds.c.id == round_id).scalar_subquery()
    return _read(db.execute(select(labeling_rules.c.rules).where(labeling_rules.c.campaign_id == mine)).scalar())


def save(db: Db, campaign_id: int, rules: Rules, by: str, now: float) -> None:
    """Set a campaign's rules; what stands for its proposals is then to be settled anew.

    Raises:
        FadedError: a rule cannot be used.
    """
    if not 1 <= rules.opinions <= MOST_OPINIONS:
        raise FadedError(f"Verdicts per item is {rules.opinions}: give a whole number from 1 to {MOST_OPINIONS}.")
    before = of_campaign(db, campaign_id)
    take(db, campaign_id, asdict(rules))
    about = {"from": asdict(before), "to": asdict(rules)}
    audit.write(db, by, "labeling rules set", f"campaign {campaign_id}", now, about)


def take(db: Db, campaign_id: int, values: Mapping[str, object] | None) -> None:
    """Take a campaign's rules from elsewhere, as JSON values; None where nothing is said of them."""
    if values is not None:
        kept = dict(values)
        statement = upsert(labeling_rules).values(campaign_id=campaign_id, rules=kept)
        db.execute(statement.on_conflict_do_update(index_elements=["campaign_id"], set_={"rules": kept}))


def _read(kept: Mapping[str, object] | None) -> Rules:
    if kept is None:
        return Rules()
    return Rules(int(str(kept["opinions"])), Policy(str(kept["policy"])))
