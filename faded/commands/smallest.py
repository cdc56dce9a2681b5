"""`python -m faded smallest`: every sample's smallest failing setting."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from typing import Any

from faded.commands.common import OK, Commands, print_record
from faded.commands.rounds import add_round, chosen_round
from faded.domain import FadedError
from faded.flags import add_workspace
from faded.stages import round_called
from faded.ui.words import plural

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
    """Return the lines that a person reads: one for each stratum, the one that fails first on top.

    Figures are over the samples that were searched to the end; strata without any come last.
    """
    of_these = f"{record['failing']:,} of {plural(record['searched'], 'sample', 'samples')} searched"
    yield (
        f"Smallest failing settings of {round_called(record['round_id'], record['round'], record['campaign'])}: "
        f"{of_these} fail somewhere, {plural(record['queries'], 'query', 'queries')}"
    )
    if not record["finished"]:
        yield (
            f"The budget ended after {record['searched']:,} of {plural(record['samples'], 'sample', 'samples')}: "
            "all figures are of these alone, and samples that fail near neutral are done soonest. "
            "A larger --queries searches more"
        )
    width = max(len("stratum"), *(len(s["stratum"]) for s in record["strata"]))
    head = f"{'stratum':<{width}}  {'searched':<10}  {'failing':<10}"
    yield f"{head}  levels (median, least)  smallest failing setting of any sample"
    for found in sorted(record["strata"], key=_rank):
        searched = f"{found['searched']} of {found['samples']}"
        failing = f"{found['failing']} of {found['searched']}"
        start = f"{found['stratum']:<{width}}  {searched:<10}  {failing:<10}"
        if found["smallest"] is None:
            yield f"{start}  {'none found' if found['searched'] else 'not searched'}"
            continue
        levels = f"{found['median_levels']:g}, {found['smallest']['levels']}"
        yield f"{start}  {levels:<22}  {found['smallest']['setting']}"


def _rank(found: dict[str, Any]) -> tuple[bool, bool, float]:
    """Return what strata are sorted by: the fewest levels first, then what never fails, then what was not searched."""
    return found["searched"] == 0, found["failing"] == 0, found["median_levels"] or 0.0
