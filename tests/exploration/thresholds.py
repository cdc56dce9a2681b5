"""A small problem whose smallest failing settings are known: a sample fails where weighted levels reach its bound."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from faded.concepts.spec import ConceptSpace, ConceptSpec
from faded.domain import Kind
from faded.exploration.frame import Ask, AskTable, Frame, Replies

SPACE = ConceptSpace(
    (
        ConceptSpec("turn", Kind.ORDINAL, (-2.0, -1.0, 0.0, 1.0, 2.0), 0.0, "turned {value}"),
        ConceptSpec("dark", Kind.ORDINAL, (0.0, 1.0, 2.0, 3.0), 0.0, "dark {value}"),
        ConceptSpec("blur", Kind.ORDINAL, (0.0, 1.0, 2.0), 0.0, "blur {value}"),
    )
)
WEIGHTS = np.array([1.0, 0.6, 1.4])
LEVELS = np.abs(SPACE.grid).sum(axis=1).astype(int)


def thresholds(n: int = 120, seed: int = 0) -> tuple[Frame, AskTable]:
    """Return a frame of two strata, of which the second fails later and may not be turned down, and its answers."""
    rng = np.random.default_rng(seed)
    stratum = np.arange(n) % 2
    bound = 2.0 + stratum + 1.5 * rng.random(n)
    depth = np.abs(SPACE.grid) @ WEIGHTS - bound[:, None]
    features = np.stack([bound + 0.3 * rng.standard_normal(n), stratum], axis=1)
    eligible = np.arange(n) % 10 != 9
    invalid = np.zeros((2, SPACE.n_cells), dtype=bool)
    invalid[1] = SPACE.grid[:, 0] < 0
    frame = Frame(
        tuple(f"sample{i}" for i in range(n)), stratum, ("a", "b"), features.astype(np.float32), eligible, invalid
    )
    found = np.maximum(depth, 0).astype(np.float32)
    return frame, AskTable(found, 0.0, np.zeros(found.shape, dtype=np.int16), ("",))


def oracle(frame: Frame, table: AskTable) -> NDArray[np.int64]:
    """Return the summed levels of every sample's smallest failing setting."""
    fails = (table.discrepancy > 0) & ~frame.known_invalid[frame.stratum]
    return np.where(fails, LEVELS, 99).min(axis=1)


class Noting:
    """Asks a table and notes what it was asked."""

    def __init__(self, ask: Ask) -> None:
        self._ask = ask
        self.pairs: list[tuple[int, int]] = []

    def __call__(self, rows: NDArray[np.int64], cells: NDArray[np.int64]) -> Replies:
        self.pairs += zip(rows.tolist(), cells.tolist(), strict=True)
        return self._ask(rows, cells)


def check(frame: Frame, noting: Noting, smallest: NDArray[np.int64], table: AskTable) -> None:
    """See that only what may be asked was asked, once, and that what was found was asked and fails."""
    assert len(set(noting.pairs)) == len(noting.pairs)
    for row, cell in noting.pairs:
        assert frame.eligible[row] and not frame.known_invalid[frame.stratum[row], cell]
        assert cell != SPACE.control_index
    for row in np.flatnonzero(smallest >= 0).tolist():
        cell = int(smallest[row])
        assert (row, cell) in noting.pairs and table.discrepancy[row, cell] > 0
        failed = [LEVELS[c] for r, c in noting.pairs if r == row and table.discrepancy[r, c] > 0]
        assert LEVELS[cell] == min(failed)
