"""What people have done in a round, person by person, and what they differ about."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import exists, func, select

from faded.domain import Proposal, Verdict
from faded.store.engine import Db
from faded.store.labeling_tables import adjudications, opinions
from faded.store.proposals import FULL, as_proposal
from faded.store.schema import proposals, verdict_events
from faded.store.settling import VALID, EventKind


@dataclass(frozen=True, slots=True)
class Annotator:
    """What one person has done in a round.

    Attributes:
        name: The person, as it stands beside their verdicts.
        verdicts: Proposals that they judge.
        confirmed: Of these, what they confirm.
        mean_ms: How long they looked at one on average, milliseconds; None where no verdict says it.
        last_at: When they judged last, seconds since 1970.
    """

    name: str
    verdicts: int
    confirmed: int
    mean_ms: float | None
    last_at: float


@dataclass(frozen=True, slots=True)
class Dispute:
    """A proposal on which people differ, so that no verdict stands.

    Attributes:
        proposal: The proposal.
        said: Who said what, with the answer that a confirmation states; in the order of their names.
    """

    proposal: Proposal
    said: tuple[tuple[str, Verdict, str | None], ...]


def annotators(db: Db, round_id: int) -> list[Annotator]:
    """Return everybody who judges something in a round, who judges most first."""
    query = (
        select(
            opinions.c.annotator,
            func.count(),
            func.count().filter(opinions.c.verdict == Verdict.CONFIRM.value),
            func.avg(verdict_events.c.visible_ms),
            func.max(verdict_events.c.created_at),
        )
        .join(verdict_events, verdict_events.c.id == opinions.c.event_id)
        .where(opinions.c.round_id == round_id)
        .group_by(opinions.c.annotator)
        .order_by(func.count().desc(), opinions.c.annotator)
    )
    return [Annotator(*row) for row in db.execute(query).tuples()]


def given_since(db: Db, round_ids: Sequence[int], annotator: str, since: float) -> int:
    """Return how many verdicts a person has given in these rounds since a moment, those taken back left out."""
    mine = (verdict_events.c.round_id.in_(round_ids), verdict_events.c.annotator == annotator)
    settles = exists().where(adjudications.c.event_id == verdict_events.c.id)
    lately = VALID.where(*mine, verdict_events.c.created_at >= since)
    lately = lately.where(verdict_events.c.kind == EventKind.VERDICT.value, ~settles)
    return db.execute(select(func.count()).select_from(lately.subquery())).scalar_one()


def last_guidelines(db: Db, round_id: int, annotator: str) -> str | None:
    """Return the version of the guidelines that a person had before them at their last verdict that says it."""
    mine = (verdict_events.c.round_id == round_id, verdict_events.c.annotator == annotator)
    has = verdict_events.c.guidelines.is_not(None)  # an adjudication has none
    said = select(verdict_events.c.guidelines).where(*mine, has, verdict_events.c.kind == EventKind.VERDICT.value)
    return db.execute(said.order_by(verdict_events.c.id.desc()).limit(1)).scalar()


def disputes(db: Db, round_id: int, n: int) -> list[Dispute]:
    """Return up to n proposals on which people differ, the longest disputed first."""
    open_ones = FULL.where(proposals.c.round_id == round_id, proposals.c.disputed).order_by(proposals.c.seq).limit(n)
    found = [as_proposal(row) for row in db.execute(open_ones)]
    said = (
        select(opinions.c.proposal_id, opinions.c.annotator, opinions.c.verdict, verdict_events.c.answer)
        .join(verdict_events, verdict_events.c.id == opinions.c.event_id)
        .where(opinions.c.proposal_id.in_([p.id for p in found]))
        .order_by(opinions.c.annotator)
    )
    by_proposal: dict[str, list[tuple[str, Verdict, str | None]]] = {}
    for proposal_id, annotator, verdict, answer in db.execute(said):
        by_proposal.setdefault(proposal_id, []).append((annotator, Verdict(verdict), answer))
    return [Dispute(p, tuple(by_proposal.get(p.id, ()))) for p in found]


def is_disputed(db: Db, proposal_id: str) -> bool:
    """Return whether people differ on a proposal, so that no verdict stands."""
    return bool(db.execute(select(exists().where(proposals.c.id == proposal_id, proposals.c.disputed))).scalar())


@dataclass(frozen=True, slots=True)
class Adjudication:
    """A verdict that settles what people differed about, and stands.

    Attributes:
        proposal: The proposal.
        verdict: The verdict.
        answer: The right answer that it states, None where it states none.
        who: Who gave it.
        reason: Why.
        key: Of its event.
    """

    proposal: Proposal
    verdict: Verdict
    answer: str | None
    who: str
    reason: str
    key: str


def latest_adjudications(db: Db, round_id: int, n: int) -> list[Adjudication]:
    """Return up to n adjudications that stand, the latest first."""
    query = FULL.add_columns(verdict_events.c.annotator, verdict_events.c.key, adjudications.c.reason)
    query = query.add_columns(verdict_events.c.answer.label("stated"))
    query = query.join(verdict_events, verdict_events.c.id == proposals.c.event_id)
    query = query.join(adjudications, adjudications.c.event_id == verdict_events.c.id)
    query = query.where(proposals.c.round_id == round_id, proposals.c.verdict.is_not(None))
    return [
        Adjudication(as_proposal(row), Verdict(row.verdict), row.stated, row.annotator, row.reason, row.key)
        for row in db.execute(query.order_by(verdict_events.c.id.desc()).limit(n))
    ]


def said(db: Db, round_id: int) -> Iterator[tuple[str, str, Verdict]]:
    """Go through who says what of which proposal of a round, adjudications left out; there may be very many."""
    columns = (opinions.c.annotator, opinions.c.proposal_id, opinions.c.verdict)
    kinds = {kind.value: kind for kind in Verdict}
    for who, proposal_id, verdict in db.execute(select(*columns).where(opinions.c.round_id == round_id)).tuples():
        yield who, proposal_id, kinds[verdict]


def adjudicated(db: Db, round_id: int) -> dict[str, Verdict]:
    """Return the verdicts that settle what people differed about, by proposal."""
    query = (
        select(proposals.c.id, proposals.c.verdict)
        .join(adjudications, adjudications.c.event_id == proposals.c.event_id)
        .where(proposals.c.round_id == round_id, proposals.c.verdict.is_not(None))
    )
    return {proposal_id: Verdict(str(verdict)) for proposal_id, verdict in db.execute(query).tuples()}


def looks(db: Db, round_id: int) -> Iterator[tuple[str, str, int | None]]:
    """Go through how long people looked before each verdict they give: who, the target's answer, milliseconds."""
    query = (
        select(opinions.c.annotator, proposals.c.answer, verdict_events.c.visible_ms)
        .join(proposals, proposals.c.id == opinions.c.proposal_id)
        .join(verdict_events, verdict_events.c.id == opinions.c.event_id)
        .where(opinions.c.round_id == round_id)
    )
    yield from db.execute(query).tuples()
