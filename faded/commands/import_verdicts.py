"""`python -m faded import-verdicts`: verdicts that were given elsewhere."""

from __future__ import annotations

import argparse
import time
from pathlib import Path

from faded.commands.common import OK, Commands
from faded.commands.rounds import add_round, chosen_round
from faded.flags import add_workspace
from faded.ui.words import plural


def add(commands: Commands) -> None:
    """Add the command."""
    taken = commands.add_parser(
        "import-verdicts",
        help="read verdicts that were given elsewhere",
        description="Read a file of verdicts into a round, all of it or nothing; what was read before changes nothing.",
    )
    taken.add_argument("file", type=Path, metavar="FILE", help="a .jsonl, .parquet or .csv file, a row per verdict")
    add_round(taken)
    taken.add_argument(
        "--annotator-prefix",
        default="",
        metavar="TEXT",
        help="what is put before annotators' names, to tell them apart",
    )
    add_workspace(taken)
    taken.set_defaults(command=_import)


def _import(arguments: argparse.Namespace) -> int:
    from faded.publish.incoming import import_verdicts

    store, round_id = chosen_round(arguments)
    file = arguments.file.expanduser()
    found = import_verdicts(store, round_id, file, time.time(), arguments.annotator_prefix)
    unread = f". Columns that were not read: {', '.join(found.unread)}" if found.unread else ""
    print(f"{plural(found.rows, 'verdict', 'verdicts')} read from {file}, {found.new:,} of them new{unread}")
    return OK
