from __future__ import annotations

import numpy as np
from gymnasium.vector import AutoresetMode

from agents.ppo import Args, PPOAgent
from agents.random import RandomAgent
from agents.rollout import drive
from faded.exploration.hunt import NOTHING, HuntConfig
from faded.exploration.microscopic import MicroscopicEnv
from tests.exploration.thresholds import LEVELS, SPACE, Noting, check, oracle, thresholds


def test_it_is_a_vector_environment_that_walks_from_neutral() -> None:
    frame, table = thresholds()
    noting = Noting(table)
    env = MicroscopicEnv(SPACE, frame, noting, HuntConfig(batch=3), most_steps=4)
    obs, _ = env.reset()
    assert env.metadata["autoreset_mode"] is AutoresetMode.SAME_STEP
    assert env.observation_space.contains(obs) and env.n_actions == 7
    present = slice(2, 2 + 9)
    assert (obs[:, present] == 0).all()
    obs, rewards, terminated, truncated, infos = env.step(np.array([[3], [6], [2]]))
    assert infos["queries"] == 1 and SPACE.cell(noting.pairs[0][1]) == (2, 1, 0)
    assert obs[:, present].sum(axis=1).tolist() == [1, 0, 0]
    assert rewards.tolist() == [-0.08, 0.0, -0.08]  # the second stopped, the third stands before the end of the levels
    assert terminated.tolist() == [False, True, False] and not truncated.any() and infos["episodes"] == 1


def test_a_setting_asked_before_is_answered_from_memory_and_saved_levels_are_paid() -> None:
    frame, table = thresholds()
    env = MicroscopicEnv(SPACE, frame, table, HuntConfig(batch=1))
    env.reset()
    up, down = np.array([[5]]), np.array([[4]])
    paid = [env.step(action) for action in (up, down, up, up)]
    assert paid[-1][4]["queries"] == 2
    for dark in range(3):
        paid.append(env.step(np.array([[3]])))
        if table.discrepancy[env.hunt.order[0], SPACE.index((2, dark + 1, 2))] > 0:
            break
    level = 2 + dark + 1
    assert np.isclose(sum(float(p[1][0]) for p in paid), LEVELS.max() + 1 - level - 0.08 * len(paid))
    assert env.hunt.levels(env.hunt.order[:1]).tolist() == [level]


def test_episodes_end_after_so_many_steps() -> None:
    frame, table = thresholds()
    env = MicroscopicEnv(SPACE, frame, table, HuntConfig(batch=2), most_steps=3)
    env.reset()
    assert [env.step(np.array([[2], [2]]))[2].all() for _ in range(6)] == [False, False, True] * 2


def test_the_budget_is_kept_and_a_resumed_search_asks_the_same() -> None:
    frame, table = thresholds(40)
    whole, first, rest = Noting(table), Noting(table), Noting(table)
    config = HuntConfig(batch=16, seed=4)
    unbroken = MicroscopicEnv(SPACE, frame, whole, config)
    assert drive(unbroken, RandomAgent([unbroken.n_actions], 0), 150) == 150
    broken, agent = MicroscopicEnv(SPACE, frame, first, config), RandomAgent([7], 0)
    drive(broken, agent, 150, should_stop=lambda: broken.hunt.queries >= 60)
    resumed, again = MicroscopicEnv(SPACE, frame, rest, HuntConfig(batch=16)), RandomAgent([7], 1)
    resumed.load_state_dict(broken.state_dict())
    again.load_state_dict(agent.state_dict())
    drive(resumed, again, 150)
    assert first.pairs + rest.pairs == whole.pairs and len(first.pairs) < 150
    check(frame, whole, unbroken.hunt.smallest, table)


def test_ppo_follows_the_scores_to_small_failing_settings() -> None:
    frame, table = thresholds()
    noting = Noting(table)
    env = MicroscopicEnv(SPACE, frame, noting, HuntConfig(batch=36))
    agent = PPOAgent(env.single_observation_space.shape[0], [env.n_actions], env.num_envs, 0, Args(num_steps=16))
    drive(env, agent, 10_000, should_stop=lambda: env.passed)
    rows = np.flatnonzero(frame.eligible & (env.hunt.smallest != NOTHING))
    check(frame, noting, env.hunt.smallest, table)
    assert agent.n_updates > 0 and len(rows) > 0.8 * frame.eligible.sum()
    assert env.hunt.levels(rows).sum() <= 1.2 * oracle(frame, table)[rows].sum()
