"""When a mode is decided. Numpy and scipy only.

The rule: a mode is *confirmed* when it has at least three verdicts on distinct samples and P(confirm share > 0.5) is
0.9 or more under a uniform Beta prior, with share = confirm / (confirm + reject + invalid). Three of three do, four
of five do not, five of six do. It is *refused* when the same holds of P(confirm share < 0.5). An unsure verdict
counts in neither. What counts of a proposal is what stands for it by the rules of its campaign's labeling.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from scipy.special import betaincc

from faded.domain import Judgement, ModeKey, Verdict

MIN_VERDICTS = 3
"""Fewest verdicts, on distinct samples, that decide a mode (the project's definition of a confirmed mode)."""

SURE = 0.9
"""Probability from which on a mode is decided (the same definition)."""

HALF = 0.5
"""The confirm share that a mode has to be above or below (the same definition)."""


class ModeState(StrEnum):
    """What the verdicts say of a mode so far."""

    OPEN = "open"
    CONFIRMED = "confirmed"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class ModeTally:
    """Standing verdicts of a mode, one per sample.

    Attributes:
        confirm: The target is wrong and the input is fair.
        reject: The target's answer is right.
        invalid: The edit destroyed the input or changed its true answer.
        unsure: No opinion; decides nothing.
    """

    confirm: int = 0
    reject: int = 0
    invalid: int = 0
    unsure: int = 0

    @property
    def samples(self) -> int:
        """Number of distinct samples with a verdict, unsure ones included."""
        return self.confirm + self.reject + self.invalid + self.unsure

    def __add__(self, other: ModeTally) -> ModeTally:
        """Count the verdicts of two rounds on the same weights together; they judge different samples."""
        return ModeTally(
            self.confirm + other.confirm,
            self.reject + other.reject,
            self.invalid + other.invalid,
            self.unsure + other.unsure,
        )

    @property
    def state(self) -> ModeState:
        """What the verdicts say of the mode."""
        return state_of(self.confirm, self.reject + self.invalid)

    def decidable(self, unjudged: int) -> bool:
        """Whether that many further verdicts, all alike, would decide the mode (or it is decided)."""
        against = self.reject + self.invalid
        states = (state_of(self.confirm + unjudged, against), state_of(self.confirm, against + unjudged))
        return states != (ModeState.OPEN, ModeState.OPEN)


@lru_cache(maxsize=4096)
def state_of(confirm: int, against: int) -> ModeState:
    """Apply the rule to numbers of verdicts for and against."""
    if confirm + against < MIN_VERDICTS:
        return ModeState.OPEN
    if betaincc(1 + confirm, 1 + against, HALF) >= SURE:
        return ModeState.CONFIRMED
    if betaincc(1 + against, 1 + confirm, HALF) >= SURE:
        return ModeState.REFUSED
    return ModeState.OPEN


def tallies(judgements: Iterable[Judgement]) -> dict[ModeKey, ModeTally]:
    """Count standing verdicts per mode; of a sample judged twice within a mode, the later one counts."""
    by_mode: dict[ModeKey, dict[str, Verdict]] = {}
    for judgement in judgements:
        by_mode.setdefault(judgement.key, {})[judgement.sample_id] = judgement.verdict
    return {
        key: ModeTally(**{kind.value: list(samples.values()).count(kind) for kind in Verdict})
        for key, samples in by_mode.items()
    }


def confirmed_modes(judgements: Iterable[Judgement]) -> list[ModeKey]:
    """Return the confirmed modes, in order of stratum and cell."""
    found = [key for key, tally in tallies(judgements).items() if tally.state is ModeState.CONFIRMED]
    return sorted(found, key=lambda key: (key.stratum, key.cell))
