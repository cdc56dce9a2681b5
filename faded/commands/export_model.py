"""`python -m faded export-model`: a round's repaired target with a model card."""

from __future__ import annotations

import argparse

from faded.commands.common import OK, Commands
from faded.commands.pushing import add_destination, destination, pushed
from faded.commands.rounds import add_round, chosen_round
from faded.flags import add_workspace
from faded.stages import round_called


def add(commands: Commands) -> None:
    """Add the command."""
    export = commands.add_parser(
        "export-model",
        help="write a round's repaired target with a model card",
        description="Write a round's repaired target as a folder that loads without Faded, with a model card.",
    )
    add_round(export)
    add_destination(export)
    add_workspace(export)
    export.set_defaults(command=_export)


def _export(arguments: argparse.Namespace) -> int:
    from faded.publish.model import export_model

    to = destination(arguments)
    store, round_id = chosen_round(arguments)
    found = export_model(store, round_id, to)
    print(f"The repaired target of {round_called(round_id, found.number, found.campaign)} is in {to}")
    pushed(arguments, to, "model", f"the repaired target of round {found.number} of campaign {found.campaign}")
    return OK
