"""Watches the hearts of other workers' jobs by a clock that never jumps.

A heartbeat is a time of day. Where somebody sets the clock, every heart in the workspace seems to have stopped at once,
though all beat on. So a beat is looked at for a while before its job is taken over: a worker that lives beats again
meanwhile.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from sqlalchemy import select

from faded.store.engine import Db
from faded.store.jobs import JobState
from faded.store.schema import jobs


class Watch:
    """What one worker has seen of the others.

    Args:
        clock: Steady seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._since: dict[tuple[int, float | None], float] = {}

    def doubtful(self, db: Db, still_s: float) -> list[int]:
        """Look at the running jobs; return those whose latest beat was first seen less than so many seconds ago."""
        query, steady = (
            select(jobs.c.id, jobs.c.heartbeat_at).where(jobs.c.state == JobState.RUNNING.value),
            self._clock(),
        )
        self._since = {(i, beat): self._since.get((i, beat), steady) for i, beat in db.execute(query)}
        return [i for (i, _), since in self._since.items() if steady - since < still_s]
