"""`python -m faded doctor`: what is wrong with a workspace, and what to do about it."""

from __future__ import annotations

import argparse
import contextlib
import time
from dataclasses import asdict

from faded.commands.common import OK, OTHER, Commands, existing_store, existing_workspace, print_record
from faded.flags import add_workspace
from faded.ui.words import plural


def add(commands: Commands) -> None:
    """Add the command."""
    doctor = commands.add_parser(
        "doctor",
        help="say what is wrong with a workspace, and what to do",
        description="Look a workspace over, reading only, and say what to do. Exit with 1 where something needs doing.",
    )
    doctor.add_argument(
        "--repair", action="store_true", help="write columns that follow from verdict events anew where they are wrong"
    )
    doctor.add_argument("--json", metavar="FILE|-", help="write what was found; - for the last line of output")
    add_workspace(doctor)
    doctor.set_defaults(command=_doctor)


def _doctor(arguments: argparse.Namespace) -> int:
    from faded.store.doctor import DERIVED, examine

    workspace = existing_workspace(arguments)
    found = examine(workspace, time.time())
    if arguments.repair and any(finding.check == DERIVED for finding in found):
        _repair(arguments)
        found = examine(workspace, time.time())
    for finding in found:
        print(f"{'PROBLEM' if finding.problem else 'note'} ({finding.check}): {finding.said}\n    {finding.remedy}")
    problems = sum(finding.problem for finding in found)
    print(f"{workspace}: {plural(problems, 'problem', 'problems') if problems else 'nothing needs doing'}.")
    findings = [asdict(finding) for finding in found]
    print_record({"schema": 1, "workspace": str(workspace), "problems": problems, "findings": findings}, arguments.json)
    return OTHER if problems else OK


def _repair(arguments: argparse.Namespace) -> None:
    from faded.store.derived import correct

    with contextlib.closing(existing_store(arguments)) as store, store.write() as db:
        written = correct(db)
    print(f"Wrote {plural(written, 'row', 'rows')} anew.")
