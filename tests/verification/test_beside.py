"""Figures beside the failures: what is allowed, and what the gate says of them."""

from dataclasses import replace

import numpy as np
import pytest

from faded.verification.beside import Allowance, Beside, beside
from faded.verification.compare import compare
from faded.verification.gate import gate
from tests.verification.folds import drawn, setting

GOOD = drawn([setting("red", 0.5)], [0.9], [0.2], 100, seed=0)
POINTS, SHARE = Allowance(0.02, relative=False), Allowance(0.05, relative=True)


def figure(before: float, after: float, allowance: Allowance) -> Beside:
    noise = np.random.default_rng(0).normal(0, 0.01, 50)
    noise -= noise.mean()
    return beside("variety", before + noise, after + noise[::-1], allowance, seed=0)


@pytest.mark.parametrize(
    ("before", "after", "allowance", "kept"),
    [
        (0.9, 0.89, POINTS, True),
        (0.9, 0.87, POINTS, False),
        (20.0, 19.5, SHARE, True),
        (20.0, 18.9, SHARE, False),
        (0.1, 0.2, POINTS, True),
        (0.0, 0.0, SHARE, True),
    ],
)
def test_the_gate_holds_a_figure_to_its_allowance(
    before: float, after: float, allowance: Allowance, kept: bool
) -> None:
    found = figure(before, after, allowance)
    comparison = replace(compare(GOOD), beside=(found,))
    alone, together = gate(compare(GOOD)), gate(comparison)
    assert len(together.reasons) == len(alone.reasons) + 1
    assert together.reasons[-1].startswith("Passed: variety" if kept else "Failed: variety")
    assert together.passed == (alone.passed and kept)


def test_a_change_has_an_interval_over_the_same_inputs() -> None:
    found = figure(0.9, 0.8, POINTS)
    assert found.before == pytest.approx(0.9) and found.after == pytest.approx(0.8)
    low, high = found.change_interval90
    assert -0.11 < low < -0.1 < high < -0.09
    assert found.lost == pytest.approx(0.1)
    assert figure(20.0, 19.0, SHARE).lost == pytest.approx(0.05)


@pytest.mark.parametrize(
    ("before", "after", "allowance", "said"),
    [
        (0.969, 0.951, POINTS, "Passed: variety fell from 96.9% to 95.1% (it may fall by at most 2 points)."),
        (5.0, 4.82, SHARE, "Passed: variety fell by 3.6% (it may fall by at most 5%)."),
        (0.9, 0.92, POINTS, "Passed: variety rose from 90.0% to 92.0% (it may fall by at most 2 points)."),
        (5.0, 5.5, SHARE, "Passed: variety rose by 10.0% (it may fall by at most 5%)."),
    ],
)
def test_the_gate_gives_figure_and_allowance_in_one_unit(
    before: float, after: float, allowance: Allowance, said: str
) -> None:
    assert gate(replace(compare(GOOD), beside=(figure(before, after, allowance),))).reasons[-1] == said
