"""Verdict events as lines of JSON, and back: what a mirror keeps. A line names everything as any workspace would."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import exc, func, select

from faded.domain import Verdict
from faded.store.campaigns import ELSEWHERE
from faded.store.engine import Db
from faded.store.former import Former
from faded.store.gold_queue import Check
from faded.store.gold_tables import gold_answers
from faded.store.labeling_tables import adjudications
from faded.store.schema import campaigns, proposals, rounds, verdict_events
from faded.store.settling import append, settle

TEXTS = ("annotator", "kind", "verdict", "reason", "answer", "guidelines")
NUMBERS = ("visible_ms", "bias", "quality", "best", "worst")
SAID = (*TEXTS, *NUMBERS, "created_at")
"""Columns that a line holds as they are."""
ADJUDICATES = "adjudicates"
"""Under which name a line holds why its verdict settles what people differ about."""
CHECK = "check"
"""Under which name it holds how it was asked, of an answer to a proposal whose answer is known."""


@dataclass(frozen=True, slots=True)
class Replayed:
    """What became of lines that were played into a store.

    Attributes:
        new: Events that were not there yet.
        known: Events that were.
        strange: Lines about nothing that is here, or that say nothing that can be.
    """

    new: int
    known: int
    strange: int


def local_id(elsewhere: bool, campaign: str, number: int, proposal: str) -> str:
    """Return a proposal's id here; one from elsewhere has its round before it, for numbers of rounds are not alike."""
    return f"{campaign}/{number}/{proposal}" if elsewhere else proposal


def last(db: Db) -> int:
    """Return the number of the latest event; 0 before the first."""
    return db.execute(select(func.max(verdict_events.c.id))).scalar() or 0


def lines(db: Db, after: int = 0, round_id: int | None = None, annotator: str | None = None) -> list[dict[str, Any]]:
    """Return events in their order, of one round or of all, as a line's values.

    Args:
        db: The transaction.
        after: Number of the event after which they begin.
        round_id: The round; None for all.
        annotator: Who gave them; None for everybody.
    """
    undone = verdict_events.alias()
    query = (
        select(
            verdict_events,
            undone.c.key.label("voids"),
            adjudications.c.reason.label("adjudicates"),
            gold_answers.c.kind.label("check"),
            campaigns.c.name,
            rounds.c.number,
            rounds.c.summary,
        )
        .join(rounds, rounds.c.id == verdict_events.c.round_id)
        .join(campaigns, campaigns.c.id == rounds.c.campaign_id)
        .outerjoin(undone, undone.c.id == verdict_events.c.undoes)
        .outerjoin(adjudications, adjudications.c.event_id == verdict_events.c.id)
        .outerjoin(gold_answers, gold_answers.c.event_id == verdict_events.c.id)
        .where(verdict_events.c.id > after)
        .order_by(verdict_events.c.id)
    )
    if round_id is not None:
        query = query.where(verdict_events.c.round_id == round_id)
    if annotator is not None:
        query = query.where(verdict_events.c.annotator == annotator)
    found = []
    for row in db.execute(query):
        elsewhere = bool(row.summary.get(ELSEWHERE))
        stem = local_id(elsewhere, row.name, row.number, "")
        about = {"campaign": row.name, "round": row.number, "proposal": row.proposal_id.removeprefix(stem)}
        said = {name: value for name in SAID if (value := row._mapping[name]) is not None}
        more = {name: row._mapping[name] for name in ("voids", ADJUDICATES, CHECK) if row._mapping[name] is not None}
        found.append({"key": row.key, ELSEWHERE: elsewhere, **about, **said, **more})
    return found


def text(found: Iterable[Mapping[str, Any]]) -> bytes:
    """Return lines as the bytes of a file."""
    return "".join(json.dumps(line, sort_keys=True, ensure_ascii=False) + "\n" for line in found).encode()


def parse(data: bytes) -> list[dict[str, Any]]:
    """Return the lines of a file; what is no JSON object becomes an empty one, which counts as strange."""
    lines = data.decode(errors="replace").split("\n")  # what people write may hold other signs that part lines
    return [_object(line) for line in lines if line.strip()]


def _object(line: str) -> dict[str, Any]:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        found = None
    return found if isinstance(found, dict) else {}


def replay(db: Db, found: Iterable[Mapping[str, Any]]) -> Replayed:
    """Append the events that are not here yet, in their order. A line may come as often as it likes.

    An undo may come before what it voids: files are in the order of the clocks of those that wrote them. Rounds that
    are decided take events as well: they were given before that was known where they were given.
    """
    ids = dict(db.execute(select(verdict_events.c.key, verdict_events.c.id)).tuples().all())
    homes = {
        (name, number): (round_id, bool(summary.get(ELSEWHERE)))
        for name, number, round_id, summary in db.execute(
            select(campaigns.c.name, rounds.c.number, rounds.c.id, rounds.c.summary).join(
                rounds, rounds.c.campaign_id == campaigns.c.id
            )
        )
    }
    of_round = dict(db.execute(select(proposals.c.id, proposals.c.round_id)).tuples().all())
    before, known, tried = len(ids), 0, 0
    former = Former(db)
    touched: set[str] = set()
    waiting = list(found)
    while len(waiting) != tried:
        tried = len(waiting)
        left = []
        for line in waiting:
            key = line.get("key")
            if isinstance(key, str) and key in ids:
                known += 1
                continue
            row = _row(line, ids, homes, former)
            if row is None or of_round.get(row["proposal_id"]) != row["round_id"] or not _append(db, row, line, ids):
                left.append(line)
                continue
            touched.add(row["proposal_id"])
        waiting = left
    for proposal in sorted(touched):
        settle(db, proposal)
    return Replayed(new=len(ids) - before, known=known, strange=len(waiting))


def _row(
    line: Mapping[str, Any],
    ids: Mapping[str, int],
    homes: Mapping[tuple[str, int], tuple[int, bool]],
    former: Former,
) -> dict[str, Any] | None:
    """Return the event that a line tells of; None where it cannot be one of this store."""
    key, campaign, number, proposal, voids = (line.get(n) for n in ("key", "campaign", "round", "proposal", "voids"))
    words = (key, campaign, proposal, voids, *(line.get(name) for name in (*TEXTS, ADJUDICATES, CHECK)))
    figures = (number, *(line.get(name) for name in NUMBERS))
    readable = (
        all(word is None or isinstance(word, str) for word in words)
        and all(figure is None or type(figure) is int for figure in figures)
        and line.get("verdict") in (None, *Verdict)
        and (line.get(ADJUDICATES) is None or line.get("verdict") is not None)
        and line.get(CHECK) in (None, *Check)
        and isinstance(line.get("created_at"), int | float)
    )
    if not readable:
        return None
    home = homes.get((str(campaign), number or 0))
    if home is None or not line.get(ELSEWHERE) or (voids is not None and voids not in ids):
        return None
    name = local_id(home[1], str(campaign), number or 0, str(proposal))
    undoes = None if voids is None else ids[voids]
    said = {column: line.get(column) for column in SAID}
    if isinstance(said["annotator"], str):
        said["annotator"] = former.called(said["annotator"], float(line["created_at"]))
    return {"key": key, "round_id": home[0], "proposal_id": name, "undoes": undoes, **said}


def _append(db: Db, row: Mapping[str, Any], line: Mapping[str, Any], ids: dict[str, int]) -> bool:
    """Append the event of a line, and note its number; return whether it can be."""
    try:
        with db.begin_nested():
            number = append(db, row, line.get(ADJUDICATES), line.get(CHECK))
    except (exc.IntegrityError, OverflowError, UnicodeError):  # what else goes wrong is not the line's fault
        return False
    ids[row["key"]] = number
    return True
