"""Pauses of a campaign's labeling: while there is one, nothing is laid before anybody. What is sent still counts."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import delete, insert, select

from faded.domain import FadedError
from faded.store import audit
from faded.store.engine import Db
from faded.store.labeling_tables import labeling_pauses

LONGEST_REASON = 500
"""Characters of a pause's reason: a paragraph."""


@dataclass(frozen=True, slots=True)
class Pause:
    """A pause.

    Attributes:
        who: Who began it.
        reason: Why.
        since: When, seconds since 1970.
    """

    who: str
    reason: str
    since: float


def of_campaign(db: Db, campaign_id: int) -> Pause | None:
    """Return the pause of a campaign; None where it goes on."""
    mine = labeling_pauses.c.campaign_id == campaign_id
    columns = (labeling_pauses.c.who, labeling_pauses.c.reason, labeling_pauses.c.since)
    row = db.execute(select(*columns).where(mine)).one_or_none()
    return None if row is None else Pause(*row)


def begin(db: Db, campaign_id: int, who: str, reason: str, now: float) -> None:
    """Pause a campaign's labeling.

    Raises:
        FadedError: it is paused already, or no reason is given, or a very long one.
    """
    reason, known = reason.strip(), of_campaign(db, campaign_id)
    if known is not None:
        raise FadedError(f"Labeling was paused by {known.who} already: reload the page to see why.")
    if not reason:
        raise FadedError("The pause has no reason: say in a few words why, for everybody who labels.")
    if len(reason) > LONGEST_REASON:
        raise FadedError(f"The reason of the pause has {len(reason)} characters: say it in {LONGEST_REASON}.")
    db.execute(insert(labeling_pauses).values(campaign_id=campaign_id, who=who, reason=reason, since=now))
    audit.write(db, who, "labeling paused", f"campaign {campaign_id}", now, {"reason": reason})


def end(db: Db, campaign_id: int, who: str, now: float) -> None:
    """Let a campaign's labeling go on.

    Raises:
        FadedError: it is not paused.
    """
    known = of_campaign(db, campaign_id)
    if known is None:
        raise FadedError("Labeling is not paused: reload the page.")
    db.execute(delete(labeling_pauses).where(labeling_pauses.c.campaign_id == campaign_id))
    about = {"reason": known.reason, "since": known.since}
    audit.write(db, who, "labeling resumed", f"campaign {campaign_id}", now, about)
