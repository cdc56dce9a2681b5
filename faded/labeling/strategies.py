"""What comes next where it is not simply what decides the most telling mode: three other orders of the queue.

*Least labelled*: the modes with the fewest opinions take turns, and of each comes what has the fewest. *Disagreement*:
the modes whose verdicts are split most evenly come first, and of each what people have said most different things
about. *Random*: every proposal that waits for the person has the same chance, in decided modes too; what is drawn
follows from the round, the person, and how much they have judged. The shares of verdicts among what is drawn so are
those of the round, which the other orders, made to decide modes soon, are not.

All of them leave what somebody has skipped for the end. None reads more than the modes, which are kept in memory, and
the proposals of a few of them.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from heapq import nsmallest
from itertools import accumulate
from random import Random

from faded.labeling.standings import Standing, Standings
from faded.store import leases, verdicts
from faded.store.engine import Db
from faded.store.labeling_rules import Strategy

MOST_DRAWS = 32
"""Draws of the random strategy beside eight for each proposal that is wanted. One fails where somebody holds what it
would give: rarely, but at the end."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks for what.

    Attributes:
        db: A write transaction.
        round_id: The round.
        annotator: Who asks.
        slots: How many people judge a proposal.
        n: How many proposals are wanted.
        now: Seconds since 1970.
        held: How many of each mode lie before them already.
    """

    db: Db
    round_id: int
    annotator: str
    slots: int
    n: int
    now: float
    held: Mapping[int, int]

    def of(self, mode_id: int, n: int, *, differing: bool = False, after: int = 0) -> list[str]:
        """Return up to n proposals of a mode; see `leases.of_mode`."""
        return leases.of_mode(
            self.db, mode_id, self.annotator, self.slots, n, self.now, differing=differing, after=after
        )


def candidates(strategy: Strategy, asked: Asked, standing: Standings) -> list[str]:
    """Return ids of up to n proposals that have a slot for a person, in the order of a strategy."""
    pool = standing.by_id.values() if strategy is Strategy.RANDOM else standing.waiting
    skipped = any(s.mode.skipped for s in pool)
    judged = leases.judged_by(asked.db, asked.round_id, asked.annotator, fresh=skipped)
    left = {s.mode.id: s.mode.unjudged - s.mode.skipped - judged.get(s.mode.id, 0) for s in pool}
    waiting = [s for s in pool if left[s.mode.id] > 0]
    if strategy is Strategy.RANDOM:
        found = _random(asked, sorted((s.mode.id, left[s.mode.id]) for s in waiting))
    elif strategy is Strategy.DISAGREEMENT:
        found = _disagreement(asked, waiting)
    else:
        found = _least_labelled(asked, waiting)
    if len(found) < asked.n:
        wanted = [s.mode.id for s in pool if s.mode.skipped]
        more = asked.n - len(found)
        found += leases.skipped(asked.db, asked.round_id, wanted, asked.annotator, asked.slots, more, asked.now)
    return found


def split(s: Standing) -> float:
    """Return how evenly the verdicts of a mode are split: 0 where all say the same, 0.5 where half do.

    Disputed proposals are said against as much as for; unsure verdicts count for neither.
    """
    against = s.tally.reject + s.tally.invalid
    judged = s.tally.confirm + against + s.mode.disputed
    return (min(s.tally.confirm, against) + s.mode.disputed / 2) / judged if judged else 0.0


def _least_labelled(asked: Asked, waiting: list[Standing]) -> list[str]:
    def said(s: Standing) -> int:
        return s.mode.opinions + asked.held.get(s.mode.id, 0)

    heaps: list[list[str]] = []
    for s in _first(waiting, asked.n, said):
        heap = asked.of(s.mode.id, asked.n)
        heaps += [heap] if heap else []
        if len(heaps) >= asked.n:
            break
    turns = [heap[i] for i in range(asked.n) for heap in heaps if i < len(heap)]
    return turns[: asked.n]


def _disagreement(asked: Asked, waiting: list[Standing]) -> list[str]:
    found: list[str] = []
    for s in _first(waiting, asked.n, lambda s: -split(s)):
        found += asked.of(s.mode.id, asked.n - len(found), differing=True)
        if len(found) >= asked.n:
            break
    return found


def _first(waiting: list[Standing], n: int, key: Callable[[Standing], float]) -> Iterator[Standing]:
    """Go through modes in an order, those of the ranking where it leaves them alike; few are looked at, as a rule."""
    few = nsmallest(n, waiting, key)
    yield from few
    if len(few) < len(waiting):
        yield from sorted(waiting, key=key)[len(few) :]


def _random(asked: Asked, pool: list[tuple[int, int]]) -> list[str]:
    """Draw proposals that wait; `pool` holds the modes with the number of proposals that may be drawn of each."""
    ends = list(accumulate(n for _, n in pool))
    given = verdicts.given(asked.db, asked.round_id, asked.annotator) + sum(asked.held.values())
    draw = Random(f"{asked.round_id}/{asked.annotator}/{given}")  # noqa: S311 - nothing secret hangs on it
    found: dict[str, None] = {}
    for _ in range(MOST_DRAWS + 8 * asked.n if pool else 0):
        at = draw.randrange(ends[-1])
        mode = bisect_right(ends, at)
        mode_id, n = pool[mode]
        found.update(dict.fromkeys(asked.of(mode_id, 1, after=at - (ends[mode] - n))))
        if len(found) >= asked.n:
            return list(found)
    turn = draw.randrange(len(pool)) if pool else 0
    for mode_id, _ in (*pool[turn:], *pool[:turn]):  # nearly all that waits lies before somebody
        found.update(dict.fromkeys(asked.of(mode_id, asked.n)))
        if len(found) >= asked.n:
            break
    return list(found)[: asked.n]
