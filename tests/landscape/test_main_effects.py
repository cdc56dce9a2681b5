"""Main effects of a screening: recovered on a planted problem, with intervals that cover as often as they say."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import pytest

from faded.exploration.screening import codes, plan
from faded.landscape.main_effects import CANNOT_TELL, INERT, INERT_WITHIN, MATTERS, main_effects, sentences, state
from tests.exploration.test_screening import space_of

Problem = Callable[[np.ndarray, np.ndarray], np.ndarray]
"""Rates of settings, shape (n, K) of 0 and 1, in strata, shape (n,)."""

K = 6
STRATA = 6
SPACE = space_of(K)
BASE = np.linspace(-2.6, -1.4, STRATA)
"""Logits of the strata with all concepts at low."""
LOGITS = np.array([2.0, 1.0, -0.6, 0.0, 0.0, 0.0])
PAIR = 0.8
"""The first two concepts together: a pair, which must not be taken for a main effect of another concept."""


UNEVEN = np.array([3, 2, 2, 1, 1, 1]) / 10
"""Shares of the strata."""


def rates(highs: np.ndarray, base: np.ndarray) -> np.ndarray:
    """Rates of settings, shape (n, K) of 0 and 1, in strata given by their logits, shape (n,)."""
    return 1 / (1 + np.exp(-(base + highs @ LOGITS + PAIR * highs[:, 0] * highs[:, 1])))


def rare(highs: np.ndarray, strata: np.ndarray) -> np.ndarray:
    """Rates of another problem: 8% with the first concept at high, whatever the others, else 0.1%."""
    return np.where(highs[:, 0] == 1, 0.08, 0.001)


def truth() -> np.ndarray:
    every = np.array(list(itertools.product([0, 1], repeat=K)), dtype=float)
    by_stratum = np.array([rates(every, np.full(len(every), b)) for b in BASE]).mean(axis=0)
    return np.array([by_stratum[every[:, i] == 1].mean() - by_stratum[every[:, i] == 0].mean() for i in range(K)])


def simulated(seed: int, problem: Problem = lambda highs, strata: rates(highs, BASE[strata])) -> list[dict[str, Any]]:
    """A screening whose strata come as unevenly as a stream has them."""
    rng = np.random.default_rng(seed)
    made = plan(SPACE, 6000, 64, seed)
    assert made is not None
    strata = rng.choice(STRATA, size=len(made.actions), p=UNEVEN)
    failed = rng.random(len(strata)) < problem(made.actions / 2, strata)
    replicate = np.arange(len(strata)) // made.runs
    trials = np.zeros((len(strata) // made.runs, STRATA, K, 2), dtype=np.int64)
    failures = np.zeros_like(trials)
    for i, spec in enumerate(SPACE.specs):
        side = (codes(spec)[made.actions[:, i]] + 1) // 2
        np.add.at(trials, (replicate, strata, i, side), 1)
        np.add.at(failures, (replicate, strata, i, side), failed.astype(np.int64))
    assert trials.sum() == K * len(strata)
    return main_effects(trials, failures)


@cache
def many() -> list[list[dict[str, Any]]]:
    return [simulated(seed) for seed in range(300)]


def test_the_intervals_cover_nine_times_in_ten() -> None:
    real = truth()
    inside = np.array([[e["low90"] <= r <= e["high90"] for e, r in zip(run, real, strict=True)] for run in many()])
    assert 0.88 <= inside.mean() <= 0.92
    assert (inside.mean(axis=0) >= 0.85).all()


def test_effects_are_recovered_without_bias_and_named() -> None:
    real = truth()
    assert abs(real[0]) > 0.2 and abs(real[2]) > 0.05 and np.allclose(real[3:], 0)
    found = np.array([[e["effect"] for e in run] for run in many()])
    assert np.abs(found.mean(axis=0) - real).max() < 0.01
    states = np.array([[e["state"] for e in run] for run in many()])
    assert (states[:, :2] == MATTERS).all()
    assert (states[:, 3:] == MATTERS).mean() < 0.13, "one concept in ten without effect is called one that matters"


def pair(highs: np.ndarray, strata: np.ndarray) -> np.ndarray:
    """Rates of a third: two concepts fail together, and nothing else does anything."""
    return np.where((highs[:, 0] == 1) & (highs[:, 1] == 1), 0.9, 0.02)


def test_what_two_concepts_do_does_not_blur_the_others() -> None:
    found = [simulated(seed, pair) for seed in range(100)]
    reach = np.array([[e["high90"] - e["low90"] for e in run] for run in found]).mean(axis=0) / 2
    real = [0.44] * 2 + [0.0] * 4
    share = (0.02 * 3 + 0.9) / 4
    assert (reach < 0.75 * 1.645 * np.sqrt(2 * share * (1 - share) / 256)).all(), "well below binomial errors"
    inside = np.array([[e["low90"] <= r <= e["high90"] for e, r in zip(run, real, strict=True)] for run in found])
    assert 0.85 <= inside.mean() <= 0.95
    states = np.array([[e["state"] for e in run] for run in found])
    assert (states[:, :2] == MATTERS).all() and (states[:, 2:] == INERT).mean() > 0.15


def test_inert_concepts_are_named_where_few_samples_fail_and_the_others_are_not() -> None:
    states = np.array([[e["state"] for e in simulated(seed, rare)] for seed in range(100)])
    assert (states[:, 0] == MATTERS).all()
    assert (states[:, 1:] == INERT).mean() > 0.5 and (states[:, 1:] == MATTERS).mean() < 0.13


def without_effect(rate: float, n: int = 5) -> dict[str, Any]:
    """One concept that changes nothing, n trials at each level in every stratum of each of eight replicates."""
    trials = np.full((8, STRATA, 1, 2), n)
    (found,) = main_effects(trials, np.random.default_rng(0).binomial(trials, rate))
    return found


def test_a_concept_that_hardly_anything_fails_under_is_inert_and_one_covered_up_by_others_is_not() -> None:
    low = without_effect(0.02)
    assert low["state"] == INERT and -INERT_WITHIN < low["low90"] < 0 < low["high90"] < INERT_WITHIN
    covered = without_effect(0.98)
    assert covered["state"] == CANNOT_TELL and -INERT_WITHIN < covered["low90"] < covered["high90"] < INERT_WITHIN
    half = without_effect(0.5)
    assert half["state"] == CANNOT_TELL and half["high90"] > INERT_WITHIN
    assert state(0.01, 0.03, 0.1) == MATTERS == state(-0.3, -0.2, 0.9)


def test_no_failure_at_all_still_leaves_a_doubt_and_few_trials_a_large_one() -> None:
    many_, few = without_effect(0.0), without_effect(0.0, 1)
    assert many_["effect"] == 0 and 0.005 < many_["high90"] < 0.02
    assert few["high90"] > 3 * many_["high90"]


def test_one_replicate_says_nothing_and_two_hardly_anything() -> None:
    trials = np.ones((2, 1, 1, 2), dtype=int) * 4
    failures = np.array([[[[0, 4]]], [[[1, 3]]]])
    (one,), (two,) = main_effects(trials[:1], failures[:1]), main_effects(trials, failures)
    assert one["effect"] is None and one["state"] == CANNOT_TELL
    assert two["effect"] == 0.75 and two["low90"] < 0 < two["high90"] == 1


def test_a_stratum_in_which_one_level_is_known_to_be_invalid_counts_for_nothing() -> None:
    trials = np.tile([[[20, 20]], [[20, 0]]], (4, 1, 1, 1))
    failures = np.tile([[[2, 10]], [[20, 0]]], (4, 1, 1, 1))
    (found,) = main_effects(trials, failures)
    assert found["strata"] == 1 and found["trials"] == 160 and found["effect"] == pytest.approx(0.4)
    (nothing,) = main_effects(trials[:, 1:], failures[:, 1:])
    assert nothing["effect"] is None and nothing["state"] == CANNOT_TELL and nothing["strata"] == 0


def test_strata_count_alike_however_many_trials_they_have() -> None:
    trials = np.tile([[[400, 400]], [[10, 10]]], (2, 1, 1, 1))
    failures = np.tile([[[0, 0]], [[0, 10]]], (2, 1, 1, 1))
    assert main_effects(trials, failures)[0]["effect"] == 0.5


def test_what_was_found_is_said() -> None:
    concepts = [
        {"concept": name, "state": what, "rate_low": low}
        for name, what, low in (("stop_words", MATTERS, 0.1), ("blur", INERT, 0.1), ("zoom", CANNOT_TELL, 0.9))
    ]
    found = {"queries": 512, "budget": 6000, "trials": 500, "full": False, "concepts": concepts}
    said = sentences(found)
    assert "512 of the 6,000 queries" in said[0] and "(resolution IV); 500 of them count." in said[0]
    assert "within 5 points of 0" in said[1]
    assert said[2:5] == ["Matters: stop words.", "Inert: blur.", "Cannot tell: zoom."]
    assert "cover up" in said[5]
