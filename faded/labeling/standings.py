"""How the modes of a round stand, kept between two looks: a click reads only the modes that have changed since."""

from __future__ import annotations

import threading
from bisect import bisect_left, insort
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from faded.domain import ModeKey
from faded.labeling.decided import ModeState, ModeTally, tallies
from faded.store import campaigns, proposals, verdicts
from faded.store.engine import Db
from faded.store.proposals import ModeRow

FEW = 64
"""Modes that may have changed for how a round stands to be changed; of more it is made anew."""

MOST_ROUNDS = 16
"""Rounds of which it is kept how they stand."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A mode with proposals, its tally and its state, verdicts of earlier rounds on the same weights included."""

    mode: ModeRow
    tally: ModeTally
    state: ModeState


@dataclass(frozen=True)
class Standings:
    """How the modes of a round stand.

    Attributes:
        by_id: All that have proposals, by number.
        waiting: Those that are open and have proposals that wait, in the order of the queue: what can be decided first,
            the highest score first.
        states: Number of modes by state, those of earlier rounds on the same weights among them.
        left: Proposals of open modes that wait.
        disputed: Proposals on which people differ.
        opinions: Opinions of all people.
    """

    by_id: Mapping[int, Standing]
    waiting: tuple[Standing, ...]
    states: Mapping[ModeState, int]
    left: int
    disputed: int
    opinions: int


@dataclass
class _Kept:
    version: int
    heard: tuple[int, ...]
    before: Mapping[ModeKey, ModeTally]
    standings: Standings | None = None


class StandingsCache:
    """Keeps how rounds stand. Threads may share it.

    It is to be asked in transactions that have not changed a mode themselves: what is rolled back would stay in it.
    """

    def __init__(self) -> None:
        self._kept: dict[int, _Kept] = {}
        self._lock = threading.Lock()

    def get(self, db: Db, round_id: int) -> Standings:
        """Return how a round stands in a transaction, which must not have changed a mode."""
        heard = _heard(db, round_id)
        with self._lock:
            kept = self._kept.get(round_id)
            if kept is None or kept.heard != heard:
                kept = _Kept(-1, heard, tallies(verdicts.on_same_weights(db, round_id, earlier=True)))
            rows = proposals.mode_rows(db, round_id, kept.version)
            if rows or kept.standings is None:
                changed = [_standing(mode, kept.before) for mode in rows]
                version = max((mode.version for mode in rows), default=kept.version)
                kept = _Kept(version, heard, kept.before, _after(kept.standings, changed, kept.before))
            self._kept.pop(round_id, None)
            self._kept[round_id] = kept
            while len(self._kept) > MOST_ROUNDS:
                del self._kept[next(iter(self._kept))]
            assert kept.standings is not None  # noqa: S101 - made above
            return kept.standings


def read(db: Db, round_id: int) -> Standings:
    """Return how the modes of a round stand, read as a whole."""
    return StandingsCache().get(db, round_id)


def _heard(db: Db, round_id: int) -> tuple[int, ...]:
    """Return the versions of the earlier rounds on the same weights: while they stay, so do their verdicts."""
    return tuple(proposals.version(db, earlier) for earlier in campaigns.ids_on_same_weights(db, round_id)[:-1])


def _standing(mode: ModeRow, before: Mapping[ModeKey, ModeTally]) -> Standing:
    tally = ModeTally(mode.confirm, mode.reject, mode.invalid, mode.unsure)
    earlier = before.get(mode.key) if before else None
    if earlier is not None:
        tally += earlier
    return Standing(mode, tally, tally.state)


def _after(was: Standings | None, changed: Sequence[Standing], before: Mapping[ModeKey, ModeTally]) -> Standings:
    """Return how a round stands after some of its modes have changed."""
    if was is None or len(changed) > FEW or any(s.mode.id not in was.by_id for s in changed):
        return _summary({**({} if was is None else was.by_id), **{s.mode.id: s for s in changed}}, before)
    by_id, states, waiting = {**was.by_id}, {**was.states}, list(was.waiting)
    left, disputed, opinions = was.left, was.disputed, was.opinions
    for now in changed:
        old, by_id[now.mode.id] = by_id[now.mode.id], now
        if _waits(old):
            del waiting[bisect_left(waiting, _place(old), key=_place)]
            left -= old.mode.unjudged
        if _waits(now):
            insort(waiting, now, key=_place)
            left += now.mode.unjudged
        states[old.state] -= 1
        states[now.state] += 1
        disputed += now.mode.disputed - old.mode.disputed
        opinions += now.mode.opinions - old.mode.opinions
    return Standings(by_id, tuple(waiting), states, left, disputed, opinions)


def _waits(s: Standing) -> bool:
    return s.state is ModeState.OPEN and s.mode.unjudged > 0


def _place(s: Standing) -> tuple[bool, float, int]:
    """Return what puts modes into the order of the queue."""
    return not s.tally.decidable(s.mode.unjudged), -s.mode.score, s.mode.id


def _summary(by_id: Mapping[int, Standing], before: Mapping[ModeKey, ModeTally]) -> Standings:
    found = list(by_id.values())
    waiting = sorted((s for s in found if _waits(s)), key=_place)
    here = {s.mode.key for s in found} if before else set()
    states = [s.state for s in found] + [tally.state for key, tally in before.items() if key not in here]
    return Standings(
        by_id,
        tuple(waiting),
        {state: states.count(state) for state in ModeState},
        left=sum(s.mode.unjudged for s in waiting),
        disputed=sum(s.mode.disputed for s in found),
        opinions=sum(s.mode.opinions for s in found),
    )
