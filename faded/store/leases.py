"""Leases: which proposal lies before whom, so that no more people judge one than are asked for.

A proposal has so many *slots* as people are to judge it. An opinion takes one, and so does a lease of somebody else.
"""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Select,
    and_,
    bindparam,
    delete,
    exists,
    func,
    select,
    text,
    update,
)
from sqlalchemy.dialects import sqlite

from faded.domain import Proposal
from faded.store.engine import Db
from faded.store.gold_tables import gold_leases
from faded.store.labeling_tables import leases, opinions
from faded.store.proposals import FULL, as_proposal
from faded.store.schema import BEGUN, proposals, verdict_events

LEASE_SECONDS = 300.0
"""How long a proposal waits for the person it lies before: long for one look, short for a lunch break."""

MOST_MODES = 64
"""Modes that are looked at with one query."""


@dataclass(frozen=True, slots=True)
class Held:
    """A proposal that lies before somebody.

    Attributes:
        proposal: The proposal.
        mode_id: Its mode.
        judged: Whether it waits for nobody any more.
        begun: Whether somebody has judged it.
        put_back: Whether undo put it there.
        place: Its place among all that lies before them.
    """

    proposal: Proposal
    mode_id: int
    judged: bool
    begun: bool
    put_back: bool
    place: int


def held(db: Db, round_id: int, annotator: str, now: float) -> list[Held]:
    """Return what lies before a person, in its order, and renew those leases."""
    mine = and_(leases.c.round_id == round_id, leases.c.annotator == annotator, leases.c.expires_at > now)
    db.execute(update(leases).where(mine).values(expires_at=now + LEASE_SECONDS))
    query = FULL.add_columns(leases.c.place).join(leases, leases.c.proposal_id == proposals.c.id).where(mine)
    return [
        Held(
            as_proposal(row),
            row.mode_id,
            judged=row.verdict is not None or row.disputed,
            begun=row.opinions > 0,
            put_back=row.place < 0,
            place=row.place,
        )
        for row in db.execute(query.order_by(leases.c.place))
    ]


def take(db: Db, round_id: int, proposal_ids: Sequence[str], annotator: str, slots: int, now: float) -> list[str]:
    """Lay proposals before a person, after those there already; return the ids of those that had a slot."""
    place = ends(db, round_id, annotator)[1]
    taken = []
    for proposal_id in proposal_ids:
        if _lay(db, round_id, proposal_id, annotator, slots, now, place + 1):
            taken.append(proposal_id)
            place += 1
    return taken


def put_back(db: Db, round_id: int, proposal_id: str, annotator: str, slots: int, now: float) -> bool:
    """Lay a proposal before a person ahead of all others; return False where it has no slot for them."""
    return _lay(db, round_id, proposal_id, annotator, slots, now, ends(db, round_id, annotator)[0] - 1)


def ends(db: Db, round_id: int, annotator: str) -> tuple[int, int]:
    """Return the first place of what lies before a person, at most 0, and the last, at least -1; known ones too."""
    first, last = 0, -1
    for query in _ENDS:
        for least, most in db.execute(query, {"round": round_id, "annotator": annotator}).tuples():
            first, last = min(first, first if least is None else least), max(last, last if most is None else most)
    return first, last


def release(db: Db, proposal_ids: Sequence[str], annotator: str) -> None:
    """Give up a person's leases on these proposals."""
    db.execute(delete(leases).where(leases.c.proposal_id.in_(list(proposal_ids)), leases.c.annotator == annotator))


def lies_or_lay(db: Db, proposal_id: str, annotator: str) -> bool:
    """Return whether a proposal lies before a person in earnest, or lay there and was not answered."""
    mine = exists().where(leases.c.proposal_id == proposal_id, leases.c.annotator == annotator)
    return bool(db.execute(select(mine)).scalar())


def begun(db: Db, round_id: int, annotator: str, slots: int, n: int, now: float) -> list[str]:
    """Return up to n proposals that others have judged and that have a slot for this person, in the order they came.

    Those that this person skipped are not among them; what others skipped is.
    """
    return list(db.execute(_BEGUN, _asked(annotator, slots, now) | {"round": round_id, "n": n}).scalars())


def fresh(
    db: Db, mode_ids: Iterable[int], annotator: str, slots: int, n: int, now: float, without: Collection[str] = ()
) -> list[str]:
    """Return up to n proposals of these modes that nobody skipped and that have a slot for this person.

    They come mode by mode in the order of the modes, within a mode in the order they came.

    Args:
        db: A transaction.
        mode_ids: The modes; only as many are looked at as are needed.
        annotator: Who asks.
        slots: How many people judge a proposal.
        n: How many are wanted.
        now: Seconds since 1970.
        without: Ids that are wanted no more.
    """
    found: list[str] = []
    asked, left, many = _asked(annotator, slots, now), iter(mode_ids), 1
    while len(found) < n and (part := list(itertools.islice(left, many))):
        place = {mode_id: i for i, mode_id in enumerate(part)}
        rows = db.execute(_FRESH, asked | {"modes": part}).tuples().all()
        free = [one for one, _ in sorted(rows, key=lambda row: place[row[1]]) if one not in without]
        found.extend(free[: n - len(found)])
        many = min(4 * many, MOST_MODES)
    return found


def skipped(
    db: Db, round_id: int, mode_ids: Sequence[int], annotator: str, slots: int, n: int, now: float
) -> list[str]:
    """Return up to n skipped proposals of these modes that have a slot, the longest skipped first."""
    wanted = set(mode_ids)
    with db.execute(_SKIPPED, _asked(annotator, slots, now) | {"round": round_id}) as rows:  # as far as needed
        found = (proposal_id for proposal_id, mode_id in rows if mode_id in wanted)
        return list(itertools.islice(found, n))


def judged_by(db: Db, round_id: int, annotator: str, fresh: bool = False) -> dict[int, int]:
    """Return how many proposals that still wait for others a person has judged, by mode; `fresh`: none was skipped."""
    query = _JUDGED_FRESH if fresh else _JUDGED
    return {mode_id: n for mode_id, n in db.execute(query, {"round": round_id, "annotator": annotator})}


def of_mode(
    db: Db, mode_id: int, annotator: str, slots: int, n: int, now: float, *, differing: bool = False, after: int = 0
) -> list[str]:
    """Return up to n proposals of a mode, the fewest opinions first, that nobody skipped and that have a slot.

    Args:
        db: The transaction.
        mode_id: The mode.
        annotator: For whom.
        slots: How many people judge a proposal.
        n: How many are wanted.
        now: Seconds since 1970.
        differing: Those first whose opinions differ most, and of these those with the most opinions.
        after: So many of them are passed over.
    """
    of_one = {"mode": mode_id, "n": n, "after": after}
    query = _DIFFERING if differing else _LEAST
    return list(db.execute(query, _asked(annotator, slots, now) | of_one).scalars())


def _asked(annotator: str, slots: int, now: float) -> dict[str, Any]:
    """Return what the queries below are told of whoever asks."""
    return {"annotator": annotator, "slots": slots, "now": now}


def _free(*columns: ColumnElement[Any]) -> Select[Any]:
    """Select proposals that a person neither holds nor has judged, and that have a slot left."""
    slots: BindParameter[int] = bindparam("slots")
    annotator: BindParameter[str] = bindparam("annotator")
    of_it = (leases.c.proposal_id == proposals.c.id, leases.c.expires_at > bindparam("now"))
    held_by_me = exists().where(*of_it, leases.c.annotator == annotator)
    judged_by_me = exists().where(opinions.c.proposal_id == proposals.c.id, opinions.c.annotator == annotator)
    other = opinions.alias()
    judged = exists().where(other.c.proposal_id == leases.c.proposal_id, other.c.annotator == leases.c.annotator)
    held_by_others = select(func.count()).where(*of_it, ~judged).correlate(proposals).scalar_subquery()
    return select(proposals.c.id, *columns).where(
        proposals.c.opinions < slots, ~held_by_me, ~judged_by_me, proposals.c.opinions + held_by_others < slots
    )


# Made once: to put a query together takes longer than to ask it.
_WAITS = (proposals.c.verdict.is_(None), ~proposals.c.disputed)
_BY_ME = exists().where(
    verdict_events.c.id == proposals.c.event_id, verdict_events.c.annotator == bindparam("annotator")
)
_BEGUN = (
    _free()
    .where(proposals.c.round_id == bindparam("round"), text(BEGUN), ~_BY_ME)
    .order_by(proposals.c.seq)
    .limit(bindparam("n"))
)
_FRESH = (
    _free(proposals.c.mode_id)
    .where(proposals.c.mode_id.in_(bindparam("modes", expanding=True)), proposals.c.event_id.is_(None))
    .where(~proposals.c.disputed)
    .order_by(proposals.c.seq)
)
_JUDGED = (
    select(opinions.c.mode_id, func.count())
    .where(opinions.c.round_id == bindparam("round"), opinions.c.annotator == bindparam("annotator"), opinions.c.open)
    .group_by(opinions.c.mode_id)
)
_JUDGED_FRESH = _JUDGED.join(proposals, proposals.c.id == opinions.c.proposal_id).where(proposals.c.event_id.is_(None))
_OF_MODE = (
    _free()
    .where(proposals.c.mode_id == bindparam("mode"), proposals.c.event_id.is_(None), ~proposals.c.disputed)
    .limit(bindparam("n"))
    .offset(bindparam("after"))
)
_SAID = select(func.count(opinions.c.verdict.distinct())).where(opinions.c.proposal_id == proposals.c.id)
_LEAST = _OF_MODE.order_by(proposals.c.opinions, proposals.c.seq)
_DIFFERING = _OF_MODE.order_by(
    _SAID.correlate(proposals).scalar_subquery().desc(), proposals.c.opinions.desc(), proposals.c.seq
)
_ENDS = [
    select(func.min(table.c.place), func.max(table.c.place)).where(
        table.c.round_id == bindparam("round"), table.c.annotator == bindparam("annotator")
    )
    for table in (leases, gold_leases)
]
_HELD = select(func.count()).where(
    leases.c.proposal_id == bindparam("proposal"),
    leases.c.annotator != bindparam("annotator"),
    leases.c.expires_at > bindparam("now"),
)
_GIVEN = select(func.count()).where(
    opinions.c.proposal_id == bindparam("proposal"), opinions.c.annotator != bindparam("annotator")
)
_TAKEN = select(_HELD.scalar_subquery() + _GIVEN.scalar_subquery())
_IN_EARNEST = delete(gold_leases).where(
    gold_leases.c.proposal_id == bindparam("proposal"), gold_leases.c.annotator == bindparam("annotator")
)
_SKIPPED = (
    _free(proposals.c.mode_id)
    .where(proposals.c.round_id == bindparam("round"), *_WAITS, proposals.c.event_id.is_not(None))
    .order_by(proposals.c.event_id)
)


def _lay(db: Db, round_id: int, proposal_id: str, annotator: str, slots: int, now: float, place: int) -> bool:
    of_it = {"proposal": proposal_id, "annotator": annotator, "now": now}
    if db.execute(_TAKEN, of_it).scalar_one() >= slots:
        return False
    row = {"proposal_id": proposal_id, "annotator": annotator, "round_id": round_id}
    changes = {"expires_at": now + LEASE_SECONDS, "place": place}
    statement = sqlite.insert(leases).values(row | changes)
    db.execute(statement.on_conflict_do_update(index_elements=["proposal_id", "annotator"], set_=changes))
    db.execute(_IN_EARNEST, of_it)
    return True
