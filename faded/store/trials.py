"""Trials: one row per answered query of a round."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import bindparam, func, select
from sqlalchemy.dialects import sqlite

from faded.domain import Details
from faded.store.campaigns import ids_on_same_weights
from faded.store.engine import Db
from faded.store.schema import trials

_OF_CELL = select(func.count(), func.count().filter(trials.c.failed)).where(
    trials.c.round_id.in_(bindparam("rounds", expanding=True)),
    trials.c.counted,
    trials.c.stratum == bindparam("stratum"),
    trials.c.cell == bindparam("cell"),
)


@dataclass(frozen=True, slots=True)
class TrialRow:
    """One answered query as it is stored.

    Attributes:
        query: Number of the query in its round, from 0.
        batch: Number of the batch it was asked in.
        sample_id: The sample asked about.
        stratum: The sample's stratum.
        cell: Number of the cell in the campaign's space.
        failed: Whether the discrepancy was above the threshold.
        discrepancy: The measured discrepancy.
        answer: What the target said.
        control: Whether it was a control query.
        counted: Whether it is the first of this sample and cell, and so counts as a trial.
        details: What the target said beside an answer that failed; None where nothing is kept.
    """

    query: int
    batch: int
    sample_id: str
    stratum: str
    cell: int
    failed: bool
    discrepancy: float
    answer: str
    control: bool
    counted: bool
    details: Details | None = None


COLUMNS = tuple(TrialRow.__dataclass_fields__)


@dataclass(frozen=True, slots=True)
class TrialCounts:
    """Numbers of queries of a round.

    Attributes:
        queries: All, control queries included.
        failures: Counted trials that failed.
        counted: Trials, that is first queries of a sample and cell.
        control_queries: Control queries.
        control_failures: Counted control queries that failed.
        last_query: Highest number, -1 before the first.
    """

    queries: int
    failures: int
    counted: int
    control_queries: int
    control_failures: int
    last_query: int


@dataclass(frozen=True, slots=True)
class CellTally:
    """Counted trials of a cell within a stratum, and how many of them failed."""

    stratum: str
    cell: int
    trials: int
    failures: int


class CountedTrial(NamedTuple):
    """A trial as it counts in a landscape."""

    sample_id: str
    stratum: str
    cell: int
    failed: bool


def add_many(db: Db, round_id: int, rows: Sequence[TrialRow]) -> int:
    """Add the trials of a batch; a query that is there already is left as it is. Returns how many were new."""
    if not rows:
        return 0
    statement = sqlite.insert(trials).on_conflict_do_nothing(index_elements=["round_id", "query"])
    return db.execute(
        statement, [{"round_id": round_id, **{f: getattr(row, f) for f in COLUMNS}} for row in rows]
    ).rowcount


def after(db: Db, round_id: int, query: int = -1) -> list[TrialRow]:
    """Return the trials after a query's number, in order."""
    found = (
        select(*(trials.c[name] for name in COLUMNS))
        .where(trials.c.round_id == round_id, trials.c.query > query)
        .order_by(trials.c.query)
    )
    return [TrialRow(*row) for row in db.execute(found)]


def tally(db: Db, round_id: int) -> list[CellTally]:
    """Return counted trials and failures of every cell and stratum that has any.

    Trials of earlier rounds of the campaign on the same weights belong to a round's landscape and are counted too.
    """
    query = (
        select(trials.c.stratum, trials.c.cell, func.count(), func.count().filter(trials.c.failed))
        .where(trials.c.round_id.in_(ids_on_same_weights(db, round_id)), trials.c.counted)
        .group_by(trials.c.stratum, trials.c.cell)
        .order_by(trials.c.stratum, trials.c.cell)
    )
    return [CellTally(stratum, cell, int(n), int(failures)) for stratum, cell, n, failures in db.execute(query)]


def counted(db: Db, round_id: int) -> list[CountedTrial]:
    """Return the counted trials of a round's landscape, in order; rounds count as in `tally`."""
    columns = trials.c.sample_id, trials.c.stratum, trials.c.cell, trials.c.failed
    query = (
        select(*columns)
        .where(trials.c.round_id.in_(ids_on_same_weights(db, round_id)), trials.c.counted)
        .order_by(trials.c.round_id, trials.c.query)
    )
    return [CountedTrial(*row) for row in db.execute(query)]


def of_cell(db: Db, round_id: int, stratum: str, cell: int) -> CellTally:
    """Return counted trials and failures of one cell within one stratum; rounds count as in `tally`."""
    of_landscape = ids_on_same_weights(db, round_id)
    n, failures = db.execute(_OF_CELL, {"rounds": of_landscape, "stratum": stratum, "cell": cell}).one()
    return CellTally(stratum, cell, int(n), int(failures))


def counts(db: Db, round_id: int) -> TrialCounts:
    """Return the numbers of queries of a round."""
    counted, control = trials.c.counted, trials.c.control
    failed = counted & trials.c.failed
    query = select(
        func.count(),
        func.count().filter(failed),
        func.count().filter(counted),
        func.count().filter(control),
        func.count().filter(failed & control),
        func.coalesce(func.max(trials.c.query), -1),
    ).where(trials.c.round_id == round_id)
    return TrialCounts(*db.execute(query).one())
