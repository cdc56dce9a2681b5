"""Thompson sampling: act on one draw from the posterior. The bandit that learning has to beat."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from agents.base import Actions, Metrics, Observation, State


class ThompsonAgent:
    """Takes the best cell of a draw; whoever hands the draws in owns their generator and its state.

    Args:
        levels: Number of levels of each head.
        sample_scores: Draws one score per cell for every waiting row, shape (batch, product of levels), last head
            fastest.
    """

    def __init__(self, levels: Sequence[int], sample_scores: Callable[[], NDArray[np.float64]]) -> None:
        self._levels = tuple(int(n) for n in levels)
        self._sample_scores = sample_scores

    def act(self, obs: Observation) -> Actions:
        """Take the best cell of a fresh draw for every row."""
        best = self._sample_scores().argmax(axis=1)
        return np.stack(np.unravel_index(best, self._levels), axis=1).astype(np.int64)

    def update(
        self, rewards: NDArray[np.float64], terminated: NDArray[np.bool_], next_obs: Observation
    ) -> Metrics | None:
        """Learn nothing: the posterior does."""
        return None

    def state_dict(self) -> State:
        """Return nothing: the agent has no state of its own."""
        return {}

    def load_state_dict(self, state: State) -> None:
        """Take nothing up."""
