"""The regressors of the landscape's additive model: how levels and pairs of levels share strength."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from faded.concepts.spec import FULL_TURN, ConceptSpace, ConceptSpec
from faded.domain import Kind

FloatArray = NDArray[np.float64]

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


@dataclass(frozen=True)
class Design:
    """The additive model's regressors: rows of cells, columns of effects.

    Attributes:
        common: An overall level, effects of levels, effects of pairs of levels; shape (n_cells, n_common).
        own: A stratum's own level and effects of levels; shape (n_cells, n_own).
    """

    common: FloatArray
    own: FloatArray

    @classmethod
    def of(cls, space: ConceptSpace) -> Design:
        """Build the regressors of a space."""
        blocks = [level_factor(s)[space.cells[:, i]] for i, s in enumerate(space.specs)]
        pairs = [_products(blocks[i], blocks[j]) for i in range(len(blocks)) for j in range(i)]
        own = np.concatenate([np.ones((space.n_cells, 1)), *blocks], axis=1)
        common = np.concatenate([own, *pairs], axis=1)
        return cls(common, own)


def _products(left: FloatArray, right: FloatArray) -> FloatArray:
    """Return the products of every column of one with every column of the other."""
    return (left[:, :, None] * right[:, None, :]).reshape(len(left), -1)
