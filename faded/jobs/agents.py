"""The explorers by name. Of the package, only this layer knows the learners."""

from __future__ import annotations

from collections.abc import Callable

from agents.base import Agent
from agents.greedy import GreedyAgent
from agents.ppo import PPOAgent
from agents.random import RandomAgent
from agents.screening import ScreeningAgent
from agents.thompson import ThompsonAgent
from faded.exploration.env import ExploreEnv
from faded.exploration.screening import Plan
from faded.registry import Registry
from faded.runtime import BUILDING

MakeAgent = Callable[[ExploreEnv, int], Agent]

explorers: Registry[MakeAgent] = Registry("agent")

AS_THEY_COME = frozenset({"thompson", "random"})
"""Explorers that take samples as the stream has them. The others get them from where a query is worth most."""


def make_agent(name: str, env: ExploreEnv, seed: int, plan: Plan | None) -> Agent:
    """Make an explorer by its name, which begins to act once the plan of a screening is through."""
    agent = explorers.get(name)(env, seed)
    return agent if plan is None else ScreeningAgent(plan.actions, agent)


@explorers.register("greedy")
def greedy(env: ExploreEnv, seed: int) -> Agent:
    """The setting aimed at: where a query is worth most by the posterior."""
    return GreedyAgent(env.space.shape)


@explorers.register("ppo")
def ppo(env: ExploreEnv, seed: int) -> Agent:
    """Proximal policy optimisation, one categorical head per concept."""
    with BUILDING:
        return PPOAgent(env.single_observation_space.shape[0], env.space.shape, env.num_envs, seed)


@explorers.register("thompson")
def thompson(env: ExploreEnv, seed: int) -> Agent:
    """Thompson sampling on the landscape's posterior; its draws come from the environment's generator."""
    return ThompsonAgent(env.draw_settings)


@explorers.register("random")
def uniform(env: ExploreEnv, seed: int) -> Agent:
    """Uniform settings."""
    return RandomAgent(env.space.shape, seed)
