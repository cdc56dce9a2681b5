"""Thompson sampling: act on one draw from the posterior. The bandit that learning has to beat."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from agents.base import Actions, Metrics, Observation, State


class ThompsonAgent:
    """Takes the best cell of a draw; whoever hands the draws in owns their generator and its state.

    Args:
        draw: Draws a rate per cell for every waiting row and returns the levels of the best, shape (batch, heads).
    """

    def __init__(self, draw: Callable[[], Actions]) -> None:
        self._draw = draw

    def act(self, obs: Observation) -> Actions:
        """Take the best cell of a fresh draw for every row."""
        return self._draw()

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
