"""What holds for every explorer on the planted problem: better than uniform, and not without what makes it so."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from agents.greedy import GreedyAgent
from agents.ppo import Args, PPOAgent
from agents.random import RandomAgent
from agents.rollout import drive
from agents.thompson import ThompsonAgent
from faded.exploration.env import ExploreEnv
from faded.landscape.modes import established_table
from tests.exploration.tables import SPACE, planted, planted_env

BUDGET = 900


class Blind(ExploreEnv):
    """The environment with its scores taken away."""

    def _observe(self) -> None:
        super()._observe()
        self._observation[:, -sum(SPACE.shape) :] = 0.0


def found_modes(make: Callable[[ExploreEnv, int], Any], kind: type[ExploreEnv] = ExploreEnv) -> float:
    """Mean over three seeds of the true modes established at the end of the budget."""
    _, _, rates = planted()
    found = []
    for seed in range(3):
        template = planted_env(seed)
        env = kind(SPACE, template.frame, template._ask, template.config)
        drive(env, make(env, seed), BUDGET)
        found.append((established_table(env.landscape) & (rates > 0.5)).sum())
    return float(np.mean(found))


def ppo(learning_rate: float) -> Callable[[ExploreEnv, int], PPOAgent]:
    def make(env: ExploreEnv, seed: int) -> PPOAgent:
        args = Args(learning_rate=learning_rate)
        return PPOAgent(env.observation_space.shape[1], SPACE.shape, env.num_envs, seed, args)

    return make


def test_explorers_beat_uniform_and_not_without_scores_and_learning() -> None:
    uniform = found_modes(lambda env, seed: RandomAgent(SPACE.shape, seed))
    greedy = found_modes(lambda env, seed: GreedyAgent(SPACE.shape))
    learner = found_modes(ppo(Args().learning_rate))
    thompson = found_modes(lambda env, seed: ThompsonAgent(env.draw_settings))
    neither = found_modes(ppo(0.0), Blind)
    assert min(greedy, learner) > 2 * uniform + 3
    assert thompson > 1.5 * uniform
    assert neither < 1.5 * uniform + 2
