"""How fast people judge, what is left, and when it is done at the present pace. Numpy and scipy only.

An interval of a pace takes its spread from the days (or quarters of an hour) that were counted: verdicts come in
bursts, and as if they came singly the interval would be far too narrow (McCullagh and Nelder, Generalized Linear
Models, 1989, section 6.2.3: variance = dispersion x mean).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import gammaincinv

from faded.labeling.decided import ModeState, ModeTally, state_of
from faded.labeling.standings import Standings
from faded.labeling.units import DAY, Units, units
from faded.landscape.beta import OUTSIDE
from faded.store.over_time import BIN_SECONDS

Bins = Sequence[tuple[int, int]]
"""Numbers of verdicts by quarters of an hour, in order: see `over_time.given`."""

WINDOW_DAYS = 7
"""The present pace is that of the last week: each weekday is in it once."""

FEWEST_VERDICTS = 20
FEWEST_PARTS = 4
"""Verdicts, and days or quarters of an hour, from which on something is said of what is to come."""

FAR_SECONDS = 3 * 365 * DAY
"""Nobody plans further ahead."""


@dataclass(frozen=True, slots=True)
class Left:
    """How many verdicts are left: modes that are decided early need fewer than all.

    Attributes:
        fewest: Where all that come are alike within each mode.
        most: Where every proposal of the open modes is judged.
    """

    fewest: int
    most: int


@dataclass(frozen=True, slots=True)
class Outlook:
    """How long it takes at the present pace.

    Attributes:
        soonest: Seconds, with the fewest verdicts at the fast end of the pace; None where nothing can be said.
        latest: Seconds, with the most at the slow end; None where that is too far away to be said.
        working: Whether they are seconds of work without a pause; else breaks and nights are among them.
        note: Why something is missing, as a sentence; empty where nothing is.
    """

    soonest: float | None
    latest: float | None
    working: bool
    note: str


def by_unit(bins: Bins) -> tuple[Units, list[int]]:
    """Return the days or hours of the work so far, and how many verdicts were given in each; bins are not empty."""
    found = units(bins[0][0] * BIN_SECONDS, bins[-1][0] * BIN_SECONDS)
    counts = [0] * len(found.starts)
    for place, n in bins:
        counts[found.place(place * BIN_SECONDS)] += n
    return found, counts


def left(found: Standings, begun: Mapping[int, int], opinions: int) -> Left:
    """Return how many verdicts are left in a round.

    Args:
        found: How its modes stand.
        begun: Opinions of proposals that still wait for others, by mode.
        opinions: How many people judge each proposal.
    """
    fewest = most = 0
    for standing in found.waiting:
        here, waiting = begun.get(standing.mode.id, 0), standing.mode.unjudged
        most += max(1, waiting * opinions - here)
        fewest += max(1, _to_decide(standing.tally, waiting) * opinions - here)
    return Left(fewest, most)


def _to_decide(tally: ModeTally, waiting: int) -> int:
    """Return how many further proposals, judged alike, decide a mode; all that wait where they cannot."""
    against = tally.reject + tally.invalid
    for more in range(1, waiting):
        ends = (state_of(tally.confirm + more, against), state_of(tally.confirm, against + more))
        if ends != (ModeState.OPEN, ModeState.OPEN):
            return more
    return waiting


def outlook(bins: Bins, to_do: Left, now: float) -> Outlook:
    """Say how long it takes to give the verdicts that are left.

    Args:
        bins: The verdicts so far.
        to_do: What is left.
        now: Seconds since 1970.
    """
    if not to_do.most:
        return Outlook(None, None, False, "")
    if not bins:
        return Outlook(None, None, False, "There is no pace before the first verdict.")
    working = now - bins[0][0] * BIN_SECONDS < FEWEST_PARTS * DAY
    if working:  # no nights to count on yet: the hours in which somebody worked
        parts, seconds = np.array([n for _, n in bins], dtype=np.float64), float(BIN_SECONDS)
        since, one, many = "so far", "quarter of an hour", "quarters of an hour"
    else:
        parts, seconds = _days(bins, now), DAY
        since, one, many = f"in the last {len(parts)} days", "day", "days"
    total = int(parts.sum())
    if not total:
        return Outlook(None, None, working, f"Nobody has judged anything {since}: at that pace it is never done.")
    if total < FEWEST_VERDICTS or len(parts) < FEWEST_PARTS:
        words = f"{total} verdict{'' if total == 1 else 's'} in {len(parts)} {one if len(parts) == 1 else many}"
        needed = f"{FEWEST_VERDICTS} in at least {FEWEST_PARTS}"
        return Outlook(None, None, working, f"When it will be done cannot be said from {words}: it takes {needed}.")
    slow, fast = pace90(parts)
    soonest, latest = to_do.fewest / fast * seconds, to_do.most / slow * seconds
    if latest > FAR_SECONDS:
        return Outlook(soonest, None, working, "At the slow end of the pace it takes years.")
    return Outlook(soonest, latest, working, "")


def pace90(parts: np.ndarray[tuple[int], np.dtype[np.float64]]) -> tuple[float, float]:
    """Return the 90% interval of the mean of some counts, which differ more than chance alone makes counts differ."""
    mean = float(parts.mean())
    dispersion = max(1.0, float(parts.var(ddof=1)) / mean)
    shape = float(parts.sum()) / dispersion
    low, high = gammaincinv([shape, shape], [OUTSIDE / 2, 1 - OUTSIDE / 2]) / shape
    return float(low) * mean, float(high) * mean


def _days(bins: Bins, now: float) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Return the verdicts of each of the last days, 24 hours each, back from now; those before the first are none."""
    known = min(WINDOW_DAYS, int((now - bins[0][0] * BIN_SECONDS) // DAY))
    days = np.zeros(known)
    for place, n in bins:
        back = int((now - (place + 0.5) * BIN_SECONDS) // DAY)
        if 0 <= back < known:
            days[back] += n
    return days
