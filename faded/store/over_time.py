"""When verdicts were given, in bins of a quarter of an hour: as many as a page counts on in whatever zone it stands."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Integer, cast, func, select, text

from faded.domain import Verdict
from faded.store.engine import Db
from faded.store.gold_tables import gold_answers
from faded.store.labeling_tables import adjudications, opinions
from faded.store.schema import BEGUN, proposals, verdict_events
from faded.store.settling import EventKind

BIN_SECONDS = 900
"""Days and hours begin at the beginning of such a bin in every time zone."""

_BIN: ColumnElement[int] = cast(verdict_events.c.created_at / BIN_SECONDS, Integer)


@dataclass(frozen=True, slots=True)
class JudgedAlike:
    """Proposals that several people judge, of which the latest opinion came in the same bin, with the same opinions.

    Attributes:
        bin: Number of the bin: seconds since 1970 by `BIN_SECONDS`.
        opinions: How many people give each verdict, in the order of `Verdict`.
        proposals: How many proposals there are.
    """

    bin: int
    opinions: tuple[int, ...]
    proposals: int


def given(db: Db, round_id: int) -> list[tuple[int, int]]:
    """Return how many verdicts were given in a round, bin by bin; those that were changed or taken back later too.

    Answers to known ones and adjudications are not among them.
    """
    mine = (verdict_events.c.round_id == round_id, verdict_events.c.kind == EventKind.VERDICT.value)
    query = select(_BIN, func.count()).where(*mine)
    for table in (gold_answers, adjudications):
        query = query.outerjoin(table, table.c.event_id == verdict_events.c.id).where(table.c.event_id.is_(None))
    query = query.group_by(_BIN).order_by(_BIN)
    return [(place, n) for place, n in db.execute(query).tuples()]


def judged(db: Db, round_id: int) -> list[JudgedAlike]:
    """Return what people say of the proposals of a round that several judge, adjudications left out, bin by bin."""
    said = [func.count().filter(opinions.c.verdict == v.value).label(v.value) for v in Verdict]
    of_one = (
        select(func.max(opinions.c.event_id).label("last"), *said)
        .where(opinions.c.round_id == round_id)
        .group_by(opinions.c.proposal_id)
        .having(func.count() > 1)
        .subquery()
    )
    numbers = [of_one.c[v.value] for v in Verdict]
    query = (
        select(_BIN, *numbers, func.count())
        .join_from(of_one, verdict_events, verdict_events.c.id == of_one.c.last)
        .group_by(_BIN, *numbers)
        .order_by(_BIN)
    )
    return [JudgedAlike(place, tuple(said), n) for place, *said, n in db.execute(query)]


def begun(db: Db, round_id: int) -> dict[int, int]:
    """Return how many opinions there are of proposals that still wait for others, by mode."""
    waits = (proposals.c.round_id == round_id, text(BEGUN))  # as the index has it
    query = select(proposals.c.mode_id, func.sum(proposals.c.opinions)).where(*waits)
    return {mode_id: int(n) for mode_id, n in db.execute(query.group_by(proposals.c.mode_id)).tuples()}
