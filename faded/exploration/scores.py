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
