"""The loop that joins an agent and an environment."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from gymnasium.vector import VectorEnv

from agents.base import Agent, Metrics


@dataclass(frozen=True)
class Event:
    """One step of the loop; agent and environment may be saved when it arrives.

    Attributes:
        queries: Queries asked so far.
        infos: What the environment told.
        metrics: The agent's figures, None where it took no learning step.
    """

    queries: int
    infos: dict[str, Any]
    metrics: Metrics | None


def drive(
    env: VectorEnv[Any, Any, Any],
    agent: Agent,
    budget: int,
    on_event: Callable[[Event], None] = lambda event: None,
    should_stop: Callable[[], bool] = lambda: False,
) -> int:
    """Let the agent act until the budget is spent or somebody says stop.

    Args:
        env: An environment whose infos count `queries` and whose reset takes the budget as an option.
        agent: The learner.
        budget: Queries in all, counted from the campaign's beginning, so that a resumed run asks only what is left.
        on_event: Called after every step.
        should_stop: Asked before every step.

    Returns:
        Queries asked so far.
    """
    obs, infos = env.reset(options={"budget": budget})
    queries = int(infos["queries"])
    while queries < budget and not should_stop():
        actions = agent.act(obs)
        obs, rewards, terminated, _, infos = env.step(actions)
        metrics = agent.update(rewards, terminated, obs)
        queries = int(infos["queries"])
        on_event(Event(queries, infos, metrics))
    return queries
