"""Counts over an explore stage."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from faded.exploration.env import Asked


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
        agent: The agent's latest figures.
    """

    agent_queries: int = 0
    agent_failures: int = 0
    control_queries: int = 0
    control_failures: int = 0
    proposals: int = 0
    batch: int = 0
    agent: dict[str, float] = field(default_factory=dict)

    def count(self, asked: Asked, metrics: Mapping[str, float] | None) -> None:
        """Add one batch."""
        failed = asked.failed & asked.counted
        self.agent_queries += int((~asked.control).sum())
        self.agent_failures += int((failed & ~asked.control).sum())
        self.control_queries += int(asked.control.sum())
        self.control_failures += int((failed & asked.control).sum())
        self.batch += 1
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
