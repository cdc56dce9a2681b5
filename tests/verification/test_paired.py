"""The paired statistics hold what they promise, by simulation and by hand."""

import numpy as np
import pytest

from faded.verification.paired import Z, interval, power, rose, smallest_detectable


def test_no_flip_at_all_still_leaves_an_interval_that_shrinks_with_the_sample() -> None:
    for n in (20, 60, 200):
        low, high = interval(0, 0, n)
        assert high == pytest.approx(Z**2 / (n + Z**2), abs=1e-6) and low == pytest.approx(-high)


def test_the_interval_contains_the_estimate_and_turns_with_the_sign() -> None:
    low, high = interval(9, 2, 40)
    assert low < 7 / 40 < high
    assert interval(2, 9, 40) == pytest.approx((-high, -low))
    low, high = interval(30, 0, 30)
    assert high == pytest.approx(1, abs=1e-9) and 0.8 < low < 1


@pytest.mark.parametrize(("n", "change", "churn"), [(20, 0.0, 0.05), (20, 0.1, 0.1), (60, -0.3, 0.1), (60, 0.0, 0.0)])
def test_the_interval_covers_the_truth(n: int, change: float, churn: float) -> None:
    rng = np.random.default_rng(0)
    up, down = max(change, 0) + churn, max(-change, 0) + churn
    counts = rng.multinomial(n, [up, down, 1 - up - down], size=600)
    ends = np.array([interval(int(b), int(c), n) for b, c, _ in counts])
    assert ((ends[:, 0] <= change) & (change <= ends[:, 1])).mean() > 0.87


@pytest.mark.parametrize(("n", "churn"), [(20, 0.05), (40, 0.1), (60, 0.02), (200, 0.1)])
def test_false_alarms_are_at_most_one_in_twenty_at_the_margin_and_rare_under_no_change(n: int, churn: float) -> None:
    assert power(0.1, churn, n, margin=0.1) < 0.065
    assert power(0.0, churn, n, margin=0.1) < 0.005


@pytest.mark.parametrize(("n", "churn"), [(20, 0.0), (40, 0.05), (200, 0.1)])
def test_a_rise_of_the_stated_size_is_found_eight_times_in_ten(n: int, churn: float) -> None:
    rise = smallest_detectable(churn, n, margin=0.1)
    assert rise is not None
    rng = np.random.default_rng(1)
    counts = rng.multinomial(n, [rise + churn, churn, 1 - rise - 2 * churn], size=20_000)
    assert rose(counts[:, 0], counts[:, 1], n, 0.1).mean() == pytest.approx(0.8, abs=0.02)


def test_more_samples_and_less_churn_show_smaller_rises() -> None:
    few, many = smallest_detectable(0.05, 30, 0.1), smallest_detectable(0.05, 200, 0.1)
    calm = smallest_detectable(0.0, 30, 0.1)
    assert few is not None and many is not None and calm is not None
    assert many < few and calm < few
    assert smallest_detectable(0.0, 2, 0.1) is None
