"""A repaired round as it is published: where its target lies, and what its verification found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from faded.config import CampaignConfig
from faded.domain import FadedError
from faded.saved import Saved, saved_as
from faded.stages import REPAIR, VERIFY, round_called
from faded.store import campaigns, jobs
from faded.store.campaigns import RoundState
from faded.store.engine import Store


@dataclass(frozen=True, slots=True)
class Verified:
    """A repaired target with what is known of it.

    Attributes:
        campaign: Name of its campaign.
        number: Of the round in it.
        state: Whether people accepted it.
        config: The campaign's configuration.
        folder: Where it lies in the workspace.
        saved: How.
        repaired: What the repair says of itself.
        found: What the verification found.
    """

    campaign: str
    number: int
    state: RoundState
    config: CampaignConfig
    folder: Path
    saved: Saved
    repaired: Mapping[str, Any]
    found: Mapping[str, Any]


def read_verified(store: Store, round_id: int) -> Verified:
    """Read a round's repaired target.

    Raises:
        FadedError: there is none, it is not verified, or its files are gone.
    """
    with store.read() as db:
        round_ = campaigns.get_round(db, round_id)
        campaign = campaigns.get_campaign(db, round_.campaign_id)
        of_round = jobs.list_for_round(db, round_id)
    name = round_called(round_id, round_.number, campaign.name)
    if not round_.repaired:
        compares = "it compares two checkpoints, and both are as they were." if campaign.config.get("candidate") else ""
        raise FadedError(f"There is no repaired target of {name}: {compares or 'repair it first.'}")
    repair, verify = (next((j for j in reversed(of_round) if j.kind == kind), None) for kind in (REPAIR, VERIFY))
    if repair is None or repair.result is None or verify is None or verify.result is None or verify.id < repair.id:
        raise FadedError(
            f"The repair of {name} is not verified, so nothing can be said of it: resume its verification first."
        )
    folder = store.workspace / round_.repaired
    if not any(folder.rglob("*.safetensors")):
        raise FadedError(
            f"There are no weights at {folder}, where {name} has its repaired target: put the folder back, or repair "
            "again."
        )
    config = CampaignConfig.from_json(campaign.config)
    return Verified(
        campaign.name, round_.number, round_.state, config, folder, saved_as(folder), repair.result, verify.result
    )
