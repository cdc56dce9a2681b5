"""`python -m faded export-model`: a round's repaired target with a model card."""

from __future__ import annotations

import argparse

from faded.commands.common import OK, Commands, workspace_of
from faded.commands.pushing import add_destination, destination, pushed
from faded.commands.rounds import add_round
from faded.flags import add_workspace
from faded.store.named import named_round


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
    from faded.store.engine import open_store

    to = destination(arguments)
    store = open_store(workspace_of(arguments))
    with store.read() as db:
        round_id = named_round(db, arguments.round)[1].id
    found = export_model(store, round_id, to)
    print(f"The repaired target of round {found.number} of {found.campaign} is in {to}")
    pushed(arguments, to, "model", f"the repaired target of round {found.number} of {found.campaign}")
    return OK
