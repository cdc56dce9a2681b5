"""Greedy actions: every head takes the level that scores highest. What learning has to beat.

The scores are the last entries of an observation, one per level, in the order of the heads, as `ppo.py` is given them.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from agents.base import Actions, Observation, Unlearning


class GreedyAgent(Unlearning):
    """Follows the scores, which whoever makes the observations learns.

    Args:
        levels: Number of levels of each head.
    """

    def __init__(self, levels: Sequence[int]) -> None:
        self._ends = np.cumsum(levels)

    def act(self, obs: Observation) -> Actions:
        """Take the best level of every head; of equal ones the first."""
        heads = np.split(obs[:, -self._ends[-1] :], self._ends[:-1], axis=1)
        return np.stack([head.argmax(axis=1) for head in heads], axis=1)
