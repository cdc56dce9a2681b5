"""Deep Q-learning over flat actions, as the paper explores, but learning from the start. One file, read top to bottom.

Mnih et al. 2015 (Nature 518), in the form and with the names that CleanRL made common. An action is one of all
combinations of levels, so outputs grow with their product. Learning begins after `learning_starts` transitions, a few
batches in, not after the run; `n_updates` and `epsilon` are among the figures of every step, so that it can be seen.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from agents.base import Actions, Metrics, Observation, State
from agents.saving import load_moments, load_weights, moments_of, tensor, weights_of


@dataclass(frozen=True)
class Args:
    """Hyper-parameters.

    Attributes:
        learning_rate: Of Adam; zero switches learning off and leaves all else as it is.
        buffer_size: Transitions that replay keeps; the oldest make room.
        learning_starts: Transitions before the first update.
        batch_size: Transitions an update learns from.
        gradient_steps: Updates after every step of the environment.
        target_frequency: Updates between two copies of the network to the target network.
        gamma: Discount; an episode of one step knows none.
        start_e: Share of random actions at first.
        end_e: Share of random actions in the end.
        exploration_steps: Transitions over which the share falls, linearly.
        max_grad_norm: Gradient norms are clipped to it.
        hidden: Width of the two hidden layers.
    """

    learning_rate: float = 1e-3
    buffer_size: int = 20_000
    learning_starts: int = 256
    batch_size: int = 128
    gradient_steps: int = 4
    target_frequency: int = 50
    gamma: float = 0.99
    start_e: float = 1.0
    end_e: float = 0.05
    exploration_steps: int = 5_000
    max_grad_norm: float = 10.0
    hidden: int = 128


class QNetwork(nn.Module):
    """Values of all actions.

    Args:
        n_obs: Width of an observation.
        n_actions: Number of actions.
        hidden: Width of the hidden layers.
        generator: Where the first weights come from.
    """

    def __init__(self, n_obs: int, n_actions: int, hidden: int, generator: torch.Generator) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Linear(n_obs, hidden), nn.ReLU(), nn.Linear(hidden, hidden), nn.ReLU(), nn.Linear(hidden, n_actions)
        )
        for layer in self.layers:
            if isinstance(layer, nn.Linear):
                bound = layer.in_features**-0.5
                nn.init.uniform_(layer.weight, -bound, bound, generator=generator)
                nn.init.uniform_(layer.bias, -bound, bound, generator=generator)

    def forward(self, obs: Tensor) -> Tensor:
        """Return one value per action, shape (batch, n_actions)."""
        return self.layers(obs)  # type: ignore[no-any-return]


class DQNAgent:
    """The learner.

    Args:
        n_obs: Width of an observation.
        levels: Number of levels of each head; an action is one of all their combinations, the last head fastest.
        num_envs: Rows of an observation batch.
        seed: Equal seeds, observations and rewards give equal actions on CPU.
        args: Hyper-parameters.
    """

    def __init__(self, n_obs: int, levels: Sequence[int], num_envs: int, seed: int, args: Args | None = None) -> None:
        self.args = args or Args()
        self.levels = tuple(int(n) for n in levels)
        self.n_actions = int(np.prod(self.levels))
        self._generator = torch.Generator().manual_seed(seed)
        self.network = QNetwork(n_obs, self.n_actions, self.args.hidden, self._generator)
        self.target = copy.deepcopy(self.network)
        self.optimizer = torch.optim.Adam(self.network.parameters(), lr=self.args.learning_rate)
        size = self.args.buffer_size
        self.obs = torch.zeros(size, n_obs)
        self.next_obs = torch.zeros(size, n_obs)
        self.actions = torch.zeros(size, dtype=torch.int64)
        self.rewards = torch.zeros(size)
        self.dones = torch.zeros(size)
        self.last_obs = torch.zeros(num_envs, n_obs)
        self.last_actions = torch.zeros(num_envs, dtype=torch.int64)
        self.seen = 0
        self.n_updates = 0

    @property
    def epsilon(self) -> float:
        """The share of random actions now."""
        part = min(self.seen / self.args.exploration_steps, 1.0)
        return self.args.start_e + part * (self.args.end_e - self.args.start_e)

    @torch.no_grad()
    def act(self, obs: Observation) -> Actions:
        """Take the best action for every row, or with probability epsilon any; return its levels."""
        x = torch.from_numpy(np.array(obs))
        best = self.network(x).argmax(dim=1)
        anything = torch.randint(self.n_actions, best.shape, generator=self._generator)
        explore = torch.rand(best.shape, generator=self._generator) < self.epsilon
        self.last_obs, self.last_actions = x, torch.where(explore, anything, best)
        return np.stack(np.unravel_index(self.last_actions.numpy(), self.levels), axis=1).astype(np.int64)

    def update(
        self, rewards: NDArray[np.float64], terminated: NDArray[np.bool_], next_obs: Observation
    ) -> Metrics | None:
        """Keep the outcome of the last actions; once there are enough, learn and return figures."""
        at = (self.seen + torch.arange(len(rewards))) % self.args.buffer_size
        self.obs[at], self.actions[at] = self.last_obs, self.last_actions
        self.next_obs[at] = torch.from_numpy(np.array(next_obs))
        self.rewards[at] = torch.from_numpy(np.asarray(rewards)).float()
        self.dones[at] = torch.from_numpy(np.asarray(terminated)).float()
        self.seen += len(rewards)
        if self.seen < self.args.learning_starts:
            return None
        losses = [self._learn() for _ in range(self.args.gradient_steps)]
        return {"n_updates": float(self.n_updates), "epsilon": self.epsilon, "td_loss": float(np.mean(losses))}

    def _learn(self) -> float:
        """One update on a batch from replay; returns the loss."""
        args = self.args
        filled = min(self.seen, args.buffer_size)
        mb = torch.randint(filled, (args.batch_size,), generator=self._generator)
        with torch.no_grad():
            following = self.target(self.next_obs[mb]).max(dim=1).values
            goal = self.rewards[mb] + args.gamma * following * (1.0 - self.dones[mb])
        value = self.network(self.obs[mb]).gather(1, self.actions[mb, None]).squeeze(1)
        loss = nn.functional.mse_loss(value, goal)
        self.optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(self.network.parameters(), args.max_grad_norm)
        self.optimizer.step()
        self.n_updates += 1
        if self.n_updates % args.target_frequency == 0:
            self.target.load_state_dict(self.network.state_dict())
        return float(loss.item())

    def state_dict(self) -> State:
        """Return both networks, Adam's moments, what replay holds, counters and the generator."""
        state = weights_of(self.network, "network") | weights_of(self.target, "target") | moments_of(self.optimizer)
        filled = min(self.seen, self.args.buffer_size)
        state |= {f"replay.{name}": getattr(self, name)[:filled].numpy().copy() for name in REPLAY}
        state["generator"] = self._generator.get_state().numpy().copy()
        return state | {"seen": self.seen, "n_updates": self.n_updates}

    def load_state_dict(self, state: State) -> None:
        """Go on from where `state_dict` was taken, between an update and the next action."""
        load_weights(self.network, "network", state)
        load_weights(self.target, "target", state)
        load_moments(self.optimizer, state)
        for name in REPLAY:
            kept = tensor(state[f"replay.{name}"])
            getattr(self, name)[: len(kept)] = kept
        self._generator.set_state(tensor(state["generator"]))
        self.seen, self.n_updates = int(state["seen"]), int(state["n_updates"])


REPLAY = ("obs", "next_obs", "actions", "rewards", "dones")
"""What replay holds of a transition."""
