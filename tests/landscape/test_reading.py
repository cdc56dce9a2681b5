"""The map read on landscapes whose answers are known."""

from __future__ import annotations

import json
import re
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from faded.cli import main
from faded.commands.common import BAD_INPUT, OK
from faded.commands.read_map import lines
from faded.concepts.spec import ConceptSpace, ConceptSpec
from faded.domain import Kind
from faded.landscape.judged import judge
from faded.landscape.main_effects import SCREENING
from faded.landscape.posterior import Landscape
from faded.landscape.reader import read_map, span
from faded.landscape.reading import Reading
from faded.landscape.together import levels_away
from faded.store import campaigns
from faded.store.engine import open_store
from tests.ui import believable

STRATA = ("a", "b")


def concept(name: str, levels: tuple[float, ...] = (-2, -1, 0, 1, 2), kind: Kind = Kind.ORDINAL) -> ConceptSpec:
    return ConceptSpec(name, kind, levels, 0.0, f"{name} {{value:g}}")


XYZ = ConceptSpace((concept("x"), concept("y"), concept("z", (0, 1, 2))))


def landscape_of(space: ConceptSpace, fails: np.ndarray, trials: int = 60, hidden: np.ndarray | None = None):  # type: ignore[no-untyped-def]
    """Every trial fails where it says, of one stratum or both; none elsewhere."""
    invalid = np.zeros((len(STRATA), space.n_cells), dtype=np.bool_)
    if hidden is not None:
        invalid[:] = hidden
    found = Landscape(space, STRATA, 0.5, invalid)
    found.trials[:] = trials
    found.failures[:] = np.where(fails, trials, 0)
    found.refit(4)
    return found


def read(found: Landscape, stratum: str | None = None) -> Reading:
    return read_map(found, found.posterior(), stratum)


def grid(space: ConceptSpace, name: str) -> np.ndarray:
    return space.grid[:, [s.name for s in space.specs].index(name)]


def box(ranges) -> tuple[np.ndarray, ...]:  # type: ignore[no-untyped-def]
    return np.ix_(*[[s.levels.index(v) for v in ranges[s.name]] for s in XYZ.specs])


def settings(listed: tuple) -> list[str]:  # type: ignore[type-arg]
    return [one.words for one in listed]


def test_what_fails_only_together_is_found_and_what_it_explains_is_left_out() -> None:
    x, y = grid(XYZ, "x"), grid(XYZ, "y")
    said = read(landscape_of(XYZ, (x >= 1) & (y >= 1)))
    assert settings(said.together) == ["X 1, y 1"]
    (one,) = said.together
    assert one.levels == 2 and one.established and one.values == {"x": 1, "y": 1, "z": 0}
    assert one.alone is not None and one.alone < 0.5 < one.low
    assert one.strata == {"a": True, "b": True}
    assert settings(said.nearest) == ["X 1, y 1"] and said.as_near == 1
    assert (said.interactions, said.undecided) == (1, 0)


def test_three_concepts_may_fail_only_together() -> None:
    x, y, z = (grid(XYZ, name) for name in "xyz")
    said = read(landscape_of(XYZ, (np.abs(x) == 2) & (y == -1) & (z == 1)))
    assert sorted(settings(said.together)) == ["X -2, y -1, z 1", "X 2, y -1, z 1"]
    assert {one.levels for one in said.together} == {4}


def test_a_main_effect_is_no_interaction() -> None:
    said = read(landscape_of(XYZ, grid(XYZ, "x") == 2))
    assert said.together == () and said.interactions == said.undecided == 0
    assert settings(said.nearest) == ["X 2"] and said.nearest[0].levels == 2


def test_without_safe_parts_an_interaction_is_left_open() -> None:
    x, y, z = (grid(XYZ, name) for name in "xyz")
    found = landscape_of(XYZ, (x == 1) & (y == 1) & (z == 0))
    doubtful = (y == 1) & (x == 0) & (z == 0)
    found.failures[:, doubtful] = 28
    found.refit(4)
    said = read(found)
    assert (said.interactions, said.undecided) == (0, 1)
    assert settings(said.waiting) == ["X 1, y 1"] and said.waiting[0].alone is None
    assert said.to_json()["together"]["may_be"][0]["setting"] == "X 1, y 1"
    assert any("May fail only together: 1," in line for line in lines(said))


def test_what_was_asked_itself_is_told_from_what_its_neighbours_say() -> None:
    found = landscape_of(XYZ, grid(XYZ, "x") == 2)
    said = read(found)
    assert said.asked == said.known == said.settings == 74
    assert said.places == said.places_asked == 148 and read(found, "a").places == 74
    found.trials[:, grid(XYZ, "z") == 1] = found.failures[:, grid(XYZ, "z") == 1] = 0
    found.trials[1, grid(XYZ, "z") == 0] = found.failures[1, grid(XYZ, "z") == 0] = 0
    found.refit(4)
    said = read(found)
    assert (said.settings, said.known, said.asked) == (74, 74, 49)
    assert (said.places, said.places_asked) == (148, 24 + 25 + 25)
    assert said.nearest[0].words == "X 2" and said.nearest[0].strata and said.nearest[0].asked == 1


def test_levels_of_a_circle_are_counted_the_shorter_way_round() -> None:
    hue = concept("hue", (-120, -60, 0, 60, 120, 180), Kind.CIRCULAR)
    assert levels_away(hue).tolist() == [2, 1, 0, 1, 2, 3]
    assert levels_away(concept("hue", (-90, 0, 30, 60, 90, 180), Kind.CIRCULAR)).tolist() == [1, 0, 1, 2, 3, 2]
    assert levels_away(concept("hue", (0, 10, 20, 30), Kind.CIRCULAR)).tolist() == [0, 1, 2, 3]
    assert levels_away(concept("job", (0, 1, 2), Kind.NOMINAL)).tolist() == [0, 1, 1]
    space = ConceptSpace((hue, concept("job", (0, 1, 2), Kind.NOMINAL)))
    said = read(landscape_of(space, (np.abs(grid(space, "hue")) == 120) | (grid(space, "hue") == 180)))
    assert said.nearest[0].levels == 2 and said.as_near == 2
    assert {one.values["hue"] for one in said.nearest} == {-120, 120}


def test_a_neutral_off_the_grid_is_one_level_away_and_averaged_over_for_interactions() -> None:
    dark = concept("dark", (0.1, 0.3, 0.5))
    space = ConceptSpace((concept("x"), concept("y"), dark))
    x, y = grid(space, "x"), grid(space, "y")
    said = read(landscape_of(space, (x == 1) & (y == 1)))
    assert said.off_grid == ("dark",)
    assert said.nearest[0].levels == 3 and said.nearest[0].values == {"x": 1, "y": 1, "dark": 0.1}
    assert settings(said.together) == ["X 1, y 1"] and said.together[0].trials == 3 * 2 * 60
    assert said.each is not None and said.each.ranges["dark"] == (0.1, 0.3, 0.5)
    always = read(landscape_of(space, grid(space, "dark") > 0))
    assert always.each is None and always.jointly is None and always.together == ()


def test_the_safe_region_holds_no_setting_that_may_fail() -> None:
    x, y = grid(XYZ, "x"), grid(XYZ, "y")
    said = read(landscape_of(XYZ, (x == 2) | (y == -1) | ((x == -2) & (y == 2))))
    assert said.each is not None
    assert said.each.ranges == {"x": (-1, 0, 1), "y": (0, 1, 2), "z": (0, 1, 2)}
    assert said.each.settings == 27 and said.each.fails_in == ()
    assert said.jointly == said.each and said.each.at_least > 0.99
    assert [(one.concept, one.level) for one in said.each.blocks] == [("x", "x -2"), ("x", "x 2"), ("y", "y -1")]
    assert said.each.blocks[0].setting.startswith("X -2, y 2") and said.each.blocks[1].rate > 0.9  # type: ignore[operator]
    assert said.to_json()["safe"]["each"]["blocks"][0]["rate"] > 0.9


def test_what_is_safe_at_once_is_smaller_where_little_is_known() -> None:
    found = landscape_of(XYZ, np.zeros(XYZ.n_cells, dtype=bool), trials=8)
    found.failures[:] = 2
    found.bound = 0.45
    found.refit(4)
    said = read(found)
    assert said.each is not None and said.jointly is not None
    assert said.each.at_least < 0.9 <= said.jointly.at_least
    assert 1 < said.jointly.settings < said.each.settings
    judged = judge(found, found.posterior(), ["x", "y", "z"], None)
    assert said.each.at_least == pytest.approx(max(0.0, 1 - judged.chance[box(said.each.ranges)].sum()))


def test_a_region_that_is_safe_on_average_names_the_stratum_where_it_is_not() -> None:
    far = grid(XYZ, "x") == 2
    found = landscape_of(XYZ, np.stack([far, np.zeros_like(far)]))
    found.bound = 0.7
    assert read(found).each is not None and read(found).each.fails_in == ("a",)  # type: ignore[union-attr]
    of_a, of_b = read(found, "a"), read(found, "b")
    assert settings(of_a.nearest) == ["X 2"] and of_a.nearest[0].strata == {"a": True}
    assert of_b.nearest == () and of_b.each is not None and of_b.each.settings == XYZ.n_cells


def test_settings_left_out_are_neither_safe_nor_failing() -> None:
    x, y = grid(XYZ, "x"), grid(XYZ, "y")
    said = read(landscape_of(XYZ, (x == 1) & (y == 1), hidden=(x >= 1) & (y <= 0)))
    assert said.interactions == 0 and said.undecided == 1
    assert said.each is not None and said.each.ranges["x"] == (-2, -1, 0)
    gone = read(landscape_of(XYZ, x == 1, hidden=x == 1))
    assert gone.failing == 0 and gone.settings == XYZ.n_cells - 15 - 1


def test_of_nothing_known_nothing_is_said() -> None:
    said = read(Landscape(XYZ, STRATA, 0.5, np.zeros((2, XYZ.n_cells), dtype=np.bool_)))
    assert (said.known, said.failing, said.nearest, said.together) == (0, 0, (), ())
    assert said.each is None and said.jointly is None


def test_a_single_stratum_is_judged_by_its_own_posterior() -> None:
    found = landscape_of(XYZ, grid(XYZ, "x") > 0, trials=4)
    judged = judge(found, found.posterior(), ["x", "y", "z"], "b")
    assert np.allclose(judged.chance.reshape(-1), found.posterior().probability[1])
    few = landscape_of(XYZ, grid(XYZ, "x") > 0, trials=2)
    assert not read(few, "b").nearest[0].established and read(found, "b").nearest[0].established


def test_a_reading_is_json() -> None:
    told = json.loads(json.dumps(read(landscape_of(XYZ, grid(XYZ, "x") == 2)).to_json(), allow_nan=False))
    assert told["nearest"]["settings"][0]["setting"] == "X 2" and told["nearest"]["as_near"] == 1
    assert told["safe"]["each"]["levels"]["x"] == [-2, -1, 0, 1]
    assert span(XYZ.specs[0], (-2, -1, 0, 1)) == "x -2 to x 1" and span(XYZ.specs[0], (0,)) == "unchanged"
    assert span(XYZ.specs[0], (-2, -1, 0, 1, 2)) == "every level, x -2 to x 2"


def test_the_command_prints_what_is_json_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    believable.fill(tmp_path)
    assert main(["map", "--round", "1", "--stratum", "yield", "--json", "-", "--workspace", str(tmp_path)]) == OK
    *printed, last = capsys.readouterr().out.splitlines()
    told = json.loads(last)
    assert (told["campaign"], told["stratum"]) == ("signs-1", "yield")
    assert told["nearest"]["settings"][0]["setting"] in printed[3] and printed[2].startswith("Nearest to neutral")
    assert printed[1].startswith(f"Asked themselves: {told['asked']:,} of {told['settings']:,} settings")
    assert f"Can the map be trusted? {told['calibration']['answer']['sentence']}" in printed
    assert f"  rotation: {told['safe']['each']['words']['rotation']}" in printed
    assert told["screening"] is None and not any(line.startswith("Screening") for line in printed)
    with closing(open_store(tmp_path)) as store, store.write() as db:
        campaigns.update_round(db, 1, summary={SCREENING: believable.screening()})
    assert main(["map", "--round", "1", "--json", "-", "--workspace", str(tmp_path)]) == OK
    *printed, last = capsys.readouterr().out.splitlines()
    assert json.loads(last)["screening"] == believable.screening()
    assert any(re.fullmatch(r"  rotation: .* \+70% \(\+\d+% to \+\d+%\)  matters", line) for line in printed)
    assert printed[-1].endswith("no trials  cannot tell")
    assert main(["map", "--round", "1", "--stratum", "gone", "--workspace", str(tmp_path)]) == BAD_INPUT
    assert "no stratum 'gone'" in capsys.readouterr().err
