"""What the landscape says is worth asking next, told level by level.

A score per cell would make the observation as large as the product of the levels. The agent is told one number per
level instead: for every sample a cell is drawn that is worth asking, and a level's score says what the cell would be
worth with that one level in place of its own. Heads that act apart can so land on one cell together.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from faded.concepts.spec import ConceptSpace
from faded.landscape.cells import ABSENT, Cells

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]

TIE_BREAK = 1e-3
"""Relative size of the random numbers that break ties; before any data all cells of a stratum are tied."""

BESIDE = 0.5
"""The most that a level beside the one aimed at scores, so that the aim stands out in every head."""

TINY = 1e-9
"""Keeps a division finite where nothing is worth asking."""


def beside(space: ConceptSpace, cells: IntArray) -> IntArray:
    """Return, for every cell of a batch, the cells that differ from it in at most one level.

    Shape (batch, sum of levels): entry (i, k's level l) is the number of cell i with concept k at level l.
    """
    shape = space.shape
    concept = np.repeat(np.arange(len(shape)), shape)
    level = np.concatenate([np.arange(n) for n in shape])
    stride = np.array([math.prod(shape[k + 1 :]) for k in range(len(shape))])
    return np.asarray(cells[:, None] + (level - space.levels(cells)[:, concept]) * stride[concept])


def draw_rates(alpha: FloatArray, beta: FloatArray, strata: IntArray, rng: np.random.Generator) -> FloatArray:
    """Draw one rate per cell for every sample from its stratum's posterior; shape (batch, n_columns)."""
    return rng.beta(alpha[strata], beta[strata])


def aim(worth: FloatArray, strata: IntArray, open_cells: BoolArray, rng: np.random.Generator) -> IntArray:
    """Aim every sample of a batch at the cell most worth asking, at each (stratum, cell) once.

    Answers come back for a whole batch at once. Two samples aimed at the same place would spend a query that the first
    answer might have saved, so a place that is taken counts as worth nothing to the rest of the batch.

    Args:
        worth: Worth of one more query, at least 0, shape (n_strata, n_columns).
        strata: Stratum of each sample, shape (batch,).
        open_cells: Cells that can add a trial to each sample, shape (batch, n_columns).
        rng: Breaks ties.

    Returns:
        Columns of the cells, shape (batch,).
    """
    left = worth * (1 + TIE_BREAK * rng.random(worth.shape)) + TIE_BREAK * rng.random(worth.shape) * worth.max()
    cells = np.empty(len(strata), dtype=np.int64)
    for i, stratum in enumerate(strata):
        cells[i] = np.where(open_cells[i], left[stratum], -1.0).argmax()
        left[stratum, cells[i]] = 0.0
    return cells


def level_scores(
    worth: FloatArray, strata: IntArray, open_cells: BoolArray, columns: IntArray, cells: Cells
) -> FloatArray:
    """Tell the aims level by level, shape (batch, sum of levels).

    The level aimed at scores 1. Any other scores `BESIDE` times what the cell would be worth with that level in its
    place, relative to the cell aimed at and at most as much; nothing where that cell is not looked at.
    """
    rows = np.arange(len(strata))
    aims = cells.numbers[columns]
    numbers = beside(cells.space, aims)
    at = cells.find(numbers)
    own = worth[strata, columns]
    value = np.where(at == ABSENT, 0.0, worth[strata[:, None], at] * open_cells[rows[:, None], at])
    scores = BESIDE * np.minimum(value / np.maximum(own, TINY)[:, None], 1.0)
    return np.where(numbers == aims[:, None], 1.0, scores)


def scores_of(
    worth: FloatArray,
    strata: IntArray,
    open_cells: BoolArray,
    columns: IntArray,
    cells: Cells,
    rng: np.random.Generator,
) -> FloatArray:
    """Aim the samples that were taken for no cell, and tell all aims level by level, shape (batch, sum of levels).

    Args:
        worth: Worth of one more query, at least 0, shape (n_strata, n_columns).
        strata: Stratum of each sample, shape (batch,).
        open_cells: Cells that can add a trial to each sample, shape (batch, n_columns).
        columns: Columns of the cells that the first samples were taken for, shape (n,).
        cells: The cells that are looked at.
        rng: Breaks ties.
    """
    left, n = worth.copy(), len(columns)
    left[strata[:n], columns] = 0.0
    aimed = np.concatenate([columns, aim(left, strata[n:], open_cells[n:], rng)])
    return level_scores(worth, strata, open_cells, aimed, cells)
