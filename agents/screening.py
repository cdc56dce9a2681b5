"""A learner that acts by a design first and then lets another one act."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from agents.base import Actions, Agent, Metrics, Observation, State

SCREENED = "screened"
"""Under which name the state holds how many actions of the design were taken."""


class ScreeningAgent:
    """Takes the actions of a design, whatever it sees; then another agent acts, which has learned nothing till then.

    Args:
        design: The actions in their order, shape (n, n_heads); n is a whole number of batches.
        agent: Who acts and learns afterwards.
    """

    def __init__(self, design: Actions, agent: Agent) -> None:
        self._design = design
        self._agent = agent
        self._taken = 0

    def act(self, obs: Observation) -> Actions:
        """Take the next actions of the design; once it is over, those of the other agent."""
        if self._screening:
            return self._design[self._taken : self._taken + len(obs)]
        return self._agent.act(obs)

    def update(
        self, rewards: NDArray[np.float64], terminated: NDArray[np.bool_], next_obs: Observation
    ) -> Metrics | None:
        """Go on in the design; once it is over, let the other agent learn."""
        if self._screening:
            self._taken += len(rewards)
            return None
        return self._agent.update(rewards, terminated, next_obs)

    def state_dict(self) -> State:
        """Return the other agent's state, and how far the design has come."""
        return self._agent.state_dict() | {SCREENED: self._taken}

    def load_state_dict(self, state: State) -> None:
        """Go on from where `state_dict` was taken; a checkpoint of an agent without a design goes on without one."""
        rest = dict(state)
        self._taken = int(np.asarray(rest.pop(SCREENED, len(self._design))))
        self._agent.load_state_dict(rest)

    @property
    def _screening(self) -> bool:
        return self._taken < len(self._design)
