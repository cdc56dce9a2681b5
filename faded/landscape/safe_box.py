"""The safe region: the largest box of levels around neutral in which every setting is safe."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod

import numpy as np
from numpy.typing import NDArray

from faded.concepts.spec import ConceptSpec, signed_steps
from faded.domain import Kind
from faded.landscape.judged import Judged
from faded.landscape.posterior import SURE

Levels = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Box:
    """A box of settings.

    Attributes:
        levels: For every concept the indices of its levels in the box, ascending.
        cells: Number of its settings; the clean control is one where it lies on the grid.
        at_least: All its rates are below the bound with this probability or a higher one.
        blocks: For each next level that cannot be added, the first outwards: index of the concept, and the setting that
            stands in the way, which is the one with the highest upper end, as level indices.
    """

    levels: tuple[Levels, ...]
    cells: int
    at_least: float
    blocks: tuple[tuple[int, Levels], ...]


def ways(spec: ConceptSpec) -> list[Levels]:
    """Return the levels from the neutral outwards, as indices: those below, those above; of a nominal concept each."""
    steps = signed_steps(spec)
    order = [int(i) for i in np.argsort(np.abs(steps), kind="stable")]
    if spec.kind is Kind.NOMINAL:
        return [(i,) for i in order if steps[i]]
    return [way for side in (-1, 1) if (way := tuple(i for i in order if steps[i] * side > 0))]


def safe_box(judged: Judged, together: bool) -> Box | None:
    """Grow a box from neutral as long as all its settings are safe.

    One level of one concept at a time, always the one that makes the box largest; of equal ones that which adds the
    least probability of a failing rate, then the first. So it is a large box, not surely the largest.

    What is said of all settings at once is a union bound: the probability that any rate is above the bound is at most
    the sum of theirs, however their errors hang together. A product would need them to be independent, and they are
    not: they borrow from the same trials.

    Args:
        judged: All settings of the space.
        together: Whether the box ends where all its rates are below the bound with probability `SURE` at least.

    Returns:
        The box; None where a neutral is off the grid and no setting next to it is safe.
    """
    start = _start(judged, together)
    if start is None:
        return None
    inside = [[level] for level in start]
    left = [_left(spec, level) for spec, level in zip(judged.specs, start, strict=True)]
    total = float(judged.chance[start])
    while True:
        best: tuple[int, float] | None = None
        move: tuple[int, int] | None = None
        for k, sides in enumerate(left):
            for j, way in enumerate(sides):
                if not way:
                    continue
                slab = np.ix_(*[[way[0]] if i == k else levels for i, levels in enumerate(inside)])
                added = float(judged.chance[slab].sum())
                if not judged.safe[slab].all() or (together and total + added > 1 - SURE):
                    continue
                worth = (judged.safe[slab].size, -added)
                if best is None or worth > best:
                    best, move = worth, (k, j)
        if best is None or move is None:
            break
        k, j = move
        inside[k].append(left[k][j][0])
        left[k][j] = left[k][j][1:]
        total -= best[1]
    levels = tuple(tuple(sorted(each)) for each in inside)
    return Box(levels, prod(map(len, levels)), max(0.0, 1 - total), _blocks(judged, inside, left))


def _blocks(
    judged: Judged, inside: Sequence[Sequence[int]], left: Sequence[Sequence[Levels]]
) -> tuple[tuple[int, Levels], ...]:
    """Return what stands in the way of each next level: see `Box`."""
    found = []
    for k, sides in enumerate(left):
        for way in sides:
            if way:
                axes = [[way[0]] if i == k else list(levels) for i, levels in enumerate(inside)]
                slab = np.ix_(*axes)
                high = np.where(judged.safe[slab], -1.0, judged.high[slab])
                worst = np.unravel_index(int(high.argmax()), high.shape)
                found.append((k, tuple(axis[int(i)] for axis, i in zip(axes, worst, strict=True))))
    return tuple(found)


def _start(judged: Judged, together: bool) -> Levels | None:
    """Return the setting to begin at: the clean control; off the grid the safest of the settings one level away."""
    near = [np.abs(signed_steps(spec)) == int(spec.neutral_level is None) for spec in judged.specs]
    may = judged.safe & _all(near)
    if together:
        may = may & (judged.chance <= 1 - SURE)
    if not may.any():
        return None
    high = np.where(judged.left_out, 0.0, judged.high)
    at = int(np.where(may, high, np.inf).argmin())
    return tuple(int(i) for i in np.unravel_index(at, may.shape))


def _left(spec: ConceptSpec, start: int) -> list[Levels]:
    """Return what is left of the ways outwards once the first level is taken."""
    return [tuple(level for level in way if level != start) for way in ways(spec)]


def _all(masks: Sequence[NDArray[np.bool_]]) -> NDArray[np.bool_]:
    """Return where all of the masks hold, one mask for each axis."""
    found = np.ones((1,) * len(masks), dtype=np.bool_)
    for axis, mask in enumerate(masks):
        found = found & mask.reshape([-1 if i == axis else 1 for i in range(len(masks))])
    return found
