"""How fast a job goes, and so how long it still takes."""

from __future__ import annotations

import time
from collections.abc import Callable


class Pace:
    """Watches the progress of a job as this process works on it: pauses and earlier workers do not count.

    Args:
        clock: Seconds that never go back.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._first: tuple[float, float] | None = None

    def seconds_left(self, progress: float) -> float | None:
        """Note the progress, from 0 to 1, and return how long the rest takes; None before there are two to compare."""
        now = self._clock()
        if self._first is None:
            self._first = progress, now
        first, began = self._first
        return (now - began) * (1 - progress) / (progress - first) if progress > first else None
