"""Turns: threads do one thing after the other, in the order in which they came."""

from __future__ import annotations

import contextlib
import threading
from collections import deque
from collections.abc import Iterator


class OutOfTime(Exception):
    """The turn did not come in time."""


class Turns:
    """A lock that goes to whoever has waited longest. `threading.Lock` goes to anybody."""

    def __init__(self) -> None:
        self._changing = threading.Lock()
        self._waiting: deque[threading.Lock] = deque()
        self._taken = False

    @contextlib.contextmanager
    def turn(self, seconds: float) -> Iterator[None]:
        """Wait for one's turn and have it until the block is left.

        Args:
            seconds: How long to wait at most.

        Raises:
            OutOfTime: the turn did not come in time.
        """
        self._wait(seconds)
        try:
            yield
        finally:
            self._pass_on()

    def _wait(self, seconds: float) -> None:
        with self._changing:
            if not self._taken:
                self._taken = True
                return
            mine = threading.Lock()
            mine.acquire()
            self._waiting.append(mine)
        came = False
        try:
            came = mine.acquire(timeout=seconds)
        finally:  # also where a signal ends the thread while it waits
            if not came:
                self._leave(mine)
        if not came:
            raise OutOfTime

    def _leave(self, mine: threading.Lock) -> None:
        """Wait no longer; a turn that came meanwhile goes on to the next."""
        with self._changing:
            if mine in self._waiting:
                self._waiting.remove(mine)
                return
        self._pass_on()

    def _pass_on(self) -> None:
        with self._changing:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._taken = False
