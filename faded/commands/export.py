"""`python -m faded export`: what people said in a round, as a dataset."""

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
        "export",
        help="write a round's verdicts, proposals and pairs as a dataset",
        description="Write a round's verdicts, proposals and pairs as a dataset folder with a card.",
    )
    add_round(export)
    add_destination(export)
    export.add_argument(
        "--anonymous", action="store_true", help="annotators go by numbers, the same throughout the export"
    )
    add_workspace(export)
    export.set_defaults(command=_export)


def _export(arguments: argparse.Namespace) -> int:
    from faded.publish.dataset import export_dataset

    to = destination(arguments)
    store, round_id = chosen_round(arguments)
    found = export_dataset(store, round_id, to, arguments.anonymous)
    counts = ", ".join(f"{table.name} {len(table.rows):,}" for table in found.tables)
    print(f"Exported {round_called(round_id, found.number, found.campaign)} to {to} (rows: {counts})")
    pushed(arguments, to, "dataset", f"round {found.number} of campaign {found.campaign}")
    return OK
