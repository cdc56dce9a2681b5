import numpy as np
import pytest

from faded.concepts.image import image_space
from faded.concepts.presets import presets
from faded.concepts.spec import ConceptSpace, ConceptSpec
from faded.domain import FadedError, Kind
from tests.large import LARGE, LEVELS


def test_the_papers_space_has_125_cells_and_its_control_lies_off_the_grid() -> None:
    space = image_space(presets.get("paper"))
    assert space.n_cells == 125
    assert space.control == (0.0, 1.0, 0.0)
    assert space.control_index is None


@pytest.mark.parametrize("name", presets.names())
def test_every_preset_is_a_space(name: str) -> None:
    assert image_space(presets.get(name)).n_cells <= 144


def test_the_wide_space_holds_its_own_control() -> None:
    space = image_space(presets.get("wide"))
    assert space.control_index is not None
    assert tuple(space.grid[space.control_index]) == space.control


def test_cells_and_indices_are_each_others_inverse() -> None:
    space = image_space(presets.get("wide"))
    assert [space.index(space.cell(i)) for i in range(space.n_cells)] == list(range(space.n_cells))
    assert space.indices(space.cells).tolist() == list(range(space.n_cells))


def test_a_setting_reads_as_a_sentence() -> None:
    space = image_space(presets.get("wide"))
    assert space.describe((-30, 1, 0.4)) == "Turned right by 30 degrees, darkened by 40%."
    assert space.describe(space.control) == "Unchanged."


def test_halfway_settings_lie_between_a_cell_and_its_neighbour_towards_neutral() -> None:
    space = image_space(presets.get("wide"))
    cell = (4, 3, 4)  # turned 30 left, saturation neutral, darkened by 0.8
    assert space.towards_neutral(cell) == [(22.5, 1.0, 0.8), (30.0, 1.0, pytest.approx(0.7))]


def test_halfway_to_a_neutral_off_the_grid() -> None:
    space = image_space(presets.get("paper"))
    mildest = (2, 4, 0)  # not turned, saturation 0.7, darkened by 0.1
    assert space.towards_neutral(mildest) == [(0.0, pytest.approx(0.85), 0.1), (0.0, 0.7, pytest.approx(0.05))]


def test_circular_levels_go_to_the_neutral_the_shorter_way_round() -> None:
    space = image_space([{"name": "hue", "levels": [-120, -60, 0, 60, 120, 180]}])
    assert space.towards_neutral((0,)) == [(-90.0,)]
    assert space.towards_neutral((5,)) == [(150.0,)]
    assert space.describe((-60,)) == "Hue turned by 60 degrees (red towards blue)."
    assert ConceptSpace.from_json(space.to_json()) == space


def test_a_space_survives_json() -> None:
    space = image_space(presets.get("paper"))
    assert ConceptSpace.from_json(space.to_json()) == space


@pytest.mark.parametrize(
    ("item", "word"),
    [
        ({"name": "rotation", "levels": [0]}, "two different"),
        ({"name": "rotation", "levels": [10, 0]}, "ascending"),
        ({"name": "rotation", "levels": [0, 500]}, "500"),
        ({"name": "rotation", "levels": [0, float("nan")]}, "no number"),
        ({"name": "rotation", "levels": "wide"}, "list of numbers"),
        ({"name": "spin", "levels": [0, 1]}, "spin"),
        ({"name": "darkening", "levels": [0, 0.5], "neutral": 0.5}, "neutral"),
        ({"name": "darkening", "levels": [0, 0.5], "kind": "odd"}, "odd"),
        ({"levels": [0, 1]}, "name"),
        ({"name": "hue", "levels": [-180, 0, 180]}, "same angle"),
        ({"name": "hue", "levels": [0, 270]}, "270"),
        ({"name": "darkening", "levels": [0, 0.5], "kind": "circular"}, "no angle"),
    ],
)
def test_a_bad_concept_is_refused_with_its_value(item: dict[str, object], word: str) -> None:
    with pytest.raises(FadedError, match=word):
        image_space([item])


def test_a_cell_that_does_not_fit_is_refused() -> None:
    with pytest.raises(FadedError, match="does not fit"):
        image_space(presets.get("wide")).index((0, 0, 9))


def test_values_keep_their_shape() -> None:
    space = image_space(presets.get("wide"))
    assert space.values(space.cells[:7]).shape == (7, 3)
    assert np.isfinite(space.grid).all()


def test_named_levels_are_known_by_name() -> None:
    spec = ConceptSpec("place", Kind.NOMINAL, (0.0, 1.0, 2.0), 0.0, "place: {name}", names=("nowhere", "park", "-"))
    assert [spec.mark(v) for v in (0, 1, 2)] == ["nowhere", "park", "-"] and spec.describe(1) == "place: park"
    plain = ConceptSpec("turn", Kind.ORDINAL, (-5.0, 0.0), 0.0, "{value}")
    assert plain.mark(-5.0) == "\N{MINUS SIGN}5" and "names" not in ConceptSpace((plain,)).to_json()[0]
    with pytest.raises(FadedError, match="one name per level"):
        ConceptSpec("place", Kind.NOMINAL, (0.0, 1.0), 0.0, "", names=("nowhere",))
    with pytest.raises(FadedError, match="give a nominal concept"):
        ConceptSpec("turn", Kind.ORDINAL, (0.0, 1.0), 0.0, "", names=("a", "b"))


def test_of_a_space_too_large_to_be_listed_some_cells_are_drawn_and_no_list_is_made() -> None:
    drawn = LARGE.numbers(2000)
    assert len(set(drawn.tolist())) == 2000 and drawn.tolist() == LARGE.numbers(2000).tolist()
    assert LARGE.levels(drawn).mean(axis=0) == pytest.approx(np.full(9, 2.0), abs=0.15)
    assert LARGE.settings(drawn[:1]).tolist() == [[LEVELS[level] for level in LARGE.cell(int(drawn[0]))]]
    with pytest.raises(FadedError, match=r"1,953,125 settings.*up to 4,096: give fewer concepts or levels"):
        _ = LARGE.grid
    paper = image_space(presets.get("paper"))
    assert paper.numbers(10).tolist() == list(range(125)) and paper.settings(paper.numbers(10)).tolist() == (
        paper.grid.tolist()
    )


def test_a_space_of_more_cells_than_can_be_numbered_is_refused() -> None:
    specs = [ConceptSpec(f"c{i}", Kind.ORDINAL, LEVELS[:4], 0.0, "{value}") for i in range(31)]
    most = ConceptSpace(tuple(specs))
    assert most.n_cells == 2**62 and most.index(most.cell(2**62 - 1)) == 2**62 - 1
    assert most.settings(most.numbers(3)).shape == (3, 31)
    with pytest.raises(FadedError, match=r"32 concepts have 126 levels in all .* give fewer concepts or levels"):
        ConceptSpace((*specs, ConceptSpec("one more", Kind.NOMINAL, (0.0, 1.0), 0.0, "{value}")))
