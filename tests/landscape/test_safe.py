from __future__ import annotations

import numpy as np
import pytest

from faded.concepts.spec import ConceptSpace, ConceptSpec
from faded.domain import Kind
from faded.landscape.posterior import Landscape
from faded.landscape.safe import LevelRate, Standing, directions, reach, safe_ranges
from tests.ui.believable import SPACE, STRATA


def landscape_of(space: ConceptSpace, fails: np.ndarray, trials: int = 60) -> Landscape:
    """Every trial fails in the given cells, and none elsewhere."""
    found = Landscape(space, STRATA, 0.5, np.zeros((len(STRATA), space.n_cells), dtype=np.bool_))
    found.trials[:] = trials
    found.failures[:, fails] = trials
    found.refit(12)
    return found


def test_safe_ends_before_the_first_level_that_fails() -> None:
    found = landscape_of(SPACE, np.abs(SPACE.grid[:, 0]) > 45)
    rotation, darkening, saturation = safe_ranges(found, found.posterior(), None, average=False)
    below, above = rotation.reaches
    assert below.safe is not None and below.stop is not None
    assert (below.safe.value, below.stop.value, below.stop.standing) == (-30, -60, Standing.FAILS)
    assert below.safe.high < 0.5 < below.stop.low
    assert above.safe is not None and above.safe.value == 30
    assert rotation.pinned == ("darkening", "saturation")
    (way,) = darkening.reaches
    assert way.safe is not None and (way.safe.value, way.stop) == (0.8, None)
    (down,) = saturation.reaches
    assert down.safe is not None and down.safe.value == 0


def test_averaging_counts_what_the_other_concepts_do() -> None:
    dark = SPACE.grid[:, 1] > 0
    found = landscape_of(SPACE, dark)
    held = safe_ranges(found, found.posterior(), None, average=False)[0]
    averaged = safe_ranges(found, found.posterior(), None, average=True)[0]
    assert held.reaches[0].stop is None
    assert averaged.reaches[0].safe is None
    assert averaged.averaged == ("darkening", "saturation")


def test_without_data_nothing_is_called_safe() -> None:
    empty = Landscape(SPACE, STRATA, 0.5, np.zeros((len(STRATA), SPACE.n_cells), dtype=np.bool_))
    for one in safe_ranges(empty, empty.posterior(), "stop", average=False):
        assert all(way.safe is None for way in one.reaches)
        assert {way.stop.standing for way in one.reaches if way.stop} == {Standing.UNKNOWN}


def test_a_neutral_off_the_grid_is_averaged_over() -> None:
    off = ConceptSpace((SPACE.specs[0], ConceptSpec("darkening", Kind.ORDINAL, (0.1, 0.5), 0.0, "darkened by {value}")))
    found = landscape_of(off, off.grid[:, 1] > 0.3)
    rotation, darkening = safe_ranges(found, found.posterior(), None, average=False)
    assert (rotation.pinned, rotation.averaged) == ((), ("darkening",))
    (way,) = darkening.reaches
    assert way.safe is not None and way.safe.value == 0.1


def test_left_out_settings_stop_the_way() -> None:
    hidden = np.zeros((len(STRATA), SPACE.n_cells), dtype=np.bool_)
    hidden[:, SPACE.grid[:, 0] == 60] = True
    found = Landscape(SPACE, STRATA, 0.5, hidden)
    found.trials[:] = 60
    found.refit(12)
    above = safe_ranges(found, found.posterior(), None, average=False)[0].reaches[1]
    assert above.safe is not None and above.stop is not None
    assert (above.safe.value, above.stop.standing) == (30, Standing.LEFT_OUT)


def level(value: float, standing: Standing = Standing.SAFE) -> LevelRate:
    return LevelRate(value, standing, 0.1, 0.05, 0.2, 9)


@pytest.mark.parametrize(
    ("kind", "neutral", "ways"),
    [
        (Kind.ORDINAL, 0, [[90, 180, 270]]),
        (Kind.ORDINAL, 180, [[90, 0], [270]]),
        (Kind.CIRCULAR, 0, [[-90], [90, 180]]),
        (Kind.CIRCULAR, 180, [[90], [270, 0]]),
        (Kind.NOMINAL, 0, []),
    ],
)
def test_directions_go_outwards_from_the_neutral(kind: Kind, neutral: float, ways: list[list[float]]) -> None:
    levels = (-90, 0, 90, 180) if (kind, neutral) == (Kind.CIRCULAR, 0) else (0, 90, 180, 270)
    spec = ConceptSpec("hue", kind, levels, neutral, "by {value:g}")
    levels = [level(v, Standing.NEUTRAL if v == neutral else Standing.SAFE) for v in spec.levels]
    assert [[one.value for one in way] for way in directions(spec, levels)] == ways


def test_a_safe_level_behind_an_unsafe_one_does_not_count() -> None:
    found = reach([level(1), level(2, Standing.DOUBT), level(3)])
    assert found.safe == level(1)
    assert found.stop == level(2, Standing.DOUBT)
