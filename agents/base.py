"""What a learner is: it turns observations into actions and rewards into better actions.

Agents know vectors, never samples or pictures. Actions are level indices, one per concept.
"""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

Observation = NDArray[np.float32]
Actions = NDArray[np.int64]
Metrics = dict[str, float]
State = dict[str, Any]
"""Numpy arrays and JSON values under flat names."""


class Agent(Protocol):
    """A learner."""

    def act(self, obs: Observation) -> Actions:
        """Choose one action per row of `obs`, shape (batch, n_features); returns shape (batch, n_heads)."""
        ...

    def update(
        self, rewards: NDArray[np.float64], terminated: NDArray[np.bool_], next_obs: Observation
    ) -> Metrics | None:
        """Learn from the outcome of the last `act`; return figures when a learning step was taken, else None."""
        ...

    def state_dict(self) -> State:
        """Return everything that changes."""
        ...

    def load_state_dict(self, state: State) -> None:
        """Go on from where `state_dict` was taken: the same actions follow."""
        ...


class Unlearning:
    """What is the same of all agents that learn nothing and have no state of their own."""

    def update(
        self, rewards: NDArray[np.float64], terminated: NDArray[np.bool_], next_obs: Observation
    ) -> Metrics | None:
        """Learn nothing."""
        return None

    def state_dict(self) -> State:
        """Return nothing."""
        return {}

    def load_state_dict(self, state: State) -> None:
        """Take nothing up."""
