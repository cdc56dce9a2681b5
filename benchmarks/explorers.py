"""All explorers behind one small interface, each with the best settings that we know for it.

An explorer is given a task and a referee and asks until the referee says that the run is over. Every query counts,
those that it learns from too. Ours is one entry among the others.
"""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Callable
from functools import partial

import numpy as np

from agents.base import Agent
from agents.dqn import DQNAgent
from agents.greedy import GreedyAgent
from agents.ppo import Args, PPOAgent
from agents.rollout import Event, drive
from agents.screening import ScreeningAgent
from agents.thompson import ThompsonAgent
from benchmarks import bandits
from benchmarks.arena import BATCH, Arena, IntArray, Task
from benchmarks.bandits import Choose
from benchmarks.scoring import Estimates, Referee, from_landscape, from_trials
from faded.exploration.env import ExploreConfig, ExploreEnv
from faded.exploration.scores import draw_rates
from faded.exploration.screening import Plan, plan
from faded.landscape.posterior import Landscape
from faded.landscape.samples import SampleEffects

Explorer = Callable[[Task, Referee], None]
"""Makes one run."""


def explore_env(task: Task, choose_samples: bool = True, screening: int = 0) -> ExploreEnv:
    """Return the environment of a campaign on the task's grid, with the batch that everybody has."""
    config = ExploreConfig(task.bound, BATCH, task.seed, choose_samples, screening)
    return ExploreEnv(task.grid.space, task.grid.frame, task.grid.ask, config)


def _ours(task: Task, referee: Referee, choose_samples: bool = True, screening: Plan | None = None) -> None:
    """The greedy agent on the posterior's worth of a query."""
    env = explore_env(task, choose_samples, 0 if screening is None else len(screening.actions))
    agent: Agent = GreedyAgent(env.space.shape)
    _follow(task, referee, env, agent if screening is None else ScreeningAgent(screening.actions, agent))


def _ppo(task: Task, referee: Referee, args: Args) -> None:
    """PPO on the same scores, with our reward."""
    env = explore_env(task)
    width = env.single_observation_space.shape[0]
    _follow(task, referee, env, PPOAgent(width, env.space.shape, env.num_envs, task.seed, args))


def _follow(task: Task, referee: Referee, env: ExploreEnv, agent: Agent) -> None:
    """Let an agent explore under the referee's eyes."""

    def watch(event: Event) -> None:
        land = env.landscape
        referee.watch(event.queries, land.trials, land.failures, lambda: from_landscape(land))

    drive(env, agent, task.budget, watch, lambda: referee.over)


def _after_screening(task: Task, referee: Referee) -> None:
    """Ours after a screening, whatever the number of concepts: the one that a campaign of this budget has."""
    _ours(task, referee, screening=plan(task.grid.space, task.budget, BATCH, task.seed))


def _chosen(task: Task, referee: Referee, choose: Choose) -> None:
    """A rule that chooses cells by the tallies alone."""
    arena = Arena(task)
    while not referee.over:
        arena.step(choose(arena))
        report(arena, referee)


def _thompson(task: Task, referee: Referee, leave: float) -> None:
    """Thompson sampling on our posterior, in which levels share strength; a mode is left at `leave` by own trials."""
    arena = Arena(task)
    frame = task.grid.frame
    samples = SampleEffects(frame.stratum, frame.eligible)
    landscape = Landscape(arena.space, frame.strata, task.bound, frame.known_invalid, samples)

    def draw() -> IntArray:
        drawn = draw_rates(landscape.alpha, landscape.beta, arena.strata, arena.rng)
        best = np.where(arena.open() & ~arena.settled(leave)[arena.strata], drawn, -1.0).argmax(axis=1)
        return np.asarray(arena.space.cells[best])

    agent = ThompsonAgent(draw)
    while not referee.over:
        arena.step(arena.space.indices(agent.act(arena.features)))
        rows, cells, failed = arena.added
        landscape.add(frame.stratum[rows], cells, failed, rows)
        landscape.refit()
        referee.watch(arena.queries, arena.trials, arena.failures, lambda: from_landscape(landscape))


def _dqn(task: Task, referee: Referee) -> None:
    """The paper's learner, corrected: the sample in, one of all cells out, a failure is the reward."""
    arena = Arena(task)
    agent = DQNAgent(arena.features.shape[1], arena.space.shape, BATCH, task.seed)
    done = np.ones(BATCH, dtype=np.bool_)
    while not referee.over:
        failed, _ = arena.step(arena.space.indices(agent.act(arena.features)))
        agent.update(failed.astype(np.float64), done, arena.features)
        report(arena, referee)


def report(arena: Arena, referee: Referee, say: Callable[[], Estimates] | None = None) -> None:
    """Tell the referee how the arena stands.

    Args:
        arena: The arena.
        referee: The referee.
        say: The explorer's own estimates; None for one that has no posterior: those of own trials.
    """
    say = say or (lambda: from_trials(arena.trials, arena.failures))
    referee.watch(arena.queries, arena.trials, arena.failures, say)


def _from_library(task: Task, referee: Referee, name: str) -> None:
    """An explorer of a library that only the benchmarks need, loaded when it is its turn."""
    module = importlib.import_module(f"benchmarks.with_{LIBRARIES[name]}")
    module.explore(task, referee, name)


def check_libraries() -> None:
    """See that every library is there before anything is run.

    Raises:
        SystemExit: one is missing; the message says which and how to install it.
    """
    missing = [name for name, library in LIBRARIES.items() if importlib.util.find_spec(library) is None]
    if missing:
        raise SystemExit(
            f"Of the explorers {', '.join(missing)} the libraries ({', '.join(LIBRARIES[m] for m in missing)}) are "
            "missing: python -m pip install -r requirements-bench.txt"
        )


LIBRARIES = {
    "sb3_ppo": "stable_baselines3",
    "sb3_dqn": "stable_baselines3",
    "tpe": "optuna",
    "bayesian_optimisation": "sklearn",
}
"""The library of each explorer that needs one beyond the project's own."""

OURS = "greedy"
LEARNING = "ppo"
NO_LEARNING = "ppo_no_learning"
AS_THEY_COME = "greedy_samples_as_they_come"
AFTER_SCREENING = "greedy_after_screening"
OWN = (OURS, LEARNING, NO_LEARNING, AS_THEY_COME, AFTER_SCREENING)
"""Ours and its variants, which are nobody's rivals."""
UNIFORM = "uniform"
THOMPSON = "thompson_"
"""What the names of factored Thompson's variants begin with."""
LEAVES = (0.9, 0.97, 0.99)
"""When a bandit that knows strata leaves a mode; early is good where modes are many, late where they are rare."""

UCB: dict[str, Explorer] = {
    f"ucb_per_cell_{leave}": partial(_chosen, choose=partial(bandits.ucb, leave=leave)) for leave in LEAVES
}
PER_CELL: dict[str, Explorer] = {
    f"per_cell_thompson_{leave}": partial(_chosen, choose=partial(bandits.thompson, leave=leave)) for leave in LEAVES
}

EXPLORERS: dict[str, Explorer] = {
    OURS: _ours,
    LEARNING: partial(_ppo, args=Args()),
    NO_LEARNING: partial(_ppo, args=Args(learning_rate=0.0)),
    AS_THEY_COME: partial(_ours, choose_samples=False),
    AFTER_SCREENING: _after_screening,
    **{f"{THOMPSON}{leave}": partial(_thompson, leave=leave) for leave in LEAVES},
    UNIFORM: partial(_chosen, choose=bandits.uniform),
    "epsilon_greedy": partial(_chosen, choose=bandits.epsilon_greedy),
    **UCB,
    **PER_CELL,
    "dqn": _dqn,
    "sb3_ppo": partial(_from_library, name="sb3_ppo"),
    "sb3_dqn": partial(_from_library, name="sb3_dqn"),
    "tpe": partial(_from_library, name="tpe"),
    "bayesian_optimisation": partial(_from_library, name="bayesian_optimisation"),
}
"""Explorers by name; the numbers say when a mode is left."""

ON_TALLIES = (UNIFORM, "epsilon_greedy", *UCB, *PER_CELL, "dqn", "tpe", "bayesian_optimisation")
"""Those that use nothing of our explorer or posterior, so that their runs stay true when these change."""
