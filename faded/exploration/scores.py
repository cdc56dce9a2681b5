"""What the landscape says is worth asking next, told level by level.

A score per cell would make the observation as large as the product of the levels. The agent is told one number per
level instead: for every sample a cell is drawn that is worth asking, and a level's score says what the cell would be
worth with that one level in place of its own. Heads that act apart can so land on one cell together.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from faded.concepts.spec import ConceptSpace

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]

TIE_BREAK = 1e-3
"""Relative size of the random numbers that break ties; before any data all cells of a stratum are tied."""

BESIDE = 0.5
"""The most that a level beside the one aimed at scores, so that the aim stands out in every head."""

TINY = 1e-9
"""Keeps a division finite where nothing is worth asking."""


def level_neighbours(space: ConceptSpace) -> IntArray:
    """Return, for every cell, the cells that differ from it in at most one level.

    Shape (n_cells, sum of levels): entry (c, k's level l) is the number of cell c with concept k at level l.
    """
    columns = []
    for k, n_levels in enumerate(space.shape):
        for level in range(n_levels):
            moved = space.cells.copy()
            moved[:, k] = level
            columns.append(space.indices(moved))
    return np.stack(columns, axis=1)


def draw_rates(alpha: FloatArray, beta: FloatArray, strata: IntArray, rng: np.random.Generator) -> FloatArray:
    """Draw one rate per cell for every sample from its stratum's posterior; shape (batch, n_cells)."""
    return rng.beta(alpha[strata], beta[strata])


def aim(worth: FloatArray, strata: IntArray, open_cells: BoolArray, rng: np.random.Generator) -> IntArray:
    """Aim every sample of a batch at the cell most worth asking, at each (stratum, cell) once.

    Answers come back for a whole batch at once. Two samples aimed at the same place would spend a query that the first
    answer might have saved, so a place that is taken counts as worth nothing to the rest of the batch.

    Args:
        worth: Worth of one more query, at least 0, shape (n_strata, n_cells).
        strata: Stratum of each sample, shape (batch,).
        open_cells: Cells that can add a trial to each sample, shape (batch, n_cells).
        rng: Breaks ties.

    Returns:
        Numbers of the cells, shape (batch,).
    """
    left = worth * (1 + TIE_BREAK * rng.random(worth.shape)) + TIE_BREAK * rng.random(worth.shape) * worth.max()
    cells = np.empty(len(strata), dtype=np.int64)
    for i, stratum in enumerate(strata):
        cells[i] = np.where(open_cells[i], left[stratum], -1.0).argmax()
        left[stratum, cells[i]] = 0.0
    return cells


def level_scores(
    worth: FloatArray, strata: IntArray, open_cells: BoolArray, cells: IntArray, neighbours: IntArray
) -> FloatArray:
    """Tell the aims level by level, shape (batch, sum of levels).

    The level aimed at scores 1. Any other scores `BESIDE` times what the cell would be worth with that level in its
    place, relative to the cell aimed at and at most as much.
    """
    rows = np.arange(len(strata))
    beside = neighbours[cells]
    own = worth[strata, cells]
    value = worth[strata[:, None], beside] * open_cells[rows[:, None], beside]
    scores = BESIDE * np.minimum(value / np.maximum(own, TINY)[:, None], 1.0)
    return np.where(beside == cells[:, None], 1.0, scores)


def scores_of(
    worth: FloatArray,
    strata: IntArray,
    open_cells: BoolArray,
    cells: IntArray,
    neighbours: IntArray,
    rng: np.random.Generator,
) -> FloatArray:
    """Aim the samples that were taken for no cell, and tell all aims level by level, shape (batch, sum of levels).

    Args:
        worth: Worth of one more query, at least 0, shape (n_strata, n_cells).
        strata: Stratum of each sample, shape (batch,).
        open_cells: Cells that can add a trial to each sample, shape (batch, n_cells).
        cells: Cells that the first samples were taken for, shape (n,).
        neighbours: See `level_neighbours`.
        rng: Breaks ties.
    """
    left, n = worth.copy(), len(cells)
    left[strata[:n], cells] = 0.0
    aimed = np.concatenate([cells, aim(left, strata[n:], open_cells[n:], rng)])
    return level_scores(worth, strata, open_cells, aimed, neighbours)
