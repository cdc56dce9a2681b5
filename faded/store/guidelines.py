"""What the managers of a campaign add to the guidelines: plain text, version by version, none ever changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.dialects import sqlite

from faded.domain import FadedError
from faded.store.engine import Db
from faded.store.labeling_tables import guidelines

LONGEST = 10_000
"""Characters of a version: more than anybody keeps in mind."""


@dataclass(frozen=True, slots=True)
class Version:
    """A version.

    Attributes:
        number: Its number in the campaign, from 1 on.
        text: What it says; blank where it takes back what was said before.
        who: Who saved it.
        created_at: When, seconds since 1970.
    """

    number: int
    text: str
    who: str
    created_at: float


COLUMNS = tuple(guidelines.c[name] for name in Version.__dataclass_fields__)


def latest(db: Db, campaign_id: int) -> Version | None:
    """Return the version that holds; None where managers have added nothing."""
    query = select(*COLUMNS).where(guidelines.c.campaign_id == campaign_id).order_by(guidelines.c.number.desc())
    row = db.execute(query.limit(1)).one_or_none()
    return None if row is None else Version(*row)


def versions(db: Db, campaign_id: int) -> list[Version]:
    """Return all versions, the newest first."""
    query = select(*COLUMNS).where(guidelines.c.campaign_id == campaign_id).order_by(guidelines.c.number.desc())
    return [Version(*row) for row in db.execute(query)]


def save(db: Db, campaign_id: int, text: str, after: int, who: str, now: float) -> Version:
    """Save a new version.

    Args:
        db: The transaction.
        campaign_id: The campaign.
        text: What it says.
        after: Number of the version that was changed, 0 for none.
        who: Who saves it.
        now: Seconds since 1970.

    Raises:
        FadedError: it is very long, says what the version before says, or that one is not the latest any more.
    """
    said, known = "\n".join(line.rstrip() for line in text.splitlines()).strip(), latest(db, campaign_id)
    if len(said) > LONGEST:
        raise FadedError(f"The guidelines have {len(said):,} characters: say it in {LONGEST:,}.")
    if after != (0 if known is None else known.number):
        said_of = "no version here" if known is None else f"{known.who} has saved version {known.number} meanwhile"
        raise FadedError(f"You changed version {after}, and {said_of}: copy what you wrote, and reload the page.")
    if said == ("" if known is None else known.text):
        raise FadedError("The guidelines say what they said before: change something first.")
    version = Version(1 if known is None else known.number + 1, said, who, now)
    db.execute(insert(guidelines).values(campaign_id=campaign_id, **asdict(version)))
    return version


def told(db: Db, campaign_id: int) -> list[dict[str, Any]]:
    """Return all versions as JSON values."""
    return [asdict(version) for version in versions(db, campaign_id)]


def take(db: Db, campaign_id: int, values: Sequence[Mapping[str, Any]]) -> None:
    """Take versions from elsewhere; a number that is there already keeps what it says."""
    for row in values:
        told_of = {name: row[name] for name in Version.__dataclass_fields__}
        db.execute(sqlite.insert(guidelines).values(campaign_id=campaign_id, **told_of).on_conflict_do_nothing())
