"""What a mode's proposals have been called so far: derived from them, and written down beside the mode."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import bindparam, func, select, update

from faded.domain import Verdict
from faded.store.engine import Db
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

_OTHERS = modes.alias()
_COUNTED = (
    select(proposals.c.mode_id.label("k_id"), *(value.label(f"k_{name}") for name, value in COUNTS.items()))
    .where(proposals.c.mode_id.in_(bindparam("ids", expanding=True)))
    .group_by(proposals.c.mode_id)
)
_RECOUNT = (
    update(modes)
    .where(modes.c.id == bindparam("k_id"))
    .values(
        {name: bindparam(f"k_{name}") for name in COUNTS}
        | {
            "version": select(func.max(_OTHERS.c.version) + 1)
            .where(_OTHERS.c.round_id == modes.c.round_id)
            .scalar_subquery()
        }
    )
)


def recount(db: Db, mode_ids: Iterable[int]) -> None:
    """Count the proposals of these modes anew, after a change to them."""
    ids = list(mode_ids)
    for start in range(0, len(ids), MANY):
        if rows := [dict(row._mapping) for row in db.execute(_COUNTED, {"ids": ids[start : start + MANY]})]:
            db.execute(_RECOUNT, rows)
