"""How the modes of a round stand, kept between two looks: a click reads only the modes that have changed since."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field

from faded.domain import ModeKey
from faded.labeling.decided import ModeState, ModeTally, tallies
from faded.store import campaigns, proposals, verdicts
from faded.store.engine import Db
from faded.store.proposals import ModeRow

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
    by_id: Mapping[int, Standing] = field(default_factory=dict)
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
            changed = proposals.mode_rows(db, round_id, kept.version)
            if changed or kept.standings is None:
                by_id = {**kept.by_id, **{mode.id: _standing(mode, kept.before) for mode in changed}}
                version = max((mode.version for mode in changed), default=kept.version)
                kept = _Kept(version, heard, kept.before, by_id, _summary(by_id, kept.before))
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
    return tuple(proposals.version(db, found.id) for found in campaigns.on_same_weights(db, round_id)[:-1])


def _standing(mode: ModeRow, before: Mapping[ModeKey, ModeTally]) -> Standing:
    tally = ModeTally(mode.confirm, mode.reject, mode.invalid, mode.unsure)
    earlier = before.get(mode.key) if before else None
    if earlier is not None:
        tally += earlier
    return Standing(mode, tally, tally.state)


def _summary(by_id: Mapping[int, Standing], before: Mapping[ModeKey, ModeTally]) -> Standings:
    found = list(by_id.values())
    waiting = [s for s in found if s.state is ModeState.OPEN and s.mode.unjudged]
    waiting.sort(key=lambda s: (not s.tally.decidable(s.mode.unjudged), -s.mode.score, s.mode.id))
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
