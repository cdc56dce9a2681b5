"""What a map says: the failing settings nearest to neutral, what fails only together, and the safe region."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from faded.concepts.spec import ConceptSpace
from faded.landscape.posterior import SURE

LISTED = 8
"""Settings listed of a kind: the rest are counted."""

UNDECIDED_LISTED = 40
"""Settings listed that may fail only together: a page shows `LISTED` of them and opens the others."""

DIGITS = 6
"""Decimals of estimated rates in JSON: what lies below is rounding of the machine and not of the estimate."""


@dataclass(frozen=True, slots=True)
class Setting:
    """A setting that fails: P(rate > bound) >= `SURE`.

    Attributes:
        values: Level values by concept; concepts that are averaged over are left out.
        words: The setting in words, without a full stop.
        levels: Summed levels from neutral.
        rate: The induced rate.
        low: Lower end of its 90% interval.
        high: Upper end of it.
        probability: P(rate > bound).
        trials: Trials behind it.
        established: Whether own trials alone say that it fails; otherwise it is suspected.
        alone: Of an interaction, the highest upper end of the 90% intervals of its parts.
        strata: The strata in which it fails, each with whether that is established.
        asked: Of these, those with a trial of their own under the setting; the others borrow from their neighbours.
    """

    values: Mapping[str, float]
    words: str
    levels: int
    rate: float
    low: float
    high: float
    probability: float
    trials: int
    established: bool
    alone: float | None
    strata: Mapping[str, bool]
    asked: int

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON values."""
        figures = {"rate": self.rate, "low": self.low, "high": self.high, "probability": self.probability}
        return {
            "setting": self.words,
            "values": dict(self.values),
            "levels": self.levels,
            **{name: round(value, DIGITS) for name, value in figures.items()},
            "trials": self.trials,
            "established": self.established,
            **({} if self.alone is None else {"parts_at_most": round(self.alone, DIGITS)}),
            "strata": dict(self.strata),
            "strata_asked": self.asked,
        }


@dataclass(frozen=True, slots=True)
class Block:
    """A setting that stops a safe region from growing by one level of a concept; of several the worst.

    Attributes:
        concept: The concept.
        level: The level that cannot be added, in words.
        setting: The setting in words.
        rate: Its induced rate; None where nothing is known of it, or it is left out.
        low: Lower end of its 90% interval, None likewise.
        high: Upper end of it, None likewise.
    """

    concept: str
    level: str
    setting: str
    rate: float | None
    low: float | None
    high: float | None

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON values."""
        figures = {"rate": self.rate, "low": self.low, "high": self.high}
        rounded = {name: None if value is None else round(value, DIGITS) for name, value in figures.items()}
        return {"concept": self.concept, "level": self.level, "setting": self.setting, **rounded}


@dataclass(frozen=True)
class Region:
    """A safe region.

    Attributes:
        ranges: For every concept its level values in the region, ascending.
        words: The same in words.
        settings: Number of its settings, the clean control among them where it is on the grid.
        at_least: All its rates are below the bound with this probability or a higher one.
        fails_in: Strata in which a setting of the region fails all the same; of a single stratum none.
        blocks: What stops the region from growing, for each next level of a concept; empty of all at once.
    """

    ranges: Mapping[str, tuple[float, ...]]
    words: Mapping[str, str]
    settings: int
    at_least: float
    fails_in: tuple[str, ...]
    blocks: tuple[Block, ...] = field(compare=False)

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {
            "levels": {name: list(values) for name, values in self.ranges.items()},
            "words": dict(self.words),
            "settings": self.settings,
            "all_below_bound": round(self.at_least, DIGITS),
            "fails_in": list(self.fails_in),
            "blocks": [one.to_json() for one in self.blocks],
        }


@dataclass(frozen=True)
class Reading:
    """What a map says.

    Attributes:
        stratum: The stratum, None for the mean over all, each counting alike.
        space: The concepts.
        bound: The registered bound.
        most_changed: Settings are read that change so many concepts at most; None for all settings.
        settings: Settings read that are not left out.
        known: Of these, those with enough data to say anything.
        asked: Settings with a trial of their own, in whatever stratum; the others are judged by their neighbours.
        places: Pairs of such a setting and a stratum; as many as settings of a single stratum.
        places_asked: Of these, those with a trial of their own.
        failing: Of the known ones, those that fail.
        off_grid: Names of the concepts whose neutral is off the grid.
        nearest: The failing settings with the fewest levels from neutral, the highest rate first, `LISTED` at most.
        as_near: Number of settings as near.
        together: Settings that fail only together, the fewest levels first, `LISTED` at most.
        interactions: Number of these.
        undecided: Number of the settings that may be such ones: they fail and no part of theirs does, but some part
            is not known to be safe.
        waiting: These, the fewest levels first, `UNDECIDED_LISTED` at most.
        most_together: The same of settings that fail only together.
        each: The region in which every setting by itself is safe; None where no setting next to neutral is, and where
            not all settings are read.
        jointly: The region whose rates are all below the bound, with probability `SURE` at least; None as above.
    """

    stratum: str | None
    space: ConceptSpace
    bound: float
    most_changed: int | None
    settings: int
    known: int
    asked: int
    places: int
    places_asked: int
    failing: int
    off_grid: tuple[str, ...]
    nearest: tuple[Setting, ...]
    as_near: int
    together: tuple[Setting, ...]
    interactions: int
    undecided: int
    waiting: tuple[Setting, ...]
    most_together: int
    each: Region | None
    jointly: Region | None

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {
            "stratum": self.stratum,
            "bound": self.bound,
            "sure": SURE,
            "most_changed": self.most_changed,
            "settings": self.settings,
            "known": self.known,
            "asked": self.asked,
            "places": self.places,
            "places_asked": self.places_asked,
            "failing": self.failing,
            "neutral_off_grid": list(self.off_grid),
            "nearest": {"settings": [one.to_json() for one in self.nearest], "as_near": self.as_near},
            "together": {
                "settings": [one.to_json() for one in self.together],
                "found": self.interactions,
                "undecided": self.undecided,
                "may_be": [one.to_json() for one in self.waiting],
                "most_concepts": self.most_together,
                "averaged": list(self.off_grid),
            },
            "safe": {
                "each": None if self.each is None else self.each.to_json(),
                "jointly": None if self.jointly is None else self.jointly.to_json(),
            },
        }
