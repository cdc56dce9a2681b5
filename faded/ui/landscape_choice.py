"""What a person has chosen to see on the page Landscape: axes, pins, stratum; and the pickers that say so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from faded.concepts.spec import ConceptSpec
from faded.landscape.posterior import Landscape
from faded.ui.page import Shown, shown
from faded.ui.words import named

MOST_PINS = 8
"""Choosers for the concepts that are not drawn: enough for ten concepts. Of any more, the last are averaged over."""

ALL = ""
"""A picker's value for the mean over all strata, or over all levels."""

HEAT, CUBE = "map", "cube"
VIEWS = (("Heat map", HEAT), ("3-D", CUBE))
OTHERS = (("unchanged", "neutral"), ("averaged", "averaged"))
"""What the safe range does with the other concepts."""

AXES = ("across", "down", "depth")
PINS = tuple(f"pin{i}" for i in range(MOST_PINS))
CHOOSERS = (*AXES, *PINS, "stratum", "view", "others")


@dataclass(frozen=True)
class Choice:
    """What is looked at, always possible in the space that is shown.

    Attributes:
        view: `HEAT` or `CUBE`.
        axes: The concepts that are drawn: across, down and, in three dimensions, in depth.
        pins: Level of each other concept that is held at one.
        stratum: One stratum, None for the mean over all.
        average: Whether the safe range averages over the other concepts.
    """

    view: str
    axes: tuple[str, ...]
    pins: Mapping[str, int]
    stratum: str | None
    average: bool


def read(asked: Mapping[str, Any], landscape: Landscape) -> Choice:
    """Return what the pickers say; a value that the round does not have gives way to the first that it has."""
    specs = landscape.space.specs
    view = CUBE if asked["view"] == CUBE and len(specs) >= len(AXES) else HEAT
    axes: list[str] = []
    for slot in AXES[: 3 if view == CUBE else 2]:
        left = [s.name for s in specs if s.name not in axes]
        if left:
            axes.append(asked[slot] if asked[slot] in left else left[0])
    said = (str(asked[slot] or "").rpartition("=") for slot in PINS)
    levels = {s.name: {str(i) for i in range(len(s.levels))} for s in specs if s.name not in axes}
    pins = {name: int(level) for name, _, level in said if level in levels.get(name, ())}
    stratum = asked["stratum"] if asked["stratum"] in landscape.strata else None
    return Choice(view, tuple(axes), pins, stratum, asked["others"] == "averaged")


def pickers(choice: Choice, landscape: Landscape) -> dict[str, Shown]:
    """Return the choosers as they look for a choice."""
    specs = landscape.space.specs
    names = [s.name for s in specs]
    drawn: dict[str, Shown] = {}
    for i, slot in enumerate(AXES):
        here = i < len(choice.axes)
        left = [n for n in names if n not in choice.axes[:i]]
        drawn[slot] = shown(choices=[(named(n), n) for n in left], value=choice.axes[i] if here else None, visible=here)
    rest = [s for s in specs if s.name not in choice.axes]
    for i, slot in enumerate(PINS):
        drawn[slot] = _pin(rest[i], choice) if i < len(rest) else shown(choices=[], value=None, visible=False)
    strata = [("all, averaged", ALL), *((s, s) for s in landscape.strata)]
    drawn["stratum"] = shown(choices=strata, value=choice.stratum or ALL, visible=True)
    drawn["view"] = shown(value=choice.view, visible=len(specs) >= len(AXES))
    drawn["others"] = shown(value="averaged" if choice.average else "neutral", visible=len(specs) > 1)
    return drawn


def nothing() -> dict[str, Shown]:
    """Return the choosers of a page without a landscape."""
    return {slot: shown(visible=False) for slot in CHOOSERS}


def _pin(spec: ConceptSpec, choice: Choice) -> Shown:
    options = [("averaged", f"{spec.name}={ALL}")]
    options += [(_level(spec, value), f"{spec.name}={i}") for i, value in enumerate(spec.levels)]
    held = choice.pins.get(spec.name, ALL)
    return shown(label=named(spec.name), choices=options, value=f"{spec.name}={held}", visible=True)


def _level(spec: ConceptSpec, value: float) -> str:
    return spec.describe(value) or f"{spec.mark(value)}, unchanged"
