"""Proposals and the modes they belong to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, bindparam, func, select, update
from sqlalchemy.dialects import sqlite

from faded.domain import Cell, ModeKey, Proposal, Verdict
from faded.store.engine import Db
from faded.store.rows import cell_of, cell_text, one
from faded.store.schema import modes, proposals

MANY = 500
"""Ids per query; SQLite takes at least 999 parameters."""

NONE_YET = {"total": 0, "skipped": 0, "disputed": 0, "opinions": 0} | {kind.value: 0 for kind in Verdict}
"""Counts of a mode before its first proposal."""

COUNTS = {
    "total": func.count(),
    "skipped": func.count().filter(
        proposals.c.event_id.is_not(None), proposals.c.verdict.is_(None), ~proposals.c.disputed
    ),
    "disputed": func.count().filter(proposals.c.disputed),
    "opinions": func.sum(proposals.c.opinions),
    **{kind.value: func.count().filter(proposals.c.verdict == kind.value) for kind in Verdict},
}
"""How the counts of a mode follow from its proposals."""

FULL = select(proposals, modes.c.cell, modes.c.stratum).join(modes, modes.c.id == proposals.c.mode_id)
"""Selects proposals with the key of their mode; rows for `as_proposal`."""


@dataclass(frozen=True, slots=True)
class ModeRow:
    """A mode of a round with what its proposals have been called so far.

    Attributes:
        id: Number in the store.
        cell: The cell as stored.
        stratum: The stratum.
        score: Place in the ranking, the highest first.
        total: Number of proposals, each of a different sample.
        skipped: Proposals without a verdict that somebody skipped.
        confirm: Proposals whose standing verdict is this; so for the three below.
        reject: See `confirm`.
        invalid: See `confirm`.
        unsure: See `confirm`.
        disputed: Proposals without a verdict, because people differ.
        opinions: What people say of all of them, one opinion a person and proposal.
        version: Grows with every change of a mode of the round.
    """

    id: int
    cell: str
    stratum: str
    score: float
    total: int
    skipped: int
    confirm: int
    reject: int
    invalid: int
    unsure: int
    disputed: int
    opinions: int
    version: int

    @property
    def key(self) -> ModeKey:
        """Cell and stratum."""
        return ModeKey(cell_of(self.cell), self.stratum)

    @property
    def unjudged(self) -> int:
        """Number of proposals that wait for verdicts."""
        return self.total - self.confirm - self.reject - self.invalid - self.unsure - self.disputed


def add_many(db: Db, round_id: int, items: Sequence[Proposal], scores: Mapping[ModeKey, float]) -> int:
    """Add proposals; one whose id, or whose sample within the mode, is there already is left as it is.

    Args:
        db: The transaction.
        round_id: The round.
        items: The proposals.
        scores: A score for every mode of theirs; also re-scores modes that are there already.

    Returns:
        How many were new.
    """
    if not items:
        return 0
    _score(db, round_id, {item.key: scores[item.key] for item in items})
    ids = _mode_ids(db, round_id)
    rows = [_row(round_id, ids[item.key], item) for item in items]
    added = db.execute(sqlite.insert(proposals).on_conflict_do_nothing(), rows).rowcount
    recount(db, {ids[item.key] for item in items})
    return added


def rerank(db: Db, round_id: int, scores: Mapping[ModeKey, float]) -> None:
    """Give modes new scores; a mode that is not named keeps its own, one without proposals is passed over."""
    rows = [{"k_cell": cell_text(k.cell), "k_stratum": k.stratum, "k_score": score} for k, score in scores.items()]
    if rows:
        statement = update(modes).where(
            modes.c.round_id == round_id,
            modes.c.cell == bindparam("k_cell"),
            modes.c.stratum == bindparam("k_stratum"),
        )
        changes = {"score": bindparam("k_score"), "version": 1 + version(db, round_id)}
        db.execute(statement.values(changes), rows)


def get(db: Db, proposal_id: str) -> Proposal:
    """Return a proposal.

    Raises:
        FadedError: there is none with that id.
    """
    return as_proposal(one(db, FULL.where(proposals.c.id == proposal_id), f"proposal {proposal_id!r}"))


def round_of(db: Db, proposal_id: str) -> int:
    """Return the round of a proposal.

    Raises:
        FadedError: there is none with that id.
    """
    query = select(proposals.c.round_id).where(proposals.c.id == proposal_id)
    return int(one(db, query, f"proposal {proposal_id!r}").round_id)


def get_many(db: Db, proposal_ids: Iterable[str]) -> list[Proposal]:
    """Return the proposals with these ids, in their order; unknown ids are passed over."""
    ids = list(proposal_ids)
    found: dict[str, Proposal] = {}
    for start in range(0, len(ids), MANY):
        rows = db.execute(FULL.where(proposals.c.id.in_(ids[start : start + MANY])))
        found |= {row.id: as_proposal(row) for row in rows}
    return [found[i] for i in ids if i in found]


def with_modes(db: Db, proposal_ids: Sequence[str]) -> list[tuple[Proposal, int]]:
    """Return proposals with the numbers of their modes, in the order of the ids, of which there are few."""
    found = {row.id: row for row in db.execute(FULL.where(proposals.c.id.in_(list(proposal_ids))))}
    return [(as_proposal(found[i]), found[i].mode_id) for i in proposal_ids]


def of_round(db: Db, round_id: int) -> list[Proposal]:
    """Return the proposals of a round in the order in which they were made."""
    query = FULL.where(proposals.c.round_id == round_id).order_by(proposals.c.seq)
    return [as_proposal(row) for row in db.execute(query)]


def of_sample(db: Db, round_id: int, sample_id: str) -> Proposal | None:
    """Return some proposal of a sample, None where it has none."""
    mine = FULL.where(proposals.c.round_id == round_id, proposals.c.sample_id == sample_id)
    row = db.execute(mine.limit(1)).one_or_none()
    return None if row is None else as_proposal(row)


def newest(db: Db, round_id: int, n: int) -> list[Proposal]:
    """Return the latest proposals of a round, newest first."""
    query = FULL.where(proposals.c.round_id == round_id).order_by(proposals.c.seq.desc()).limit(n)
    return [as_proposal(row) for row in db.execute(query)]


def examples(db: Db, round_ids: Sequence[int], cells: Iterable[Cell], n: int) -> dict[ModeKey, list[Proposal]]:
    """Return up to `n` proposals a round of every mode with one of these cells, confirmed ones first.

    What people called right, or invalid, is no example of a failure.
    """
    wanted = {cell_text(cell) for cell in cells}
    order = (proposals.c.verdict == Verdict.CONFIRM.value).desc(), proposals.c.seq
    place = func.row_number().over(partition_by=proposals.c.mode_id, order_by=order).label("place")
    fair = proposals.c.verdict.is_(None) | proposals.c.verdict.in_([Verdict.CONFIRM.value, Verdict.UNSURE.value])
    of_cells = proposals.c.round_id.in_(round_ids), modes.c.cell.in_(wanted)
    ranked = FULL.add_columns(place).where(fair, *of_cells).subquery()
    found: dict[ModeKey, list[Proposal]] = {}
    for row in db.execute(select(ranked).where(ranked.c.place <= n).order_by(ranked.c.mode_id, ranked.c.place)):
        proposal = as_proposal(row)
        found.setdefault(proposal.key, []).append(proposal)
    return found


def count(db: Db, round_id: int) -> int:
    """Return the number of proposals of a round."""
    return db.execute(select(func.count()).where(proposals.c.round_id == round_id)).scalar_one()


def mode_rows(db: Db, round_id: int, after: int = -1) -> list[ModeRow]:
    """Return the modes of a round that have proposals, highest score first, then in the order they came.

    Args:
        db: A transaction.
        round_id: The round.
        after: Those with a higher version only.
    """
    query = select(*(modes.c[name] for name in ModeRow.__dataclass_fields__)).where(modes.c.round_id == round_id)
    query = query.where(modes.c.total > 0, modes.c.version > after)
    return [ModeRow(*row) for row in db.execute(query.order_by(modes.c.score.desc(), modes.c.id)).all()]


def recount(db: Db, mode_ids: Iterable[int]) -> None:
    """Count the proposals of these modes anew, after a change to them."""
    ids = list(mode_ids)
    query = select(proposals.c.mode_id.label("k_id"), *(value.label(f"k_{name}") for name, value in COUNTS.items()))
    statement = update(modes).where(modes.c.id == bindparam("k_id"))
    changes: dict[str, Any] = {name: bindparam(f"k_{name}") for name in COUNTS}
    others = modes.alias()
    of_round = others.c.round_id == modes.c.round_id
    changes["version"] = select(func.max(others.c.version) + 1).where(of_round).scalar_subquery()
    statement = statement.values(changes)
    for start in range(0, len(ids), MANY):
        part = query.where(proposals.c.mode_id.in_(ids[start : start + MANY])).group_by(proposals.c.mode_id)
        if rows := [dict(row._mapping) for row in db.execute(part)]:
            db.execute(statement, rows)


def as_proposal(row: Row[Any]) -> Proposal:
    """Build a proposal from a row of `FULL`."""
    return Proposal(
        id=row.id,
        sample_id=row.sample_id,
        key=ModeKey(cell_of(row.cell), row.stratum),
        answer=row.answer,
        reference=row.reference,
        discrepancy=row.discrepancy,
        setting=row.setting,
        original=row.original,
        edited=row.edited,
        details=row.details,
        clean_answer=row.clean_answer,
    )


def _score(db: Db, round_id: int, scores: Mapping[ModeKey, float]) -> None:
    about = {"round_id": round_id, "version": 1 + version(db, round_id)}
    rows = [
        about | {"cell": cell_text(key.cell), "stratum": key.stratum, "score": score} | NONE_YET
        for key, score in scores.items()
    ]
    statement = sqlite.insert(modes)
    statement = statement.on_conflict_do_update(
        index_elements=["round_id", "cell", "stratum"],
        set_={name: statement.excluded[name] for name in ("score", "version")},
    )
    db.execute(statement, rows)


def version(db: Db, round_id: int) -> int:
    """Return a number that grows with every change of a mode of a round, and so of what stands for its proposals."""
    return db.execute(select(func.max(modes.c.version)).where(modes.c.round_id == round_id)).scalar() or 0


def _mode_ids(db: Db, round_id: int) -> dict[ModeKey, int]:
    rows = db.execute(select(modes.c.id, modes.c.cell, modes.c.stratum).where(modes.c.round_id == round_id))
    return {ModeKey(cell_of(cell), stratum): mode_id for mode_id, cell, stratum in rows}


def _row(round_id: int, mode_id: int, item: Proposal) -> dict[str, Any]:
    return {
        "id": item.id,
        "round_id": round_id,
        "mode_id": mode_id,
        "sample_id": item.sample_id,
        "answer": item.answer,
        "reference": item.reference,
        "discrepancy": item.discrepancy,
        "setting": item.setting,
        "original": item.original,
        "edited": item.edited,
        "details": item.details,
        "clean_answer": item.clean_answer,
    }
