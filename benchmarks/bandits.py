"""Bandits that borrow no strength: every cell, or every stratum and cell, is an arm of its own.

Those that know strata are given what they can use: they pass over what cannot add a trial, and leave a mode once its
own trials are sure of it, by the same rules as factored Thompson sampling. Without one they would spend every query on
the first mode of each stratum.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from benchmarks.arena import BATCH, Arena, FloatArray, IntArray

Choose = Callable[[Arena], IntArray]
"""Chooses one cell per waiting sample, shape (BATCH,)."""

TIE_BREAK = 1e-9
EPSILON = 0.1
"""Sutton and Barto's usual share of random actions."""


def uniform(arena: Arena) -> IntArray:
    """Draw every cell uniformly, those among them that are known to be invalid."""
    return arena.rng.integers(arena.space.n_cells, size=BATCH)


def epsilon_greedy(arena: Arena) -> IntArray:
    """Take the cell with the highest share of failures over all strata, an untried one first, or sometimes any."""
    trials, failures = arena.trials.sum(axis=0), arena.failures.sum(axis=0)
    mean = np.where(trials > 0, failures / np.maximum(trials, 1), 1.0)
    pending = trials.copy()
    cells = np.empty(BATCH, dtype=np.int64)
    scores = mean + TIE_BREAK * arena.rng.random(mean.shape)
    for i, usable in enumerate(arena.open()):
        cells[i] = np.where(usable & ((trials > 0) | (pending == 0)), scores, -1.0).argmax()
        pending[cells[i]] += 1
    explore = arena.rng.random(BATCH) < EPSILON
    return np.where(explore, uniform(arena), cells)


def ucb(arena: Arena, leave: float) -> IntArray:
    """UCB1-tuned (Auer et al. 2002), an arm for every stratum and cell; what is asked in the batch counts as tried.

    Args:
        arena: What is known.
        leave: A mode is left once its own trials say P(rate > bound) >= leave.
    """
    mean = arena.failures / np.maximum(arena.trials, 1)
    pending = arena.trials.copy()
    left = arena.settled(leave)
    logs = np.log(np.maximum(arena.trials.sum(axis=1), 2.0))
    strata, usable = arena.strata, arena.open()
    noise = TIE_BREAK * arena.rng.random(mean.shape)
    cells = np.empty(BATCH, dtype=np.int64)
    for i, s in enumerate(strata):
        scores = _upper(mean[s], pending[s], float(logs[s])) + noise[s]
        cells[i] = np.where(usable[i] & ~left[s], scores, -1.0).argmax()
        pending[s, cells[i]] += 1
    return cells


def _upper(mean: FloatArray, tried: FloatArray, log: float) -> FloatArray:
    """Return the upper confidence bounds of one stratum's arms; an untried one is above all others."""
    width = log / np.maximum(tried, 1)
    spread = np.minimum(0.25, mean * (1 - mean) + np.sqrt(2 * width))
    return np.where(tried > 0, mean + np.sqrt(width * spread), 1e3)


def thompson(arena: Arena, leave: float) -> IntArray:
    """Take the best of one draw per arm from Beta posteriors with uniform priors, one for every stratum and cell.

    Args:
        arena: What is known.
        leave: A mode is left once its own trials say P(rate > bound) >= leave.
    """
    drawn = arena.rng.beta(1 + arena.failures[arena.strata], 1 + (arena.trials - arena.failures)[arena.strata])
    usable = arena.open() & ~arena.settled(leave)[arena.strata]
    return np.asarray(np.where(usable, drawn, -1.0).argmax(axis=1))
