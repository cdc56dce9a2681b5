"""What the buttons do. Every function takes who acts, on what, and raises FadedError with what to mend."""

from __future__ import annotations

import time
from typing import TypeGuard

from faded.config import CampaignConfig
from faded.domain import FadedError
from faded.labeling.chosen import read_to_learn
from faded.repair import budget
from faded.stages import REPAIR, STEPS
from faded.store import jobs, rounds
from faded.store.campaigns import RoundState
from faded.store.engine import Db
from faded.store.jobs import JobState
from faded.ui import auth, demos
from faded.ui.facts import BUSY, Facts, read_facts
from faded.ui.page import Deed

LEAST_QUERIES = 200
"""Fewer do not reach every stratum of a demo even once per level."""

MOST_QUERIES = 200_000
"""A bound against slips of the hand: hours of exploring on two cores."""

MOST_SEED = 2**31 - 1
"""More than anybody tries, and what every generator takes."""


def demo_config(demo: object, queries: float | None, seed: float | None, bound: float | None) -> CampaignConfig:
    """Check what the form says and return the campaign.

    Raises:
        FadedError: a value is missing or out of range; the message names it.
    """
    return CampaignConfig(
        demo=demos.check(demo),
        queries=_whole("Queries", queries, LEAST_QUERIES, MOST_QUERIES),
        seed=_whole("Seed", seed, 0, MOST_SEED),
        bound=_rate(bound),
    )


def wrong_in_form(queries: float | None, seed: float | None, bound: float | None) -> str:
    """Return what is wrong with the numbers of the form; empty where nothing is."""
    try:
        demo_config(next(iter(demos.DEMOS)), queries, seed, bound)
    except FadedError as error:
        return str(error)
    return ""


def start_demo(deed: Deed) -> int:
    """Register a campaign on the demo with its first round, and enqueue its exploration; return the round.

    The values are the demo's name, queries, seed and bound, as the form gives them.

    Raises:
        FadedError: a value is missing or out of range.
    """
    config = demo_config(*deed.values)
    with auth.acting(deed.store, deed.user) as db:
        _, found = rounds.begin_campaign(db, config, time.time(), deed.user.name)
    return found.id


def stop(deed: Deed) -> None:
    """Ask the job that runs or waits to stop.

    Raises:
        FadedError: nothing is running.
    """
    with auth.acting(deed.store, deed.user) as db:
        job = _facts(db, deed).current
        if job is None or job.state not in BUSY:
            raise FadedError("Nothing is running, so there is nothing to stop.")
        jobs.request_stop(db, job.id, time.time())


def resume(deed: Deed) -> None:
    """Put the stopped or failed job back into the queue.

    Raises:
        FadedError: there is no such job.
    """
    with auth.acting(deed.store, deed.user) as db:
        facts = _facts(db, deed)
        rounds.check_newest(db, facts.round)
        job = facts.current
        if job is None or job.state not in (JobState.STOPPED, JobState.FAILED):
            raise FadedError("No job is stopped or failed, so there is nothing to resume.")
        jobs.resume(db, job.id)


def go_on(deed: Deed) -> int:
    """Begin the campaign's next round: on the repaired weights, or on the same ones with what verdicts taught.

    Raises:
        FadedError: something is missing before it can begin.
    """
    with auth.acting(deed.store, deed.user) as db:
        facts = _facts(db, deed)
        return rounds.begin_next_round(db, facts.round.id, time.time(), deed.user.name).id


def start_repair(deed: Deed) -> None:
    """Enqueue the repair of the confirmed modes that are chosen. The value is the number of steps at most.

    Raises:
        FadedError: something is missing before a repair can start, or the number is out of range.
    """
    (wanted,) = deed.values
    steps = budget.check_steps(wanted)
    with auth.acting(deed.store, deed.user) as db:
        facts = _facts(db, deed)
        missing = facts.missing_for_repair()
        if missing:
            raise FadedError(missing)
        found = read_to_learn(db, facts.round)
        if not found.modes:
            raise FadedError(
                "No confirmed mode is chosen, or in those chosen most confirmations state another answer than the "
                f"target's unedited one, which no other {facts.evidence.one} can be taught: choose others on the page "
                "Landscape."
            )
        jobs.enqueue(db, facts.round.id, REPAIR, now=time.time(), params={STEPS: steps})


def accept(deed: Deed) -> None:
    """Accept the round's repair.

    Raises:
        FadedError: there is nothing verified to decide on, or the round is decided.
    """
    _decide(deed, RoundState.ACCEPTED)


def roll_back(deed: Deed) -> None:
    """Roll the round's repair back.

    Raises:
        FadedError: there is nothing verified to decide on, or the round is decided.
    """
    _decide(deed, RoundState.ROLLED_BACK)


def _decide(deed: Deed, state: RoundState) -> None:
    with auth.acting(deed.store, deed.user) as db:
        facts = _facts(db, deed)
        rounds.check_newest(db, facts.round)
        if facts.result is None:
            raise FadedError("The repair is not verified yet, so there is nothing to decide on.")
        rounds.decide(db, facts.round.id, state, deed.user.name, time.time())


def _facts(db: Db, deed: Deed) -> Facts:
    facts = read_facts(db, deed.round_id, deed.user.name)
    if facts is None:
        raise FadedError("There is no round yet: start one first.")
    return facts


def _whole(name: str, value: float | None, least: int, most: int) -> int:
    if not _is_number(value) or not least <= value <= most or value != int(value):
        raise FadedError(f"{name} is {_shown(value)}: give a whole number from {least:,} to {most:,}.")
    return int(value)


def _rate(value: float | None) -> float:
    if not _is_number(value) or not 0 < value < 1:
        raise FadedError(f"The bound is {_shown(value)}: give a rate between 0 and 1.")
    return float(value)


def _is_number(value: object) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _shown(value: object) -> str:
    return "empty" if value is None else f"{value:g}" if _is_number(value) else "no number"
