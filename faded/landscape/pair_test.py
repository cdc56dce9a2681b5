"""Which pairs of concepts are to have effects of their own in a space that is not listed."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from faded.landscape.fit import AdditiveFit, pull

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

Pair = tuple[int, int]

CALLED_FOR, KEPT_FOR = 5.0, 2.5
"""Standard deviations by which what is left unexplained must hang on a pair of concepts before it gets effects of its
own, and at least if it is to keep them. Of settings drawn by chance 66 pairs of twelve concepts hardly ever reach the
first; among those that an agent chose levels go together, and a pair may be let in that is none."""

MOST_PAIRS = 4
"""Pairs that may have effects of their own, so that the fit stays small."""


def called_for(
    fit: AdditiveFit, levels: IntArray, trials: FloatArray, failures: FloatArray, residual: float
) -> list[Pair]:
    """Return the pairs of concepts that are to have effects of their own.

    Those that have some stay while what is unexplained without them hangs on them; of the others the one is let in on
    which most hangs. One at a time: what a missing pair leaves unexplained hangs on others, too.

    A score test of a variance component (Lin 1997, "Variance component testing in generalised linear models with random
    effects"): the squared slopes of a pair's effects against what they would be by chance. All that it takes are slopes
    and curvatures summed by pairs of levels.

    Args:
        fit: The model.
        levels: Level indices of the cells, shape (n, n_concepts).
        trials: Trials, shape (n_strata, n).
        failures: Failed ones.
        residual: See `fit.pull`.
    """
    at = np.flatnonzero(trials.any(axis=0))
    levels, trials, failures = levels[at], trials[:, at], failures[:, at]
    design, effects = fit.design, fit.pair_effects()
    logits = fit.logits(design.rows(levels))

    def hangs(pair: Pair, eta: FloatArray) -> float:
        weight, score = pull(eta, trials, failures, residual)
        return _hangs(pair, design.correlations, levels, weight.sum(axis=0), score.sum(axis=0))

    kept = [p for p in design.pairs if hangs(p, logits - design.together(levels, p) @ effects[p]) > KEPT_FOR]
    found = {pair: hangs(pair, logits) for pair in design.every_pair if pair not in design.pairs}
    best = max(found, key=lambda pair: found[pair], default=None)
    if best is not None and found[best] > CALLED_FOR and len(kept) < MOST_PAIRS:
        kept.append(best)
    return kept


def _hangs(pair: Pair, alike: list[FloatArray], levels: IntArray, weight: FloatArray, score: FloatArray) -> float:
    """Return by how many standard deviations a pair's slopes are beyond chance.

    Args:
        pair: The concepts.
        alike: Prior correlations of the levels of every concept.
        levels: Level indices of the cells.
        weight: Curvature of each cell's logit, shape (n,).
        score: Its slope.
    """
    (i, j), there = pair, tuple(levels[:, k] for k in pair)
    total, slope = np.zeros((len(alike[i]), len(alike[j]))), np.zeros((len(alike[i]), len(alike[j])))
    np.add.at(total, there, weight)
    np.add.at(slope, there, score)
    beyond = (slope * (alike[i] @ slope @ alike[j])).sum() - total.sum()
    spread = (total * (alike[i] ** 2 @ total @ alike[j] ** 2)).sum()
    return float(beyond) / max(float(np.sqrt(2 * spread)), 1e-12)
