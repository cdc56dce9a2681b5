"""Optuna's tree-structured Parzen estimator: ask and tell, one categorical per concept."""

from __future__ import annotations

from collections.abc import Sequence

import optuna

from benchmarks.arena import Task
from benchmarks.scoring import Referee
from benchmarks.trials import AT_ONCE, optimise

TRIALS = 1_000
"""Its cost is quadratic in them. After that it goes on uniformly."""
STARTUP = 64
"""Random trials before the first model."""


def explore(task: Task, referee: Referee, name: str) -> None:
    """Make one run."""
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    space = task.grid.space
    levels = {
        spec.name: optuna.distributions.CategoricalDistribution(range(n))
        for spec, n in zip(space.specs, space.shape, strict=True)
    }
    sampler = optuna.samplers.TPESampler(
        n_startup_trials=STARTUP, multivariate=True, constant_liar=True, seed=task.seed
    )
    study = optuna.create_study(direction="maximize", sampler=sampler)
    waiting: list[optuna.Trial] = []

    def ask() -> list[int]:
        waiting[:] = [study.ask(levels) for _ in range(AT_ONCE)]
        return [int(space.indices([[t.params[s.name] for s in space.specs]])[0]) for t in waiting]

    def tell(values: Sequence[float]) -> None:
        for trial, value in zip(waiting, values, strict=True):
            study.tell(trial, value)

    optimise(task, referee, TRIALS, ask, tell)
