"""Qualifications: what a person answers openly before the first item that counts, and how that ended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import exists, func, insert, select

from faded.domain import FadedError, Role
from faded.store import accounts, audit, campaigns, event_lines
from faded.store.engine import Db
from faded.store.gold_queue import Check, is_in_use, is_settled_by
from faded.store.gold_tables import gold, gold_answers, gold_opinions, qualifications
from faded.store.labeling_tables import opinions
from faded.store.schema import proposals, verdict_events
from faded.store.settling import VALID
from faded.store.tables import FORMER_NAME

LONGEST_NAME = 200
"""Characters of an annotator's name."""


class Outcome(StrEnum):
    """How a qualification ended, or what a manager decided about it."""

    PASSED = "passed"
    FAILED = "failed"
    LET_IN = "let in"
    NEW_ATTEMPT = "new attempt"


@dataclass(frozen=True, slots=True)
class Ended:
    """How a person's qualification stands.

    Attributes:
        outcome: What was said last; None before the first attempt has ended.
        right: Right answers of the attempt that ended so.
        answers: Answers of it.
        who: Who decided; the person themselves where they passed or failed.
        after: Number of the event after which the present attempt began.
    """

    outcome: Outcome | None = None
    right: int = 0
    answers: int = 0
    who: str = ""
    after: int = 0

    @property
    def is_in(self) -> bool:
        """Whether they may label."""
        return self.outcome in (Outcome.PASSED, Outcome.LET_IN)


def of_person(db: Db, campaign_id: int, annotator: str) -> Ended:
    """Return how a person's qualification stands."""
    mine = (qualifications.c.campaign_id == campaign_id, qualifications.c.annotator == annotator)
    row = db.execute(select(qualifications).where(*mine).order_by(qualifications.c.id.desc()).limit(1)).one_or_none()
    if row is None:
        return Ended()
    began = (*mine, qualifications.c.outcome == Outcome.NEW_ATTEMPT.value)
    after = db.execute(select(func.max(qualifications.c.event_id)).where(*began)).scalar() or 0
    return Ended(Outcome(row.outcome), row.right, row.answers, row.who, after)


def said(db: Db, round_ids: Sequence[int], annotator: str, after: int) -> dict[str, bool]:
    """Return which known ones a person has answered openly in these rounds after an event, and whether rightly.

    Withdrawn ones count for nothing, and of several answers to one the latest counts.
    """
    query = VALID.add_columns(gold.c.verdict.label("known"))
    query = query.join(gold_answers, gold_answers.c.event_id == verdict_events.c.id)
    query = query.join(gold, gold.c.proposal_id == verdict_events.c.proposal_id)
    mine = (verdict_events.c.round_id.in_(round_ids), verdict_events.c.annotator == annotator)
    open_ones = (gold_answers.c.kind == Check.QUALIFYING.value, gold.c.withdrawn_at.is_(None))
    query = query.where(*mine, *open_ones, verdict_events.c.verdict.is_not(None), verdict_events.c.id > after)
    return {row.proposal_id: row.verdict == row.known for row in db.execute(query.order_by(verdict_events.c.id))}


def askable(db: Db, round_id: int, annotator: str) -> list[tuple[str, int]]:
    """Return the known ones of a round that a person may be asked openly: neither made nor judged by them.

    Each comes with the number of the event with which they last answered or skipped it, 0 where they never have.
    """
    mine = exists().where(opinions.c.proposal_id == gold.c.proposal_id, opinions.c.annotator == annotator)
    last = (
        select(func.max(verdict_events.c.id))
        .join(gold_answers, gold_answers.c.event_id == verdict_events.c.id)
        .where(verdict_events.c.proposal_id == gold.c.proposal_id, verdict_events.c.annotator == annotator)
        .correlate(gold)
        .scalar_subquery()
    )
    query = select(gold.c.proposal_id, func.coalesce(last, 0))
    query = query.join(proposals, proposals.c.id == gold.c.proposal_id)
    query = query.where(gold.c.round_id == round_id, gold.c.who != annotator, is_in_use())
    query = query.where(~mine, ~is_settled_by(annotator))
    return list(db.execute(query.order_by(gold.c.proposal_id)).tuples())


def end(db: Db, campaign_id: int, annotator: str, right: int, answers: int, passed: bool, now: float) -> Ended:
    """Write down how a person's attempt ended; undoing answers later does not change it."""
    outcome = Outcome.PASSED if passed else Outcome.FAILED
    _write(db, campaign_id, annotator, outcome, (right, answers), annotator, now)
    return of_person(db, campaign_id, annotator)


def decide(db: Db, campaign_id: int, annotator: str, outcome: Outcome, who: str, now: float) -> None:
    """Let a person in, or give them a new attempt.

    Raises:
        FadedError: nobody of that name has an account or was asked anything.
    """
    campaigns.get_campaign(db, campaign_id)
    if annotator not in names(db, campaign_id):
        raise FadedError(f"Nobody called {annotator[:LONGEST_NAME]!r} labels here: reload the page.")
    _say(db, campaign_id, annotator, outcome, who, now)


def let_in_who_labels(db: Db, campaign_id: int, who: str, now: float) -> None:
    """Let everybody in who judges something in a campaign and of whom nothing was said yet.

    They know what they judge, so they could be asked none of it; whoever is to be asked all the same is given a new
    attempt.

    Args:
        db: A write transaction.
        campaign_id: The campaign, which asks for a qualification from now on.
        who: Who sets that rule.
        now: Seconds since 1970.
    """
    ids = [found.id for found in campaigns.list_rounds(db, campaign_id)]
    mine = exists().where(
        qualifications.c.campaign_id == campaign_id, qualifications.c.annotator == opinions.c.annotator
    )
    query = select(opinions.c.annotator).distinct().where(opinions.c.round_id.in_(ids), ~mine)
    for annotator in db.execute(query.order_by(opinions.c.annotator)).scalars().all():
        if not annotator.startswith(FORMER_NAME):
            _say(db, campaign_id, annotator, Outcome.LET_IN, who, now)


def names(db: Db, campaign_id: int) -> list[str]:
    """Return who may have to qualify, in order: annotators with an account, and who has answered or was decided on.

    Former members are left out.
    """
    known = {one.name for one in accounts.list_all(db) if one.role is Role.ANNOTATOR and one.disabled_at is None}
    ids = [found.id for found in campaigns.list_rounds(db, campaign_id)]
    asked = (gold_opinions.c.round_id.in_(ids), gold_opinions.c.kind == Check.QUALIFYING.value)
    known |= set(db.execute(select(gold_opinions.c.annotator).distinct().where(*asked)).scalars())
    ended = select(qualifications.c.annotator).distinct().where(qualifications.c.campaign_id == campaign_id)
    known |= set(db.execute(ended).scalars())
    return sorted(name for name in known if not name.startswith(FORMER_NAME))


def _say(db: Db, campaign_id: int, annotator: str, outcome: Outcome, who: str, now: float) -> None:
    _write(db, campaign_id, annotator, outcome, (0, 0), who, now)
    audit.write(db, who, f"qualification: {outcome.value}", annotator, now, {"campaign": campaign_id})


def _write(
    db: Db, campaign_id: int, annotator: str, outcome: Outcome, numbers: tuple[int, int], who: str, now: float
) -> None:
    row = {"campaign_id": campaign_id, "annotator": annotator, "outcome": outcome.value, "who": who, "created_at": now}
    counts = {"right": numbers[0], "answers": numbers[1], "event_id": event_lines.last(db)}
    db.execute(insert(qualifications).values(row | counts))
