"""Interactions: settings that fail although every part of their changes is safe on its own."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from faded.concepts.spec import FULL_TURN, ConceptSpec, signed_steps
from faded.domain import Kind
from faded.landscape.judged import Judged
from faded.landscape.posterior import FloatArray, IntArray

Entry = TypeVar("Entry", bound=np.generic)

SIZES = (2, 3)
"""How many concepts a setting changes to be looked at: more are hard to picture, and their number explodes."""


@dataclass(frozen=True)
class Together:
    """Settings that fail only together.

    Attributes:
        cells: Level indices of those that no smaller one explains, shape (n, n_concepts): fewest levels first, then the
            highest rate.
        levels: Summed levels from neutral of each.
        alone: The highest upper end of the 90% intervals of each one's parts.
        undecided: Level indices of settings that fail, no part of which does, while some part is not known to be safe,
            shape (n, n_concepts), in the same order.
    """

    cells: IntArray
    levels: IntArray
    alone: FloatArray
    undecided: IntArray


def levels_away(spec: ConceptSpec) -> IntArray:
    """Return how many levels each level is away from the neutral, counted as by `signed_steps`.

    Levels of a circular concept are the shorter way round already; half a turn is equally far both ways, and there the
    way with fewer levels counts.
    """
    signed = signed_steps(spec)
    away = np.abs(signed)
    if spec.kind is Kind.CIRCULAR:
        half = np.abs(np.asarray(spec.levels) - spec.neutral) == FULL_TURN / 2
        other = 1 + np.array([(np.sign(signed) == -side).sum() for side in np.sign(signed)])
        away = np.where(half, np.minimum(away, other), away)
    return np.asarray(away, dtype=np.int64)


def fail_together(judged: Judged) -> Together:
    """Find the interactions.

    A setting counts when it fails and all settings with a part of its changes, the other concepts at neutral, are safe;
    so is the one without any change. Of those the ones are kept that no other explains: one is explained by another
    that changes no concept farther, none to another side, and none that it leaves unchanged.

    Args:
        judged: All settings of the concepts whose neutral is on the grid.
    """
    specs = judged.specs
    neutral = tuple(spec.neutral_level or 0 for spec in specs)
    shape = judged.rate.shape
    high = np.where(judged.left_out, 0.0, judged.high)
    found: list[IntArray] = []
    alone: list[FloatArray] = []
    undecided: list[IntArray] = []
    for size in SIZES:
        for changed in combinations(range(len(specs)), size):
            whole = _at(judged.fails, neutral, changed)
            if not whole.any():
                continue
            safe, failing, parts = np.ones_like(whole), np.zeros_like(whole), np.zeros(whole.shape)
            for part in _parts(changed):
                safe &= _at(judged.safe, neutral, changed, part)
                failing |= _at(judged.fails, neutral, changed, part)
                parts = np.maximum(parts, _at(high, neutral, changed, part))
            for axis, k in enumerate(changed):  # else fewer concepts are changed
                whole[(slice(None),) * axis + (neutral[k],)] = False
            found.append(_changing(neutral, changed, whole & safe))
            alone.append(parts[whole & safe])
            undecided.append(_changing(neutral, changed, whole & ~safe & ~failing))
    none = np.zeros((0, len(shape)), dtype=np.int64)
    cells, waiting = np.concatenate([none, *found]), np.concatenate([none, *undecided])
    levels = levels_of(specs, cells)
    order = _order(judged, cells)
    order = order[_smallest(specs, cells[order], levels[order])]
    parts = np.concatenate([np.zeros(0), *alone])
    return Together(cells[order], levels[order], parts[order], waiting[_order(judged, waiting)])


def levels_of(specs: tuple[ConceptSpec, ...], cells: IntArray) -> IntArray:
    """Return the summed levels from neutral of cells, given as level indices of shape (n, n_concepts)."""
    return np.asarray(np.sum([levels_away(spec)[cells[:, k]] for k, spec in enumerate(specs)], axis=0), dtype=np.int64)


def _order(judged: Judged, cells: IntArray) -> IntArray:
    """Return the order of cells: fewest levels first, then the highest rate."""
    return np.lexsort((-judged.rate[tuple(cells.T)], levels_of(judged.specs, cells)))


def _changing(neutral: tuple[int, ...], changed: tuple[int, ...], where: NDArray[np.bool_]) -> IntArray:
    """Return level indices of the settings that a table over the changed concepts marks, shape (n, n_concepts)."""
    hits = np.argwhere(where)
    cells = np.tile(np.array(neutral, dtype=np.int64), (len(hits), 1))
    cells[:, list(changed)] = hits
    return cells


def _parts(changed: tuple[int, ...]) -> list[tuple[int, ...]]:
    """Return the proper subsets, the empty one first."""
    return [part for size in range(len(changed)) for part in combinations(changed, size)]


def _at(
    table: NDArray[Entry], neutral: tuple[int, ...], changed: tuple[int, ...], part: tuple[int, ...] | None = None
) -> NDArray[Entry]:
    """Return a table over the levels of the changed concepts, of which only a part is changed, the others at neutral.

    Levels that are put back to neutral keep an axis of length one.
    """
    kept = changed if part is None else part
    index = tuple(slice(None) if k in kept else slice(n, n + 1) for k, n in enumerate(neutral))
    rest = tuple(k for k in range(len(neutral)) if k not in changed)
    return np.array(table[index].squeeze(axis=rest))


def _smallest(specs: tuple[ConceptSpec, ...], cells: IntArray, levels: IntArray) -> IntArray:
    """Return which of the cells, in order of their levels, no other one explains."""
    sides = np.stack([_side(spec)[cells[:, k]] for k, spec in enumerate(specs)], axis=1)
    steps = np.stack([np.abs(signed_steps(spec))[cells[:, k]] for k, spec in enumerate(specs)], axis=1)
    kept = np.zeros(0, dtype=np.int64)
    for level in np.unique(levels):
        now = np.flatnonzero(levels == level)
        inside = (sides[kept] == sides[now][:, None]) & (steps[kept] <= steps[now][:, None])
        explained = (inside | (sides[kept] == 0)).all(axis=-1).any(axis=-1)
        kept = np.concatenate([kept, now[~explained]])
    return kept


def _side(spec: ConceptSpec) -> IntArray:
    """Return a number for the side of the neutral that a level is on, 0 for the neutral: of nominal levels each own."""
    signed = signed_steps(spec)
    own = np.arange(1, len(signed) + 1)
    return np.asarray(signed * own if spec.kind is Kind.NOMINAL else np.sign(signed), dtype=np.int64)
