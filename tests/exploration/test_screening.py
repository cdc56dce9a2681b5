"""The design of a screening, what it costs, and that a killed run goes on with it."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest

from agents.ppo import PPOAgent
from agents.rollout import Event, drive
from agents.screening import ScreeningAgent
from faded.concepts.spec import ConceptSpace, ConceptSpec
from faded.domain import Kind
from faded.exploration.env import Asked, ExploreConfig, ExploreEnv
from faded.exploration.screening import HIGH, LOW, MOST, NEITHER, Plan, codes, contrasts, design, plan
from tests.exploration.tables import SPACE, planted


def ordinal(levels: tuple[float, ...], neutral: float = 0.0, name: str = "c", kind: Kind = Kind.ORDINAL) -> ConceptSpec:
    return ConceptSpec(name, kind, levels, neutral, name + " {value:g}")


def space_of(n: int) -> ConceptSpace:
    return ConceptSpace(tuple(ordinal((0.0, 1.0, 2.0), name=f"c{i}") for i in range(n)))


@pytest.mark.parametrize("k", range(2, 17))
def test_main_effects_are_free_of_each_other_and_of_pairs(k: int) -> None:
    found = design(k)
    runs = len(found)
    assert set(np.unique(found)) == {LOW, HIGH} and found.shape == (runs, k)
    assert runs == (2**k if k <= 5 else 16 if k <= 8 else 32)
    np.testing.assert_array_equal(found.sum(axis=0), 0)
    np.testing.assert_array_equal(found.T @ found, runs * np.eye(k))
    pairs = np.array([found[:, i] * found[:, j] for i, j in itertools.combinations(range(k), 2)])
    assert not (pairs @ found).any(), "resolution IV: no main effect is mixed with a pair"
    mixed = np.abs(pairs @ pairs.T) == runs
    assert (mixed.sum() > len(pairs)) == (k > 5), "a fraction mixes pairs with pairs, a full design does not"
    assert len(np.unique(found, axis=0)) == runs


@pytest.mark.parametrize("k", [2, 5, 6, 7, 11, 16])
def test_every_replicate_of_a_plan_is_such_a_design_of_its_own(k: int) -> None:
    space = space_of(k)
    made = plan(space, 6000, 64, seed=1)
    assert made is not None and len(made.actions) == MOST and made.full == (k <= 5)
    coded = made.actions - 1  # low is level 0, high level 2
    replicates = coded.reshape(-1, made.runs, k)
    assert made.runs == len(design(k))
    for one in replicates:
        np.testing.assert_array_equal(one.T @ one, made.runs * np.eye(k))
        pairs = np.array([one[:, i] * one[:, j] for i, j in itertools.combinations(range(k), 2)])
        assert not (pairs @ one).any()
    asked = {tuple(row) for row in made.actions.tolist()}
    assert len(asked) == 2**k if k <= 5 else len(asked) > 2 * made.runs, "replicates take other fractions"
    if k > 5:
        triple = np.prod(coded[:, :3], axis=1)
        assert np.abs(coded.T @ triple).max() < len(coded), "no triple goes with a main effect throughout"


def test_two_sided_and_nominal_concepts_have_every_end_in_balance() -> None:
    space = ConceptSpace(
        (
            ordinal((-2.0, -1.0, 0.0, 1.0, 2.0, 3.0), name="tilt"),
            ordinal((-90.0, 0.0, 90.0, 180.0), name="hue", kind=Kind.CIRCULAR),
            ordinal((0.0, 1.0, 2.0, 3.0), name="job", kind=Kind.NOMINAL),
            ordinal((0.5, 0.75, 1.0), 1.0, name="zoom"),
        )
    )
    made = plan(space, 5120, 64, seed=0)
    assert made is not None and len(made.actions) == 512
    counts = [np.bincount(column, minlength=n).tolist() for column, n in zip(made.actions.T, space.shape, strict=True)]
    assert counts[0] == [128, 0, 256, 0, 0, 128]
    assert counts[1] == [128, 256, 0, 128]
    assert counts[2][0] == 256 and max(counts[2][1:]) - min(counts[2][1:]) <= 32
    assert counts[3] == [256, 0, 256]
    ends = made.actions[(made.actions[:, 0] != 2) & (made.actions[:, 1] != 1)][:, :2]
    together = (np.sign(ends[:, 0] - 2) == np.sign(ends[:, 1] - 1)).mean()
    assert 0.3 < together < 0.7, "ends of different concepts do not go together"


@pytest.mark.parametrize(
    ("spec", "pairs"),
    [
        (ordinal((0.0, 1.0, 2.0)), [(0, 2)]),
        (ordinal((-2.0, -1.0, 0.0, 1.0)), [(2, 0), (2, 3)]),
        (ordinal((0.1, 0.2, 0.3)), [(0, 2)]),
        (ordinal((-2.0, -1.0, 1.0, 2.0, 3.0)), [(1, 0), (2, 4)]),
        (ordinal((-1.0, 1.0, 2.0)), [(1, 2)]),
        (ordinal((-1.0, 1.0)), [(0, 1)]),
        (ordinal((0.0, 1.0, 2.0), 1.0, kind=Kind.NOMINAL), [(1, 0), (1, 2)]),
        (ordinal((0.0, 1.0, 2.0), -1.0, kind=Kind.NOMINAL), [(0, 1), (0, 2)]),
    ],
)
def test_low_is_nearest_to_neutral_and_high_farthest(spec: ConceptSpec, pairs: list[tuple[int, int]]) -> None:
    assert [tuple(pair) for pair in contrasts(spec).tolist()] == pairs
    found = codes(spec)
    assert {int(found[low]) for low, _ in pairs} == {LOW} and {int(found[high]) for _, high in pairs} == {HIGH}
    assert (found != NEITHER).sum() == len({level for pair in pairs for level in pair})


@pytest.mark.parametrize("k", [2, 6, 16, 20])
@pytest.mark.parametrize("batch", [1, 24, 64])
@pytest.mark.parametrize("budget", [100, 1279, 1280, 3000, 6000, 10**6])
def test_it_keeps_to_a_tenth_of_the_budget_in_whole_replicates_and_batches(k: int, batch: int, budget: int) -> None:
    made = plan(space_of(k), budget, batch, 0)
    if budget < 1280:
        assert made is None
        return
    unit = math.lcm(len(design(k)), batch)
    assert (made is None) == (min(MOST, budget // 10) // unit * unit < max(128, 4 * len(design(k))))
    if made is not None:
        assert 128 <= len(made.actions) <= min(MOST, budget // 10)
        assert len(made.actions) % unit == 0 and len(made.actions) >= 4 * made.runs


def screened_env(seed: int, agent_seed: int) -> tuple[ExploreEnv, ScreeningAgent, Plan]:
    frame, ask, _ = planted()
    made = plan(SPACE, 2000, 32, seed=3)
    assert made is not None
    env = ExploreEnv(SPACE, frame, ask, ExploreConfig(0.5, 32, seed, screening=len(made.actions)))
    inner = PPOAgent(env.single_observation_space.shape[0], SPACE.shape, 32, agent_seed)
    return env, ScreeningAgent(made.actions, inner), made


def run(env: ExploreEnv, agent: ScreeningAgent, batches: int | None = None) -> tuple[list[Asked], list[Event]]:
    events: list[Event] = []
    drive(env, agent, 2000, events.append, lambda: len(events) == batches)
    return [event.infos["asked"] for event in events], events


def test_its_queries_count_with_control_as_due_and_the_explorer_learns_nothing_meanwhile() -> None:
    env, agent, made = screened_env(0, 0)
    fresh = {k: v for k, v in agent.state_dict().items() if k != "screened"}
    first, events = run(env, agent, len(made.actions) // 32)
    n = len(made.actions)
    assert env.queries == events[-1].queries == n + n // 9
    assert env.landscape.trials.sum() == sum(int(a.counted.sum()) for a in first) > 0.8 * env.queries
    chosen = np.concatenate([a.cells[~a.control] for a in first])
    np.testing.assert_array_equal(SPACE.levels(chosen), made.actions)
    assert sum(int(a.control.sum()) for a in first) == n // 9
    rows = np.concatenate([a.rows[~a.control] for a in first])
    by_stratum = np.bincount(env.frame.stratum[rows])
    assert by_stratum.max() <= 1.5 * by_stratum.min(), "samples come as the stream has them, strata nearly alike"
    assert all(event.metrics is None for event in events)
    after = agent.state_dict()
    for name, value in fresh.items():
        np.testing.assert_array_equal(value, after[name], err_msg=name)
    rest, later = run(env, agent)
    assert env.queries == 2000 and sum(len(a.rows) for a in first + rest) == 2000
    assert any(event.metrics is not None for event in later), "afterwards it learns"


@pytest.mark.parametrize("batches", [3, 6, 20])
def test_a_run_broken_within_or_after_a_screening_goes_on_as_an_unbroken_one(batches: int) -> None:
    env, agent, made = screened_env(5, 7)
    assert 3 < len(made.actions) // 32 == 6 < 20
    whole = [a.cells for a in run(env, agent)[0]]
    env, agent, _ = screened_env(5, 7)
    first = [a.cells for a in run(env, agent, batches)[0]]
    again, resumed, _ = screened_env(99, 123)
    again.load_state_dict(env.state_dict())
    resumed.load_state_dict(agent.state_dict())
    rest = [a.cells for a in run(again, resumed)[0]]
    assert len(first) == batches and 0 < len(rest) < len(whole)
    assert all(np.array_equal(a, b) for a, b in zip(whole, first + rest, strict=True))


def test_a_checkpoint_of_an_agent_without_a_design_goes_on_without_one() -> None:
    env, agent, _ = screened_env(0, 0)
    old = {k: v for k, v in agent.state_dict().items() if k != "screened"}
    agent.load_state_dict(old)
    inner = PPOAgent(env.single_observation_space.shape[0], SPACE.shape, 32, 0)
    inner.load_state_dict(old)
    obs, _ = env.reset()
    np.testing.assert_array_equal(agent.act(obs), inner.act(obs))
