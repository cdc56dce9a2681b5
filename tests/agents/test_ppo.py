from __future__ import annotations

import numpy as np
import pytest
import torch

from agents.ppo import Args, PPOAgent

LEVELS = (3, 4)


def bandit_rewards(
    learning_rate: float, steps: int = 40, seed: int = 0
) -> tuple[np.ndarray, PPOAgent, dict[str, float]]:
    """A contextual bandit without scores: the right level of each head depends on the context."""
    agent = PPOAgent(
        2 + sum(LEVELS), LEVELS, 64, seed, Args(learning_rate=learning_rate, num_steps=1, num_minibatches=2)
    )
    rng = np.random.default_rng(seed)
    history, metrics = [], {}

    def observe() -> np.ndarray:
        context = rng.integers(2, size=64)
        return np.concatenate([np.eye(2)[context], np.zeros((64, sum(LEVELS)))], axis=1).astype(np.float32)

    obs = observe()
    for _ in range(steps):
        actions = agent.act(obs)
        context = obs[:, 1].astype(int)
        rewards = ((actions[:, 0] == context) & (actions[:, 1] == 3 - context)).astype(np.float64)
        obs = observe()
        metrics = agent.update(rewards, np.ones(64, dtype=bool), obs) or metrics
        history.append(rewards.mean())
    return np.array(history), agent, metrics


def test_it_learns_what_pays_in_which_context() -> None:
    rewards, _, metrics = bandit_rewards(3e-3)
    assert rewards[0] < 0.25
    assert rewards[-10:].mean() > 0.85
    assert metrics["kl_from_uniform"] > 1.0 > metrics["entropy"]
    assert metrics["n_updates"] == 40 * 8


def test_without_learning_it_stays_uniform() -> None:
    rewards, _, metrics = bandit_rewards(0.0)
    assert abs(rewards.mean() - 1 / 12) < 0.03
    assert metrics["kl_from_uniform"] < 0.01
    assert metrics["n_updates"] > 0


def test_an_untrained_policy_follows_the_scores() -> None:
    agent = PPOAgent(sum(LEVELS), LEVELS, 256, 0)
    scores = np.zeros((256, sum(LEVELS)), dtype=np.float32)
    scores[:, [1, 3 + 2]] = 1.0
    actions = agent.act(scores)
    assert (actions == [1, 2]).all(axis=1).mean() > 0.9


def test_equal_seeds_give_equal_runs_and_others_differ() -> None:
    one, again, other = (bandit_rewards(3e-3, 20, seed)[1].state_dict() for seed in (0, 0, 1))
    assert all(np.array_equal(one[k], again[k]) for k in one)
    assert not np.array_equal(one["network.actor.weight"], other["network.actor.weight"])


@pytest.mark.parametrize(("done", "first"), [(True, 1.0), (False, 11.0)])
def test_a_finished_episode_hides_what_follows_it(done: bool, first: float) -> None:
    agent = PPOAgent(1 + 2, (2,), 2, 0, Args(num_steps=2, gamma=1.0, gae_lambda=1.0, learning_rate=0.0))
    obs = np.ones((2, 3), dtype=np.float32)
    for reward in (1.0, 10.0):
        agent.act(obs)
        agent.update(np.full(2, reward), np.full(2, done), obs)
    returns = agent._advantages(torch.from_numpy(obs)) + agent.values
    following = 0.0 if done else float(agent.values[0, 0])
    assert returns[:, 0].tolist() == pytest.approx([first + following, 10.0 + following], abs=1e-5)
