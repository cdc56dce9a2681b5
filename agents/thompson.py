"""Thompson sampling: act on one draw from the posterior. The bandit that learning has to beat."""

from __future__ import annotations

from collections.abc import Callable

from agents.base import Actions, Observation, Unlearning


class ThompsonAgent(Unlearning):
    """Takes the best cell of a draw; whoever hands the draws in owns their generator and its state.

    Args:
        draw: Draws a rate per cell for every waiting row and returns the levels of the best, shape (batch, heads).
    """

    def __init__(self, draw: Callable[[], Actions]) -> None:
        self._draw = draw

    def act(self, obs: Observation) -> Actions:
        """Take the best cell of a fresh draw for every row."""
        return self._draw()
