"""What takes long to count in a round, kept until somebody has said something new, and a while longer."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from faded import log
from faded.store import events, former
from faded.store.engine import Db, Store
from faded.ui.facts import Facts

T = TypeVar("T")

REST = 20.0
"""So many times as long as it takes to count lies between two countings: it is no page's main work."""

AT_ONCE = 20_000
"""Opinions up to which it is counted while the page waits: some tenths of a second."""

Missing = tuple[str, str]
"""What a page says instead of what is not counted yet: a heading and a sentence."""

COUNTING: Missing = ("Being counted", "There are many verdicts here: it takes some seconds.")
FAILED: Missing = (
    "Not counted",
    "Counting went wrong, which should not be; the log has the details. It is tried again whenever this page is drawn.",
)

_TURN = threading.Lock()
"""One large round is counted at a time, so that pages are still drawn beside it."""

Seen = tuple[int | None, int]
"""The number of a round's last event, and how many names were deleted: what was counted before holds them."""


@dataclass(frozen=True, slots=True)
class _Kept(Generic[T]):
    last: Seen
    until: float
    found: T


class RoundCache(Generic[T]):
    """Keeps what was counted of rounds. Threads may share it.

    Of a large round it is counted in a thread of its own, and the page shows what was counted before, or that it is
    being counted.

    Args:
        count: Counts a round.
    """

    def __init__(self, count: Callable[[Db, Facts], T]) -> None:
        self._count = count
        self._kept: dict[int, _Kept[T]] = {}
        self._counting: dict[int, threading.Thread] = {}
        self._failed: set[int] = set()
        self._lock = threading.Lock()

    def get(self, store: Store, facts: Facts) -> T | None:
        """Return what was counted of a round; None while that is done for the first time."""
        round_id = facts.round.id
        with store.read() as db:
            last = _seen(db, round_id)
        with self._lock:
            kept = self._kept.get(round_id)
            if kept is not None and kept.last[1] != last[1]:
                kept = None
            if kept is not None and (kept.last == last or time.monotonic() < kept.until):
                return kept.found
            apart = facts.labels.everybody > AT_ONCE
            if apart and round_id in self._counting:
                return None if kept is None else kept.found
            if apart:
                thread = threading.Thread(target=self._apart, args=(store, facts), daemon=True, name="counting")
                self._counting[round_id] = thread
                thread.start()
                return None if kept is None else kept.found
        return self._anew(store, facts)

    def missing(self, facts: Facts) -> Missing:
        """Say why there is nothing of a round."""
        return FAILED if facts.round.id in self._failed else COUNTING

    def wait(self) -> None:
        """Wait until nothing is being counted."""
        with self._lock:
            threads = list(self._counting.values())
        for thread in threads:
            thread.join()

    def _apart(self, store: Store, facts: Facts) -> None:
        try:
            with _TURN:
                self._anew(store, facts)
        except Exception as error:  # nobody waits for this thread: it is tried again when the page is drawn next
            self._failed.add(facts.round.id)
            with log.about(round=facts.round.id):
                log.fault(error)
        finally:
            with self._lock:
                self._counting.pop(facts.round.id, None)

    def _anew(self, store: Store, facts: Facts) -> T:
        with store.read() as db:
            began, last = time.monotonic(), _seen(db, facts.round.id)
            found = self._count(db, facts)
        ended = time.monotonic()
        with self._lock:
            self._failed.discard(facts.round.id)
            self._kept[facts.round.id] = _Kept(last, ended + REST * (ended - began), found)
        return found


def _seen(db: Db, round_id: int) -> Seen:
    return events.last(db, round_id), former.count(db)
