"""What a Space begins by itself: the campaign that it was deployed with."""

from __future__ import annotations

import time
from pathlib import Path

from faded.campaign_file import read_campaign
from faded.store import campaigns, rounds
from faded.store.engine import Store

CAMPAIGN = "campaign.yaml"
"""The campaign's file, beside app.py."""
BY = "deployment"


def begin(store: Store, folder: Path) -> None:
    """Begin the campaign of a folder, unless there is none or it has begun.

    Raises:
        FadedError: the file is there and is no campaign.
    """
    path = folder / CAMPAIGN
    if not path.is_file():
        return
    config, now = read_campaign(path), time.time()
    with store.write() as db:
        if any(found.config == config.to_json() for found in campaigns.list_campaigns(db)):
            return
        rounds.begin_campaign(db, config, now, BY)
