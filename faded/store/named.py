"""Rounds by the names that people give them on the command line."""

from __future__ import annotations

from faded.domain import FadedError
from faded.stages import round_called
from faded.store import campaigns
from faded.store.campaigns import Campaign, Round
from faded.store.engine import Db


def named_round(db: Db, name: str) -> tuple[Campaign, Round]:
    """Return a round and its campaign.

    Args:
        db: The transaction.
        name: The round's number in the workspace ("3"), a campaign ("signs-aa9d89e0-1", its newest round), or a
            campaign and the number of its round ("signs-aa9d89e0-1/2").

    Raises:
        FadedError: there is no such round; the message names those there are.
    """
    campaign, slash, number = name.partition("/")
    by_name = {c.name: c for c in campaigns.list_campaigns(db)}
    if campaign in by_name:
        rounds = campaigns.list_rounds(db, by_name[campaign].id)
        wanted = [r for r in rounds if not slash or str(r.number) == number]
        if wanted:
            return by_name[campaign], wanted[-1]
    elif name.isdecimal() and (found := campaigns.find_round(db, int(name))) is not None:
        return campaigns.get_campaign(db, found.campaign_id), found
    there = [round_called(r.id, r.number, c.name) for c in by_name.values() for r in campaigns.list_rounds(db, c.id)]
    raise FadedError(
        f"There is no round {name!r} in this workspace. Name one by its number there, or by its campaign and "
        "its number in that (CAMPAIGN/N); there "
        f"{'is' if len(there) == 1 else 'are'} {', '.join(there) or 'none'}."
    )
