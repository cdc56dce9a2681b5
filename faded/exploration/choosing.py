"""Which samples come next: those of the strata in which a query is worth most.

A sample is taken for a place, a stratum and cell, and only by its turn in the stratum's uniform order, so what is known
of a sample never decides whether it is asked.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from faded.exploration.scores import TIE_BREAK
from faded.exploration.stream import Stream

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]

NONE: IntArray = np.zeros(0, dtype=np.int64)
"""No rows, or no cells."""


def choose(
    worth: FloatArray, asked: BoolArray, stream: Stream, count: int, rng: np.random.Generator
) -> tuple[IntArray, IntArray]:
    """Take samples for the places that are most worth a query, each place once.

    Args:
        worth: Worth of one more query, at least 0, shape (n_strata, n_columns).
        asked: Cells that were asked of each row of the frame, shape (n_rows, n_columns).
        stream: Gives the samples.
        count: The most samples to take.
        rng: Breaks ties.

    Returns:
        Rows, and the column of the cell that each was taken for; fewer than `count` where fewer places are worth a
        query.
    """
    rows: list[int] = []
    cells: list[int] = []
    for stratum, cell in zip(*divmod(_most_worth(worth, rng), worth.shape[1]), strict=True):
        if len(rows) == count:
            break
        row = stream.take_of(int(stratum), asked[:, cell])
        if row is not None:
            rows.append(row)
            cells.append(int(cell))
    return np.array(rows, dtype=np.int64), np.array(cells, dtype=np.int64)


def _most_worth(worth: FloatArray, rng: np.random.Generator) -> IntArray:
    """Return the places that are worth a query, as numbers of (stratum, column), most worth first; ties at random."""
    noisy = np.where(worth > 0, worth + TIE_BREAK * rng.random(worth.shape) * worth.max(), 0.0).ravel()
    worthy = np.flatnonzero(noisy)
    return np.asarray(worthy[np.argsort(-noisy[worthy])])
