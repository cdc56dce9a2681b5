"""Trials of an explore stage: as rows of the store, and counted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np

from faded.exploration.env import Asked
from faded.exploration.frame import Frame
from faded.landscape.modes import established
from faded.landscape.posterior import Landscape
from faded.store.trials import TrialRow

NO_FIGURES: Mapping[str, float | None] = {"n_updates": 0, "entropy": None, "kl_from_uniform": None}
"""Of an agent that has not learned: it does not learn at all, or the budget ended before its first update."""


@dataclass
class Tally:
    """Counts over the stage so far.

    Attributes:
        agent_queries: Queries whose setting the agent chose.
        agent_failures: Those of them that induced a failure, each (sample, cell) once.
        control_queries: Control queries.
        control_failures: Those of them that induced a failure.
        proposals: Proposals made.
        batch: Number of the next batch.
        stops: How often somebody stopped the stage before its end: it then proposes what it has.
        agent: The agent's latest figures.
    """

    agent_queries: int = 0
    agent_failures: int = 0
    control_queries: int = 0
    control_failures: int = 0
    proposals: int = 0
    batch: int = 0
    stops: int = 0
    agent: dict[str, float] = field(default_factory=dict)

    def count(self, asked: Asked, metrics: Mapping[str, float] | None, *, stopped: bool = False) -> None:
        """Add one batch; `stopped` where somebody had the stage stop with it."""
        failed = asked.failed & asked.counted
        self.agent_queries += int((~asked.control).sum())
        self.agent_failures += int((failed & ~asked.control).sum())
        self.control_queries += int(asked.control.sum())
        self.control_failures += int((failed & asked.control).sum())
        self.batch += 1
        self.stops += stopped
        if metrics is not None:
            self.agent = dict(metrics)

    def numbers(self, queries: int, n_modes: int) -> dict[str, float]:
        """Return what the page plots."""
        return {
            "queries": queries,
            "agent_queries": self.agent_queries,
            "agent_failures": self.agent_failures,
            "control_queries": self.control_queries,
            "control_failures": self.control_failures,
            "modes": n_modes,
            "proposals": self.proposals,
            **self.agent,
        }


class Chosen:
    """Trials by who chose their setting, to tell which modes each would have established alone.

    Args:
        landscape: Says which strata and cells count.
    """

    def __init__(self, landscape: Landscape) -> None:
        self._landscape = landscape
        self._place = {name: i for i, name in enumerate(landscape.strata)}
        self._counts: dict[tuple[bool, int, int], list[int]] = {}

    def add(self, rows: Iterable[TrialRow]) -> None:
        """Count the trials among these rows."""
        for row in rows:
            if row.counted:
                count = self._counts.setdefault((row.control, self._place[row.stratum], row.cell), [0, 0])
                count[0] += 1
                count[1] += row.failed

    def numbers(self) -> dict[str, float]:
        """Return how many modes the agent's trials alone establish, and the control queries' alone."""
        if not self._counts:
            return {"agent_modes": 0, "control_modes": 0}
        control, strata, cells = np.array(list(self._counts), dtype=np.int64).T
        trials, failures = np.array(list(self._counts.values()), dtype=np.int64).T
        found = established(failures, trials, self._landscape.bound)
        found &= ~self._landscape.excluded[strata, self._landscape.cells.find(cells)]
        return {
            "agent_modes": int((found & (control == 0)).sum()),
            "control_modes": int((found & (control == 1)).sum()),
        }


def trial_rows(asked: Asked, frame: Frame, batch: int) -> list[TrialRow]:
    """Return the queries of a batch, given by its number, as the store keeps them."""
    return [
        TrialRow(
            query=asked.first + i,
            batch=batch,
            sample_id=frame.sample_ids[row],
            stratum=frame.strata[frame.stratum[row]],
            cell=int(asked.cells[i]),
            failed=bool(asked.failed[i]),
            discrepancy=float(asked.discrepancy[i]),
            answer=asked.answers[i],
            control=bool(asked.control[i]),
            counted=bool(asked.counted[i]),
            details=asked.details[i] or None,
        )
        for i, row in enumerate(asked.rows.tolist())
    ]
