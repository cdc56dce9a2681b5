"""Known answers: proposals whose verdict a manager has said to be certain, and how rightly people answer them.

They are laid before people among the others (`gold_queue`). What is said to them is in the log of events like all else,
and nobody's opinion: it takes no slot, and nothing that stands or is counted follows from it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import exists, func, select, update
from sqlalchemy.dialects import sqlite

from faded.domain import FadedError, Proposal, Verdict
from faded.store import audit, campaigns, labeling_rules, settling
from faded.store.campaigns import RoundState
from faded.store.engine import Db
from faded.store.gold_queue import Check
from faded.store.gold_tables import gold, gold_opinions
from faded.store.labeling_rules import Rules
from faded.store.labeling_tables import adjudications, opinions
from faded.store.proposals import FULL, as_proposal, round_of
from faded.store.schema import proposals

MOST_GOLD = 500
"""Known answers of a round: twenty tell who guesses, and each of them is looked at whenever one is laid."""


@dataclass(frozen=True, slots=True)
class Gold:
    """A known answer.

    Attributes:
        proposal: The proposal.
        verdict: The right verdict.
        who: Who made it known.
        resting: Whether no verdict stands for the proposal any more, so that it is laid before nobody.
        answers: How many people have answered it.
        right: How many of them rightly.
    """

    proposal: Proposal
    verdict: Verdict
    who: str
    resting: bool
    answers: int
    right: int


@dataclass(frozen=True, slots=True)
class Candidate:
    """A judged proposal whose answer may be made known.

    Attributes:
        proposal: The proposal.
        verdict: What stands for it.
        people: How many people judge it.
        reason: Why it was adjudicated; None where all of them say the same.
    """

    proposal: Proposal
    verdict: Verdict
    people: int
    reason: str | None


@dataclass(frozen=True, slots=True)
class Answered:
    """How rightly a person answers.

    Attributes:
        annotator: Who.
        answers: Known ones that they have answered among the others, those of a qualification left out.
        right: Those that they have answered rightly.
    """

    annotator: str
    answers: int
    right: int


def make(db: Db, proposal_id: str, verdict: Verdict, who: str, now: float) -> None:
    """Make the verdict that stands for a proposal a known answer; where it is one already, nothing changes.

    Args:
        db: A write transaction.
        proposal_id: The proposal.
        verdict: What stands for it, as far as the person knows.
        who: Who says that it is certain.
        now: Seconds since 1970.

    Raises:
        FadedError: there is no such proposal, nothing or another verdict stands for it, or unsure does, or its round is
            decided or has very many already.
    """
    round_id = round_of(db, proposal_id)
    found = campaigns.get_round(db, round_id)
    if found.state is not RoundState.OPEN:
        raise FadedError(
            f"Round {found.number} is decided, so nobody is asked anything: make answers known in another."
        )
    stands = db.execute(select(proposals.c.verdict).where(proposals.c.id == proposal_id)).scalar()
    if stands is None:
        raise FadedError(f"No verdict stands for proposal {proposal_id!r}: let it be judged, or adjudicate it, first.")
    if stands != verdict.value:
        raise FadedError(f"Proposal {proposal_id!r} is judged {stands} meanwhile: reload the page, and look again.")
    if verdict is Verdict.UNSURE:
        raise FadedError(
            f"Proposal {proposal_id!r} is judged unsure: a known answer is confirm, reject or invalid edit, for where "
            "nobody can tell, nobody can be right."
        )
    same = (gold.c.proposal_id == proposal_id, gold.c.verdict == stands, gold.c.withdrawn_at.is_(None))
    if db.execute(select(exists().where(*same))).scalar():
        return  # known already, as after a click that was sent twice
    in_use = (gold.c.round_id == round_id, gold.c.withdrawn_at.is_(None), gold.c.proposal_id != proposal_id)
    if db.execute(select(func.count()).select_from(gold).where(*in_use)).scalar_one() >= MOST_GOLD:
        raise FadedError(f"Round {found.number} has {MOST_GOLD} known answers: withdraw some before you make more.")
    row = {"verdict": stands, "who": who, "made_at": now, "withdrawn_by": None, "withdrawn_at": None}
    statement = sqlite.insert(gold).values(proposal_id=proposal_id, round_id=round_id, **row)
    db.execute(statement.on_conflict_do_update(index_elements=["proposal_id"], set_=row))
    audit.write(db, who, "known answer made", f"proposal {proposal_id}", now, {"verdict": stands})


def withdraw(db: Db, proposal_id: str, who: str, now: float) -> None:
    """Make it no longer known: it is laid before nobody more, and what was answered counts for nothing.

    Raises:
        FadedError: it is not known.
    """
    mine = (gold.c.proposal_id == proposal_id, gold.c.withdrawn_at.is_(None))
    changed = db.execute(update(gold).where(*mine).values(withdrawn_by=who, withdrawn_at=now)).rowcount
    if not changed:
        raise FadedError(f"The answer of proposal {proposal_id!r} is not known: reload the page.")
    audit.write(db, who, "known answer withdrawn", f"proposal {proposal_id}", now)


def of_round(db: Db, round_id: int) -> list[Gold]:
    """Return the known answers of a round, the newest first."""
    people = func.count(gold_opinions.c.annotator.distinct())
    right = people.filter(gold_opinions.c.verdict == gold.c.verdict)
    count = (
        select(gold_opinions.c.proposal_id, people.label("n"), right.label("right"))
        .join(gold, gold.c.proposal_id == gold_opinions.c.proposal_id)
        .where(gold_opinions.c.round_id == round_id)
        .group_by(gold_opinions.c.proposal_id)
        .subquery()
    )
    query = FULL.add_columns(gold.c.verdict.label("known"), gold.c.who, count.c.n, count.c.right)
    query = query.join(gold, gold.c.proposal_id == proposals.c.id)
    query = query.outerjoin(count, count.c.proposal_id == proposals.c.id)
    query = query.where(gold.c.round_id == round_id, gold.c.withdrawn_at.is_(None))
    return [
        Gold(as_proposal(row), Verdict(row.known), row.who, row.verdict is None, row.n or 0, row.right or 0)
        for row in db.execute(query.order_by(gold.c.made_at.desc(), gold.c.proposal_id))
    ]


def candidates(db: Db, round_id: int, n: int) -> list[Candidate]:
    """Return up to n judged proposals whose answer may be made known, the latest judged first.

    Adjudicated ones come first, then those that as many people as the rules ask for have judged, all alike.
    """
    known = exists().where(gold.c.proposal_id == proposals.c.id, gold.c.withdrawn_at.is_(None))
    sure = proposals.c.verdict.in_([kind.value for kind in Verdict if kind is not Verdict.UNSURE])
    base = FULL.where(proposals.c.round_id == round_id, proposals.c.event_id.is_not(None), sure, ~known)
    base = base.order_by(proposals.c.event_id.desc()).limit(n)
    settled = base.add_columns(adjudications.c.reason)
    settled = settled.join(adjudications, adjudications.c.event_id == proposals.c.event_id)
    rows = [(row, row.reason) for row in db.execute(settled)]
    differs = exists().where(opinions.c.proposal_id == proposals.c.id, opinions.c.verdict != proposals.c.verdict)
    enough = proposals.c.opinions >= labeling_rules.of_round(db, round_id).opinions
    taken = {row.id for row, _ in rows}
    rows += [(row, None) for row in db.execute(base.where(enough, ~differs)) if row.id not in taken]
    return [Candidate(as_proposal(row), Verdict(row.verdict), row.opinions, reason) for row, reason in rows[:n]]


def accuracies(db: Db, round_id: int) -> list[Answered]:
    """Return how rightly everybody answers known ones of a round unawares, in the order of their names."""
    query = (
        select(gold_opinions.c.annotator, func.count(), func.count().filter(gold_opinions.c.verdict == gold.c.verdict))
        .join(gold, gold.c.proposal_id == gold_opinions.c.proposal_id)
        .where(gold_opinions.c.round_id == round_id, gold_opinions.c.kind == Check.SILENT.value)
        .where(gold.c.withdrawn_at.is_(None))
        .group_by(gold_opinions.c.annotator)
        .order_by(gold_opinions.c.annotator)
    )
    return [Answered(*row) for row in db.execute(query).tuples()]


def in_use(db: Db, round_id: int, rules: Rules) -> int:
    """Return how many known answers of a round may be asked by rules that may be others than its own."""
    query = select(gold.c.proposal_id).where(gold.c.round_id == round_id, gold.c.withdrawn_at.is_(None))
    return settling.standing_by(db, round_id, list(db.execute(query).scalars()), rules)


def told(db: Db, round_id: int) -> list[dict[str, Any]]:
    """Return the known answers of a round as JSON values, withdrawn ones too."""
    columns = [column for column in gold.c if column.name != "round_id"]
    rows = db.execute(select(*columns).where(gold.c.round_id == round_id).order_by(gold.c.proposal_id))
    return [dict(row._mapping) for row in rows]


def take(db: Db, round_id: int, values: Sequence[Mapping[str, Any]]) -> None:
    """Take known answers from elsewhere; where somebody has said something later here, that holds."""
    for row in values:
        changes = {name: row[name] for name in ("verdict", "who", "made_at", "withdrawn_by", "withdrawn_at")}
        statement = sqlite.insert(gold).values(proposal_id=row["proposal_id"], round_id=round_id, **changes)
        said = func.max(gold.c.made_at, func.coalesce(gold.c.withdrawn_at, 0))
        later = max(row["made_at"], row["withdrawn_at"] or 0) > said
        db.execute(statement.on_conflict_do_update(index_elements=["proposal_id"], set_=changes, where=later))
