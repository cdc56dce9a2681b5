"""Proximal policy optimisation with one categorical head per concept. One file, read top to bottom.

Schulman et al. 2017 (arXiv 1707.06347), in the form and with the names that CleanRL made common. Two things are its
own. The action is one level per head, so outputs grow with the sum of levels, not with their product. And the last
entries of an observation are one score per level, in the order of the heads: they enter the logits directly through a
learned gain that starts positive, so the untrained policy already follows the scores, and learning goes on from there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from agents.base import Actions, Metrics, Observation, State
from agents.saving import load_moments, load_weights, moments_of, tensor, weights_of

NEVER = -1e9
"""The logit of a level that a head does not have."""


@dataclass(frozen=True)
class Args:
    """Hyper-parameters.

    Attributes:
        learning_rate: Of Adam; zero switches learning off and leaves all else as it is.
        num_steps: Environment steps a rollout; an update follows each rollout.
        gamma: Discount.
        gae_lambda: Lambda of generalised advantage estimation.
        num_minibatches: Minibatches an epoch.
        update_epochs: Passes over a rollout.
        clip_coef: Clipping of the probability ratio, and of the value's move.
        ent_coef: Weight of the entropy bonus.
        vf_coef: Weight of the value loss.
        max_grad_norm: Gradient norms are clipped to it.
        hidden: Width of the two hidden layers.
        score_gain: What the scores are multiplied by, to begin with, before they are added to the logits.
    """

    learning_rate: float = 3e-3
    num_steps: int = 4
    gamma: float = 0.99
    gae_lambda: float = 0.95
    num_minibatches: int = 1
    update_epochs: int = 4
    clip_coef: float = 0.2
    ent_coef: float = 0.003
    vf_coef: float = 0.5
    max_grad_norm: float = 0.5
    hidden: int = 64
    score_gain: float = 8.0


def layer_init(layer: nn.Linear, std: float, generator: torch.Generator) -> nn.Linear:
    """Initialise a layer orthogonally, its bias with zeros."""
    nn.init.orthogonal_(layer.weight, std, generator=generator)
    nn.init.zeros_(layer.bias)
    return layer


class ActorCritic(nn.Module):
    """Two hidden layers shared by the heads and the value.

    Args:
        n_obs: Width of an observation.
        levels: Number of levels of each head.
        args: Hyper-parameters.
        generator: Where the first weights come from.
    """

    def __init__(self, n_obs: int, levels: Sequence[int], args: Args, generator: torch.Generator) -> None:
        super().__init__()
        self.places: Tensor
        self.head_of: Tensor
        self.levels = list(levels)
        self.trunk = nn.Sequential(
            layer_init(nn.Linear(n_obs, args.hidden), 2**0.5, generator),
            nn.Tanh(),
            layer_init(nn.Linear(args.hidden, args.hidden), 2**0.5, generator),
            nn.Tanh(),
        )
        self.actor = layer_init(nn.Linear(args.hidden, sum(self.levels)), 0.01, generator)
        self.critic = layer_init(nn.Linear(args.hidden, 1), 1.0, generator)
        self.gain = nn.Parameter(torch.full((len(self.levels),), args.score_gain))
        ends = np.cumsum(self.levels)
        places = [[*range(end - n, end), *[ends[-1]] * (max(levels) - n)] for end, n in zip(ends, levels, strict=True)]
        self.register_buffer("places", torch.tensor(places).flatten(), persistent=False)
        self.register_buffer("head_of", torch.repeat_interleave(torch.tensor(self.levels)), persistent=False)

    def value(self, obs: Tensor) -> Tensor:
        """Return values, shape (batch,)."""
        return self.critic(self.trunk(obs)).squeeze(-1)  # type: ignore[no-any-return]

    def forward(self, obs: Tensor) -> tuple[Tensor, Tensor]:
        """Return log-probabilities of every head's levels, shape (batch, heads, most levels), and values, (batch,).

        A head with fewer levels than the most has `NEVER` in place of those it lacks.
        """
        hidden = self.trunk(obs)
        logits = self.actor(hidden) + self.gain[self.head_of] * obs[:, -len(self.head_of) :]
        padded = nn.functional.pad(logits, (0, 1), value=NEVER).index_select(1, self.places)
        return torch.log_softmax(padded.view(len(obs), len(self.levels), -1), dim=-1), self.critic(hidden).squeeze(-1)


def log_prob(heads: Tensor, actions: Tensor) -> Tensor:
    """Return the log-probability of actions, shape (batch, heads); the heads are independent."""
    return heads.gather(2, actions[:, :, None]).sum((1, 2))


def entropy_of(heads: Tensor) -> Tensor:
    """Return the policy's entropy in nats, shape (batch,)."""
    return -(heads.exp() * heads).sum((1, 2))


class PPOAgent:
    """The learner.

    Args:
        n_obs: Width of an observation; its last `sum(levels)` entries are scores per level.
        levels: Number of levels of each head.
        num_envs: Rows of an observation batch.
        seed: Equal seeds, observations and rewards give equal actions on CPU.
        args: Hyper-parameters.
    """

    def __init__(self, n_obs: int, levels: Sequence[int], num_envs: int, seed: int, args: Args | None = None) -> None:
        self.args = args or Args()
        self.levels = [int(n) for n in levels]
        self._generator = torch.Generator().manual_seed(seed)
        self.network = ActorCritic(n_obs, self.levels, self.args, self._generator)
        self.optimizer = torch.optim.Adam(self.network.parameters(), lr=self.args.learning_rate, eps=1e-5)
        steps = self.args.num_steps
        self.obs = torch.zeros(steps, num_envs, n_obs)
        self.actions = torch.zeros(steps, num_envs, len(self.levels), dtype=torch.int64)
        self.logprobs = torch.zeros(steps, num_envs)
        self.values = torch.zeros(steps, num_envs)
        self.rewards = torch.zeros(steps, num_envs)
        self.dones = torch.zeros(steps, num_envs)
        self.step = 0
        self.n_updates = 0

    @torch.no_grad()
    def act(self, obs: Observation) -> Actions:
        """Sample one level per head for every row and keep what the update needs."""
        x = torch.from_numpy(obs)
        heads, value = self.network(x)
        actions = torch.multinomial(heads.exp().flatten(0, 1), 1, generator=self._generator).view(len(x), -1)
        self.obs[self.step] = x
        self.actions[self.step] = actions
        self.logprobs[self.step] = log_prob(heads, actions)
        self.values[self.step] = value
        return actions.numpy()

    def update(
        self, rewards: NDArray[np.float64], terminated: NDArray[np.bool_], next_obs: Observation
    ) -> Metrics | None:
        """Keep the outcome of the last actions; when the rollout is full, learn from it and return figures."""
        self.rewards[self.step] = torch.from_numpy(rewards).float()
        self.dones[self.step] = torch.from_numpy(terminated).float()
        self.step += 1
        if self.step < self.args.num_steps:
            return None
        self.step = 0
        return self._learn(torch.from_numpy(next_obs))

    def _advantages(self, next_obs: Tensor) -> Tensor:
        """Generalised advantage estimation, shape (num_steps, num_envs); a finished episode hides what follows it."""
        with torch.no_grad():
            next_value = self.network.value(next_obs)
        advantages = torch.zeros_like(self.rewards)
        last = torch.zeros_like(next_value)
        for t in reversed(range(self.args.num_steps)):
            alive = 1.0 - self.dones[t]
            following = next_value if t == self.args.num_steps - 1 else self.values[t + 1]
            delta = self.rewards[t] + self.args.gamma * following * alive - self.values[t]
            last = delta + self.args.gamma * self.args.gae_lambda * alive * last
            advantages[t] = last
        return advantages

    def _learn(self, next_obs: Tensor) -> Metrics:
        """Several epochs of clipped updates over the rollout."""
        args = self.args
        advantages = self._advantages(next_obs).flatten()
        b_obs, b_actions = self.obs.flatten(0, 1), self.actions.flatten(0, 1)
        b_logprobs, b_values = self.logprobs.flatten(), self.values.flatten()
        b_returns = advantages + b_values
        size = len(b_obs) // args.num_minibatches
        approx_kls, entropies = [], []
        for _ in range(args.update_epochs):
            order = torch.randperm(len(b_obs), generator=self._generator)
            for mb in torch.split(order, size):
                heads, value = self.network(b_obs[mb])
                logratio = log_prob(heads, b_actions[mb]) - b_logprobs[mb]
                ratio = logratio.exp()
                approx_kls.append(((ratio - 1) - logratio).mean().item())

                mb_adv = advantages[mb]
                mb_adv = (mb_adv - mb_adv.mean()) / (mb_adv.std(correction=0) + 1e-8)
                clipped = ratio.clamp(1 - args.clip_coef, 1 + args.clip_coef)
                pg_loss = torch.max(-mb_adv * ratio, -mb_adv * clipped).mean()

                v_clipped = b_values[mb] + (value - b_values[mb]).clamp(-args.clip_coef, args.clip_coef)
                v_loss = 0.5 * torch.max((value - b_returns[mb]) ** 2, (v_clipped - b_returns[mb]) ** 2).mean()

                entropy = entropy_of(heads).mean()
                entropies.append(entropy.item())
                loss = pg_loss - args.ent_coef * entropy + args.vf_coef * v_loss
                self.optimizer.zero_grad()
                loss.backward()
                nn.utils.clip_grad_norm_(self.network.parameters(), args.max_grad_norm)
                self.optimizer.step()
                self.n_updates += 1
        mean_entropy = float(np.mean(entropies))
        return {
            "n_updates": float(self.n_updates),
            "entropy": mean_entropy,
            "kl_from_uniform": float(np.log(self.levels).sum()) - mean_entropy,
            "approx_kl": float(np.mean(approx_kls)),
        }

    def state_dict(self) -> State:
        """Return weights, Adam's moments, the unfinished rollout, counters and the generator, as arrays and numbers."""
        state = weights_of(self.network, "network") | moments_of(self.optimizer)
        for name in ROLLOUT:
            state[f"rollout.{name}"] = getattr(self, name).numpy().copy()
        state["generator"] = self._generator.get_state().numpy().copy()
        return state | {"step": self.step, "n_updates": self.n_updates}

    def load_state_dict(self, state: State) -> None:
        """Go on from where `state_dict` was taken."""
        load_weights(self.network, "network", state)
        load_moments(self.optimizer, state)
        for name in ROLLOUT:
            setattr(self, name, tensor(state[f"rollout.{name}"]))
        self._generator.set_state(tensor(state["generator"]))
        self.step, self.n_updates = int(state["step"]), int(state["n_updates"])


ROLLOUT = ("obs", "actions", "logprobs", "values", "rewards", "dones")
"""The buffers of an unfinished rollout."""
