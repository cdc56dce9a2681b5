"""Exploring a space that is too large to be listed: twelve concepts of five levels, 244 million settings."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.special import expit

from agents.random import RandomAgent
from agents.rollout import drive
from agents.thompson import ThompsonAgent
from faded.concepts.spec import ConceptSpace, ConceptSpec
from faded.domain import Kind
from faded.exploration.candidates import likeliest
from faded.exploration.env import Asked, ExploreConfig, ExploreEnv
from faded.exploration.frame import Frame, Replies
from faded.exploration.screening import plan
from faded.exploration.steering import Known
from faded.jobs.agents import explorers, make_agent
from faded.landscape.fit import Effects
from faded.landscape.modes import established_table

SPACE = ConceptSpace(
    tuple(ConceptSpec(f"c{i}", Kind.ORDINAL, (0.0, 1.0, 2.0, 3.0, 4.0), 0.0, f"c{i} at {{value:g}}") for i in range(12))
)
STRATA = ("a", "b", "c", "d")
PER_STRATUM = 50
BOUND = 0.5


def rate(strata: np.ndarray, cells: np.ndarray) -> np.ndarray:
    """Settings fail where two concepts are far from neutral, in the first stratum hardly ever."""
    levels = SPACE.levels(cells)
    return np.asarray(expit(-6 + 0.6 * levels[:, 3] * levels[:, 9] - 4 * (strata == 0)))


def ask(rows: np.ndarray, cells: np.ndarray) -> Replies:
    """Answer alike whenever the same is asked."""
    chance = np.array(
        [np.random.default_rng([r, c]).random() for r, c in zip(rows.tolist(), cells.tolist(), strict=True)]
    )
    failed = chance < rate(rows // PER_STRATUM, cells)
    return Replies(failed, failed.astype(np.float64), ["said"] * len(rows), [{} for _ in rows])


def even_are_invalid(numbers: np.ndarray) -> np.ndarray:
    """Say that in the last stratum the settings with the last concept at its third level are invalid."""
    found = np.zeros((len(STRATA), len(numbers)), dtype=np.bool_)
    found[3] = SPACE.levels(numbers)[:, 11] == 2
    return found


def env_of(seed: int = 0, known: Known | None = None, screening: int = 0) -> ExploreEnv:
    stratum = np.repeat(np.arange(len(STRATA)), PER_STRATUM)
    frame = Frame(
        tuple(f"s{i}" for i in range(len(stratum))),
        stratum,
        STRATA,
        np.random.default_rng(0).standard_normal((len(stratum), 8)).astype(np.float32),
        np.ones(len(stratum), dtype=np.bool_),
        even_are_invalid(np.arange(0)),
        invalid_of=even_are_invalid,
    )
    config = ExploreConfig(BOUND, 32, seed, screening=screening)
    return ExploreEnv(SPACE, frame, ask, config) if known is None else ExploreEnv(SPACE, frame, ask, config, known)


def run(env: ExploreEnv, agent: Any, budget: int, stop_after: int | None = None) -> list[Asked]:
    asked: list[Asked] = []
    drive(
        env,
        agent,
        budget,
        lambda event: asked.append(event.infos["asked"]),
        lambda: stop_after is not None and len(asked) >= stop_after,
    )
    return asked


def queries(asked: list[Asked]) -> bytes:
    return b"".join(np.stack([a.rows, a.cells]).astype("<i8").tobytes() for a in asked)


@pytest.fixture(scope="module")
def explored() -> tuple[ExploreEnv, list[Asked]]:
    env = env_of()
    return env, run(env, explorers.get("ppo")(env, 0), 3000)


def test_modes_are_found_where_chance_finds_none(explored: tuple[ExploreEnv, list[Asked]]) -> None:
    env, _ = explored
    strata, columns = np.nonzero(established_table(env.landscape))
    true = rate(strata, env.landscape.cells.numbers[columns]) > BOUND
    assert len(true) > 200 and true.mean() > 0.9
    chance = env_of()
    run(chance, RandomAgent(SPACE.shape, 0), 3000)
    assert established_table(chance.landscape).sum() < 5


def test_what_is_invalid_is_never_asked_and_no_query_is_repeated(explored: tuple[ExploreEnv, list[Asked]]) -> None:
    env, asked = explored
    rows, cells, counted = (np.concatenate([getattr(a, n) for a in asked]) for n in ("rows", "cells", "counted"))
    invalid = even_are_invalid(cells)[env.frame.stratum[rows], np.arange(len(cells))]
    assert invalid.any() and not invalid[counted].any()
    pairs = list(zip(rows[counted].tolist(), cells[counted].tolist(), strict=True))
    assert len(set(pairs)) == len(pairs) == env.landscape.trials.sum()


def test_what_is_looked_at_is_what_was_asked_and_some_candidates(explored: tuple[ExploreEnv, list[Asked]]) -> None:
    env, asked = explored
    counted = {int(c) for a in asked for c in a.cells[a.counted]}
    numbers = set(env.landscape.cells.numbers.tolist())
    assert counted <= numbers
    assert len(numbers - counted) < 600


@pytest.mark.parametrize("name", ["ppo", "thompson", "ppo after a screening"])
def test_stopped_and_resumed_it_asks_what_an_unbroken_run_asks(name: str) -> None:
    made = plan(SPACE, 1500, 32, 0) if name.endswith("screening") else None
    screening = 0 if made is None else len(made.actions)

    def agent(env: ExploreEnv) -> Any:
        return ThompsonAgent(env.draw_settings) if name == "thompson" else make_agent("ppo", env, 0, made)

    whole = env_of(seed=5, screening=screening)
    unbroken = run(whole, agent(whole), 1500)
    for stop_after in (3, 21):  # the former within a screening
        broken = env_of(seed=5, screening=screening)
        first_agent = agent(broken)
        first = run(broken, first_agent, 1500, stop_after=stop_after)
        resumed = env_of(seed=8, screening=screening)
        second_agent = agent(resumed)
        resumed.load_state_dict(broken.state_dict())
        second_agent.load_state_dict(first_agent.state_dict())
        rest = run(resumed, second_agent, 1500)
        assert rest and queries(unbroken) == queries(first + rest)


def test_control_queries_do_not_hang_on_the_agent(explored: tuple[ExploreEnv, list[Asked]]) -> None:
    chance = env_of()
    for a, b in zip(explored[1], run(chance, RandomAgent(SPACE.shape, 0), 3000), strict=True):
        assert np.array_equal(a.rows[a.control], b.rows[b.control])
        assert np.array_equal(a.cells[a.control], b.cells[b.control])


def test_verdicts_draw_queries_to_what_matters() -> None:
    def share(weighed: bool) -> float:
        env = env_of()
        if weighed:
            env.steer(lambda numbers: np.where(SPACE.levels(numbers)[:, 5] == 1, 3.0, 0.1) * np.ones((len(STRATA), 1)))
        asked = run(env, explorers.get("ppo")(env, 0), 2000)
        cells = np.concatenate([a.cells[~a.control] for a in asked])
        return float((SPACE.levels(cells)[:, 5] == 1).mean())

    assert share(weighed=True) > 1.3 * share(weighed=False)


def test_steered_it_goes_on_alike_and_weighs_new_columns_alone() -> None:
    weighed: list[int] = []

    def weigh(numbers: np.ndarray) -> np.ndarray:
        weighed.append(len(numbers))
        return np.where(SPACE.levels(numbers)[:, 5] == 1, 3.0, 0.1) * np.ones((len(STRATA), 1))

    whole, broken, resumed = env_of(seed=5), env_of(seed=5), env_of(seed=6)
    agents = [explorers.get("ppo")(env, 0) for env in (whole, broken, resumed)]
    for env in (whole, broken, resumed):
        env.steer(weigh)
    unbroken = run(whole, agents[0], 1500)
    assert np.array_equal(whole._outlook.weights, weigh(whole.landscape.cells.numbers))
    weighed.clear()
    first = run(broken, agents[1], 1500, stop_after=20)
    assert sum(weighed) < 5 * len(broken.landscape.cells)
    resumed.load_state_dict(broken.state_dict())
    agents[2].load_state_dict(agents[1].state_dict())
    assert queries(unbroken) == queries(first + run(resumed, agents[2], 1500))


def test_what_earlier_rounds_asked_is_known(explored: tuple[ExploreEnv, list[Asked]]) -> None:
    env, asked = explored
    rows, cells, failed, counted = (
        np.concatenate([getattr(a, name) for a in asked]) for name in ("rows", "cells", "failed", "counted")
    )
    second = env_of(1, Known(rows[counted], cells[counted], failed[counted]))
    assert second.landscape.trials.sum() == env.landscape.trials.sum()
    again = run(second, explorers.get("ppo")(second, 1), 500)
    before = set(zip(rows[counted].tolist(), cells[counted].tolist(), strict=True))
    new = [(r, c) for a in again for r, c in zip(a.rows[a.counted].tolist(), a.cells[a.counted].tolist(), strict=True)]
    assert len(new) > 300 and before.isdisjoint(new)


def test_the_likeliest_cells_are_found_without_looking_at_all() -> None:
    rng = np.random.default_rng(0)
    small = ConceptSpace(SPACE.specs[:4])
    levels = tuple(rng.standard_normal((2, 5)) for _ in range(4))
    effects = Effects(levels, {(2, 0): rng.standard_normal((2, 5, 5))})
    cells = small.cells
    logit = sum(levels[k][:, cells[:, k]] for k in range(4)) + effects.pairs[2, 0][:, cells[:, 2], cells[:, 0]]
    found = likeliest(small, effects, width=24)
    best = np.argsort(-logit, axis=1)[:, :12]
    assert set(best.ravel().tolist()) <= set(found.tolist())
