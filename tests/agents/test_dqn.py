from __future__ import annotations

import numpy as np
import pytest

from agents.dqn import Args, DQNAgent

LEVELS = (3, 4)
QUICK = {"exploration_steps": 1000, "learning_rate": 3e-3}


def bandit_rewards(args: Args, steps: int = 40, seed: int = 0) -> tuple[np.ndarray, DQNAgent, dict[str, float]]:
    """A contextual bandit: which of the twelve combinations pays depends on the context."""
    agent = DQNAgent(2, LEVELS, 64, seed, args)
    rng = np.random.default_rng(seed)
    history, metrics = [], {}
    obs = np.eye(2, dtype=np.float32)[rng.integers(2, size=64)]
    for _ in range(steps):
        actions = agent.act(obs)
        context = obs[:, 1].astype(int)
        rewards = ((actions[:, 0] == context) & (actions[:, 1] == 3 - context)).astype(np.float64)
        obs = np.eye(2, dtype=np.float32)[rng.integers(2, size=64)]
        metrics = agent.update(rewards, np.ones(64, dtype=bool), obs) or metrics
        history.append(rewards.mean())
    return np.array(history), agent, metrics


def test_it_learns_early_what_pays_in_which_context() -> None:
    rewards, agent, metrics = bandit_rewards(Args(**QUICK))
    assert rewards[0] < 0.25
    assert rewards[-10:].mean() > 0.85
    assert metrics["n_updates"] == agent.n_updates == (40 - 3) * 4
    assert metrics["epsilon"] == pytest.approx(0.05)


def test_without_learning_it_gains_nothing() -> None:
    rewards, _, _ = bandit_rewards(Args(**QUICK | {"learning_rate": 0.0}))
    assert rewards.mean() < 0.3


def test_replay_forgets_the_oldest() -> None:
    _, agent, _ = bandit_rewards(Args(buffer_size=128, learning_starts=64), steps=5)
    assert agent.seen == 320 and len(agent.state_dict()["replay.rewards"]) == 128
