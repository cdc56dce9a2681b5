"""The same checks for every registered image concept."""

import io

import numpy as np
import pytest
import torch
from PIL import Image

from faded import builtins  # noqa: F401
from faded.concepts.image import ImageEditor, image_concepts, image_space
from faded.concepts.spec import ConceptSpace
from faded.data.pictures import to_picture
from faded.domain import Kind

NAMES = image_concepts.names()


def pictures(count: int = 4) -> list[np.ndarray]:
    return list(np.random.default_rng(0).integers(0, 256, (count, 12, 12, 3), dtype=np.uint8))


def scenes(size: int = 32) -> list[np.ndarray]:
    """Two coloured pictures that grow brighter to the right, with a shape in them."""
    ramp = np.broadcast_to(np.linspace(0.1, 0.8, size), (size, size))
    made = []
    for colour in ((1.0, 0.5, 0.3), (0.3, 0.6, 1.0)):
        picture = ramp[..., None] * np.array(colour)
        picture[size // 4 : size // 2, size // 3 :] = colour[::-1]
        made.append((255 * picture).astype(np.uint8))
    return made


def space_of(name: str) -> ConceptSpace:
    concept = image_concepts.get(name)
    ends = {concept.low, concept.neutral} if concept.kind is Kind.CIRCULAR else {concept.low, concept.high}
    return image_space([{"name": name, "levels": sorted(ends | {concept.neutral})}])


def change(name: str, value: float, shown: list[np.ndarray]) -> float:
    """Mean change of a pixel."""
    space = space_of(name)
    edited, clean = (ImageEditor(space)(shown, np.tile(v, (len(shown), 1))) for v in ((value,), space.control))
    return float((edited - clean).abs().mean())


@pytest.mark.parametrize("name", NAMES)
def test_the_neutral_is_the_identity(name: str) -> None:
    space, shown = space_of(name), pictures()
    edited = ImageEditor(space)(shown, np.tile(space.control, (4, 1)))
    unedited = torch.from_numpy(np.stack(shown)).permute(0, 3, 1, 2).float() / 255
    assert torch.equal(edited, unedited), "the neutral changes nothing"


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("end", ["low", "high"])
def test_the_ends_keep_shape_range_and_type_and_change_something_or_nothing(name: str, end: str) -> None:
    space, shown = space_of(name), pictures()
    values = np.full((4, 1), getattr(image_concepts.get(name), end))
    edited = ImageEditor(space)(shown, values)
    assert edited.shape == (4, 3, 12, 12), "the shape stays as it is"
    assert edited.dtype == torch.float32, "the type stays as it is"
    assert float(edited.min()) >= 0 and float(edited.max()) <= 1, "values stay in [0, 1]"
    changed = not torch.equal(edited, ImageEditor(space)(shown, np.tile(space.control, (4, 1))))
    assert changed == (values[0, 0] != space.control[0]), (
        "an end of the bounds that is not the neutral changes a picture"
    )


@pytest.mark.parametrize("name", NAMES)
def test_a_level_per_row_is_the_same_as_one_row_at_a_time(name: str) -> None:
    space, shown = space_of(name), pictures()
    concept = image_concepts.get(name)
    values = np.linspace(concept.low, concept.high, 4)[:, None]
    together = ImageEditor(space)(shown, values)
    apart = torch.cat([ImageEditor(space)([p], v[None]) for p, v in zip(shown, values, strict=True)])
    assert torch.allclose(together, apart, atol=1e-6), "a picture is edited alike in any batch"
    backwards = ImageEditor(space)(shown[::-1], values[::-1]).flip(0)
    assert torch.allclose(together, backwards, atol=1e-6), "a picture is edited alike at any place of a batch"


@pytest.mark.parametrize("name", NAMES)
def test_the_same_picture_and_level_give_the_same_result_again(name: str) -> None:
    space, shown = space_of(name), pictures()
    values = np.full((4, 1), image_concepts.get(name).low or image_concepts.get(name).high / 2)
    again = torch.equal(ImageEditor(space)(shown, values), ImageEditor(space)(shown, values))
    assert again, "picture and level alone decide the edit; draw with `drawing_concept`"


@pytest.mark.parametrize("name", NAMES)
def test_the_farther_from_the_neutral_the_more_is_changed(name: str) -> None:
    concept = image_concepts.get(name)
    for end in {concept.low, concept.high} - {concept.neutral}:
        near, half, far = (
            change(name, concept.neutral + share * (end - concept.neutral), scenes()) for share in (0.25, 0.5, 1.0)
        )
        assert 0 < near < half < far, f"the farther from the neutral, the more is changed: here towards {end:g}"


@pytest.mark.parametrize("name", [name for name in NAMES if name != "jpeg"])  # its blocks are 8 pixels at any size
def test_small_and_large_pictures_are_changed_alike(name: str) -> None:
    concept = image_concepts.get(name)
    end = concept.high if concept.high != concept.neutral else concept.low
    value = concept.neutral + (end - concept.neutral) / 4
    small, large = change(name, value, scenes(32)), change(name, value, scenes(224))
    assert 0.4 < small / large < 2.5, "a small picture is changed about as much as a large one"


@pytest.mark.parametrize("name", NAMES)
def test_every_level_is_put_in_words(name: str) -> None:
    concept = image_concepts.get(name)
    for value in (concept.low, concept.high):
        if value != concept.neutral:
            text = space_of(name).describe((value,))
            sentence = text[0].isupper() and text.endswith(".") and "{" not in text
            assert sentence, f"the phrase puts a level in words, without braces left: {text!r}"


def test_darkening_multiplies_and_rotation_turns_to_the_left() -> None:
    picture = np.zeros((9, 9, 3), dtype=np.uint8)
    picture[4, 7] = 200
    dark = ImageEditor(image_space([{"name": "darkening", "levels": [0, 0.5]}]))([picture], np.array([[0.5]]))
    assert float(dark[0, 0, 4, 7]) == pytest.approx(100 / 255)
    turned = ImageEditor(image_space([{"name": "rotation", "levels": [0, 90]}]))([picture], np.array([[90.0]]))
    assert float(turned[0, 0, 1, 4]) == pytest.approx(200 / 255, abs=1e-3)


def test_full_desaturation_leaves_grey() -> None:
    edited = ImageEditor(image_space([{"name": "saturation", "levels": [0, 1]}]))(pictures(), np.zeros((4, 1)))
    assert torch.allclose(edited[:, 0], edited[:, 1], atol=1e-5)


def test_the_hue_of_red_goes_round_by_way_of_green() -> None:
    red = [np.full((4, 4, 3), (255, 0, 0), dtype=np.uint8)] * 4
    editor = ImageEditor(image_space([{"name": "hue", "levels": [-120, 0, 120]}]))
    shown = editor(red, np.array([[120.0], [-120.0], [180.0], [-180.0]]))[:, :, 0, 0]
    expected = torch.tensor([[0, 1, 0], [0, 0, 1], [0, 1, 1], [0, 1, 1]]).float()
    assert torch.allclose(shown, expected, atol=1e-5)


def test_a_picture_has_one_pattern_of_noise_that_grows_and_another_picture_has_another() -> None:
    grey = [np.full((16, 16, 3), value, dtype=np.uint8) for value in (127, 128)]
    editor = ImageEditor(image_space([{"name": "noise", "levels": [0, 0.1]}]))
    weak, strong, other = (
        editor([p], np.array([[v]])) - p[0, 0, 0] / 255 for p, v in ((grey[0], 0.05), (grey[0], 0.1), (grey[1], 0.05))
    )
    assert torch.allclose(2 * weak, strong, atol=1e-5)
    assert float(weak.std()) == pytest.approx(0.05, rel=0.1)
    assert not torch.allclose(weak, other, atol=1e-2)


def test_an_edit_before_it_does_not_draw_other_noise() -> None:
    shown = [np.full((16, 16, 3), 120, dtype=np.uint8)]
    space = image_space([{"name": "darkening", "levels": [0, 0.5]}, {"name": "noise", "levels": [0, 0.1]}])
    light, dark = ImageEditor(space)(shown * 2, np.array([[0.0, 0.02], [0.5, 0.02]]))
    assert torch.allclose(light - 120 / 255, dark - 60 / 255, atol=1e-5)


@pytest.mark.parametrize("size", [(32, 32), (224, 224), (48, 64)])
def test_the_grey_square_covers_its_share_and_grows_where_it_was(size: tuple[int, int]) -> None:
    shown = [np.full((*size, 3), 255, dtype=np.uint8)]
    editor = ImageEditor(image_space([{"name": "occlusion", "levels": [0, 0.5]}]))
    before = torch.zeros(size, dtype=torch.float32)
    for share in (0.05, 0.2, 0.5, 1.0):
        covered = 2 * (1 - editor(shown, np.array([[share]]))[0, 0])
        assert float(covered.mean()) == pytest.approx(share, abs=1e-3)
        assert bool((covered >= before - 1e-5).all())
        before = covered


def test_zooming_out_leaves_black_around_and_zooming_in_enlarges_the_middle() -> None:
    picture = np.full((33, 33, 3), 100, dtype=np.uint8)
    picture[16, 16] = 255
    editor = ImageEditor(image_space([{"name": "zoom", "levels": [0.5, 1, 2]}]))
    out, into = editor([picture] * 2, np.array([[0.5], [3.0]]))
    assert float(out[:, :7].max()) == 0
    assert float(out[0, 16, 16]) == 1
    assert float(into[0, 16, 15]) > 150 / 255


def test_jpeg_is_what_an_encoder_makes_of_the_picture() -> None:
    picture = scenes(64)[0]
    buffer = io.BytesIO()
    Image.fromarray(picture).save(buffer, format="JPEG", quality=10)
    edited = ImageEditor(image_space([{"name": "jpeg", "levels": [10, 100]}]))([picture], np.array([[10.0]]))
    assert np.array_equal(to_picture(edited[0]), np.asarray(Image.open(buffer)))
