"""`python -m faded mirror`: rounds out to the Space where people label them, and their verdicts back."""

from __future__ import annotations

import argparse
import sys

from faded.commands.common import OK, Commands, existing_store
from faded.domain import FadedError
from faded.flags import add_workspace
from faded.settings import check_repository
from faded.stages import round_called
from faded.ui.words import plural

PUSH, PULL = "push", "pull"


def add(commands: Commands) -> None:
    """Add the command."""
    mirror = commands.add_parser(
        "mirror",
        help="push a round to a Space's mirror, or pull verdicts from it",
        description="Push the newest round to the private dataset that a Space reads, or pull what people said there.",
    )
    mirror.add_argument("DIRECTION", choices=(PUSH, PULL), metavar="DIRECTION", help="push a round, or pull verdicts")
    mirror.add_argument("--mirror", required=True, metavar="ORG/DATASET", help="the private dataset")
    mirror.add_argument("--campaign", metavar="NAME", help="push this campaign's newest round, not the newest of all")
    add_workspace(mirror)
    mirror.set_defaults(command=_mirror)


def _mirror(arguments: argparse.Namespace) -> int:
    from faded.hub import open_dataset
    from faded.store import campaigns, mirror

    check_repository(arguments.mirror, "--mirror")
    if arguments.DIRECTION == PULL and arguments.campaign is not None:
        raise FadedError("--campaign would change nothing: pull takes what was said of every round. Leave it out.")
    store = existing_store(arguments)
    hub = open_dataset(arguments.mirror)
    if arguments.DIRECTION == PUSH:
        found = mirror.push(store, hub, arguments.campaign)
        with store.read() as db:
            campaign = campaigns.get_campaign(db, found.campaign_id)
        called = round_called(found.id, found.number, campaign.name)
        said = f"Pushed {called} to {arguments.mirror}: restart the Space, and people can label it there."
    else:
        done = mirror.pull(store, hub)
        new = plural(done.new, "new event", "new events")
        said = f"{new}, {done.known:,} known, {done.strange:,} of rounds that are not here."
    print(said, file=sys.stderr)
    return OK
