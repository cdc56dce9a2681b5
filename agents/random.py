"""Uniform actions: what every explorer must beat."""

from __future__ import annotations

import json
from collections.abc import Sequence

import numpy as np

from agents.base import Actions, Observation, State, Unlearning


class RandomAgent(Unlearning):
    """Draws every action uniformly.

    Args:
        levels: Number of levels of each head.
        seed: Equal seeds give equal actions.
    """

    def __init__(self, levels: Sequence[int], seed: int) -> None:
        self._levels = np.asarray(levels)
        self._rng = np.random.default_rng(seed)

    def act(self, obs: Observation) -> Actions:
        """Draw one action per row."""
        return self._rng.integers(self._levels, size=(len(obs), len(self._levels)))

    def state_dict(self) -> State:
        """Return the generator's state."""
        return {"rng": json.dumps(self._rng.bit_generator.state)}

    def load_state_dict(self, state: State) -> None:
        """Go on from where `state_dict` was taken."""
        self._rng.bit_generator.state = json.loads(state["rng"])
