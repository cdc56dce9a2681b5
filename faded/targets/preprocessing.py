"""What a transformers image processor does, cut in two: the edits of a setting come between fitting and normalising."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image

from faded.domain import FadedError

Picture = NDArray[np.uint8]

TRIAL_SIZE = (640, 480)
"""Width and height of a picture that is fitted once to learn the size a processor makes."""
TRIAL_BLOCK = 80
"""Side of its squares of one random colour: fitted to 16 pixels it still holds nearly black and nearly white."""

AFTER_THE_EDITS = ("do_rescale", "do_normalize", "include_top", "do_flip_channel_order")
"""Steps of a processor that are left out when a picture is fitted, and done when it is normalised. `include_top`
(EfficientNet) divides by the standard deviation once more; the last (MobileViT) turns red, green, blue round."""
MOST_OFF = 0.51
"""Grey levels that the two halves may be off: half of one where the processor does not round to whole grey levels as a
picture does, and a hundredth for floating point."""


@dataclass(frozen=True)
class Preprocessing:
    """The two halves of a processor.

    Attributes:
        size: Height and width that a picture is brought to.
        fit: Resizes and crops a picture; shape (height, width, 3).
        normalise: Maps pixels in [0, 1], shape (batch, 3, height, width), to what the module is fed.
    """

    size: tuple[int, int]
    fit: Callable[[Image.Image], Picture]
    normalise: Callable[[torch.Tensor], torch.Tensor]

    def __call__(self, image: Image.Image) -> torch.Tensor:
        """Return what the module is fed for a picture without edits, shape (3, height, width)."""
        return self.normalise(torch.from_numpy(self.fit(image)).permute(2, 0, 1)[None].float() / 255)[0]


def preprocessing(processor: Any, source: str) -> Preprocessing:
    """Cut an image processor in two, and see that both halves together do what it does.

    Args:
        processor: An image processor of transformers.
        source: Where it was loaded from, for messages.

    Raises:
        FadedError: the processor fails on a picture, makes pictures of different sizes, or does more than resizing,
            cropping, rescaling, normalising and turning the channels round.
    """
    settings: dict[str, Any] = processor.to_dict()
    after = {step: False for step in AFTER_THE_EDITS if settings.get(step)}

    def fit(image: Image.Image) -> Picture:
        pixels = processor(images=image, **after, return_tensors="np")["pixel_values"][0]
        return np.ascontiguousarray(np.asarray(pixels).transpose(1, 2, 0)).round().clip(0, 255).astype(np.uint8)

    try:
        height, width, _ = fit(trial()).shape
        sizes = {(height, width), fit(trial().transpose(Image.Transpose.ROTATE_90)).shape[:2]}
        parts = Preprocessing((height, width), fit, _normaliser(processor, settings))
        wanted = torch.from_numpy(np.asarray(processor(images=trial(), return_tensors="np")["pixel_values"][0]))
        off = _grey_levels_off(parts, wanted)
    except Exception as error:  # whatever it stumbles over, it cannot bring a picture to its network
        raise FadedError(
            f"The image processor of {source!r} fails on a picture: {error}. Give a target whose "
            "preprocessor_config.json turns pictures into pixel_values of shape (3, height, width)."
        ) from error
    if len(sizes) > 1:
        raise FadedError(
            f"The image processor of {source!r} makes pictures of different sizes ({sizes}). Set do_resize with a "
            "height and a width, or do_center_crop, in its preprocessor_config.json."
        )
    if not off <= MOST_OFF:
        raise FadedError(
            f"The image processor of {source!r} ({type(processor).__name__}) does something to pictures that Faded "
            f"cannot do after an edit: they come out {off:.3g} grey levels apart. Faded knows resizing, cropping, "
            "rescaling, normalising and channel order. Give the target as package.module:function."
        )
    return parts


def _grey_levels_off(parts: Preprocessing, wanted: torch.Tensor) -> float:
    """Return the largest difference of a channel to what the processor makes, in its grey levels."""
    black, white = (parts.normalise(torch.full((1, 3, 1, 1), shade))[0] for shade in (0.0, 1.0))
    return float(((parts(trial()) - wanted).abs() / ((white - black).abs() / 255)).max())


def agree(one: Preprocessing, other: Preprocessing) -> bool:
    """Return whether both feed a module the same for a picture of noise."""
    return one.size == other.size and torch.equal(one(trial()), other(trial()))


def trial() -> Image.Image:
    """Return a picture of random squares, the same each time."""
    width, height = TRIAL_SIZE
    colours = np.random.default_rng(0).integers(
        0, 256, (height // TRIAL_BLOCK, width // TRIAL_BLOCK, 3), dtype=np.uint8
    )
    return Image.fromarray(colours).resize(TRIAL_SIZE, Image.Resampling.NEAREST)


def _normaliser(processor: Any, settings: Mapping[str, Any]) -> Callable[[torch.Tensor], torch.Tensor]:
    """Return everything that the processor does to a fitted picture, for pixels in [0, 1]."""
    one, none = np.ones(3), np.zeros(3)
    gain = 255.0 * processor.rescale_factor if processor.do_rescale else 255.0
    offset = 1.0 if processor.do_rescale and settings.get("rescale_offset") else 0.0
    mean = none + processor.image_mean if processor.do_normalize else none
    std = one * processor.image_std if processor.do_normalize else one
    again = one * processor.image_std if settings.get("include_top") else one
    centre = torch.tensor((mean + offset) / gain, dtype=torch.float32).view(1, 3, 1, 1)
    spread = torch.tensor(std * again / gain, dtype=torch.float32).view(1, 3, 1, 1)
    turned = bool(settings.get("do_flip_channel_order"))

    def normalise(pixels: torch.Tensor) -> torch.Tensor:
        fed = (pixels - centre.to(pixels.device)) / spread.to(pixels.device)
        return fed.flip(1) if turned else fed

    return normalise
