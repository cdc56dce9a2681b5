from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from gymnasium.vector import AutoresetMode

from agents.greedy import GreedyAgent
from agents.ppo import PPOAgent
from agents.random import RandomAgent
from agents.rollout import Event, drive
from agents.thompson import ThompsonAgent
from faded.domain import FadedError
from faded.exploration.env import Asked, ExploreConfig, ExploreEnv
from faded.exploration.frame import Frame, Replies
from tests.exploration.tables import N_STRATA, SPACE, planted, planted_env


def uniform_run(env: ExploreEnv, budget: int, seed: int = 0) -> list[Asked]:
    asked: list[Asked] = []
    drive(env, RandomAgent(SPACE.shape, seed), budget, lambda event: asked.append(event.infos["asked"]))
    return asked


def test_it_is_a_vector_environment_of_one_step_episodes() -> None:
    env = planted_env()
    obs, _ = env.reset()
    assert env.metadata["autoreset_mode"] is AutoresetMode.SAME_STEP
    assert obs.shape == env.observation_space.shape == (32, N_STRATA + 15)
    assert env.observation_space.contains(obs)
    after, rewards, terminated, truncated, infos = env.step(env.action_space.sample())
    assert terminated.all() and not truncated.any() and rewards.shape == (32,)
    assert np.array_equal(infos["final_obs"], obs) and not np.array_equal(after, obs)


def test_budget_and_control_share_are_exact() -> None:
    asked = uniform_run(planted_env(), 1000)
    control = np.concatenate([a.control for a in asked])
    assert len(control) == 1000
    assert control.sum() == 100
    assert [a.first for a in asked] == list(np.cumsum([0, *(len(a.rows) for a in asked[:-1])]))


def test_only_eligible_samples_are_asked_and_each_pass_asks_all() -> None:
    frame, _, _ = planted()
    asked = uniform_run(planted_env(choose_samples=False), 1000)
    rows = np.concatenate([a.rows for a in asked])
    assert frame.eligible[rows].all()
    agents_rows = np.concatenate([a.rows[~a.control] for a in asked])[: int(frame.eligible.sum())]
    assert len(set(agents_rows.tolist())) == frame.eligible.sum()


def test_a_budget_beyond_all_that_can_be_asked_is_spent_on_repeats() -> None:
    frame, ask, _ = planted()
    few = replace(frame, eligible=np.arange(len(frame.eligible)) < 3)

    def asked_of_something(rows: np.ndarray, cells: np.ndarray) -> Replies:
        assert len(rows), "the target was asked about nothing"
        return ask(rows, cells)

    env = ExploreEnv(SPACE, few, asked_of_something, ExploreConfig(bound=0.5, num_envs=32))
    asked = uniform_run(env, 3000)
    assert sum(len(a.rows) for a in asked) == 3000
    assert sum(a.counted.sum() for a in asked) == 3 * SPACE.n_cells
    assert not asked[-1].counted.any()


def test_every_explorer_sees_the_same_stream_and_control_queries() -> None:
    one, other = planted_env(seed=3, choose_samples=False), planted_env(seed=3, choose_samples=False)
    by_chance = uniform_run(one, 700, seed=1)
    steered: list[Asked] = []
    drive(other, ThompsonAgent(other.draw_settings), 700, lambda e: steered.append(e.infos["asked"]))
    for a, b in zip(by_chance, steered, strict=True):
        assert np.array_equal(a.rows, b.rows)
        assert np.array_equal(a.cells[a.control], b.cells[b.control])


def test_repeats_and_invalid_settings_cost_a_query_and_add_no_trial() -> None:
    env = planted_env()
    frame = env.frame
    asked = uniform_run(env, 6000)
    rows, cells, counted = (np.concatenate([getattr(a, n) for a in asked]) for n in ("rows", "cells", "counted"))
    keys = rows * SPACE.n_cells + cells
    invalid = frame.known_invalid[frame.stratum[rows], cells]
    assert invalid.any() and not counted[invalid].any()
    assert len(set(keys[counted].tolist())) == counted.sum() == len(set(keys[~invalid].tolist()))
    assert env.queries == 6000 and env.landscape.trials.sum() == counted.sum() < 6000
    assert [a for step in asked for a, c in zip(step.answers, step.counted, strict=True) if c and not a] == []


def test_trials_are_what_the_answers_said() -> None:
    env = planted_env()
    asked = uniform_run(env, 2000)
    failures = sum(a.failed[a.counted].sum() for a in asked)
    assert env.landscape.failures.sum() == failures > 0


def test_control_queries_that_count_are_predicted_and_only_those() -> None:
    env = planted_env()
    asked = uniform_run(env, 2000)
    due = np.concatenate([a.control & a.counted & (a.cells != SPACE.control_index) for a in asked])
    failed = np.concatenate([a.failed for a in asked])[due]
    found = env.calibration.figures()
    assert found["queries"] == due.sum() > 100
    assert found["share"] == pytest.approx(failed.mean(), abs=1e-6)
    assert found["later"]["skill"] > 0.1


def test_a_checkpoint_from_before_predictions_were_noted_goes_on() -> None:
    env = planted_env()
    uniform_run(env, 300)
    old = {name: value for name, value in env.state_dict().items() if not name.startswith("calibration.")}
    env.load_state_dict(old)
    assert env.calibration.figures()["queries"] == 0
    uniform_run(env, 600)
    assert 0 < env.calibration.figures()["queries"] <= 30


def run_and_record(env: ExploreEnv, agent: Any, budget: int, stop_after: int | None = None) -> list[np.ndarray]:
    record: list[np.ndarray] = []

    def keep(event: Event) -> None:
        asked = event.infos["asked"]
        record.append(np.stack([asked.rows, asked.cells, asked.failed, asked.counted]))

    drive(env, agent, budget, keep, lambda: stop_after is not None and len(record) >= stop_after)
    return record


@pytest.mark.parametrize("name", ["greedy", "ppo", "thompson", "random"])
def test_a_resumed_run_ends_as_an_unbroken_one(name: str) -> None:
    def make(env: ExploreEnv, seed: int) -> Any:
        if name == "greedy":
            return GreedyAgent(SPACE.shape)
        if name == "ppo":
            return PPOAgent(env.observation_space.shape[1], SPACE.shape, env.num_envs, seed)
        return ThompsonAgent(env.draw_settings) if name == "thompson" else RandomAgent(SPACE.shape, seed)

    whole_env = planted_env(seed=5)
    whole = run_and_record(whole_env, make(whole_env, 7), 1500)

    broken_env = planted_env(seed=5)
    broken_agent = make(broken_env, 7)
    first = run_and_record(broken_env, broken_agent, 1500, stop_after=18)
    saved = broken_env.state_dict(), broken_agent.state_dict()

    resumed_env = planted_env(seed=99)
    resumed_agent = make(resumed_env, 123)
    resumed_env.load_state_dict(saved[0])
    resumed_agent.load_state_dict(saved[1])
    rest = run_and_record(resumed_env, resumed_agent, 1500)

    assert 0 < len(rest) < len(whole)
    assert all(np.array_equal(a, b) for a, b in zip(whole, first + rest, strict=True))
    assert np.array_equal(whole_env.landscape.probability(), resumed_env.landscape.probability())
    assert whole_env.calibration.figures() == resumed_env.calibration.figures()


def test_a_target_that_is_never_right_is_refused_in_words() -> None:
    frame, _, _ = planted()
    with pytest.raises(FadedError, match="none of the 360 samples"):
        Frame(
            frame.sample_ids,
            frame.stratum,
            frame.strata,
            frame.features,
            np.zeros(360, dtype=bool),
            frame.known_invalid,
        )
