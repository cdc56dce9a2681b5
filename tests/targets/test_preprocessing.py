from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from transformers import (
    AutoImageProcessor,
    ConvNextImageProcessor,
    EfficientNetImageProcessor,
    ImageGPTImageProcessor,
    MobileViTImageProcessor,
    ViTImageProcessor,
)

from faded.domain import FadedError
from faded.targets.load import load_classifier
from tests.targets.families import edit_json

SQUARE = {"size": {"height": 16, "width": 16}}

PROCESSORS = {
    "vit": ViTImageProcessor(**SQUARE),
    "not normalised": ViTImageProcessor(**SQUARE, do_normalize=False),
    "not rescaled": ViTImageProcessor(**SQUARE, do_rescale=False, image_mean=[120.0] * 3, image_std=[60.0, 50.0, 40.0]),
    "raw": ViTImageProcessor(**SQUARE, do_rescale=False, do_normalize=False),
    "rescaled to [0, 2]": ViTImageProcessor(**SQUARE, rescale_factor=1 / 127.5),
    "cropped": ConvNextImageProcessor(size={"shortest_edge": 16}, crop_pct=0.8),
    "efficientnet": EfficientNetImageProcessor(**SQUARE, image_std=[0.4, 0.5, 0.3]),
    "efficientnet without a second division": EfficientNetImageProcessor(**SQUARE, include_top=False),
    "efficientnet with an offset": EfficientNetImageProcessor(
        **SQUARE, rescale_factor=1 / 127.5, rescale_offset=True, do_normalize=False, include_top=False
    ),
    "efficientnet with all": EfficientNetImageProcessor(**SQUARE, rescale_factor=1 / 127.5, rescale_offset=True),
    "mobilevit": MobileViTImageProcessor(size={"shortest_edge": 20}, crop_size={"height": 16, "width": 16}),
}


@pytest.mark.parametrize("name", PROCESSORS)
def test_fitting_and_normalising_agree_with_the_processor(name: str, classifier_folder: Path) -> None:
    PROCESSORS[name].save_pretrained(classifier_folder)
    target = load_classifier(str(classifier_folder))
    processor = AutoImageProcessor.from_pretrained(classifier_folder)
    image = Image.fromarray(np.random.default_rng(0).integers(0, 256, (40, 30, 3), dtype=np.uint8))
    pixels = torch.from_numpy(target.fit(image)).permute(2, 0, 1)[None].float() / 255
    expected = processor(images=image, return_tensors="pt")["pixel_values"]
    assert target.input_size == (16, 16)
    assert torch.allclose(target.preprocess(pixels), expected.float(), rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("name", PROCESSORS)
def test_a_fitted_picture_keeps_its_colours(name: str, classifier_folder: Path) -> None:
    PROCESSORS[name].save_pretrained(classifier_folder)
    fitted = load_classifier(str(classifier_folder)).fit(Image.new("RGB", (40, 30), (250, 120, 10)))
    assert np.array_equal(fitted, np.full((16, 16, 3), (250, 120, 10)))


def test_a_processor_that_does_something_else_is_refused_in_words(
    classifier_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = type(PROCESSORS["vit"])._preprocess

    def mirrored(self, images, *args, **kwargs):  # type: ignore[no-untyped-def]
        done = plain(self, images, *args, **kwargs)
        if kwargs["do_normalize"]:
            done["pixel_values"] = 1 - np.asarray(done["pixel_values"])
        return done

    monkeypatch.setattr(type(PROCESSORS["vit"]), "_preprocess", mirrored)
    with pytest.raises(FadedError, match="grey levels apart"):
        load_classifier(str(classifier_folder))


@pytest.mark.filterwarnings("ignore:.*encountered in divide")
@pytest.mark.parametrize(
    ("processor", "word"),
    [
        (ViTImageProcessor(do_resize=False), "different sizes"),
        (ImageGPTImageProcessor(**SQUARE, clusters=[[0.0, 0.0, 0.0], [1.0, 1.0, 1.0]]), "fails on a picture"),
        (ViTImageProcessor(**SQUARE, image_std=[0.5, 0.5, 0.0]), "nan grey levels"),
    ],
)
def test_a_processor_that_cannot_be_used_is_refused_in_words(
    processor: ViTImageProcessor, word: str, classifier_folder: Path
) -> None:
    processor.save_pretrained(classifier_folder)
    with pytest.raises(FadedError, match=word):
        load_classifier(str(classifier_folder))


def test_settings_that_are_no_numbers_are_refused_in_words(classifier_folder: Path) -> None:
    edit_json(classifier_folder / "preprocessor_config.json", image_mean="grey")
    with pytest.raises(FadedError, match="classifier"):
        load_classifier(str(classifier_folder))
