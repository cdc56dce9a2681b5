from __future__ import annotations

import re

import numpy as np

from faded.concepts.spec import ConceptSpace
from faded.landscape.posterior import Landscape
from faded.ui import heatmap
from tests.ui.believable import SPACE, STRATA


def test_rates_stand_where_the_failures_are(landscape: Landscape) -> None:
    grid = heatmap.heat_grid(landscape, landscape.posterior(), "rotation", "darkening", None)
    rates = np.array([[cell.rate for cell in row] for row in grid.cells])
    assert rates.shape == (4, 7)
    assert (rates[3, 1:] > 0.9).all()
    assert (rates[:3] < 0.1).all()
    assert grid.others == ("saturation",)
    assert grid.cells[0][1].trials == 30 * 3 * len(STRATA)


def test_known_invalid_settings_are_left_out(landscape: Landscape) -> None:
    grid = heatmap.heat_grid(landscape, landscape.posterior(), "rotation", "darkening", None)
    assert grid.cells[3][0].left_out
    assert "Turned right by 90 degrees, darkened by 80%, averaged over saturation: left out" in heatmap.render(grid)


def test_the_clean_control_is_named_as_such() -> None:
    only = ConceptSpace(SPACE.specs[:2])
    found = Landscape(only, STRATA, 0.5, np.zeros((len(STRATA), only.n_cells), dtype=np.bool_))
    drawn = heatmap.render(heatmap.heat_grid(found, found.posterior(), "rotation", "darkening", None))
    assert drawn.count("Unchanged: the clean control.") == 2


def test_a_cell_says_what_it_averages_over_and_what_is_held(landscape: Landscape) -> None:
    averaged = heatmap.render(heatmap.heat_grid(landscape, landscape.posterior(), "rotation", "darkening", None))
    assert "Rotation and darkening unchanged, averaged over saturation: " in averaged
    held = heatmap.heat_grid(landscape, landscape.posterior(), "rotation", "darkening", None, {"saturation": 1})
    assert "Darkened by 30%, colours at 50%: " in heatmap.render(held)


def test_intervals_hold_their_rate(landscape: Landscape) -> None:
    grid = heatmap.heat_grid(landscape, landscape.posterior(), "saturation", "darkening", "stop")
    cells = [cell for row in grid.cells for cell in row]
    assert all(cell.low < cell.rate < cell.high for cell in cells)
    assert all(cell.enough for cell in cells)


def test_cells_without_data_show_no_rate() -> None:
    empty = Landscape(SPACE, STRATA, 0.5, np.zeros((len(STRATA), SPACE.n_cells), dtype=np.bool_))
    drawn = heatmap.render(heatmap.heat_grid(empty, empty.posterior(), "rotation", "darkening", None))
    assert drawn.count("not enough data, 0 trials") == 2 * 28
    assert not re.search(r"<td[^>]*><span aria-hidden", drawn)


def test_text_is_escaped(landscape: Landscape) -> None:
    odd = Landscape(SPACE, ("<script>", *STRATA[1:]), 0.5, landscape.known_invalid)
    drawn = heatmap.render(heatmap.heat_grid(odd, odd.posterior(), "rotation", "darkening", "<script>"))
    assert "<script>" not in drawn
