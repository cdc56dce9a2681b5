"""`python -m faded smallest`: every sample's smallest failing setting."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from typing import Any

from faded.commands.common import OK, Commands, print_record
from faded.commands.rounds import add_round, chosen_round
from faded.domain import FadedError
from faded.flags import add_workspace

QUERIES = 2000
"""Budget where none is given: two or three queries a sample for some hundreds of samples."""


def add(commands: Commands) -> None:
    """Add the command."""
    smallest = commands.add_parser(
        "smallest",
        help="search for every sample's smallest failing setting",
        description="Ask the target of an explored round for every sample's smallest failing setting: the one with the "
        "fewest summed levels from neutral. Exploring's trials are known from the start.",
    )
    add_round(smallest)
    smallest.add_argument(
        "--queries", type=int, default=QUERIES, metavar="N", help=f"queries at most (default: {QUERIES})"
    )
    smallest.add_argument("--json", metavar="FILE|-", help="write what was found; - for the last line of output")
    add_workspace(smallest)
    smallest.set_defaults(command=_smallest)


def _smallest(arguments: argparse.Namespace) -> int:
    if arguments.queries < 1:
        raise FadedError(f"--queries is {arguments.queries}: give a whole number above 0.")
    store, round_id = chosen_round(arguments)
    from faded import runtime
    from faded.jobs.smallest import smallest_failing
    from faded.jobs.terminal import Bars
    from faded.settings import settings

    runtime.start(0, settings().threads)
    with Bars() as bars:
        record = smallest_failing(
            store, round_id, arguments.queries, lambda progress, message: bars.say("smallest", progress, message)
        )
    for line in table(record):
        print(line)
    print_record(record, arguments.json)
    return OK


def table(record: dict[str, Any]) -> Iterator[str]:
    """Return the lines that a person reads: one for each stratum, the one that fails first on top."""
    yield (
        f"Smallest failing settings of round {record['round']} of {record['campaign']}: {record['failing']:,} of "
        f"{record['samples']:,} samples fail somewhere, {record['queries']:,} queries"
        + ("" if record["finished"] else f" (the budget ended after {record['samples_done']:,} samples)")
    )
    width = max(len("stratum"), *(len(s["stratum"]) for s in record["strata"]))
    yield f"{'stratum':<{width}}  failing  levels (median, least)  smallest failing setting of any sample"
    for found in sorted(record["strata"], key=lambda s: (s["failing"] == 0, s["median_levels"] or 0)):
        failing = f"{found['failing']} of {found['samples']}"
        if found["smallest"] is None:
            yield f"{found['stratum']:<{width}}  {failing:<7}  none found"
            continue
        levels = f"{found['median_levels']:g}, {found['smallest']['levels']}"
        yield f"{found['stratum']:<{width}}  {failing:<7}  {levels:<22}  {found['smallest']['setting']}"
