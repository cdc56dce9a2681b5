from __future__ import annotations

import pytest

from benchmarks.growth import MEMORY, bytes_needed, figures_of, seconds_per_query


def test_what_does_not_fit_is_said_and_no_figure_made_up() -> None:
    assert bytes_needed(3) < MEMORY < bytes_needed(9)
    found = figures_of({3: 0.001, 6: 0.5, 9: None, 12: None})
    assert found == {
        "growth_12_over_3": None,
        "ms_per_query_3": 1.0,
        "ms_per_query_6": 500.0,
        "ms_per_query_9": None,
        "ms_per_query_12": None,
    }
    assert figures_of({3: 0.002, 6: 0.002, 9: 0.002, 12: 0.003})["growth_12_over_3"] == pytest.approx(1.5)


def test_the_time_of_a_query_is_measured() -> None:
    assert 0 < seconds_per_query(3, levels=2, warm_up=71, block=71, blocks=1) < 1
