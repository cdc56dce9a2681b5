"""The same checks for every registered agent."""

from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from agents.base import Agent
from agents.dqn import DQNAgent
from agents.rollout import drive
from faded import builtins  # noqa: F401
from faded.exploration.env import ExploreEnv
from faded.jobs import checkpoints
from faded.jobs.agents import explorers
from faded.landscape.modes import established_table
from tests.exploration.tables import SPACE, planted, planted_env

NAMES = explorers.names()
BUDGET = 600


def dqn(env: ExploreEnv, seed: int) -> Agent:
    """A rival, which no campaign offers."""
    return DQNAgent(env.single_observation_space.shape[0], SPACE.shape, env.num_envs, seed)


MAKERS = {name: explorers.get(name) for name in NAMES} | {"dqn": dqn}


def explored(name: str, seed: int, budget: int = BUDGET) -> tuple[ExploreEnv, Agent]:
    env = planted_env(seed)
    agent = MAKERS[name](env, seed)
    drive(env, agent, budget)
    return env, agent


@cache
def found(name: str) -> float:
    """Mean over three seeds of the true modes established at the end of the budget."""
    rates = planted()[2]
    return float(np.mean([(established_table(explored(name, s)[0].landscape) & (rates > 0.5)).sum() for s in range(3)]))


@pytest.mark.parametrize("name", MAKERS)
def test_actions_are_levels_and_the_same_seed_gives_the_same(name: str) -> None:
    first, again = (explored(name, seed=1, budget=200) for _ in range(2))
    acted = [agent.act(env.reset()[0]) for env, agent in (first, again)]
    assert acted[0].shape == (first[0].num_envs, len(SPACE.shape)), "an action is one level per concept"
    assert ((acted[0] >= 0) & (acted[0] < SPACE.shape)).all(), "actions are level indices"
    np.testing.assert_array_equal(*acted, "the same seed gives the same actions")


@pytest.mark.parametrize("name", MAKERS)
def test_a_saved_agent_goes_on_where_it_was(name: str, tmp_path: Path) -> None:
    def on(env: ExploreEnv, agent: Agent) -> list[int]:
        asked: list[int] = []
        drive(env, agent, 600, lambda event: asked.extend(event.infos["asked"].cells.tolist()))
        return asked

    env, agent = explored(name, seed=2, budget=300)
    parts: dict[str, Callable[[], dict[str, object]]] = {"env": env.state_dict, "agent": agent.state_dict}
    kept = [checkpoints.write(tmp_path, 1, 1, serial, take()) for serial, take in enumerate(parts.values())]
    other = planted_env(2)
    other.load_state_dict(checkpoints.read(tmp_path, kept[0]))  # type: ignore[arg-type]
    resumed = MAKERS[name](other, 2)
    resumed.load_state_dict(checkpoints.read(tmp_path, kept[1]))  # type: ignore[arg-type]
    went_on = on(env, agent)
    assert len(went_on) == 300
    assert on(other, resumed) == went_on, "`state_dict` holds all that changes: a loaded agent takes the same actions"


@pytest.mark.parametrize("name", [name for name in NAMES if name != "random"])
def test_an_agent_finds_far_more_than_uniform_settings_do(name: str) -> None:
    uniform = found("random")
    assert found(name) > 2 * uniform + 3, (
        f"an agent finds far more planted failures than uniform settings ({uniform:g})"
    )
