"""The same checks for every registered image concept."""

import numpy as np
import pytest
import torch

from faded import builtins  # noqa: F401
from faded.concepts.image import ImageEditor, image_concepts, image_space
from faded.concepts.spec import ConceptSpace

NAMES = image_concepts.names()


def pictures(count: int = 4) -> list[np.ndarray]:
    return list(np.random.default_rng(0).integers(0, 256, (count, 12, 12, 3), dtype=np.uint8))


def space_of(name: str) -> ConceptSpace:
    concept = image_concepts.get(name)
    return image_space([{"name": name, "levels": sorted({concept.low, concept.neutral, concept.high})}])


@pytest.mark.parametrize("name", NAMES)
def test_the_neutral_is_the_identity(name: str) -> None:
    space, shown = space_of(name), pictures()
    edited = ImageEditor(space)(shown, np.tile(space.control, (4, 1)))
    assert torch.equal(edited, torch.from_numpy(np.stack(shown)).permute(0, 3, 1, 2).float() / 255)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("end", ["low", "high"])
def test_the_ends_keep_shape_range_and_type_and_change_something_or_nothing(name: str, end: str) -> None:
    space, shown = space_of(name), pictures()
    values = np.full((4, 1), getattr(image_concepts.get(name), end))
    edited = ImageEditor(space)(shown, values)
    assert edited.shape == (4, 3, 12, 12)
    assert edited.dtype == torch.float32
    assert float(edited.min()) >= 0
    assert float(edited.max()) <= 1
    changed = not torch.equal(edited, ImageEditor(space)(shown, np.tile(space.control, (4, 1))))
    assert changed == (values[0, 0] != space.control[0])


@pytest.mark.parametrize("name", NAMES)
def test_a_level_per_row_is_the_same_as_one_row_at_a_time(name: str) -> None:
    space, shown = space_of(name), pictures()
    concept = image_concepts.get(name)
    values = np.linspace(concept.low, concept.high, 4)[:, None]
    together = ImageEditor(space)(shown, values)
    apart = torch.cat([ImageEditor(space)([p], v[None]) for p, v in zip(shown, values, strict=True)])
    assert torch.allclose(together, apart, atol=1e-6)


@pytest.mark.parametrize("name", NAMES)
def test_every_level_is_put_in_words(name: str) -> None:
    concept = image_concepts.get(name)
    for value in (concept.low, concept.high):
        if value != concept.neutral:
            text = space_of(name).describe((value,))
            assert text[0].isupper()
            assert text.endswith(".")
            assert "{" not in text


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
