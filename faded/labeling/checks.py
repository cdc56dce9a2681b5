"""When known ones come: a share of what a person gets, at places that nobody can foresee and that none can tell.

What a person gets is numbered. Of each stretch of, say, twenty (at 5 %) one is known, at a place that follows from the
round, the person and the stretch. Where no known one is left for the person, something that waits comes there. So
making many known late brings no heap of them, and how far labeling is can be said without telling which they were: what
is still to come counts the known ones that are to come among it.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from scipy.special import betaincinv

from faded.labeling.strategies import Asked
from faded.store import gold_queue, leases, verdicts
from faded.store.engine import Db
from faded.store.gold_queue import Check

TAIL = 0.05
"""What a 90% interval leaves out at each end."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """At which places of what a person gets the known ones come.

    Attributes:
        percent: So many of a hundred, 0 to 20.
        seed: What the places follow from.
    """

    percent: int
    seed: str

    def upto(self, place: int) -> int:
        """Return how many known ones come at places below this one."""
        if not self.percent:
            return 0
        stretch = place * self.percent // 100
        at = self._begin(stretch)
        return stretch + (at + _drawn(self.seed, stretch) % (self._begin(stretch + 1) - at) < place)

    def is_known(self, place: int) -> bool:
        """Return whether a known one comes at a place, counted from 0."""
        return self.upto(place + 1) > self.upto(place)

    def among(self, place: int, waiting: int, known: int = 0) -> int:
        """Return how many known ones come before the last of so many that wait, from a place on.

        Where more than usual have come already (`known`, since others were skipped before them) fewer are to come.
        """
        length, before = waiting, max(known, self.upto(place))
        while (more := waiting + max(self.upto(place + length) - before, 0)) > length:
            length = more
        return length - waiting

    def _begin(self, stretch: int) -> int:
        return -(-stretch * 100 // self.percent)


@dataclass(frozen=True, slots=True)
class Tally:
    """What a person has answered, and everybody.

    Attributes:
        given: Proposals on which the person has an opinion.
        known: Known ones that the person has answered unawares.
        everybody: Known ones that all have answered so, together.
        skipped: Known ones that the person has skipped: those come at the end, like all that is skipped.
        any: Whether the round has known ones at all.
    """

    given: int
    known: int = 0
    everybody: int = 0
    skipped: int = 0
    any: bool = False


def tally(db: Db, round_id: int, annotator: str) -> Tally:
    """Return what a person has answered in a round, and everybody."""
    given, found = verdicts.given(db, round_id, annotator), gold_queue.tally(db, round_id, annotator)
    return Tally(given) if found is None else Tally(given, *found, any=True)


def lay(
    asked: Asked, percent: int, wanted: Sequence[str], held: int, silent: int, told: Tally
) -> tuple[list[str], int]:
    """Lay proposals before a person, with known ones among them where it is their place.

    Args:
        asked: Who asks, and for how many.
        percent: The share of known ones.
        wanted: Proposals that wait, so many as are asked for if there are; where they end, skipped known ones come.
        held: How many lie there already, without known ones that the person has skipped before.
        silent: How many of these are known, and not told apart.
        told: What the person has answered.

    Returns:
        Ids of what was laid, and how many of them are known and come for the first time.
    """
    db, round_id, who, now = asked.db, asked.round_id, asked.annotator, asked.now
    if not percent or not told.any:
        return leases.take(db, round_id, wanted, who, asked.slots, now), 0
    schedule, taken, new = _schedule(round_id, who, percent), list[str](), 0
    for one in wanted:
        place = told.given + told.known + told.skipped + held + len(taken)
        if schedule.is_known(place) and told.known + told.skipped + silent + new < schedule.upto(place + 1):
            found = gold_queue.fresh(db, round_id, who, now)
            if found:
                taken.append(found[_drawn(schedule.seed, place) % len(found)])
                gold_queue.lay(db, round_id, taken[-1], who, Check.SILENT, now)
                new += 1
        if len(taken) >= asked.n:
            break
        taken += leases.take(db, round_id, [one], who, asked.slots, now)
    for one in gold_queue.skipped(db, round_id, who, now)[: asked.n - len(taken)] if told.skipped else []:
        taken.append(one)
        gold_queue.lay(db, round_id, one, who, Check.SILENT, now)
    return taken, new


def to_come(db: Db, round_id: int, annotator: str, percent: int, told: Tally, waiting: int, held: int) -> int:
    """Return how many known ones come to a person before what waits is over.

    Args:
        db: A transaction.
        round_id: The round.
        annotator: Who looks.
        percent: The share of known ones.
        told: What they have answered.
        waiting: Proposals that wait for them.
        held: How many known ones lie before them for the first time: those come, whatever was planned.
    """
    if not told.any or not percent:
        return held
    so_far = told.known + told.skipped
    planned = _schedule(round_id, annotator, percent).among(told.given + so_far, waiting, so_far)
    if planned > held:
        planned = min(planned, len(gold_queue.fresh(db, round_id, annotator, math.inf)))
    return max(planned, held) + told.skipped


def accuracy90(right: int, answers: int) -> tuple[float, float]:
    """Return the exact 90% interval of a share (Clopper and Pearson, Biometrika 1934); 0 to 1 of no answers."""
    low = float(betaincinv(right, answers - right + 1, TAIL)) if right else 0.0
    high = float(betaincinv(right + 1, answers - right, 1 - TAIL)) if right < answers else 1.0
    return low, high


@lru_cache(maxsize=1024)
def _schedule(round_id: int, annotator: str, percent: int) -> Schedule:
    return Schedule(percent, f"{round_id}/{annotator}/{percent}")


@lru_cache(maxsize=65536)
def _drawn(seed: str, number: int) -> int:
    return int.from_bytes(hashlib.sha256(f"{seed}/{number}".encode()).digest()[:8])
