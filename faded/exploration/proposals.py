"""Which failures are put before people: a few distinct samples of each mode that ranks high."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from faded.domain import Mode, ModeKey, Trial
from faded.landscape.modes import ALL_ALIKE, rank_modes

MODES_PROPOSED = 100
"""How many modes have proposals waiting at most: three verdicts each are three hundred, hours of work."""
PROPOSALS_PER_MODE = 6
"""Distinct samples proposed per mode: three that agree decide a mode, and so do five of six."""
FIRST_PROPOSALS = 3
"""As many as can decide a mode are proposed at first, the others once people have begun on it, or exploring ends."""


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

    def next(
        self,
        modes: Sequence[Mode],
        decided: Sequence[ModeKey],
        weights: Mapping[ModeKey, float] = ALL_ALIKE,
        begun: Collection[ModeKey] | None = None,
    ) -> tuple[dict[ModeKey, float], list[Trial]]:
        """Rank the modes and choose what to propose.

        Args:
            modes: The modes as the landscape has them now.
            decided: Modes that verdicts have decided already; they get nothing new.
            weights: What verdicts say that a mode is worth; one that is not named weighs 1.
            begun: Modes that have verdicts, of which all are proposed; None proposes all of every mode.

        Returns:
            A score per mode, the highest first in line, 0 for what has dropped out; and the failures to propose now.
        """
        closed = set(decided)
        established = [m for m in modes if m.established and m.key not in closed]
        ranked = rank_modes(established, decided, weights, limit=MODES_PROPOSED)
        scores = dict.fromkeys(self.proposed, 0.0)
        scores |= {mode.key: 1.0 / (1 + place) for place, mode in enumerate(ranked)}
        chosen: list[Trial] = []
        for mode in ranked:
            start = self.proposed.get(mode.key, 0)
            end = PROPOSALS_PER_MODE if begun is None or mode.key in begun else FIRST_PROPOSALS
            fresh = self.failures[mode.key][start:end]
            self.proposed[mode.key] = start + len(fresh)
            chosen += fresh
        return scores, chosen
