"""Which cells of a space too large to be listed are looked at next: where the landscape leads one to expect failures.

A query is worth something where a failure is likely, and of millions of cells hardly any is. So the landscape looks at
the cells that were asked, and at candidates: those that its effects make the likeliest to fail, once as they are
estimated and a few times as drawn from what is known of them, so that what is uncertain is tried as well, and some at
random.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaincc, expit

from faded.concepts.spec import ConceptSpace
from faded.landscape.fit import Effects
from faded.landscape.posterior import Landscape

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]

BEAM = 192
"""Likeliest cells by the effects as estimated, all strata together: 24 of each of eight. Partial cells kept while they
are put together."""

LEAST_BEAM = 8
"""Partial cells kept at least, however few are wanted in the end."""

DRAWS = 4
"""Draws of the effects, by which as many are found in all."""

AT_RANDOM = 24
"""Candidates drawn uniformly."""

ATTENDED = 768
"""Places of which is worked out what a query is worth, all strata together, and the least of each."""

LEAST_ATTENDED = 8

SETTLED = 0.97
"""A mode is left once its own trials say P(rate > bound) >= it."""

PRIOR_COUNT = 4.0
"""How many trials an expected rate weighs against own trials when cells are chosen to be attended to."""


def renew(landscape: Landscape, rng: np.random.Generator) -> BoolArray:
    """Let a landscape look at new candidates in place of the old ones; say which of its columns were kept.

    Args:
        landscape: Changed in place; of a space that is not listed.
        rng: Draws effects and cells.

    Returns:
        Which of the columns that there were are still there; new ones stand behind them.
    """
    space = landscape.space
    n_strata = len(landscape.strata)
    draws = min(DRAWS, max(1, BEAM // n_strata))
    found = [
        likeliest(space, landscape.fit.effects(), max(1, BEAM // n_strata)),
        likeliest(space, landscape.fit.draw_effects(draws, rng), max(1, BEAM // (draws * n_strata))),
    ]
    numbers = np.unique(np.concatenate([*found, rng.integers(space.n_cells, size=AT_RANDOM)]))
    kept = landscape.forget(np.isin(landscape.cells.numbers, numbers))
    landscape.consider(numbers)
    return kept


def attend(landscape: Landscape, weights: FloatArray | None = None) -> None:
    """Let a landscape attend to the places of every stratum that are likeliest to fail, the settled not.

    Args:
        landscape: Changed in place.
        weights: What a failure is worth finding, shape (n_strata, n_columns); None where all are alike.
    """
    expected = PRIOR_COUNT * expit(landscape.logits())
    promise = (expected + landscape.failures) / (PRIOR_COUNT + landscape.trials)
    if weights is not None:
        promise = promise * weights
    promise[landscape.excluded | settled(landscape)] = -1.0
    live = promise >= 0
    most = max(LEAST_ATTENDED, ATTENDED // len(promise))
    if promise.shape[1] > most:
        least = -np.partition(-promise, most - 1, axis=1)[:, [most - 1]]
        live &= promise >= least
    landscape.attend(live)


def settled(landscape: Landscape) -> BoolArray:
    """Return where own trials leave hardly a doubt of a mode, shape (n_strata, n_columns)."""
    found = np.zeros(landscape.trials.shape, dtype=np.bool_)
    tried = np.nonzero(landscape.failures)
    failures, trials = landscape.failures[tried], landscape.trials[tried]
    found[tried] = betaincc(1.0 + failures, 1.0 + trials - failures, landscape.bound) >= SETTLED
    return found


def likeliest(space: ConceptSpace, effects: Effects, width: int) -> IntArray:
    """Return the numbers of the cells of which effects make a failure the likeliest, `width` of every row.

    A beam search: concept by concept every kept part of a cell is continued by every level, and the best are kept. It
    finds the very best ones where only single concepts have effects.

    Args:
        space: The concepts.
        effects: What effects add to a logit.
        width: Parts that are kept.
    """
    n_rows = len(effects.levels[0])
    rows = np.arange(n_rows)[:, None]
    logit = np.zeros((n_rows, 1))
    parts = np.zeros((n_rows, 1, 0), dtype=np.int64)
    for k, n_levels in enumerate(space.shape):
        longer = logit[:, :, None] + effects.levels[k][:, None, :]
        for (later, earlier), added in effects.pairs.items():
            if later == k:
                longer = longer + added.transpose(0, 2, 1)[rows, parts[:, :, earlier]]
        flat = longer.reshape(n_rows, -1)
        last = k == len(space.shape) - 1
        best = np.argsort(-flat, axis=1, kind="stable")[:, : width if last else max(width, LEAST_BEAM)]
        before, level = np.divmod(best, n_levels)
        logit = flat[rows, best]
        parts = np.concatenate([parts[rows, before], level[..., None]], axis=2)
    return np.unique(space.indices(parts.reshape(-1, len(space.shape))))
