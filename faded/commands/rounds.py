"""Which round a command is about: `--round N` or `--round CAMPAIGN[/N]`."""

from __future__ import annotations

import argparse


def add_round(parser: argparse.ArgumentParser) -> None:
    """Add the flag."""
    parser.add_argument(
        "--round",
        required=True,
        metavar="N|CAMPAIGN[/N]",
        help="the round: its number in the workspace, as in the pages' address; or its campaign's name, with the "
        "number of the round in it (without one: the newest)",
    )
