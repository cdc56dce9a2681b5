from __future__ import annotations

import base64
import csv
import io
import re

import pytest

from faded.landscape.posterior import Landscape
from faded.landscape.safe import safe_ranges
from faded.ui import cube, downloads, heatmap
from tests.ui.believable import SPACE

HELD = {"stratum": "stop", "hue": "averaged"}


@pytest.mark.parametrize("text", ["=1+1", "+A1", "-A1", "@SUM(A1)", "\tx", "  =cmd()"])
def test_a_text_that_a_spreadsheet_would_run_is_disarmed(text: str) -> None:
    ((field,),) = csv.reader(io.StringIO(downloads.csv_text([], [[text]]).removeprefix("\r\n")))
    assert field == f"'{text}"


def test_numbers_stay_numbers_and_texts_stay_whole() -> None:
    table = downloads.csv_text(["stratum", "level", "rate"], [['a "b", c\nd', -30.0, None]])
    head, row = csv.reader(io.StringIO(table, newline=""))
    assert head == ["stratum", "level", "rate"]
    assert row == ['a "b", c\nd', "-30", ""]


def test_the_link_holds_the_table_and_a_plain_name() -> None:
    drawn = downloads.link("a,b\r\n", "signs <1>, round 2")
    assert "download='signs-1-round-2.csv'" in drawn
    held = re.search(r"base64,([^']+)'", drawn)
    assert held is not None
    assert base64.b64decode(held[1]) == b"a,b\r\n"


def test_the_map_as_a_table_says_what_is_known(landscape: Landscape) -> None:
    grid = heatmap.heat_grid(landscape, landscape.posterior(), "rotation", "darkening", None)
    cells = [cell for row in grid.cells for cell in row]
    rows = list(csv.DictReader(io.StringIO(downloads.rates_csv([SPACE.specs[1], SPACE.specs[0]], cells, HELD))))
    assert len(rows) == 28
    assert {(r["stratum"], r["hue"]) for r in rows} == {("stop", "averaged")}
    assert (rows[1]["darkening"], rows[1]["rotation"]) == ("0", "-60")
    assert float(rows[1]["low90"]) < float(rows[1]["rate"]) < float(rows[1]["high90"])
    assert rows[-7]["state"] == "left out"
    assert rows[-7]["rate"] == ""


def test_three_dimensions_as_a_table_name_every_setting(landscape: Landscape) -> None:
    grids = cube.layers(landscape, landscape.posterior(), ("rotation", "darkening", "saturation"), None, {})
    axes = [SPACE.specs[2], SPACE.specs[1], SPACE.specs[0]]
    rows = list(csv.DictReader(io.StringIO(downloads.rates_csv(axes, cube.cells(grids), HELD))))
    assert len({(r["rotation"], r["darkening"], r["saturation"]) for r in rows}) == SPACE.n_cells
    (control,) = [r for r in rows if r["state"] == "clean control"]
    assert (control["rotation"], control["darkening"], control["saturation"]) == ("0", "0", "1")


def test_how_far_is_safe_as_a_table(landscape: Landscape) -> None:
    found = safe_ranges(landscape, landscape.posterior(), None, average=False)
    rows = list(csv.DictReader(io.StringIO(downloads.safe_csv(found, 0.5, "stop"))))
    assert len(rows) == sum(SPACE.shape) and {r["stratum"] for r in rows} == {"stop"}
    assert {r["standing"] for r in rows if r["level"] == "0" and r["concept"] == "rotation"} == {"neutral"}
    assert all(r["rate"] for r in rows if r["standing"] in ("safe", "fails"))
