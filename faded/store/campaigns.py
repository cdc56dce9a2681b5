"""Campaigns and their rounds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import Row, bindparam, exc, func, insert, select, update

from faded.domain import FadedError, ModeKey
from faded.store.engine import Db
from faded.store.rows import key_of, one
from faded.store.schema import campaigns, rounds

FOLD = "fold"
"""Where a round's summary keeps the number of its verify fold."""
SPLITS = "splits"
"""Where a round's summary keeps a hash per split of the data it works with."""
MEASURED = "measured_with"
"""Where a round's summary keeps what answers are made and measured with, beside data and weights."""
SOFTWARE = "software"
"""Where a round's summary keeps what each stage was computed with, one entry for each that a resumed one met."""
HEARD = "verdicts_heard"
"""Where a round's summary keeps which verdict event was the last that exploring had read, by number of the batch."""
STARTED_BY = "started_by"
"""Where a round's summary keeps who began it."""
CHOSEN = "chosen_modes"
"""Where a round's summary keeps the modes that people chose to fade."""

DECIDED_BY = "labeling_rules"
"""Where a decided round's summary keeps the rules of its labeling; without them the usual ones held."""

ELSEWHERE = "elsewhere"
"""Where a round's summary says that another workspace explored it: here it is labelled only."""

TAUGHT = "confirmation"
"""Where a round's summary keeps what verdicts taught."""


# Made once: every click asks them, and to put a query together takes longer than to ask it.
_CAMPAIGN = select(campaigns).where(campaigns.c.id == bindparam("id"))
_ROUND = select(rounds).where(rounds.c.id == bindparam("id"))
_THIS = rounds.alias()
_ON_SAME_WEIGHTS = (
    select(rounds.c.id)
    .join(_THIS, (_THIS.c.campaign_id == rounds.c.campaign_id) & (_THIS.c.weights == rounds.c.weights))
    .where(_THIS.c.id == bindparam("id"), rounds.c.number <= _THIS.c.number)
    .order_by(rounds.c.number)
)


class RoundState(StrEnum):
    """Where a round stands."""

    OPEN = "open"
    ACCEPTED = "accepted"
    ROLLED_BACK = "rolled_back"


@dataclass(frozen=True, slots=True)
class Campaign:
    """One target with its concepts, data, measure and budget.

    Attributes:
        id: Number in the store.
        name: Unique name.
        config: The campaign's configuration as JSON values.
        created_at: Seconds since 1970.
    """

    id: int
    name: str
    config: dict[str, Any]
    created_at: float


@dataclass(frozen=True, slots=True)
class Round:
    """One pass of a campaign.

    Attributes:
        id: Number in the store.
        campaign_id: Its campaign.
        number: 1 for the campaign's first round.
        state: Whether it is decided, and how.
        fingerprint_before: Hash of the weights that the round starts from; empty until known.
        fingerprint_after: Hash of the repaired weights; empty until there are some.
        weights: Folder of the target the round starts from, relative to the workspace; empty for the original.
        repaired: Folder of the repaired target, relative to the workspace; empty until there is one.
        summary: What a page shows: the space, the bound, names of strata and the like, JSON values. `fold` is the
            verify fold that the round uses, see `fold`.
        created_at: Seconds since 1970.
        decided_by: Who accepted it or rolled it back.
        decided_at: When, seconds since 1970.
    """

    id: int
    campaign_id: int
    number: int
    state: RoundState
    fingerprint_before: str
    fingerprint_after: str
    weights: str
    repaired: str
    summary: dict[str, Any]
    created_at: float
    decided_by: str | None
    decided_at: float | None

    @property
    def fold(self) -> int:
        """Number of the verify fold that the round uses, from 1; a campaign's first round uses the first."""
        return int(self.summary.get(FOLD, 1))

    @property
    def elsewhere(self) -> bool:
        """Whether another workspace explored it: here it is labelled only."""
        return bool(self.summary.get(ELSEWHERE))


def create_campaign(db: Db, name: str, config: Mapping[str, Any], now: float) -> Campaign:
    """Create a campaign.

    Raises:
        FadedError: the name is taken.
    """
    row = {"name": name, "config": dict(config), "created_at": now}
    try:
        with db.begin_nested():
            done = db.execute(insert(campaigns).values(row))
    except exc.IntegrityError as error:
        raise FadedError(f"There is a campaign named {name!r} already: choose another name.") from error
    return get_campaign(db, key_of(done))


def free_name(db: Db, stem: str) -> str:
    """Return the first name that is free: the stem with a number behind it."""
    taken = set(db.execute(select(campaigns.c.name)).scalars())
    return next(name for n in range(1, len(taken) + 2) if (name := f"{stem}-{n}") not in taken)


def get_campaign(db: Db, campaign_id: int) -> Campaign:
    """Return a campaign.

    Raises:
        FadedError: there is none with that number.
    """
    return Campaign(**one(db, _CAMPAIGN, f"campaign {campaign_id}", {"id": campaign_id})._mapping)


def list_campaigns(db: Db) -> list[Campaign]:
    """Return all campaigns, oldest first."""
    return [Campaign(**row._mapping) for row in db.execute(select(campaigns).order_by(campaigns.c.id))]


def create_round(
    db: Db,
    campaign_id: int,
    *,
    now: float,
    fingerprint_before: str = "",
    weights: str = "",
    summary: Mapping[str, Any] | None = None,
) -> Round:
    """Create the next round of a campaign, open, numbered one above the last.

    Raises:
        FadedError: there is no such campaign.
    """
    get_campaign(db, campaign_id)
    last = db.execute(select(func.max(rounds.c.number)).where(rounds.c.campaign_id == campaign_id)).scalar()
    row = {
        "campaign_id": campaign_id,
        "number": (last or 0) + 1,
        "state": RoundState.OPEN.value,
        "fingerprint_before": fingerprint_before,
        "fingerprint_after": "",
        "weights": weights,
        "repaired": "",
        "summary": dict(summary or {}),
        "created_at": now,
    }
    return get_round(db, key_of(db.execute(insert(rounds).values(row))))


def get_round(db: Db, round_id: int) -> Round:
    """Return a round.

    Raises:
        FadedError: there is none with that number.
    """
    return _round(one(db, _ROUND, f"round {round_id}", {"id": round_id}))


def find_round(db: Db, round_id: int) -> Round | None:
    """Return a round, None where there is none with that number."""
    row = db.execute(select(rounds).where(rounds.c.id == round_id)).one_or_none()
    return None if row is None else _round(row)


def list_rounds(db: Db, campaign_id: int) -> list[Round]:
    """Return the rounds of a campaign, oldest first."""
    query = select(rounds).where(rounds.c.campaign_id == campaign_id).order_by(rounds.c.number)
    return [_round(row) for row in db.execute(query)]


def ids_on_same_weights(db: Db, round_id: int) -> list[int]:
    """Return the numbers of `on_same_weights`, nothing where there is no such round."""
    return list(db.execute(_ON_SAME_WEIGHTS, {"id": round_id}).scalars())


def on_same_weights(db: Db, round_id: int) -> list[Round]:
    """Return the campaign's rounds that began with the same weights as this one, this one last, oldest first.

    They ask the same target, so their trials and verdicts count together. A later round is not among them.

    Raises:
        FadedError: there is no such round.
    """
    this = get_round(db, round_id)
    return [r for r in list_rounds(db, this.campaign_id) if r.weights == this.weights and r.number <= this.number]


def latest_round(db: Db, campaign_id: int | None = None) -> Round | None:
    """Return the newest round, of one campaign or of all; None where there is none."""
    query = select(rounds).order_by(rounds.c.id.desc()).limit(1)
    if campaign_id is not None:
        query = query.where(rounds.c.campaign_id == campaign_id)
    row = db.execute(query).one_or_none()
    return None if row is None else _round(row)


def update_round(
    db: Db,
    round_id: int,
    *,
    fingerprint_before: str | None = None,
    fingerprint_after: str | None = None,
    weights: str | None = None,
    repaired: str | None = None,
    summary: Mapping[str, Any] | None = None,
) -> Round:
    """Change fields of a round; None leaves one as it is, and keys of `summary` are added to those there.

    Raises:
        FadedError: there is no such round.
    """
    before = get_round(db, round_id)
    given = {
        "fingerprint_before": fingerprint_before,
        "fingerprint_after": fingerprint_after,
        "weights": weights,
        "repaired": repaired,
        "summary": None if summary is None else before.summary | dict(summary),
    }
    changes = {name: value for name, value in given.items() if value is not None}
    if changes:
        db.execute(update(rounds).where(rounds.c.id == round_id).values(changes))
    return get_round(db, round_id)


def note_software(db: Db, round_id: int, stage: str, software: Mapping[str, str]) -> Round:
    """Write down what a stage is about to be computed with, unless its last entry says just that.

    Raises:
        FadedError: there is no such round.
    """
    noted = dict(get_round(db, round_id).summary.get(SOFTWARE, {}))
    of_stage = noted.get(stage, [])
    if of_stage[-1:] != [dict(software)]:
        noted[stage] = [*of_stage, dict(software)]
    return update_round(db, round_id, summary={SOFTWARE: noted})


def choose_modes(db: Db, round_id: int, modes: Sequence[ModeKey] | None) -> Round:
    """Say which confirmed modes the round's repair is to learn from; None for all, those to come included.

    Raises:
        FadedError: no mode is named, the round is decided, or there is none.
    """
    found = get_round(db, round_id)
    if found.state is not RoundState.OPEN:
        raise FadedError(f"Round {found.number} is decided, so there is nothing left to choose: start another round.")
    if modes is not None and not modes:
        raise FadedError("No mode is chosen: leave at least one for the repair to fade.")
    chosen = None if modes is None else [[list(key.cell), key.stratum] for key in modes]
    return update_round(db, round_id, summary={CHOSEN: chosen})


def chosen_modes(found: Round) -> list[ModeKey] | None:
    """Return the modes that `choose_modes` was given; None where nothing was chosen, so that all count."""
    chosen = found.summary.get(CHOSEN)
    return None if chosen is None else [ModeKey(tuple(cell), stratum) for cell, stratum in chosen]


def _round(row: Row[Any]) -> Round:
    return Round(**{**row._mapping, "state": RoundState(row.state)})
