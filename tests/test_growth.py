from __future__ import annotations

import pytest

from benchmarks.growth import Measured, figures_of, measure


def test_the_ratio_is_the_median_of_the_turns() -> None:
    def turn(first: float, last: float) -> dict[int, Measured]:
        return {
            3: Measured(first, 1, 1.0),
            6: Measured(0.002, 1, 1.0),
            9: Measured(0.002, 0, None),
            12: Measured(last, 1, 1.0),
        }

    found = figures_of([turn(0.002, 0.003), turn(0.001, 0.004), turn(0.008, 0.004)])
    assert found["growth_12_over_3"] == pytest.approx(1.5)
    assert found["ms_per_query_3"] == 2.0 and found["ms_per_query_12"] == 4.0


@pytest.mark.parametrize("concepts", [3, 12])
def test_time_is_measured_of_an_explorer_that_finds_modes(concepts: int) -> None:
    found = measure(concepts, warm_up=284, block=710, blocks=1)
    assert 0 < found.seconds < 1
    assert found.modes > 50 and found.right is not None and found.right > 0.9
