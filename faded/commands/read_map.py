"""`python -m faded map`: what a round's landscape says, in words and figures."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from faded.commands.common import OK, Commands, print_record
from faded.commands.rounds import add_round, chosen_round
from faded.domain import FadedError
from faded.flags import add_workspace
from faded.stages import round_called
from faded.ui.words import plural

if TYPE_CHECKING:
    from faded.landscape.reading import Reading, Region, Setting

SCHEMA = 1
"""Version of the printed object."""

NOTHING = "Nothing fails near neutral as far as is known"


def add(commands: Commands) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "map",
        help="read a round's landscape",
        description="Say which failing settings are nearest to neutral, what fails only together, and which region "
        "around neutral is safe, as far as the round has explored.",
    )
    add_round(parser)
    parser.add_argument("--stratum", metavar="NAME", help="one stratum (default: the mean over all)")
    parser.add_argument("--json", metavar="FILE|-", help="write what was read; - for the last line of output")
    add_workspace(parser)
    parser.set_defaults(command=_map)


def _map(arguments: argparse.Namespace) -> int:
    store, round_id = chosen_round(arguments)
    from faded.landscape.calibration import CALIBRATION, sentences, told
    from faded.landscape.main_effects import SCREENING
    from faded.landscape.reader import read_map
    from faded.landscape.rebuild import rebuild
    from faded.store import campaigns, trials

    with store.read() as db:
        round_ = campaigns.get_round(db, round_id)
        campaign = campaigns.get_campaign(db, round_.campaign_id)
        counted = trials.counted(db, round_id)
    called = round_called(round_id, round_.number, campaign.name)
    if "space" not in round_.summary:
        raise FadedError(f"There is no map of {called} yet: it has not begun to explore.")
    landscape = rebuild(round_.summary, counted)
    if arguments.stratum is not None and arguments.stratum not in landscape.strata:
        raise FadedError(f"There is no stratum {arguments.stratum!r}: it is one of {', '.join(landscape.strata)}.")
    said = read_map(landscape, landscape.posterior(), arguments.stratum)
    whom = "the mean over all strata" if said.stratum is None else f"stratum {said.stratum}"
    print(
        f"The map of {called}, {whom}, bound {said.bound:.0%}: {said.known:,} of ",
        end="",
    )
    most = said.most_changed
    near = "" if most is None else f" that change {plural(most, 'concept', 'concepts')} at most"
    print(f"{said.settings:,} settings{near} can be judged, {said.failing:,} fail")
    print(
        f"Asked themselves: {said.asked:,} of {said.settings:,} settings; stratum by stratum, {said.places_asked:,} of "
        f"{said.places:,}. The others are judged by their neighbours"
    )
    screening = round_.summary.get(SCREENING)
    calibration = told(round_.summary.get(CALIBRATION))
    trusted = [f"Can the map be trusted? {line}" for line in sentences(calibration)[:1]] if calibration else []
    for line in (*lines(said), *trusted, *effects(screening)):
        print(line)
    head = {"schema": SCHEMA, "campaign": campaign.name, "round": round_.number, "round_id": round_id}
    print_record(head | said.to_json() | {SCREENING: screening, CALIBRATION: calibration}, arguments.json)
    return OK


def lines(said: Reading) -> Iterator[str]:
    """Return the lines that a person reads."""
    from faded.landscape.reading import LISTED

    yield f"Nearest to neutral: {said.as_near:,} as near as any other that fails" if said.nearest else NOTHING
    yield from _settings(said.nearest)
    yield f"Fails only together: {said.interactions:,} found"
    yield from _settings(said.together)
    if said.waiting:
        yield f"May fail only together: {said.undecided:,}, no part of theirs fails, but one is not known to be safe"
        yield from _settings(said.waiting[:LISTED])
        if said.undecided > LISTED:
            yield f"  and {said.undecided - LISTED:,} more"
    if said.most_changed is not None:
        yield "Safe: no region is read where not every setting is looked at"
        return
    yield from _region("each by itself", said.each)
    if said.jointly != said.each:
        yield from _region("all at once", said.jointly)


def _settings(listed: Sequence[Setting]) -> Iterator[str]:
    for one in listed:
        state = "established" if one.established else "suspected"
        alone = "" if one.alone is None else f", its parts at most {one.alone:.0%}"
        yield (
            f"  {plural(one.levels, 'level', 'levels')}  {one.rate:.0%} ({one.low:.0%} to {one.high:.0%})  "
            f"{plural(one.trials, 'trial', 'trials')}  {state}  {one.words}{alone}"
        )


def _region(how: str, region: Region | None) -> Iterator[str]:
    if region is None:
        yield f"Safe, {how}: no setting next to neutral is known to be"
        return
    sure = f"all below the bound with probability {region.at_least:.3f} or more"
    yield f"Safe, {how}: {plural(region.settings, 'setting', 'settings')}, {sure}"
    for name, words in region.words.items():
        yield f"  {name}: {words}"
    for one in region.blocks:
        rate = "not known" if one.rate is None else f"{one.rate:.0%} ({one.low:.0%} to {one.high:.0%})"
        yield f"  stopped at {one.concept}, {one.level}: {rate}  {one.setting}"
    if region.fails_in:
        yield f"  on average only: a setting of it fails in {', '.join(region.fails_in)}"


def effects(screening: Mapping[str, Any] | None) -> Iterator[str]:
    """Return the lines on the concepts' main effects, over all strata; none of a round that was not screened."""
    if screening is None:
        return
    queries = plural(screening["queries"], "query", "queries")
    yield f"Screening: {queries}, failures at high less those at low, the mean over all strata"
    for row in screening["concepts"]:
        known = row["effect"] is not None
        figures = (
            "{rate_low:.0%} at low, {rate_high:.0%} at high: {effect:+.0%} ({low90:+.0%} to {high90:+.0%})".format(
                **row
            )
            if known
            else "no trials"
        )
        yield f"  {row['concept']}: {row['low']} to {row['high']}  {figures}  {row['state']}"
