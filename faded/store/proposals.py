"""Proposals and the modes they belong to."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import Row, bindparam, func, select, update
from sqlalchemy.dialects import sqlite

from faded.domain import Cell, ModeKey, Proposal, Verdict
from faded.store.engine import Db
from faded.store.mode_counts import MANY, NONE_YET, recount
from faded.store.rows import cell_text, mode_of, one
from faded.store.schema import modes, proposals

FULL = select(proposals, modes.c.cell, modes.c.stratum).join(modes, modes.c.id == proposals.c.mode_id)
"""Selects proposals with the key of their mode; rows for `as_proposal`."""


# Made once: every click asks them, and to put a query together takes longer than to ask it.
_BY_ID = FULL.where(proposals.c.id == bindparam("id"))
_BY_IDS = FULL.where(proposals.c.id.in_(bindparam("ids", expanding=True)))


class Answers(NamedTuple):
    """What a target answered under an edit, and what it should answer: see `domain.Answered`."""

    answer: str
    expected: str | None


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
        return mode_of(self.cell, self.stratum)

    @property
    def unjudged(self) -> int:
        """Number of proposals that wait for verdicts."""
        return self.total - self.confirm - self.reject - self.invalid - self.unsure - self.disputed


_MODES = (
    select(*(modes.c[name] for name in ModeRow.__dataclass_fields__))
    .where(modes.c.round_id == bindparam("round"), modes.c.total > 0, modes.c.version > bindparam("after"))
    .order_by(modes.c.score.desc(), modes.c.id)
)
_VERSION = select(func.max(modes.c.version)).where(modes.c.round_id == bindparam("round"))


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
    return with_round(db, proposal_id)[0]


def with_round(db: Db, proposal_id: str) -> tuple[Proposal, int]:
    """Return a proposal, and the number of its round.

    Raises:
        FadedError: there is none with that id.
    """
    row = one(db, _BY_ID, f"proposal {proposal_id!r}", {"id": proposal_id})
    return as_proposal(row), row.round_id


def round_of(db: Db, proposal_id: str) -> int:
    """Return the round of a proposal.

    Raises:
        FadedError: there is none with that id.
    """
    return with_round(db, proposal_id)[1]


def get_many(db: Db, proposal_ids: Iterable[str]) -> list[Proposal]:
    """Return the proposals with these ids, in their order; unknown ids are passed over."""
    ids = list(proposal_ids)
    found: dict[str, Proposal] = {}
    for start in range(0, len(ids), MANY):
        rows = db.execute(_BY_IDS, {"ids": ids[start : start + MANY]})
        found |= {row.id: as_proposal(row) for row in rows}
    return [found[i] for i in ids if i in found]


def with_modes(db: Db, proposal_ids: Sequence[str]) -> list[tuple[Proposal, int]]:
    """Return proposals with the numbers of their modes, in the order of the ids, of which there are few."""
    found = {row.id: row for row in db.execute(_BY_IDS, {"ids": list(proposal_ids)})}
    return [(as_proposal(found[i]), found[i].mode_id) for i in proposal_ids]


def of_round(db: Db, round_id: int) -> list[Proposal]:
    """Return the proposals of a round in the order in which they were made."""
    query = FULL.where(proposals.c.round_id == round_id).order_by(proposals.c.seq)
    return [as_proposal(row) for row in db.execute(query)]


def answered(db: Db, round_ids: Sequence[int]) -> dict[str, Answers]:
    """Return what is known of the answers of all proposals of these rounds; those that are alike are one."""
    columns = (proposals.c.id, proposals.c.answer, func.coalesce(proposals.c.reference, proposals.c.clean_answer))
    rows = db.execute(select(*columns).where(proposals.c.round_id.in_(round_ids))).tuples()
    alike: dict[Answers, Answers] = {}
    return {i: alike.setdefault(found := Answers(answer, expected), found) for i, answer, expected in rows}


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
    return [ModeRow(*row) for row in db.execute(_MODES, {"round": round_id, "after": after}).all()]


def as_proposal(row: Row[Any]) -> Proposal:
    """Build a proposal from a row of `FULL`."""
    return Proposal(
        id=row.id,
        sample_id=row.sample_id,
        key=mode_of(row.cell, row.stratum),
        answer=row.answer,
        reference=row.reference,
        discrepancy=row.discrepancy,
        setting=sys.intern(row.setting),
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
    return db.execute(_VERSION, {"round": round_id}).scalar() or 0


def _mode_ids(db: Db, round_id: int) -> dict[ModeKey, int]:
    rows = db.execute(select(modes.c.id, modes.c.cell, modes.c.stratum).where(modes.c.round_id == round_id))
    return {mode_of(cell, stratum): mode_id for mode_id, cell, stratum in rows}


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
