"""Microscopic exploration as a batched environment: small increments from neutral, at most H steps, a price per step.

An episode is about one sample and begins at neutral (where that is off the grid, at the cell nearest to it). An action
takes one concept one level up or down, or stops. Every setting visited is asked, which costs a query; one that was
asked of the sample before is answered from memory and costs none. A step off the grid or into a setting that is known
to be invalid leads nowhere. Its product is the smallest failing setting of each sample (`hunt.py`).

A step costs `HuntConfig.price`, in levels, whether or not it costs a query. A failure with fewer levels than the
smallest known one pays the levels saved. What earlier samples taught comes in as scores: the setting most worth
walking to, by the model of nearness, less the price of the way.
"""

from __future__ import annotations

from typing import Any, ClassVar

import gymnasium
import numpy as np
from gymnasium.vector import AutoresetMode, VectorEnv
from gymnasium.vector.utils import batch_space
from numpy.typing import NDArray

from faded.concepts.spec import ConceptSpace
from faded.exploration.frame import Ask, Frame
from faded.exploration.hunt import BoolArray, FloatArray, Hunt, HuntConfig, IntArray
from faded.exploration.increments import NOWHERE
from faded.exploration.scores import BESIDE

Observation = NDArray[np.float32]

MOST_STEPS = 16
"""H, the steps of an episode: out to the far corner of six concepts of three levels, 12 away, and some way back."""


class MicroscopicEnv(VectorEnv[Observation, IntArray, IntArray]):  # type: ignore[misc]  # gymnasium is untyped here
    """The environment.

    An observation is the sample's features, the increments of the present setting, the last discrepancy, the share of
    the steps that is left, the levels of the smallest known failure relative to the most there can be, and one score
    per action. Actions, shape (num_envs, 1): 2k takes concept k one level down, 2k + 1 one level up, the last stops.

    Samples come in passes, the same order in each. `infos` of a step hold `queries`, and `episodes`, those finished.
    `reset()` goes on where the search stands; `reset(seed=...)` begins it anew; `reset(options={"budget": n})` sees
    that no more than n queries are asked: an episode whose step would be beyond it ends.

    Args:
        space: The concepts.
        frame: The explore frame.
        ask: Asks the target.
        config: What the search begins with; a batch is `num_envs`.
        most_steps: Steps of an episode at most.
    """

    metadata: ClassVar[dict[str, Any]] = {"autoreset_mode": AutoresetMode.SAME_STEP}

    def __init__(
        self,
        space: ConceptSpace,
        frame: Frame,
        ask: Ask,
        config: HuntConfig | None = None,
        most_steps: int = MOST_STEPS,
    ) -> None:
        self.hunt = Hunt(space, frame, ask, config or HuntConfig())
        self.num_envs = min(self.hunt.config.batch, int(frame.eligible.sum()))
        self.n_actions = 2 * len(space.specs) + 1
        self._most_steps = most_steps
        width = self.hunt.features.shape[1] + self.hunt.increments.added.shape[1] + 3 + self.n_actions
        self.single_observation_space = gymnasium.spaces.Box(-np.inf, np.inf, (width,), np.float32)
        self.single_action_space = gymnasium.spaces.MultiDiscrete([self.n_actions])
        self.observation_space = batch_space(self.single_observation_space, self.num_envs)
        self.action_space = batch_space(self.single_action_space, self.num_envs)
        self._budget: int | None = None
        self._rows: IntArray
        self._cells: IntArray
        self._steps: IntArray
        self._observation: Observation
        self.episodes: int
        self._begin()

    @property
    def passed(self) -> bool:
        """Whether every sample has had an episode."""
        return self.episodes >= len(self.hunt.order)

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Observation, dict[str, Any]]:
        """Return the observation; spends no query."""
        if seed is not None:
            self.hunt.begin(seed)
            self._begin()
        if options is not None:
            self._budget = int(options["budget"])
        return self._observation, {"queries": self.hunt.queries, "episodes": self.episodes}

    def step(self, actions: IntArray) -> tuple[Observation, NDArray[np.float64], BoolArray, BoolArray, dict[str, Any]]:
        """Take one increment, or stop, for every sample; `actions` has shape (num_envs, 1)."""
        hunt, action = self.hunt, np.asarray(actions)[:, 0]
        stop = action == self.n_actions - 1
        to = hunt.increments.moves[self._cells, np.minimum(action, self.n_actions - 2)]
        moves = ~stop & (to != NOWHERE) & ~hunt.frame.known_invalid[hunt.frame.stratum[self._rows], to]
        new = moves & ~hunt.closed[self._rows, to]
        if self._budget is not None:
            late = new & (np.cumsum(new) > self._budget - hunt.queries)
            new, moves = new & ~late, moves & ~late
            stop = stop | late
        before = hunt.levels(self._rows)
        hunt.ask(self._rows[new], to[new])
        self._cells = np.where(moves, to, self._cells)
        self._steps += 1
        saved = before - hunt.levels(self._rows)
        rewards = np.asarray(saved - np.where(stop, 0.0, hunt.config.price), dtype=np.float64)
        done = np.asarray(stop | (self._steps >= self._most_steps), dtype=np.bool_)
        self._look()
        final = self._observation
        self._next_samples(done)
        infos = {"queries": hunt.queries, "episodes": self.episodes, "final_obs": final}
        return self._observation, rewards, done, np.zeros_like(done), infos

    def state_dict(self) -> dict[str, Any]:
        """Return everything that changes."""
        return self.hunt.state_dict() | {
            "env.rows": self._rows.copy(),
            "env.cells": self._cells.copy(),
            "env.steps": self._steps.copy(),
            "env.taken": self._taken,
            "env.episodes": self.episodes,
            "env.observation": self._observation.copy(),
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on from where `state_dict` was taken: the same queries follow."""
        self.hunt.load_state_dict(state)
        self._rows, self._cells = np.array(state["env.rows"]), np.array(state["env.cells"])
        self._steps, self._taken = np.array(state["env.steps"]), int(state["env.taken"])
        self.episodes, self._observation = int(state["env.episodes"]), np.array(state["env.observation"])

    def _begin(self) -> None:
        self._taken, self.episodes = 0, -self.num_envs
        self._rows = np.zeros(self.num_envs, dtype=np.int64)
        self._cells, self._steps = self._rows.copy(), self._rows.copy()
        self._next_samples(np.ones(self.num_envs, dtype=np.bool_))

    def _next_samples(self, done: BoolArray) -> None:
        """Begin episodes in place of those that are done, none on a sample that another is about."""
        order, busy = self.hunt.order, set(self._rows[~done].tolist())
        for place in np.flatnonzero(done).tolist():
            while (row := int(order[self._taken % len(order)])) in busy:
                self._taken += 1
            busy.add(row)
            self._taken += 1
            self._rows[place] = row
        self._cells[done], self._steps[done] = self.hunt.increments.start, 0
        self.episodes += int(done.sum())
        if done.any():
            self._look()

    def _look(self) -> None:
        """Put together what the agent may know."""
        hunt = self.hunt
        last = [hunt.value(r, c) or 0.0 for r, c in zip(self._rows.tolist(), self._cells.tolist(), strict=True)]
        beside = np.stack([last, 1 - self._steps / self._most_steps, hunt.levels(self._rows) / hunt.beyond], axis=1)
        parts = (hunt.features[self._rows], hunt.increments.added[self._cells], beside, self._scores())
        self._observation = np.concatenate(parts, axis=1).astype(np.float32)

    def _scores(self) -> FloatArray:
        """Score the actions, shape (num_envs, n_actions): 1 for the best step towards the setting most worth it.

        Other steps towards it score at most `BESIDE`, by what asking the setting they lead to can be expected to save.
        Stopping scores 1 where nothing in reach is worth the price of the way.
        """
        hunt = self.hunt
        gains = hunt.gains(self._rows)
        cells = hunt.space.cells
        way = np.abs(cells[None] - cells[self._cells][:, None]).sum(axis=2)
        worth = np.where(way <= (self._most_steps - self._steps)[:, None], gains - hunt.config.price * way, -np.inf)
        worth[gains <= 0] = -np.inf
        aims = worth.argmax(axis=1)
        each = np.arange(self.num_envs)
        towards = np.sign(cells[aims] - cells[self._cells])
        scores = np.zeros((self.num_envs, self.n_actions))
        for k in range(towards.shape[1]):
            for move, side in ((2 * k, -1), (2 * k + 1, 1)):
                to = hunt.increments.moves[self._cells, move]
                scores[:, move] = np.where((towards[:, k] == side) & (to != NOWHERE), 1e-6 + gains[each, to], 0.0)
        best = scores.argmax(axis=1)
        scores = BESIDE * scores / np.maximum(scores.max(axis=1), 1e-9)[:, None]
        best[worth[each, aims] <= 0] = self.n_actions - 1
        scores[each, best] = 1.0
        return np.asarray(scores)
