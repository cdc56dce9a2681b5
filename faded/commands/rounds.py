"""Which round a command is about: `--round N` or `--round CAMPAIGN[/N]`."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from faded.commands.common import existing_store

if TYPE_CHECKING:
    from faded.store.engine import Store


def add_round(parser: argparse.ArgumentParser) -> None:
    """Add the flag."""
    parser.add_argument(
        "--round",
        required=True,
        metavar="N|CAMPAIGN[/N]",
        help="the round: its number in the workspace, as in the pages' address; or its campaign's name, with its "
        "number in the campaign (without one: the newest)",
    )


def chosen_round(arguments: argparse.Namespace) -> tuple[Store, int]:
    """Return the open store of the workspace, and the number of the round that the flag names.

    Raises:
        FadedError: there is no such round or no workspace, or it cannot be used.
    """
    from faded.store.named import named_round

    store = existing_store(arguments)
    with store.read() as db:
        return store, named_round(db, arguments.round)[1].id
