"""Samples come from where a query is worth most, and within a stratum in a uniform order."""

from __future__ import annotations

import numpy as np

from agents.rollout import drive
from faded.exploration.choosing import choose
from faded.exploration.env import Asked, ExploreEnv
from faded.exploration.stream import Stream
from faded.landscape.modes import established_table
from tests.exploration.tables import N_STRATA, SPACE, planted, planted_env
from tests.exploration.test_steering import agent_of


def stream(seed: int = 0) -> Stream:
    rows = np.arange(12)
    return Stream(rows, rows // 4, np.random.default_rng(seed), np.random.default_rng(seed + 1))


def test_the_places_most_worth_a_query_get_samples_of_their_strata_each_once() -> None:
    worth = np.array([[0.0, 0.1, 0.0], [0.3, 0.2, 0.0], [0.0, 0.0, 0.0]])
    asked = np.zeros((12, 3), dtype=np.bool_)
    rows, cells = choose(worth, asked, stream(), 2, np.random.default_rng(0))
    assert cells.tolist() == [0, 1] and set(rows // 4) == {1}
    rows, cells = choose(worth, asked, stream(), 9, np.random.default_rng(0))
    assert sorted(zip((rows // 4).tolist(), cells.tolist(), strict=True)) == [(0, 1), (1, 0), (1, 1)]


def test_a_sample_that_was_asked_keeps_its_turn_for_other_cells_and_a_place_without_any_is_left_out() -> None:
    source, asked = stream(), np.zeros((12, 2), dtype=np.bool_)
    (first,), _ = choose(np.array([[1.0, 0.0]]), asked, stream(), 1, np.random.default_rng(0))
    asked[first, 0] = True
    (other,), _ = choose(np.array([[1.0, 0.0]]), asked, source, 1, np.random.default_rng(0))
    (again,), _ = choose(np.array([[0.0, 1.0]]), asked, source, 1, np.random.default_rng(0))
    assert other != first == again
    asked[:4, 0] = True
    assert len(choose(np.array([[1.0, 0.0]]), asked, source, 1, np.random.default_rng(0))[0]) == 0


def explored(env: ExploreEnv, budget: int) -> list[Asked]:
    asked: list[Asked] = []
    drive(env, agent_of("random", env), budget, lambda e: asked.append(e.infos["asked"]))
    return asked


def test_rates_stay_unbiased_wherever_samples_come_from() -> None:
    env = planted_env()
    explored(env, 6000)
    frame, ask, _ = planted()
    trials, failures = env.landscape.trials, env.landscape.failures
    assert trials.sum(axis=1).max() > 1.2 * trials.sum(axis=1).min(), "all strata alike"
    for stratum in range(N_STRATA):
        rates = (ask.discrepancy[frame.eligible & (frame.stratum == stratum)] > 0).mean(axis=0)
        spread = np.sqrt((trials[stratum] * rates * (1 - rates)).sum())
        assert abs(failures[stratum].sum() - (trials[stratum] * rates).sum()) < 3 * spread


def test_modes_are_established_with_fewer_queries() -> None:
    def found(choose_samples: bool) -> int:
        env = planted_env(choose_samples=choose_samples)
        cells = SPACE.cells

        class Aiming:
            """Takes the levels that score highest."""

            def act(self, obs: np.ndarray) -> np.ndarray:
                ends = np.cumsum(SPACE.shape)
                scores = np.split(obs[:, -int(ends[-1]) :], ends[:-1], axis=1)
                return np.stack([s.argmax(axis=1) for s in scores], axis=1)

            def update(self, *_: object) -> None: ...

        drive(env, Aiming(), 300)  # type: ignore[arg-type]
        assert cells.shape == (SPACE.n_cells, len(SPACE.shape))
        return int(established_table(env.landscape).sum())

    assert found(True) > 1.1 * found(False) > 0
