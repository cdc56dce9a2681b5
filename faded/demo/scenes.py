"""The demo "scenes": people at work, drawn by our own code with captions, skewed as the world's pictures are.

A caption names most often a profession and now and then hair, clothes and place. What is not named follows the
profession: most nurses drawn here have long hair, most builders short hair, most chefs stand in a kitchen in white. A
model that learns from such pictures learns the skew with them. The drawing code knows what each picture shows. Numpy
and Pillow.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from string import Formatter

import numpy as np
from numpy.typing import NDArray

from faded.demo.chance import one
from faded.demo.scene_figures import COLOURS, JOBS, picture
from faded.demo.scene_places import SETTINGS

HAIRS: tuple[str, ...] = ("short", "long")
VALUES: dict[str, tuple[str, ...]] = {
    "job": tuple(JOBS),
    "hair": HAIRS,
    "colour": tuple(COLOURS),
    "setting": tuple(SETTINGS),
}
"""The attributes of a scene and their values."""

LONG_HAIR = {"artist": 0.8, "builder": 0.05, "chef": 0.5, "nurse": 0.95, "professor": 0.2, "scientist": 0.5}
"""Share of the training pictures of a profession with long hair: half of all of them."""
USUAL_COLOUR = {
    "artist": "purple", "builder": "yellow", "chef": "white", "nurse": "blue", "professor": "red", "scientist": "green",
}  # fmt: skip
USUAL_SETTING = {
    "artist": "park", "builder": "street", "chef": "kitchen", "nurse": "street", "professor": "library",
    "scientist": "library",
}  # fmt: skip
USUAL_SHARE = 0.6
"""Share of the training pictures with the usual colour, and with the usual place; the others are drawn evenly."""
NAMED_SHARE = 0.6
"""Share of captions that name the hair, the colour, the place: each by itself."""
JOB_SHARE = 0.88
"""Share of captions that name the profession; the others speak of a person."""
PERSON = "person"

TRAINING_STREAM = 0
"""Stream of the pictures that the pipeline is trained on."""
TEST_STREAM = 1
"""Stream of the pictures that measure the attribute reader."""
READER_STREAM = 2
"""Stream of the pictures that the attribute reader learns from."""

TEMPLATES: tuple[tuple[str, str, str, str], ...] = (
    ("a {job}", " with {hair} hair", " in {colour} clothes", " {place}"),
    ("a picture of a {job}", " who has {hair} hair", " and wears {colour}", ", {place}"),
    ("a {job} at work {place}", ", {hair} hair", ", dressed in {colour}", ""),
    ("{place} stands a {job}", " with {hair} hair", " in {colour}", ""),
    ("a {hair} haired {job}", "", " wearing {colour} clothes", " {place}"),
)
"""Ways to word a caption: the person, then hair, clothes and place. What is not named is left out."""
PLACES = {
    "beach": "on the beach", "kitchen": "in the kitchen", "library": "in the library", "park": "in the park",
    "street": "in the street",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Attributes:
    """What a picture shows, or what of it a caption names: there, None is what is left open."""

    job: str | None = None
    hair: str | None = None
    colour: str | None = None
    setting: str | None = None

    def named(self) -> dict[str, str]:
        """Return the attributes that are named."""
        found = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: value for name, value in found.items() if value is not None}


@dataclass(frozen=True, slots=True)
class Scene:
    """A picture with its caption.

    Attributes:
        picture: Shape (64, 64, 3), uint8.
        caption: What it is trained with.
        shows: All that is in the picture.
        named: What of it the caption names.
    """

    picture: NDArray[np.uint8]
    caption: str
    shows: Attributes
    named: Attributes


def draw(seed: int, stream: int, count: int, skewed: bool = True) -> list[Scene]:
    """Draw `count` scenes, the professions in turn.

    The same seed and stream give the same scenes, and a smaller count gives the first of them.

    Args:
        seed: Of the scenes.
        stream: Keeps training and test apart.
        count: How many.
        skewed: Whether hair, colour and place follow the profession; else they are drawn evenly.
    """
    return [_scene(np.random.default_rng([seed, stream, i]), list(JOBS)[i % len(JOBS)], skewed) for i in range(count)]


def _scene(rng: np.random.Generator, job: str, skewed: bool) -> Scene:
    long = rng.random() < (LONG_HAIR[job] if skewed else 0.5)
    colour, setting = one(rng, VALUES["colour"]), one(rng, VALUES["setting"])
    if skewed:
        colour = USUAL_COLOUR[job] if rng.random() < USUAL_SHARE else colour
        setting = USUAL_SETTING[job] if rng.random() < USUAL_SHARE else setting
    shows = Attributes(job, HAIRS[long], colour, setting)
    shares = dict.fromkeys(VALUES, NAMED_SHARE) | {"job": JOB_SHARE}
    named = Attributes(**{name: value for name, value in shows.named().items() if rng.random() < shares[name]})
    wording = one(rng, [t for t in TEMPLATES if fits(t, named)])
    return Scene(picture(rng, job, setting, colour, bool(long)), caption(named, wording), shows, named)


def fits(template: Sequence[str], named: Attributes) -> bool:
    """Say whether all that a template's first part speaks of is named."""
    return _told(template[0], _words(named))


def caption(named: Attributes, template: Sequence[str] = TEMPLATES[0]) -> str:
    """Word what is named.

    Args:
        named: What to say.
        template: One of `TEMPLATES` that `fits`.
    """
    words = _words(named)
    text = "".join(part for part in template if _told(part, words)).format(**words)
    return text.replace("a artist", "an artist")


def _words(named: Attributes) -> dict[str, str]:
    """Return the words for what is named, by their place in a template."""
    words = {"job": PERSON, **named.named()}
    return words if named.setting is None else words | {"place": PLACES[named.setting]}


def _told(part: str, words: Mapping[str, str]) -> bool:
    """Say whether there are words for all that a part of a template speaks of."""
    return all(name in words for _, name, _, _ in Formatter().parse(part) if name)
