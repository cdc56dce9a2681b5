"""Concepts and the space they span: levels, kinds, neutrals, cell indices, words. Numpy only.

The edits themselves live elsewhere (`image.py`); pages and statistics need only what stands here.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from faded.domain import Cell, FadedError, Kind, Values

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

FULL_TURN = 360.0
"""Levels of a circular concept are degrees: a full turn comes back to where it began."""

LISTED = 4096
"""A space of up to so many cells is looked at cell by cell. Of a larger one no list is made: see `landscape.cells`."""

NUMBERED = 2**62
"""The most cells that a space may have: twice as many numbers are beyond the whole numbers of numpy and SQLite."""


@dataclass(frozen=True, slots=True)
class ConceptSpec:
    """A human-meaningful factor with levels.

    Attributes:
        name: Name of the registered edit, such as "rotation".
        kind: What the levels mean to each other.
        levels: Level values in ascending order, in the edit's unit, at least two; of a circular concept degrees, each
            the shorter way round from the neutral.
        neutral: The value that changes nothing; one of the levels or off the grid.
        phrase: Format string for words, with `{value}`, `{distance}` (from the neutral) and `{name}` (of a level with a
            name): "darkened by {value:.0%}".
        phrase_below: The same for values below the neutral; empty where `phrase` serves both sides.
        names: Of nominal levels that are known by name, the name of each; empty where a level is known by its value.
    """

    name: str
    kind: Kind
    levels: tuple[float, ...]
    neutral: float
    phrase: str
    phrase_below: str = ""
    names: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if len(self.levels) < 2 or len(set(self.levels)) < len(self.levels):
            raise FadedError(
                f"Concept {self.name!r} has the levels {list(self.levels)}: give at least two different ones."
            )
        if list(self.levels) != sorted(self.levels):
            raise FadedError(f"Concept {self.name!r} has the levels {list(self.levels)}: give them in ascending order.")
        if self.names and (self.kind is not Kind.NOMINAL or len(self.names) != len(self.levels)):
            raise FadedError(
                f"Concept {self.name!r} has the names {list(self.names)} for {len(self.levels)} levels: give a nominal "
                "concept one name per level, or leave the names out."
            )
        if self.kind is Kind.CIRCULAR:
            self._check_turn()

    def _check_turn(self) -> None:
        """See that no two levels are the same angle and that all are the shorter way round from the neutral."""
        low, high = self.levels[0], self.levels[-1]
        if low < self.neutral - FULL_TURN / 2 or high > self.neutral + FULL_TURN / 2:
            raise FadedError(
                f"Concept {self.name!r} is circular and has the levels {list(self.levels)}: give angles from "
                f"{self.neutral - FULL_TURN / 2:g} to {self.neutral + FULL_TURN / 2:g} degrees."
            )
        if high - low >= FULL_TURN:
            raise FadedError(
                f"The levels {low:g} and {high:g} of concept {self.name!r} are the same angle: leave one of them out."
            )

    @property
    def neutral_level(self) -> int | None:
        """Index of the neutral among the levels, None where it is off the grid."""
        return self.levels.index(self.neutral) if self.neutral in self.levels else None

    def describe(self, value: float) -> str:
        """Return the value in words, empty for the neutral."""
        if value == self.neutral:
            return ""
        phrase = self.phrase_below if self.phrase_below and value < self.neutral else self.phrase
        return phrase.format(value=value, distance=abs(value - self.neutral), name=self.mark(value))

    def mark(self, value: float) -> str:
        """Return the value as it stands at an axis: the level's name where it has one, else the number."""
        if self.names and value in self.levels:
            return self.names[self.levels.index(value)]
        return f"{value:g}".replace("-", "\N{MINUS SIGN}")


@dataclass(frozen=True)
class ConceptSpace:
    """The concepts of a campaign, in order, and the grid of cells they span.

    Attributes:
        specs: The concepts.
    """

    specs: tuple[ConceptSpec, ...]

    def __post_init__(self) -> None:
        names = [s.name for s in self.specs]
        if not names or len(set(names)) < len(names):
            raise FadedError(f"The concepts {names} do not make a space: give at least one, each once.")
        if self.n_cells > NUMBERED:
            raise FadedError(
                f"The {len(names)} concepts have {sum(self.shape)} levels in all and span more settings than the "
                f"{NUMBERED:,} that can be numbered: give fewer concepts or levels."
            )

    @cached_property
    def shape(self) -> tuple[int, ...]:
        """Number of levels of each concept."""
        return tuple(len(s.levels) for s in self.specs)

    @cached_property
    def n_cells(self) -> int:
        """Number of cells of the grid."""
        return math.prod(self.shape)

    @property
    def listed(self) -> bool:
        """Whether the cells are few enough to make a list of them: `LISTED` at most."""
        return self.n_cells <= LISTED

    def check_listed(self) -> None:
        """See that all cells can be gone through.

        Raises:
            FadedError: the space is too large to be listed.
        """
        if not self.listed:
            raise FadedError(
                f"The concepts span {self.n_cells:,} settings, and what was asked for goes through all of them, which "
                f"is done for up to {LISTED:,}: give fewer concepts or levels."
            )

    def numbers(self, most: int) -> IntArray:
        """Return the numbers of all cells; of a larger space than is listed, so many drawn uniformly, ever the same."""
        if self.listed:
            return np.arange(self.n_cells)
        return np.sort(np.random.default_rng(0).choice(self.n_cells, size=most, replace=False))

    @cached_property
    def cells(self) -> IntArray:
        """Level indices of every cell, shape (n_cells, n_concepts), last concept fastest; see `check_listed`."""
        self.check_listed()
        return self.levels(np.arange(self.n_cells))

    @cached_property
    def grid(self) -> FloatArray:
        """Level values of every cell, shape (n_cells, n_concepts); as `cells`."""
        return self.values(self.cells)

    @cached_property
    def control(self) -> Values:
        """Values of the clean control: every concept at its neutral, which need not lie on the grid."""
        return tuple(s.neutral for s in self.specs)

    @cached_property
    def control_index(self) -> int | None:
        """Index of the cell that is the clean control, None where a neutral is off the grid."""
        levels = [s.neutral_level for s in self.specs]
        return self.index(tuple(lv for lv in levels if lv is not None)) if None not in levels else None

    def index(self, cell: Cell) -> int:
        """Return the number of a cell.

        Raises:
            FadedError: the cell does not fit the space.
        """
        if len(cell) != len(self.specs) or any(not 0 <= lv < n for lv, n in zip(cell, self.shape, strict=True)):
            raise FadedError(f"Cell {cell} does not fit a space of shape {self.shape}.")
        return int(np.ravel_multi_index(cell, self.shape))

    def indices(self, cells: ArrayLike) -> IntArray:
        """Return the numbers of many cells, given as level indices of shape (n, n_concepts)."""
        levels = np.asarray(cells, dtype=np.int64)
        return np.asarray(np.ravel_multi_index(tuple(levels.T), self.shape), dtype=np.int64)

    def cell(self, index: int) -> Cell:
        """Return the cell with the given number."""
        return tuple(int(lv) for lv in np.unravel_index(index, self.shape))

    def levels(self, numbers: ArrayLike) -> IntArray:
        """Return the level indices of cells given by their numbers, shape (n, n_concepts)."""
        return np.stack(np.unravel_index(np.asarray(numbers, dtype=np.int64), self.shape), axis=1).astype(np.int64)

    def settings(self, numbers: ArrayLike) -> FloatArray:
        """Return the level values of cells given by their numbers, shape (n, n_concepts)."""
        return self.values(self.levels(numbers))

    def values(self, cells: ArrayLike) -> FloatArray:
        """Return level values for level indices, both of shape (n, n_concepts)."""
        levels = np.asarray(cells, dtype=np.int64)
        columns = [np.asarray(s.levels, dtype=np.float64)[levels[:, i]] for i, s in enumerate(self.specs)]
        return np.stack(columns, axis=1)

    def describe(self, values: Sequence[float]) -> str:
        """Return a setting in words: "Turned by 30 degrees, darkened by 40%."."""
        parts = [p for s, v in zip(self.specs, values, strict=True) if (p := s.describe(float(v)))]
        text = ", ".join(parts) or "unchanged"
        return f"{text[0].upper()}{text[1:]}."

    def towards_neutral(self, cell: Cell) -> list[Values]:
        """Return the settings half way between a cell's levels and their neighbours towards neutral.

        One setting per concept that is not at its neutral: that concept moved half a level, the rest kept. A nominal
        concept has nothing between its levels and gives none.
        """
        values = self.values([cell])[0]
        found: list[Values] = []
        for i, spec in enumerate(self.specs):
            if spec.kind is Kind.NOMINAL or values[i] == spec.neutral:
                continue
            step = -1 if values[i] > spec.neutral else 1
            beside = cell[i] + step
            neighbour = spec.levels[beside] if 0 <= beside < len(spec.levels) else spec.neutral
            if (neighbour - spec.neutral) * (values[i] - spec.neutral) < 0:
                neighbour = spec.neutral
            moved = values.copy()
            moved[i] = (values[i] + neighbour) / 2
            found.append(tuple(float(v) for v in moved))
        return found

    def to_json(self) -> list[dict[str, object]]:
        """Return the space as JSON values, read back by `from_json`."""
        return [
            {
                "name": s.name,
                "kind": s.kind.value,
                "levels": list(s.levels),
                "neutral": s.neutral,
                "phrase": s.phrase,
                "phrase_below": s.phrase_below,
                **({"names": list(s.names)} if s.names else {}),
            }
            for s in self.specs
        ]

    @classmethod
    def from_json(cls, items: Sequence[Mapping[str, object]]) -> ConceptSpace:
        """Rebuild a space from `to_json`'s values.

        Raises:
            FadedError: an entry lacks a field or has one of the wrong type.
        """
        specs = []
        for item in items:
            try:
                levels = item["levels"]
                if not isinstance(levels, Sequence) or isinstance(levels, str):
                    raise TypeError("levels is no list")
                specs.append(
                    ConceptSpec(
                        name=str(item["name"]),
                        kind=Kind(str(item["kind"])),
                        levels=tuple(float(v) for v in levels),
                        neutral=float(str(item["neutral"])),
                        phrase=str(item["phrase"]),
                        phrase_below=str(item["phrase_below"]),
                        names=_names(item.get("names", ())),
                    )
                )
            except (KeyError, TypeError, ValueError) as error:
                raise FadedError(f"The concept {dict(item)} cannot be read: {error}.") from error
        return cls(tuple(specs))


def signed_steps(spec: ConceptSpec) -> IntArray:
    """Return how many levels each level is above (positive) or below the neutral; of a nominal concept 0 or 1.

    The nearest level above the neutral and the nearest below are one level away, whether or not the neutral itself is
    on the grid: off the grid, every level changes something. Of a nominal concept every level but the neutral is one
    level away.
    """
    levels = np.asarray(spec.levels)
    if spec.kind is Kind.NOMINAL:
        return np.asarray(levels != spec.neutral, dtype=np.int64)
    above = np.cumsum(levels > spec.neutral)
    below = np.cumsum((levels < spec.neutral)[::-1])[::-1]
    return np.asarray(above - below, dtype=np.int64)


def _names(names: object) -> tuple[str, ...]:
    if not isinstance(names, Sequence) or isinstance(names, str):
        raise TypeError("names is no list")
    return tuple(map(str, names))
