"""Which round a command is about: `--round N` or `--round CAMPAIGN[/N]`."""

from __future__ import annotations

import argparse

from faded.domain import FadedError
from faded.store import campaigns
from faded.store.campaigns import Round
from faded.store.engine import Db

LONGEST_NUMBER = 18
"""Digits of a number: what a database can hold."""


def add_round(parser: argparse.ArgumentParser) -> None:
    """Add the flag."""
    parser.add_argument(
        "--round",
        required=True,
        metavar="N|CAMPAIGN[/N]",
        help="the round: its number in the workspace, as in the pages' address; or its campaign's name, with the "
        "number of the round in it (without one: the newest)",
    )


def find_round(db: Db, given: str) -> Round:
    """Return the round that is named.

    Raises:
        FadedError: there is none.
    """
    known = {c.name: c for c in campaigns.list_campaigns(db)}
    name, slash, number = given.rpartition("/")
    if given in known:
        name, slash, number = given, "", ""
    elif _is_number(given):
        return campaigns.get_round(db, int(given))
    if name not in known or (slash and not _is_number(number)):
        raise FadedError(
            f"There is no round {given!r} in this workspace: give its number, or CAMPAIGN or CAMPAIGN/N. The campaigns "
            f"are: {', '.join(known) or 'none'}."
        )
    of_campaign = campaigns.list_rounds(db, known[name].id)
    wanted = [r for r in of_campaign if not slash or r.number == int(number)]
    if not wanted:
        raise FadedError(
            f"The campaign {name} has {len(of_campaign)} rounds, and none with the number {number or 1}: give one of "
            f"{', '.join(str(r.number) for r in of_campaign) or 'none'}."
        )
    return wanted[-1]


def _is_number(text: str) -> bool:
    return text.isdecimal() and len(text) <= LONGEST_NUMBER
