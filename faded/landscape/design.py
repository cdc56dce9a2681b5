"""The regressors of the landscape's additive model: how levels and pairs of levels share strength."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from faded.concepts.spec import FULL_TURN, ConceptSpace, ConceptSpec
from faded.domain import Kind

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

MOST_OWN = 160
"""A stratum has effects of pairs of levels of its own where that makes so many in all at most: cost grows with the
cube."""

LEVEL_REACH = 1.2
"""How far ordered levels share strength, in levels: neighbours correlate by exp(-1 / (2 * 1.2 ** 2)) = 0.71."""


def level_factor(spec: ConceptSpec) -> FloatArray:
    """Return a factor L of the levels' prior correlation L @ L.T, shape (levels, levels).

    Ordered levels correlate by their distance in levels, nominal ones not. Circular ones correlate by the angle between
    them the shorter way round, in steps of their usual distance: the ends of levels that go all the way round are
    neighbours, the ends of others are far apart.
    """
    n = len(spec.levels)
    if spec.kind is Kind.NOMINAL:
        return np.eye(n)
    distance = np.abs(np.subtract.outer(np.arange(n), np.arange(n))).astype(np.float64)
    if spec.kind is Kind.CIRCULAR:
        angle = np.abs(np.subtract.outer(spec.levels, spec.levels)) / FULL_TURN * np.pi
        distance = np.sin(angle) / np.pi * FULL_TURN / float(np.median(np.diff(spec.levels)))
    correlation = np.exp(-0.5 * (distance / LEVEL_REACH) ** 2)
    values, vectors = np.linalg.eigh(correlation)
    return np.asarray(vectors * np.sqrt(np.maximum(values, 0.0)))


class Design:
    """The additive model's regressors: rows of cells, columns of effects.

    Common effects are an overall level, effects of levels and effects of pairs of levels. A stratum's own are its
    level, effects of levels and, as long as there are no more than `MOST_OWN` in all, of pairs of levels.

    Args:
        space: The concepts.

    Attributes:
        listed: Whether the space is.
        pairs: Pairs of concepts whose levels have effects together, the later one first: of a listed space all, of a
            larger one those for which trials call.
    """

    def __init__(self, space: ConceptSpace) -> None:
        self._factors = [level_factor(spec) for spec in space.specs]
        self.every_pair = tuple((i, j) for i in range(len(self._factors)) for j in range(i))
        self.listed = space.listed
        self.pairs = self.every_pair if self.listed else ()

    @property
    def n_main(self) -> int:
        """Number of effects of levels."""
        return sum(len(factor) for factor in self._factors)

    @property
    def n_common(self) -> int:
        """Number of common effects."""
        return 1 + self.n_main + sum(len(self._factors[i]) * len(self._factors[j]) for i, j in self.pairs)

    @property
    def n_own(self) -> int:
        """Number of a stratum's own effects."""
        every = self.n_common
        return every if self.listed and every <= MOST_OWN else 1 + self.n_main

    def rows(self, levels: IntArray) -> FloatArray:
        """Return the rows of the common effects, shape (n, n_common), of cells given by their level indices.

        The first columns, `n_own` of them, are those of a stratum's own.
        """
        blocks = [factor[levels[:, i]] for i, factor in enumerate(self._factors)]
        pairs = (self.together(levels, pair) for pair in self.pairs)
        return np.concatenate([np.ones((len(levels), 1)), *blocks, *pairs], axis=1)

    def together(self, levels: IntArray, pair: tuple[int, int]) -> FloatArray:
        """Return the columns of a pair's effects: the products of every column of one with every one of the other."""
        left, right = (self._factors[k][levels[:, k]] for k in pair)
        return (left[:, :, None] * right[:, None, :]).reshape(len(levels), left.shape[1] * right.shape[1])

    @property
    def correlations(self) -> list[FloatArray]:
        """The prior correlation of each concept's levels, shape (levels, levels)."""
        return [factor @ factor.T for factor in self._factors]

    def by_level(self, effects: FloatArray) -> list[FloatArray]:
        """Return what main effects add to the logit at each level of each concept.

        Args:
            effects: Effects in the order of a stratum's own without its level, shape (..., n_own - 1).

        Returns:
            By concept an array of shape (..., levels).
        """
        ends = np.cumsum([len(factor) for factor in self._factors])
        parts = np.split(effects, ends[:-1], axis=-1)
        return [part @ factor.T for part, factor in zip(parts, self._factors, strict=True)]

    def by_pair(self, effects: FloatArray) -> dict[tuple[int, int], FloatArray]:
        """Return what effects of pairs add to the logit at each pair of levels, by pair of shape (..., levels, levels).

        Args:
            effects: The last of the common effects, those of pairs, shape (..., n).
        """
        found, start = {}, 0
        for i, j in self.pairs:
            left, right = self._factors[i], self._factors[j]
            end = start + len(left) * len(right)
            here = effects[..., start:end].reshape(*effects.shape[:-1], len(left), len(right))
            found[i, j] = left @ here @ right.T
            start = end
        return found
