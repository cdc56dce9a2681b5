"""Verdicts weigh what the environment asks; without them it asks what it always did."""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np
import pytest

from agents.random import RandomAgent
from agents.rollout import Event, drive
from agents.thompson import ThompsonAgent
from faded.exploration.env import Asked, ExploreConfig, ExploreEnv
from faded.exploration.steering import BY_CHANCE, Known, Weigh
from tests.exploration.tables import N_STRATA, SPACE, planted, planted_env

BEFORE_THERE_WERE_VERDICTS = {"thompson": "ae3d98db1d9e0616", "random": "342d3fc4615507d1"}
"""Hashes of the 1,500 queries that the environment asks of samples as they come, where it is not steered."""


def agent_of(name: str, env: ExploreEnv) -> Any:
    return ThompsonAgent(env.draw_settings) if name == "thompson" else RandomAgent(SPACE.shape, 7)


def run(env: ExploreEnv, agent: Any, budget: int, stop_after: int | None = None) -> list[Asked]:
    asked: list[Asked] = []

    def keep(event: Event) -> None:
        asked.append(event.infos["asked"])

    drive(env, agent, budget, keep, lambda: stop_after is not None and len(asked) >= stop_after)
    return asked


def queries(asked: list[Asked]) -> bytes:
    return b"".join(np.stack([a.rows, a.cells]).astype("<i8").tobytes() for a in asked)


def favouring(*strata: int) -> np.ndarray:
    weights = np.full((N_STRATA, SPACE.n_cells), 0.2)
    weights[list(strata)] = 3.0
    return weights / weights.mean()


def from_table(weights: np.ndarray) -> Weigh:
    return lambda numbers: weights[:, numbers]


def steered(weights: np.ndarray | None, seed: int = 0) -> ExploreEnv:
    frame, ask, _ = planted()
    weigh = None if weights is None else from_table(weights)
    return ExploreEnv(SPACE, frame, ask, ExploreConfig(bound=0.5, num_envs=32, seed=seed), weigh=weigh)


@pytest.mark.parametrize("name", sorted(BEFORE_THERE_WERE_VERDICTS))
def test_without_verdicts_the_same_queries_are_asked_as_ever(name: str) -> None:
    env = planted_env(seed=5, choose_samples=False)
    asked = run(env, agent_of(name, env), 1500)
    assert hashlib.sha256(queries(asked)).hexdigest()[:16] == BEFORE_THERE_WERE_VERDICTS[name]


def test_strata_get_samples_as_they_promise_and_none_is_forgotten() -> None:
    env = steered(favouring(2))
    asked = run(env, agent_of("random", env), 4000)
    rows = np.concatenate([a.rows[~a.control] for a in asked])
    share = np.bincount(env.frame.stratum[rows], minlength=N_STRATA) / len(rows)
    assert share[2] == pytest.approx(BY_CHANCE / N_STRATA + (1 - BY_CHANCE) * 3 / (3 + 5 * 0.2), abs=0.03)
    assert share.min() > BY_CHANCE / N_STRATA
    assert env.shares() == pytest.approx(share, abs=0.03)
    assert env.shares(steered=False) == pytest.approx(np.full(N_STRATA, 1 / N_STRATA))


def test_control_queries_stay_what_they_were() -> None:
    one, other = steered(None), steered(favouring(2))
    plain, weighed = (run(env, agent_of("random", env), 1500) for env in (one, other))
    for a, b in zip(plain, weighed, strict=True):
        assert np.array_equal(a.rows[a.control], b.rows[b.control])
        assert np.array_equal(a.cells[a.control], b.cells[b.control])


def test_within_a_stratum_every_sample_has_its_turn_so_rates_stay_unbiased() -> None:
    env = steered(favouring(0))
    asked = run(env, agent_of("random", env), 6000)
    rows = np.concatenate([a.rows[~a.control] for a in asked])
    for stratum in range(N_STRATA):
        turns = np.bincount(rows[env.frame.stratum[rows] == stratum], minlength=len(env.frame.stratum))
        turns = turns[env.frame.eligible & (env.frame.stratum == stratum)]
        assert turns.max() - turns.min() <= 1
    _, ask, _ = planted()
    eligible = env.frame.eligible & (env.frame.stratum == 0)
    exhaustive = (ask.discrepancy[eligible] > 0).mean(axis=0)
    trials, failures = env.landscape.trials[0], env.landscape.failures[0]
    expected = (trials * exhaustive).sum()
    assert trials.sum() > 1500
    assert abs(failures.sum() - expected) < 3 * np.sqrt((trials * exhaustive * (1 - exhaustive)).sum())


def test_within_a_stratum_weights_draw_queries_to_the_cells_that_matter() -> None:
    corner = SPACE.cells[:, 2] >= 3
    weights = np.where(corner, 3.0, 0.1) * np.ones((N_STRATA, 1))

    def share(given: np.ndarray | None) -> float:
        env = steered(given)
        asked = run(env, agent_of("thompson", env), 3000)
        cells = np.concatenate([a.cells[~a.control] for a in asked])
        return float(corner[cells].mean())

    assert share(weights) > 1.3 * share(None)


def test_rewards_are_weighed_like_the_scores() -> None:
    plain, weighed = steered(None), steered(np.full((N_STRATA, SPACE.n_cells), 2.0))
    weighed._stream, weighed._rows = plain._stream, plain._rows.copy()
    action = np.tile([4, 4, 0], (32, 1))
    assert np.array_equal(weighed.step(action)[1], 2 * plain.step(action)[1])


def test_steered_half_way_a_resumed_run_ends_as_an_unbroken_one() -> None:
    def begin(env: ExploreEnv) -> list[Asked]:
        first = run(env, agent_of("thompson", env), 1500, stop_after=10)
        env.steer(from_table(favouring(1, 3)))
        return first + run(env, agent_of("thompson", env), 1500, stop_after=10)

    whole = planted_env(seed=5)
    unbroken = begin(whole) + run(whole, agent_of("thompson", whole), 1500)
    broken = planted_env(seed=5)
    first = begin(broken)
    resumed = planted_env(seed=8)
    resumed.steer(from_table(favouring(1, 3)))
    resumed.load_state_dict(broken.state_dict())
    rest = run(resumed, agent_of("thompson", resumed), 1500)
    assert rest and queries(unbroken) == queries(first + rest)


def test_verdicts_that_came_after_a_kill_do_not_steer_what_went_before_them() -> None:
    whole = planted_env(seed=5)
    unbroken = run(whole, agent_of("thompson", whole), 1500)
    broken = planted_env(seed=5)
    first = run(broken, agent_of("thompson", broken), 1500, stop_after=10)
    frame, ask, _ = planted()
    config = ExploreConfig(bound=0.5, num_envs=32, seed=5)
    resumed = ExploreEnv(SPACE, frame, ask, config, weigh=from_table(favouring(1, 3)))  # known when it is made anew
    resumed.steer(None)
    resumed.load_state_dict(broken.state_dict())
    assert queries(unbroken) == queries(first + run(resumed, agent_of("thompson", resumed), 1500))


def test_what_earlier_rounds_asked_is_known_and_not_asked_again() -> None:
    first = planted_env(seed=0)
    asked = run(first, agent_of("random", first), 3000)
    rows, cells, failed, counted = (
        np.concatenate([getattr(a, name) for a in asked]) for name in ("rows", "cells", "failed", "counted")
    )
    frame, ask, _ = planted()
    known = Known(rows[counted], cells[counted], failed[counted])
    second = ExploreEnv(SPACE, frame, ask, ExploreConfig(bound=0.5, num_envs=32, seed=1), known)
    assert np.array_equal(second.landscape.trials, first.landscape.trials)
    assert np.array_equal(second.landscape.failures, first.landscape.failures)
    again = run(second, agent_of("random", second), 3000)
    before = set((rows[counted] * SPACE.n_cells + cells[counted]).tolist())
    new = np.concatenate([(a.rows * SPACE.n_cells + a.cells)[a.counted] for a in again])
    assert len(new) > 1000 and before.isdisjoint(new.tolist())
    assert second.landscape.trials.sum() == counted.sum() + len(new)


def test_weights_that_are_all_one_leave_every_stratum_its_share() -> None:
    env = steered(np.ones((N_STRATA, SPACE.n_cells)))
    run(env, agent_of("random", env), 1000)
    assert env.shares() == pytest.approx(np.full(N_STRATA, 1 / N_STRATA))
