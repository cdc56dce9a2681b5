"""Which failures are put before people: a few distinct samples of each mode that ranks high."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from faded.domain import Mode, ModeKey, Trial
from faded.landscape.modes import rank_modes

MODES_PROPOSED = 100
"""How many modes have proposals waiting at most: three verdicts each are three hundred, hours of work."""
PROPOSALS_PER_MODE = 6
"""Distinct samples proposed per mode: three that agree decide a mode, and so do five of six."""


@dataclass
class Proposer:
    """Keeps the failures found so far by mode and says which of them to propose next.

    Attributes:
        failures: Failed trials per mode, in the order they were found.
        proposed: How many of them have been proposed.
    """

    failures: dict[ModeKey, list[Trial]] = field(default_factory=lambda: defaultdict(list))
    proposed: dict[ModeKey, int] = field(default_factory=dict)

    def add(self, trials: Iterable[Trial]) -> None:
        """Remember the failed ones among counted trials (a sample has one per cell)."""
        for trial in trials:
            if trial.failed:
                self.failures[trial.key].append(trial)

    def next(self, modes: Sequence[Mode], decided: Sequence[ModeKey]) -> tuple[dict[ModeKey, float], list[Trial]]:
        """Rank the modes and choose what to propose.

        Args:
            modes: The modes as the landscape has them now.
            decided: Modes that verdicts have decided already; they get nothing new.

        Returns:
            A score per mode, the highest first in line, 0 for what has dropped out; and the failures to propose now.
        """
        closed = set(decided)
        established = [m for m in modes if m.established and m.key not in closed]
        ranked = rank_modes(established, decided, limit=MODES_PROPOSED)
        scores = dict.fromkeys(self.proposed, 0.0)
        scores |= {mode.key: 1.0 / (1 + place) for place, mode in enumerate(ranked)}
        chosen: list[Trial] = []
        for mode in ranked:
            start = self.proposed.get(mode.key, 0)
            fresh = self.failures[mode.key][start:PROPOSALS_PER_MODE]
            self.proposed[mode.key] = start + len(fresh)
            chosen += fresh
        return scores, chosen
