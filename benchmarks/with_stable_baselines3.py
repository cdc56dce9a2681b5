"""The learners of stable-baselines3 on our environment, with our observation and our reward."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import gymnasium
import numpy as np
from numpy.typing import NDArray
from stable_baselines3 import DQN, PPO
from stable_baselines3.common.base_class import BaseAlgorithm
from stable_baselines3.common.callbacks import BaseCallback
from stable_baselines3.common.vec_env import VecEnv

from benchmarks.arena import Task
from benchmarks.explorers import explore_env
from benchmarks.scoring import Referee, from_trials
from faded.exploration.env import ExploreEnv

EXPLORATION = 5_000
"""Queries over which the DQN's share of random actions falls, as in `agents/dqn.py`."""


class Adapter(VecEnv):  # type: ignore[misc]  # the library is not looked into
    """Our batched environment as the library's.

    Args:
        env: The environment.
        flat: Whether an action is one of all cells, as its DQN needs it, or one level per concept.
    """

    def __init__(self, env: ExploreEnv, flat: bool) -> None:
        self._env, self._flat = env, flat
        self.queries = 0
        self._actions: NDArray[np.int64] = np.zeros((0, len(env.space.shape)), dtype=np.int64)
        actions = gymnasium.spaces.Discrete(env.space.n_cells) if flat else env.single_action_space
        super().__init__(env.num_envs, env.single_observation_space, actions)

    def reset(self) -> NDArray[np.float32]:
        """Return the observation of the samples next in the stream."""
        return self._env.reset()[0]

    def step_async(self, actions: NDArray[np.int64]) -> None:
        """Keep the actions."""
        self._actions = self._env.space.cells[actions] if self._flat else actions

    def step_wait(self) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.bool_], list[dict[str, Any]]]:
        """Ask; every episode ends with its step."""
        obs, rewards, terminated, _, infos = self._env.step(self._actions)
        self.queries = int(infos["queries"])
        ends = [{"terminal_observation": last} for last in infos["final_obs"]]
        return obs, rewards.astype(np.float32), terminated, ends

    def close(self) -> None:
        """Leave everything: there is nothing to close."""

    def get_attr(self, attr_name: str, indices: Any = None) -> list[Any]:
        """Return what the library asks each of its environments for: how it is drawn."""
        return [getattr(self._env, attr_name, None)] * self.num_envs

    def set_attr(self, attr_name: str, value: Any, indices: Any = None) -> None:
        """Refuse: the environment is its own."""
        raise NotImplementedError(f"{attr_name} cannot be set.")

    def env_method(self, method_name: str, *args: Any, indices: Any = None, **kwargs: Any) -> list[Any]:
        """Refuse: the environment is its own."""
        raise NotImplementedError(f"{method_name} cannot be called.")

    def env_is_wrapped(self, wrapper_class: type, indices: Any = None) -> Sequence[bool]:
        """Say that nothing is."""
        return [False] * self.num_envs


class _Watch(BaseCallback):  # type: ignore[misc]  # the library is not looked into
    """Tells the referee of every step, and the learner to stop when the run is over."""

    def __init__(self, adapter: Adapter, env: ExploreEnv, referee: Referee) -> None:
        super().__init__()
        self._adapter, self._explore, self._referee = adapter, env, referee

    def _on_step(self) -> bool:
        land = self._explore.landscape
        return self._referee.watch(
            self._adapter.queries, land.trials, land.failures, lambda: from_trials(land.trials, land.failures)
        )


def explore(task: Task, referee: Referee, name: str) -> None:
    """Make one run; the library owns the loop."""
    env = explore_env(task, choose_samples=False)
    env.reset(options={"budget": task.budget})
    adapter = Adapter(env, flat=name == "sb3_dqn")
    learner = _dqn(adapter, task) if name == "sb3_dqn" else _ppo(adapter, task)
    learner.learn(10 * task.budget, callback=_Watch(adapter, env, referee))


def _ppo(adapter: Adapter, task: Task) -> BaseAlgorithm:
    """Return its PPO with the hyper-parameters of ours, a rollout being four steps of the batch."""
    return PPO(
        "MlpPolicy",
        adapter,
        learning_rate=3e-3,
        n_steps=4,
        batch_size=4 * adapter.num_envs,
        n_epochs=4,
        ent_coef=0.003,
        seed=task.seed,
        device="cpu",
    )


def _dqn(adapter: Adapter, task: Task) -> BaseAlgorithm:
    """Return its DQN with the hyper-parameters of `agents/dqn.py`; it counts steps of the batch."""
    return DQN(
        "MlpPolicy",
        adapter,
        learning_rate=1e-3,
        buffer_size=20_000,
        learning_starts=256,
        batch_size=128,
        train_freq=1,
        gradient_steps=4,
        target_update_interval=12 * adapter.num_envs,
        exploration_fraction=EXPLORATION / (10 * task.budget),
        policy_kwargs={"net_arch": [128, 128]},
        seed=task.seed,
        device="cpu",
    )
