"""Screening: before exploring, every concept is asked at a low and at a high level, all concepts at once.

A two-level factorial design, repeated on other samples: the full one where it is small, else the fold-over of a
Hadamard matrix, which has resolution IV: main effects are free of each other and of every pair of concepts, while
pairs are mixed with pairs (Box, Hunter and Hunter, Statistics for Experimenters, chapters 5 and 6; Plackett and Burman
1946 for the matrices). Every replicate assigns columns and signs anew, so that triples, which main effects are mixed
with, average out, and asks its runs in an order of its own. Numpy and scipy only.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import hadamard

from faded.concepts.spec import ConceptSpace, ConceptSpec, signed_steps
from faded.domain import Kind

IntArray = NDArray[np.int64]

LOW, HIGH, NEITHER = -1, 1, 0
"""What a level is to a two-level design."""

FULL_RUNS = 32
"""A full factorial of up to so many runs, five concepts, is asked whole: each replicate still fits a batch of 64."""

SHARE = 0.1
"""Screening takes this share of the budget at most."""

MOST = 512
"""Queries it takes at most: the 90% interval of an effect then reaches 8 points up and down at most."""

LEAST = 128
"""With fewer it is left out: that interval would reach further than 15 points."""

LEAST_REPLICATES = 4
"""With fewer it is left out, too: errors are estimated by how much replicates differ."""


@dataclass(frozen=True)
class Plan:
    """What is asked before exploring.

    Attributes:
        actions: Level indices in the order in which they are asked, shape (queries, n_concepts).
        runs: Settings of one replicate.
    """

    actions: IntArray
    runs: int

    @property
    def full(self) -> bool:
        """Whether every combination of low and high is asked; else the design has resolution IV."""
        return bool(self.runs == 2 ** self.actions.shape[1])


def plan(space: ConceptSpace, budget: int, batch: int, seed: int) -> Plan | None:
    """Return what to ask before exploring: whole replicates and whole batches; None where the budget is too small.

    Args:
        space: The concepts.
        budget: Queries of the campaign.
        batch: Agent queries a step.
        seed: Equal seeds give equal plans.
    """
    matrix = _matrix(len(space.specs))
    unit = math.lcm(len(matrix), batch)
    queries = min(MOST, int(SHARE * budget)) // unit * unit
    if queries < max(LEAST, LEAST_REPLICATES * len(matrix)):
        return None
    rng = np.random.default_rng(seed)
    pairs = [contrasts(spec) for spec in space.specs]
    asked = [_replicate(matrix, pairs, rng) for _ in range(queries // len(matrix))]
    return Plan(np.concatenate(asked), len(matrix))


def design(n_concepts: int) -> IntArray:
    """Return a two-level design of `LOW` and `HIGH`, shape (runs, n_concepts): full, else of resolution IV."""
    return _matrix(n_concepts)[:, :n_concepts]


def contrasts(spec: ConceptSpec) -> IntArray:
    """Return which levels are compared, as pairs of low and high, shape (n_pairs, 2); each is asked alike.

    Low is the neutral; high is the farthest level on either side of it, of a nominal concept any other level. Where
    the neutral is off the grid, low is the nearest level on the same side, of a nominal concept the first level; with
    one level on either side, the lower one is compared with the upper.
    """
    neutral = spec.neutral_level
    if spec.kind is Kind.NOMINAL:
        low = 0 if neutral is None else neutral
        return np.array([(low, level) for level in range(len(spec.levels)) if level != low], dtype=np.int64)
    steps = signed_steps(spec)
    below, above = np.flatnonzero(steps < 0)[::-1], np.flatnonzero(steps > 0)
    if neutral is not None:
        pairs = [(neutral, side[-1]) for side in (below, above) if len(side)]
    else:
        pairs = [(side[0], side[-1]) for side in (below, above) if len(side) > 1] or [(below[0], above[0])]
    return np.array(pairs, dtype=np.int64)


def codes(spec: ConceptSpec) -> IntArray:
    """Return `LOW`, `HIGH` or `NEITHER` of every level, shape (n_levels,)."""
    found = np.full(len(spec.levels), NEITHER, dtype=np.int64)
    low, high = contrasts(spec).T
    found[low], found[high] = LOW, HIGH
    return found


def _matrix(n_concepts: int) -> IntArray:
    """Return a design with at least a column for every concept, shape (runs, n_columns); any of them will do."""
    if 2**n_concepts <= FULL_RUNS:
        bits = np.arange(2**n_concepts)[:, None] >> np.arange(n_concepts)
        return np.where(bits & 1, HIGH, LOW).astype(np.int64)
    half = hadamard(2 ** math.ceil(math.log2(n_concepts)), dtype=np.int64)
    return np.concatenate([half, -half])


def _replicate(matrix: IntArray, pairs: list[IntArray], rng: np.random.Generator) -> IntArray:
    """Return the settings of one replicate in the order in which they are asked, shape (runs, n_concepts)."""
    runs, n_columns = matrix.shape
    columns = rng.permutation(n_columns)[: len(pairs)]
    coded = rng.permutation(matrix[:, columns] * rng.choice([LOW, HIGH], size=len(pairs)))
    levels = np.empty_like(coded)
    for i, of in enumerate(pairs):
        for side, code in enumerate((LOW, HIGH)):
            # the pairs in turn, from one drawn by chance, on runs drawn by chance
            turn = (np.arange(runs // 2) + rng.integers(len(of))) % len(of)
            levels[coded[:, i] == code, i] = of[rng.permutation(turn), side]
    return levels
