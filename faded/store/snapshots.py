"""A round as another workspace needs it for labeling: campaign, round, modes, proposals, and what people said so far.

Trials, jobs, leases and weights stay where the round was explored, and so does trying settings: it takes the target.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

from sqlalchemy import insert, update
from sqlalchemy.exc import SQLAlchemyError

from faded.domain import FadedError, ModeKey, Proposal
from faded.stages import round_called
from faded.store import campaigns, event_lines, gold, guidelines, labeling_rules, proposals, settling, snapshot_form
from faded.store.campaigns import ELSEWHERE, STARTED_BY
from faded.store.engine import Db
from faded.store.former import Former
from faded.store.rows import key_of
from faded.store.schema import rounds

FORMAT = 1
PREVIEWS = "previews"
"""Where a round's summary keeps the inputs that settings can be tried on."""
OF_ROUND = (
    *("number", "state", "fingerprint_before", "fingerprint_after", "weights", "repaired", "summary"),
    *("created_at", "decided_by", "decided_at"),
)


def take(db: Db, round_id: int) -> dict[str, Any]:
    """Return a round as JSON values.

    Raises:
        FadedError: there is no such round, or it came from elsewhere itself.
    """
    found = campaigns.get_round(db, round_id)
    campaign = campaigns.get_campaign(db, found.campaign_id)
    if found.summary.get(ELSEWHERE):
        raise FadedError(
            f"It is refused to push {round_called(round_id, found.number, campaign.name)}, which was explored "
            "elsewhere: push it from the workspace it came from."
        )
    summary = {name: value for name, value in found.summary.items() if name != PREVIEWS}
    modes = proposals.mode_rows(db, round_id)
    said = [line | {ELSEWHERE: True} for line in event_lines.lines(db, round_id=round_id)]
    return {
        "format": FORMAT,
        "campaign": {"name": campaign.name, "config": campaign.config, "created_at": campaign.created_at},
        "round": {name: getattr(found, name) for name in OF_ROUND} | {"summary": summary},
        "modes": [[list(mode.key.cell), mode.key.stratum, mode.score] for mode in modes],
        "labeling": asdict(labeling_rules.of_campaign(db, campaign.id)),
        "guidelines": guidelines.told(db, campaign.id),
        "gold": gold.told(db, round_id),
        "proposals": [asdict(item) for item in proposals.of_round(db, round_id)],
        "events": said,
    }


class NameTakenError(FadedError):
    """A campaign of this workspace has the name of one of the mirror's."""


def load(db: Db, snapshot: Mapping[str, Any]) -> int:
    """Put a round from elsewhere into the store, or bring it up to date; return its number in the store.

    Raises:
        NameTakenError: a campaign of this workspace has the same name.
        FadedError: the format is another version's, or something in it is not of its kind.
    """
    if snapshot.get("format") != FORMAT:
        raise FadedError(
            f"The snapshot has the format {snapshot.get('format')!r}, this version of Faded reads {FORMAT}: bring both "
            "to the same version."
        )
    snapshot_form.check(snapshot)
    try:
        return _load(db, snapshot)
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError, SQLAlchemyError) as error:
        raise FadedError(f"it does not hang together ({type(error).__name__}).") from error


def _load(db: Db, snapshot: Mapping[str, Any]) -> int:
    about, fields = snapshot["campaign"], dict(snapshot["round"])
    fields["summary"] = fields["summary"] | {ELSEWHERE: True}
    former = Former(db)
    if fields["decided_by"] is not None:
        fields["decided_by"] = former.called(fields["decided_by"], fields["decided_at"])
    if STARTED_BY in fields["summary"]:
        fields["summary"][STARTED_BY] = former.called(fields["summary"][STARTED_BY], fields["created_at"])
    campaign = next((c for c in campaigns.list_campaigns(db) if c.name == about["name"]), None)
    if campaign is None:
        campaign = campaigns.create_campaign(db, about["name"], about["config"], about["created_at"])
    of_campaign = campaigns.list_rounds(db, campaign.id)
    if any(not found.summary.get(ELSEWHERE) for found in of_campaign):
        raise NameTakenError(
            f"A campaign of this workspace is called {campaign.name} like one of the mirror's: push it again under "
            "another `name` in its campaign file."
        )
    number = int(fields["number"])
    known = next((found.id for found in of_campaign if found.number == number), None)
    if known is None:
        done: Any = db.execute(insert(rounds).values(campaign_id=campaign.id, **fields))
        known = key_of(done)
    else:
        db.execute(update(rounds).where(rounds.c.id == known).values(fields))
    scores = {ModeKey(tuple(cell), stratum): score for cell, stratum, score in snapshot["modes"]}
    items = [_proposal(values) for values in snapshot["proposals"]]
    stem = event_lines.local_id(True, campaign.name, number, "")
    proposals.add_many(db, known, [replace(item, id=f"{stem}{item.id}") for item in items], scores)
    answers = (
        former.in_row(row, {"who": "made_at", "withdrawn_by": "withdrawn_at"}) for row in snapshot.get("gold", ())
    )
    gold.take(db, known, [row | {"proposal_id": f"{stem}{row['proposal_id']}"} for row in answers])
    labeling_rules.take(db, campaign.id, snapshot.get("labeling"))
    versions = [former.in_row(row, {"who": "created_at"}) for row in snapshot.get("guidelines", ())]
    guidelines.take(db, campaign.id, versions)
    event_lines.replay(db, snapshot["events"])
    settling.write(db, settling.wrong(db, known))  # by rules that may be others than before
    return known


def _proposal(values: Mapping[str, Any]) -> Proposal:
    key = values["key"]
    return Proposal(**{**values, "key": ModeKey(tuple(key["cell"]), key["stratum"])})
