"""`python -m faded report`, `verify-report`: the report of a round, and whether it is as it was written."""

from __future__ import annotations

import argparse
from pathlib import Path

from faded.commands.common import OK, Commands
from faded.commands.rounds import add_round, chosen_round
from faded.flags import add_workspace


def add(commands: Commands) -> None:
    """Add the two commands."""
    report = commands.add_parser(
        "report",
        help="write the report of a round",
        description="Write what a round found, with its evidence, as a page, as JSON and as sums of all files.",
    )
    add_round(report)
    report.add_argument("--to", required=True, type=Path, metavar="DIR", help="a new or empty folder for it")
    add_workspace(report)
    report.set_defaults(command=_report)
    verify = commands.add_parser(
        "verify-report",
        help="see whether a report is as it was written",
        description="Compare the files of a report with the sums beside them; exit with 2 where one differs.",
    )
    add_folder(verify)
    verify.set_defaults(command=_verify)


def add_folder(parser: argparse.ArgumentParser) -> None:
    """Add the folder of a report."""
    parser.add_argument("folder", type=Path, metavar="DIR", help="the folder that `report --to` wrote")


def _report(arguments: argparse.Namespace) -> int:
    from faded.report.collect import report
    from faded.report.write import write

    store, round_id = chosen_round(arguments)
    folder = arguments.to.expanduser()
    told = write(report(store, round_id), folder)
    print(f"{folder}: report.html, report.json, manifest.json\nSHA-256 of manifest.json: {told}")
    return OK


def _verify(arguments: argparse.Namespace) -> int:
    from faded.report.manifest import check

    told = check(arguments.folder.expanduser())
    print(f"The report is as it was written.\nSHA-256 of manifest.json: {told}")
    return OK
