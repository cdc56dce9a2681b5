"""Which cells of a space are looked at, and where each of them stands in the landscape's tables."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from faded.concepts.spec import ConceptSpace

IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]

Invalid = Callable[[IntArray], BoolArray]
"""Says of cells, given by their numbers, which settings are known to be invalid; shape (n_strata, n)."""

ABSENT = -1
"""In place of a column: the cell is not looked at."""


class Cells:
    """The cells that are looked at, one column each: of a listed space all, the column of a cell being its number.

    Of a larger space they are those that somebody put there: cells that were asked, and candidates for being asked.

    Args:
        space: The concepts.

    Attributes:
        numbers: Number of the cell of each column, shape (n_columns,).
        levels: Its level indices, shape (n_columns, n_concepts).
    """

    def __init__(self, space: ConceptSpace) -> None:
        self.space = space
        self.all = space.listed
        self._put(np.arange(space.n_cells) if self.all else np.zeros(0, dtype=np.int64))

    def __len__(self) -> int:
        return len(self.numbers)

    def find(self, numbers: ArrayLike) -> IntArray:
        """Return the columns of cells, `ABSENT` of those that are not looked at; of the shape of their numbers."""
        wanted = np.asarray(numbers, dtype=np.int64)
        if self.all:
            return wanted
        if len(self) == 0:
            return np.full(wanted.shape, ABSENT, dtype=np.int64)
        at = self._order[np.minimum(np.searchsorted(self._sorted, wanted), len(self) - 1)]
        return np.where(self.numbers[at] == wanted, at, ABSENT)

    def column(self, number: int) -> int:
        """Return the column of a cell.

        Raises:
            LookupError: it is not looked at.
        """
        found = int(self.find(number))
        if found == ABSENT:
            raise LookupError(f"The cell {number} is not looked at.")
        return found

    def missing(self, numbers: ArrayLike) -> IntArray:
        """Return those of the cells that are not looked at, each once, ascending."""
        wanted = np.unique(np.asarray(numbers, dtype=np.int64))
        return np.asarray(wanted[self.find(wanted) == ABSENT])

    def append(self, numbers: IntArray) -> None:
        """Look at more cells, none of which is looked at yet."""
        self._put(np.concatenate([self.numbers, numbers]))

    def keep(self, kept: BoolArray) -> None:
        """Look no more at the others; `kept` has shape (n_columns,)."""
        self._put(self.numbers[kept])

    def _put(self, numbers: IntArray) -> None:
        self.numbers: IntArray = numbers
        self.levels: IntArray = self.space.levels(numbers)
        self._order = np.argsort(numbers, kind="stable")
        self._sorted = numbers[self._order]


def from_table(table: BoolArray) -> Invalid:
    """Return the function that a table of a listed space stands for, shape (n_strata, n_cells)."""
    return lambda numbers: np.asarray(table[:, numbers], dtype=np.bool_)
