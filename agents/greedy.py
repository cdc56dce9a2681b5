"""Greedy actions: every head takes the level that scores highest. What learning has to beat.

The scores are the last entries of an observation, one per level, in the order of the heads, as `ppo.py` is given them.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from agents.base import Actions, Metrics, Observation, State


class GreedyAgent:
    """Follows the scores, which whoever makes the observations learns.

    Args:
        levels: Number of levels of each head.
    """

    def __init__(self, levels: Sequence[int]) -> None:
        self._starts = np.cumsum([0, *levels])[:-1]
        self._width = int(np.sum(levels))

    def act(self, obs: Observation) -> Actions:
        """Take the best level of every head; of equal ones the first."""
        heads = np.split(obs[:, -self._width :], self._starts[1:], axis=1)
        return np.stack([head.argmax(axis=1) for head in heads], axis=1)

    def update(
        self, rewards: NDArray[np.float64], terminated: NDArray[np.bool_], next_obs: Observation
    ) -> Metrics | None:
        """Learn nothing: the scores do."""
        return None

    def state_dict(self) -> State:
        """Return nothing: the agent has no state of its own."""
        return {}

    def load_state_dict(self, state: State) -> None:
        """Take nothing up."""
