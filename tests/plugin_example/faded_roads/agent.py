"""An agent that follows the scores without learning: what learning adds shows beside it."""

from __future__ import annotations

import json

import numpy as np

from agents.base import Actions, Metrics, Observation, State
from faded.exploration.env import ExploreEnv
from faded.jobs.agents import explorers

EPSILON = 0.1
"""Share of the levels that are drawn, so that none is left out."""


class EpsilonGreedy:
    """Takes the level with the highest score of each concept, now and then any.

    Args:
        levels: Number of levels of each concept.
        seed: Equal seeds give equal actions.
    """

    def __init__(self, levels: tuple[int, ...], seed: int) -> None:
        self._levels = levels
        self._rng = np.random.default_rng(seed)

    def act(self, obs: Observation) -> Actions:
        """Choose one level per concept for each row; an observation ends with one score per level."""
        scores = np.split(obs[:, -sum(self._levels) :], np.cumsum(self._levels)[:-1], axis=1)
        best = np.stack([of_concept.argmax(axis=1) for of_concept in scores], axis=1)
        drawn = self._rng.integers(self._levels, size=best.shape)
        return np.where(self._rng.random(best.shape) < EPSILON, drawn, best)

    def update(self, rewards: np.ndarray, terminated: np.ndarray, next_obs: Observation) -> Metrics | None:
        """Learn nothing."""
        return None

    def state_dict(self) -> State:
        """Return the generator's state."""
        return {"rng": json.dumps(self._rng.bit_generator.state)}

    def load_state_dict(self, state: State) -> None:
        """Go on from where `state_dict` was taken."""
        self._rng.bit_generator.state = json.loads(state["rng"])


@explorers.register("epsilon_greedy")
def epsilon_greedy(env: ExploreEnv, seed: int) -> EpsilonGreedy:
    """Follow the scores, but not always."""
    return EpsilonGreedy(env.space.shape, seed)
