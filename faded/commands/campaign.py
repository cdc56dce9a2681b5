"""`python -m faded campaign` and `python -m faded schema`: a campaign as a file, and what such files may hold."""

from __future__ import annotations

import argparse
import json

from faded.campaign_file import schema, write_campaign
from faded.commands.common import OK, Commands, existing_store
from faded.config import CampaignConfig
from faded.domain import FadedError
from faded.flags import add_workspace


def add(commands: Commands) -> None:
    """Add the two commands."""
    campaign = commands.add_parser(
        "campaign",
        help="print a campaign as a file that `run` takes",
        description="Print a campaign of the workspace as YAML, which `run` takes and editors check by the schema.",
    )
    campaign.add_argument(
        "name",
        metavar="NAME",
        help="the campaign's name, as the app shows it or as it was given; of several so called the newest",
    )
    add_workspace(campaign)
    campaign.set_defaults(command=_campaign)
    fields = commands.add_parser(
        "schema", help="print the JSON schema of campaign files", description="Print the JSON schema of campaign files."
    )
    fields.set_defaults(command=_schema)


def _campaign(arguments: argparse.Namespace) -> int:
    from faded.store import campaigns

    store = existing_store(arguments)
    with store.read() as db:
        there = campaigns.list_campaigns(db)
    found = {str(c.config.get("name")): c for c in there if c.config.get("name")} | {c.name: c for c in there}
    if arguments.name not in found:
        known = ", ".join(c.name for c in there) or "none"
        raise FadedError(f"There is no campaign {arguments.name!r} in {store.workspace}. Known: {known}.")
    print(write_campaign(CampaignConfig.from_json(found[arguments.name].config)), end="")
    return OK


def _schema(arguments: argparse.Namespace) -> int:
    print(json.dumps(schema(), indent=2))
    return OK
