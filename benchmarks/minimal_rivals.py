"""Rivals for smallest failing settings: breadth-first search, and delta debugging. Each is told one sample's answers.

Neither spends a query on the clean control, on settings known to be invalid, or on what it has asked of the sample
before.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from faded.concepts.spec import ConceptSpace, signed_steps
from faded.exploration.hunt import NOTHING
from faded.exploration.increments import Increments

Fails = Callable[[int], bool]
"""Whether the sample fails under a cell."""


@dataclass(frozen=True)
class Searched:
    """What a rival found for one sample.

    Attributes:
        cell: The failing setting, `NOTHING` where it found none.
        queries: What it asked.
    """

    cell: int
    queries: int


class BreadthFirst:
    """By shells of summed levels from neutral outwards, within a shell by the cell's number, until one fails.

    What it finds is the smallest there is.

    Args:
        space: The concepts.
    """

    def __init__(self, space: ConceptSpace) -> None:
        steps = Increments.of(space).steps
        order = np.lexsort((np.arange(space.n_cells), steps))
        self._order = [int(c) for c in order if c != space.control_index]

    def __call__(self, fails: Fails, invalid: Sequence[bool]) -> Searched:
        """Search one sample."""
        queries = 0
        for cell in self._order:
            if invalid[cell]:
                continue
            queries += 1
            if fails(cell):
                return Searched(cell, queries)
        return Searched(NOTHING, queries)


class DeltaDebugging:
    """Zeller and Hildebrandt 2002, figure 3 (ddmin), over increments.

    It starts from a failing setting: the strongest there is, that is a corner, every concept at an end of its levels.
    Corners are tried by summed levels, the farthest first, then by number; where none fails, nothing is found. The
    changes to be left out are the corner's increments, concept by concept, of each the innermost first; any subset is a
    setting, every concept as many levels from neutral as it has increments left. Subsets are tried in order, then their
    complements in order. What is found is 1-minimal: leaving out any one increment makes it pass. A subset that is
    known to be invalid, or the clean control, passes and costs nothing.

    Args:
        space: The concepts.
    """

    def __init__(self, space: ConceptSpace) -> None:
        self._space = space
        self._signed = [signed_steps(s) for s in space.specs]
        ends = [_ends(s) for s in self._signed]
        steps = Increments.of(space).steps
        inside = [c for c in range(space.n_cells) if all(int(space.cells[c, k]) in e for k, e in enumerate(ends))]
        self._corners = sorted(inside, key=lambda c: (-int(steps[c]), c))

    def __call__(self, fails: Fails, invalid: Sequence[bool]) -> Searched:
        """Search one sample."""
        known: dict[int, bool] = {}

        def ask(cell: int) -> bool:
            if invalid[cell] or cell == self._space.control_index:
                return False
            if cell not in known:
                known[cell] = fails(cell)
            return known[cell]

        corner = next((c for c in self._corners if ask(c)), None)
        if corner is None:
            return Searched(NOTHING, len(known))
        changes = [k for k, s in enumerate(self._levels(corner)) for _ in range(abs(s))]
        left = ddmin(changes, lambda kept: (cell := self._cell(corner, kept)) is not None and ask(cell))
        found = self._cell(corner, left)
        return Searched(corner if found is None else found, len(known))

    def _levels(self, cell: int) -> list[int]:
        return [int(s[level]) for s, level in zip(self._signed, self._space.cells[cell], strict=True)]

    def _cell(self, corner: int, kept: Sequence[int]) -> int | None:
        """Return the cell with so many increments of each concept towards the corner; None if it is off the grid."""
        levels = []
        for k, end in enumerate(self._levels(corner)):
            there = np.flatnonzero(self._signed[k] == np.sign(end) * kept.count(k))
            if len(there) == 0:
                return None
            levels.append(int(there[0]) if end else int(self._space.cells[corner, k]))
        return self._space.index(tuple(levels))


def _ends(signed: NDArray[np.int64]) -> set[int]:
    """Return the levels farthest from neutral on either side; of a nominal concept all but the neutral."""
    low, high = int(signed.min()), int(signed.max())
    sides = [low] * (low < 0) + [high] * (high > 0)
    return set(np.flatnonzero(np.isin(signed, sides)).tolist())


def ddmin(changes: list[int], fails: Callable[[list[int]], bool]) -> list[int]:
    """Return a part of the changes that fails and of which no single one can be left out.

    Args:
        changes: Changes that fail together.
        fails: Whether a part of them fails.
    """
    parts = 2
    while len(changes) >= 2:
        ends = [len(changes) * i // parts for i in range(parts + 1)]
        subsets = [changes[a:b] for a, b in pairwise(ends)]
        rests = [changes[:a] + changes[b:] for a, b in pairwise(ends)]
        smaller = next((s for s in subsets if fails(s)), None)
        rest = next((r for r in rests if fails(r)), None) if smaller is None and parts > 2 else None
        if smaller is not None:
            changes, parts = smaller, 2
        elif rest is not None:
            changes, parts = rest, max(parts - 1, 2)
        elif parts < len(changes):
            parts = min(2 * parts, len(changes))
        else:
            break
    return changes
