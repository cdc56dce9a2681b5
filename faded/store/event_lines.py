"""Verdict events as lines of JSON, and back: what a mirror keeps. A line names everything as any workspace would."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import exc, func, insert, select

from faded.store import verdicts
from faded.store.campaigns import ELSEWHERE
from faded.store.engine import Db
from faded.store.schema import campaigns, proposals, rounds, verdict_events

SAID = (
    *("annotator", "kind", "verdict", "reason", "visible_ms", "created_at", "answer", "guidelines"),
    *("bias", "quality", "best", "worst"),
)
"""Columns that a line holds as they are."""


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


def lines(db: Db, after: int = 0, round_id: int | None = None) -> list[dict[str, Any]]:
    """Return events in their order, of one round or of all, as a line's values.

    Args:
        db: The transaction.
        after: Number of the event after which they begin.
        round_id: The round; None for all.
    """
    undone = verdict_events.alias()
    query = (
        select(verdict_events, undone.c.key.label("voids"), campaigns.c.name, rounds.c.number, rounds.c.summary)
        .join(rounds, rounds.c.id == verdict_events.c.round_id)
        .join(campaigns, campaigns.c.id == rounds.c.campaign_id)
        .outerjoin(undone, undone.c.id == verdict_events.c.undoes)
        .where(verdict_events.c.id > after)
        .order_by(verdict_events.c.id)
    )
    if round_id is not None:
        query = query.where(verdict_events.c.round_id == round_id)
    found = []
    for row in db.execute(query):
        elsewhere = bool(row.summary.get(ELSEWHERE))
        stem = local_id(elsewhere, row.name, row.number, "")
        about = {"campaign": row.name, "round": row.number, "proposal": row.proposal_id.removeprefix(stem)}
        said = {name: value for name in SAID if (value := row._mapping[name]) is not None}
        voids = {} if row.voids is None else {"voids": row.voids}
        found.append({"key": row.key, ELSEWHERE: elsewhere, **about, **said, **voids})
    return found


def text(found: Iterable[Mapping[str, Any]]) -> bytes:
    """Return lines as the bytes of a file."""
    return "".join(json.dumps(line, sort_keys=True, ensure_ascii=False) + "\n" for line in found).encode()


def parse(data: bytes) -> list[dict[str, Any]]:
    """Return the lines of a file; what is no JSON object becomes an empty one, which counts as strange."""
    return [_object(line) for line in data.decode(errors="replace").splitlines() if line.strip()]


def _object(line: str) -> dict[str, Any]:
    try:
        found = json.loads(line)
    except ValueError:
        found = None
    return found if isinstance(found, dict) else {}


def replay(db: Db, found: Iterable[Mapping[str, Any]]) -> Replayed:
    """Append the events that are not here yet, in their order. A line may come as often as it likes.

    Rounds that are decided take them as well: they were given before that was known where they were given.
    """
    outcome = {"new": 0, "known": 0, "strange": 0}
    ids = dict(db.execute(select(verdict_events.c.key, verdict_events.c.id)).tuples().all())
    homes = {
        (name, number): (round_id, bool(summary.get(ELSEWHERE)))
        for name, number, round_id, summary in db.execute(
            select(campaigns.c.name, rounds.c.number, rounds.c.id, rounds.c.summary).join(
                rounds, rounds.c.campaign_id == campaigns.c.id
            )
        )
    }
    for line in found:
        key = line.get("key")
        if key in ids:
            outcome["known"] += 1
            continue
        number = _append(db, line, ids, homes) if isinstance(key, str) else None
        outcome["strange" if number is None else "new"] += 1
        if number is not None:
            ids[str(key)] = number
    return Replayed(**outcome)


def _append(
    db: Db, line: Mapping[str, Any], ids: Mapping[str, int], homes: Mapping[tuple[str, int], tuple[int, bool]]
) -> int | None:
    """Append one event; return its number, None where it cannot be."""
    campaign, number, proposal = (line.get(name) for name in ("campaign", "round", "proposal"))
    home = homes.get((campaign, number))  # type: ignore[arg-type]
    voids = line.get("voids")
    if home is None or not line.get(ELSEWHERE) or (voids is not None and voids not in ids):
        return None
    name = local_id(home[1], str(campaign), int(str(number)), str(proposal))
    known = db.execute(select(proposals.c.id).where(proposals.c.id == name, proposals.c.round_id == home[0]))
    if known.one_or_none() is None:
        return None
    row = {name: line.get(name) for name in SAID} | {"undoes": None if voids is None else ids[voids]}
    try:
        with db.begin_nested():
            done: Any = db.execute(
                insert(verdict_events).values(key=line["key"], round_id=home[0], proposal_id=name, **row)
            )
            verdicts.settle(db, name)
    except (exc.IntegrityError, exc.StatementError):
        return None
    return int(done.inserted_primary_key[0])
