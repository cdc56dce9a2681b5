"""The demo "signs": traffic signs in a street, and what is true of them after an edit.

Pictures are drawn here (`sign_shapes`, `sign_street`), so the drawing code knows for each what the sign is, how far it
is turned and how well it shows: it can say whether a sign is still the same sign after an edit. The bounds below were
fixed before anything was explored; `docs/demo-signs.md` gives the reasons. Numpy and Pillow only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from faded.data.hashing import picture_id
from faded.demo.sign_shapes import PAINTERS
from faded.demo.sign_street import TILT_SD, shoot
from faded.domain import Sample

CLASSES: tuple[str, ...] = tuple(PAINTERS)
"""The classes, in the order of the classifier's outputs."""

SPACE: list[dict[str, object]] = [
    {"name": "rotation", "levels": [-90, -60, -30, 0, 30, 60, 90]},
    {"name": "darkening", "levels": [0, 0.2, 0.4, 0.6, 0.8]},
    {"name": "saturation", "levels": [0, 0.35, 0.7, 1]},
]
"""The demo's own levels: 140 cells, wide enough that turning and darkness matter. The clean control is one of them."""

COLUMNS: tuple[str, ...] = ("rotation", "darkening", "saturation")
"""What the columns of `values` are, here and in `SignTruth`."""

TRAINING_STREAM = 0
"""Stream of the pictures that the classifier is trained on."""
TEST_STREAM = 1
"""Stream of the pictures that measure its clean accuracy."""
ROUND_STREAM = 2
"""Stream of the pictures of a round: none of them is seen in training, whatever the seeds."""

ARROWS = {"straight ahead": 0.0, "turn left": 90.0, "turn right": -90.0}
"""Where the arrow of a blue disc points, in degrees counter-clockwise from straight up."""
ARROW_REACH = 35.0
"""An arrow is read as the sign it is nearest to up to this many degrees: half way is 45, the last ten are doubt."""
YIELD_REACH = 20.0
"""A blank triangle is read as "yield" up to this many degrees: half way to upside down is 30, the last ten doubt."""
YIELD_PERIOD = 120.0
"""A triangle turned by this many degrees looks the same."""
LEAST_CONTRAST = 16.0
"""A sign shows while its light and dark parts differ by this many of 255 steps: video calls the lowest 16 steps black
(ITU-R BT.601), and a screen in a lit room shows no drawing within them."""
STRONGEST_CONTRAST = 216.0
"""Fewer than one picture in a hundred has more contrast before the edit."""
TILT_BOUND = 2 * TILT_SD
"""All but one sign in twenty stand straighter than this many degrees."""


@dataclass(frozen=True, slots=True)
class Scene:
    """A sample with what the drawing code knows of it.

    Attributes:
        sample: The picture, shape (64, 64, 3), uint8; reference and stratum are the label.
        label: The class name.
        tilt: How far the sign itself is turned in the picture, in degrees, counter-clockwise.
        contrast: Difference in brightness between its light and dark parts, in steps of 255.
    """

    sample: Sample[NDArray[np.uint8]]
    label: str
    tilt: float
    contrast: float


def draw(seed: int, stream: int, count: int) -> list[Scene]:
    """Draw `count` pictures, the classes in turn.

    The same seed and stream give the same pictures, and a smaller count gives the first of them. Different streams
    share no picture.
    """
    scenes = []
    for i in range(count):
        label = CLASSES[i % len(CLASSES)]
        shot = shoot(np.random.default_rng([seed, stream, i]), label)
        sample = Sample(picture_id(shot.picture), shot.picture, reference=label, stratum=label)
        scenes.append(Scene(sample, label, shot.tilt, shot.contrast))
    return scenes


def _from_nearest(angle: float | NDArray[np.float64], period: float) -> float | NDArray[np.float64]:
    """Return the distance of an angle from the nearest multiple of the period, in degrees."""
    return np.abs((angle + period / 2) % period - period / 2)


def true_answer(label: str, turned: float, contrast: float) -> str | None:
    """Return what a sign is once it stands turned by so many degrees with so much contrast left; None: unreadable."""
    if contrast < LEAST_CONTRAST:
        return None
    if label in ARROWS:
        for name, direction in ARROWS.items():
            if _from_nearest(ARROWS[label] + turned - direction, 360) <= ARROW_REACH:
                return name
        return None
    if label == "yield" and _from_nearest(turned, YIELD_PERIOD) > YIELD_REACH:
        return None
    return label


class SignTruth:
    """The true answer of a drawn picture after an edit.

    Args:
        scenes: The pictures that will be asked about.
    """

    def __init__(self, scenes: Sequence[Scene]) -> None:
        self._scenes = {s.sample.id: s for s in scenes}

    def __call__(self, sample_ids: Sequence[str], values: NDArray[np.float64]) -> list[str | None]:
        """Return the true answers, None where the edit leaves no readable sign.

        Args:
            sample_ids: Samples among the scenes, in any number.
            values: One setting per sample, shape (batch, 3): rotation, darkening, saturation.

        Raises:
            KeyError: a sample is not among the scenes.
        """
        answers = []
        for sample_id, (rotation, darkening, _) in zip(sample_ids, values.tolist(), strict=True):
            scene = self._scenes[sample_id]
            answers.append(true_answer(scene.label, scene.tilt + rotation, scene.contrast * (1 - darkening)))
        return answers


def known_invalid(strata: Sequence[str], values: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Say which settings are known to hide the signs of a class or to change their true answer.

    Known by class and setting alone, whatever the picture: what holds for nearly every picture of the class.

    Args:
        strata: Class names.
        values: One setting per class name, shape (batch, 3): rotation, darkening, saturation.

    Returns:
        True where the setting is invalid, shape (batch,).
    """
    rotation, darkening = values[:, 0], values[:, 1]
    names = np.asarray(strata)
    hidden = STRONGEST_CONTRAST * (1 - darkening) < LEAST_CONTRAST
    arrow = np.isin(names, list(ARROWS)) & (_from_nearest(rotation, 360) >= ARROW_REACH + TILT_BOUND)
    blank = (names == "yield") & (_from_nearest(rotation, YIELD_PERIOD) >= YIELD_REACH + TILT_BOUND)
    invalid: NDArray[np.bool_] = hidden | arrow | blank
    return invalid
