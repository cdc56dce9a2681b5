"""`python -m faded replay`: run a reported round again and compare."""

from __future__ import annotations

import argparse
import contextlib
import sys
import tempfile
from pathlib import Path
from typing import Any

from faded.commands.common import OK, OTHER, Commands, print_record, workspace_of
from faded.commands.report import add_folder
from faded.ui.words import plural

TOLD = 20
"""Differences that are printed; the record has all."""


def add(commands: Commands) -> None:
    """Add the command."""
    replay = commands.add_parser(
        "replay",
        help="run a reported round again and compare",
        description=(
            "Run what a report tells again, with its recorded verdicts; exit with 1 where anything differs. It takes "
            "about as long as the round did. A target that is a function is imported and run: read a stranger's report "
            "before."
        ),
    )
    add_folder(replay)
    replay.add_argument(
        "--workspace",
        type=Path,
        metavar="DIR",
        help="a new or empty folder to run it in, which is kept; without it a temporary one",
    )
    replay.add_argument("--json", metavar="FILE|-", help="write what was found; - for the last line of output")
    replay.set_defaults(command=_replay)


def _replay(arguments: argparse.Namespace) -> int:
    from faded.report.write import read_values

    values = read_values(arguments.folder.expanduser())
    from faded import runtime  # noqa: F401 - its switches count before other libraries are loaded
    from faded.jobs.replay import check_can_be_replayed, replay
    from faded.jobs.terminal import Bars
    from faded.store.engine import open_store

    check_can_be_replayed(values)
    with contextlib.ExitStack() as stack:
        if arguments.workspace is None:
            workspace = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="faded-replay-")))
        else:
            workspace = workspace_of(arguments)
        store = open_store(workspace)
        stack.callback(store.close)
        with Bars() as bars:
            record = replay(store, values, bars.say)
    for line in _words(record):
        print(line, file=sys.stderr)
    print_record(record, arguments.json)
    return OK if record["same"] else OTHER


def _words(record: dict[str, Any]) -> list[str]:
    """Return what a person reads of it."""
    found = record["differences"]
    said = [
        "The replay found the same."
        if record["same"]
        else f"The replay differs in {plural(len(found), 'place', 'places')}:"
    ]
    said += [f"  {each['where']}: {each['report']} in the report, {each['replay']} now" for each in found[:TOLD]]
    if len(found) > TOLD:
        said.append(f"  and {len(found) - TOLD:,} more (--json FILE has all)")
    if record["not_given"]:
        said.append(f"{plural(record['not_given'], 'recorded verdict', 'recorded verdicts')} found no proposal.")
    if not record["same"]:
        said += [f"Not as it was: {name} {was}, now {now}" for name, (was, now) in record["software"].items()]
    return said
