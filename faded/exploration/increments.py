"""Small increments: how many levels a setting is away from neutral, and which settings are one level apart.

How levels are counted stands at `concepts.spec.signed_steps`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from faded.concepts.spec import ConceptSpace, ConceptSpec, signed_steps
from faded.domain import Kind

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

NOWHERE = -1
"""Where a move would leave the grid."""


@dataclass(frozen=True)
class Increments:
    """The settings of a space as increments from neutral.

    Attributes:
        steps: Summed levels of every cell, shape (n_cells,).
        start: The cell that an episode begins at: the clean control, or where that is off the grid the cell nearest to
            it, the one with the lowest number.
        moves: Where each move leads from every cell, `NOWHERE` off the grid; shape (n_cells, 2 * n_concepts). Move 2k
            takes concept k one level down, move 2k + 1 one level up.
        added: Which increments a cell is made of, 0 or 1, shape (n_cells, n_increments): for every concept and side of
            its neutral one column per level, which is 1 from that level on outwards; for a nominal concept one column
            per level other than its neutral.
        concept: The concept that each column of `added` belongs to.
    """

    steps: IntArray
    start: int
    moves: IntArray
    added: FloatArray
    concept: IntArray

    @classmethod
    def of(cls, space: ConceptSpace) -> Increments:
        """Work a space out."""
        signed = [signed_steps(s) for s in space.specs]
        steps = np.sum([np.abs(s)[space.cells[:, k]] for k, s in enumerate(signed)], axis=0)
        columns, concept = [], []
        for k, spec in enumerate(space.specs):
            found = _columns(spec, signed[k])
            columns.append(found[space.cells[:, k]])
            concept += [k] * found.shape[1]
        return cls(
            steps=np.asarray(steps, dtype=np.int64),
            start=int(steps.argmin()),
            moves=_moves(space),
            added=np.concatenate(columns, axis=1),
            concept=np.array(concept, dtype=np.int64),
        )


def _columns(spec: ConceptSpec, signed: IntArray) -> FloatArray:
    """Return a concept's columns of `added`, by level."""
    if spec.kind is Kind.NOMINAL:
        return np.eye(len(signed))[:, signed > 0]
    above = [signed >= j for j in range(1, int(signed.max()) + 1)]
    below = [-signed >= j for j in range(1, int(-signed.min()) + 1)]
    return np.stack(above + below, axis=1).astype(np.float64)


def _moves(space: ConceptSpace) -> IntArray:
    found = np.full((space.n_cells, 2 * len(space.specs)), NOWHERE, dtype=np.int64)
    for k, n_levels in enumerate(space.shape):
        for side, step in enumerate((-1, 1)):
            moved = space.cells.copy()
            moved[:, k] += step
            inside = (moved[:, k] >= 0) & (moved[:, k] < n_levels)
            found[inside, 2 * k + side] = space.indices(moved[inside])
    return found
