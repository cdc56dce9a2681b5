"""The drawings of the demo "scenes" and their captions."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from faded.demo.scene_figures import picture
from faded.demo.scenes import (
    LONG_HAIR,
    TEMPLATES,
    TEST_STREAM,
    TRAINING_STREAM,
    VALUES,
    Attributes,
    caption,
    draw,
    fits,
)


def test_the_same_seed_draws_the_same_scenes_and_streams_share_none() -> None:
    few, more = draw(1, TRAINING_STREAM, 6), draw(1, TRAINING_STREAM, 12)
    assert [s.caption for s in few] == [s.caption for s in more[:6]]
    assert all(np.array_equal(a.picture, b.picture) for a, b in zip(few, more, strict=False))
    others = {s.picture.tobytes() for s in draw(1, TEST_STREAM, 12)}
    assert not others & {s.picture.tobytes() for s in more}


@pytest.mark.parametrize("attribute", list(VALUES))
def test_each_value_of_an_attribute_looks_different(attribute: str) -> None:
    base = {"job": "chef", "setting": "park", "colour": "red", "hair": "short"}
    values = VALUES[attribute]

    def shown_with(value: str) -> NDArray[np.uint8]:
        scene = base | {attribute: value}
        rng = np.random.default_rng(3)
        return picture(rng, scene["job"], scene["setting"], scene["colour"], scene["hair"] == "long")

    shown = [shown_with(value) for value in values]
    assert all(p.shape == (64, 64, 3) and p.dtype == np.uint8 for p in shown)
    for i, one in enumerate(shown):
        for other in shown[i + 1 :]:
            changed = np.abs(one.astype(int) - other.astype(int)).max(axis=2) > 40
            assert changed.sum() >= 40, f"{values[i]} is hard to tell from another {attribute}"


def test_training_scenes_are_skewed_and_others_are_not() -> None:
    skewed, even = (draw(0, TRAINING_STREAM, 900, skewed=s) for s in (True, False))
    for job, share in LONG_HAIR.items():
        for scenes, wanted in ((skewed, share), (even, 0.5)):
            long = [s.shows.hair == "long" for s in scenes if s.shows.job == job]
            assert np.mean(long) == pytest.approx(wanted, abs=0.15)
    kitchens = [np.mean([s.shows.setting == "kitchen" for s in d if s.shows.job == "chef"]) for d in (skewed, even)]
    assert kitchens[0] > 0.5 and kitchens[1] < 0.35


def test_a_caption_names_what_it_says_it_names_and_nothing_else() -> None:
    for scene in draw(2, TRAINING_STREAM, 300):
        words = set(scene.caption.replace(",", "").split())
        for name, values in VALUES.items():
            said = words & set(values)
            assert said == {value for key, value in scene.named.named().items() if key == name}, scene.caption
        shown = scene.shows.named()
        assert all(shown[name] == value for name, value in scene.named.named().items())


def test_what_is_not_named_is_left_out_of_every_wording() -> None:
    whole = Attributes("artist", "long", "red", "beach")
    assert caption(whole) == "an artist with long hair in red clothes on the beach"
    assert caption(Attributes(), TEMPLATES[1]) == "a picture of a person"
    assert not fits(TEMPLATES[3], Attributes("nurse"))
    assert all(fits(template, whole) for template in TEMPLATES)
    assert len({caption(whole, template) for template in TEMPLATES}) == len(TEMPLATES)
