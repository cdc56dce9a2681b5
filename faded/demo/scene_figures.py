"""Who is in a picture of the demo "scenes": a person at work, drawn with Pillow on a canvas that is then shrunk.

Lengths are in units of a canvas of 256 by 256; `picture` returns 64 by 64 pixels. Everything random comes from the one
generator that is handed in: where the person stands, how tall, skin, hair colour, tints, and what stands around
(`scene_places`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from faded.demo.chance import Colour, near, one
from faded.demo.scene_places import CANVAS, SETTINGS, Draw, box, ellipse

SIDE = 64
"""Side of a picture in pixels."""
COLOURS: dict[str, Colour] = {
    "red": (200, 44, 48),
    "yellow": (236, 196, 52),
    "green": (48, 142, 70),
    "blue": (46, 88, 186),
    "purple": (128, 62, 156),
    "white": (240, 240, 236),
}
"""Colours of clothes."""

SKINS: tuple[Colour, ...] = ((250, 218, 190), (226, 178, 138), (172, 118, 80), (108, 70, 48))
HAIRS: tuple[Colour, ...] = ((36, 28, 26), (96, 58, 32), (206, 164, 84), (168, 76, 38))
DARK, STEEL, PAPER, BRASS = (34, 34, 40), (150, 156, 164), (248, 246, 238), (222, 176, 60)


@dataclass(frozen=True, slots=True)
class Person:
    """Where a person stands and how they look.

    Attributes:
        x: Middle of the body.
        top: Height of the middle of the head.
        skin: Colour.
        hair: Colour.
        long: Whether the hair falls over the shoulders.
        clothes: Colour.
    """

    x: float
    top: float
    skin: Colour
    hair: Colour
    long: bool
    clothes: Colour


def picture(rng: np.random.Generator, job: str, setting: str, colour: str, long: bool) -> NDArray[np.uint8]:
    """Draw a person.

    Args:
        rng: Everything that is not said.
        job: A name in `JOBS`.
        setting: A name in `SETTINGS`.
        colour: A name in `COLOURS`.
        long: Whether the hair is long.

    Returns:
        The picture, shape (64, 64, 3).
    """
    image = Image.new("RGB", (CANVAS, CANVAS), (255, 255, 255))
    draw = ImageDraw.Draw(image)
    SETTINGS[setting](rng, draw)
    person = Person(
        x=float(rng.uniform(108, 136)),
        top=float(rng.uniform(84, 98)),
        skin=near(rng, one(rng, SKINS), 10),
        hair=near(rng, one(rng, HAIRS), 12),
        long=long,
        clothes=near(rng, COLOURS[colour], 14),
    )
    _body(draw, person)
    wear, hold = JOBS[job]
    wear(draw, person)
    hold(draw, person.x + 74, person.top + 92)
    ellipse(draw, person.x + 58, person.top + 96, 13, 13, person.skin)  # the hand that holds it
    return np.asarray(image.resize((SIDE, SIDE), Image.Resampling.LANCZOS))


def _body(draw: Draw, person: Person) -> None:
    """Draw hair, torso, arms and face."""
    x, y = person.x, person.top
    if person.long:
        box(draw, x - 42, y - 30, x + 42, y + 78, person.hair, 34)
    box(draw, x - 11, y + 20, x + 11, y + 52, person.skin)
    box(draw, x - 54, y + 42, x + 54, CANVAS + 40, person.clothes, 30)
    _sleeves(draw, person, person.clothes)
    if person.long:
        for side in (-1, 1):
            box(draw, x + side * 33 - 11, y - 16, x + side * 33 + 11, y + 80, person.hair, 11)
    ellipse(draw, x, y, 29, 34, person.skin)
    draw.pieslice((x - 32, y - 40, x + 32, y + 26), 180, 360, fill=person.hair)
    ellipse(draw, x, y + 4, 26, 20, person.skin)
    for side in (-1, 1):
        ellipse(draw, x + side * 10, y, 4, 5, DARK)
    draw.arc((x - 10, y + 6, x + 10, y + 20), 20, 160, fill=(150, 60, 60), width=4)


def _sleeves(draw: Draw, person: Person, cloth: Colour) -> None:
    """Draw both arms, a little darker than the cloth, so that they stand out from the body."""
    x, y = person.x, person.top
    r, g, b = (round(0.82 * c) for c in cloth)
    draw.line([(x - 44, y + 62), (x - 52, y + 120), (x - 48, y + 172)], fill=(r, g, b), width=20, joint="curve")
    draw.line([(x + 44, y + 62), (x + 62, y + 112), (x + 58, y + 100)], fill=(r, g, b), width=20, joint="curve")


def _beret(draw: Draw, person: Person) -> None:
    x, y = person.x, person.top
    ellipse(draw, x - 8, y - 32, 40, 15, (60, 36, 62))
    ellipse(draw, x - 8, y - 46, 4, 6, (60, 36, 62))


def _hard_hat(draw: Draw, person: Person) -> None:
    x, y = person.x, person.top
    draw.pieslice((x - 36, y - 58, x + 36, y + 14), 180, 360, fill=(250, 178, 28))
    box(draw, x - 44, y - 24, x + 44, y - 15, (232, 156, 16), 4)
    box(draw, x - 6, y - 60, x + 6, y - 24, (232, 156, 16), 4)


def _toque(draw: Draw, person: Person) -> None:
    x, y = person.x, person.top
    for dx, dy, r in ((-22, -62, 20), (22, -62, 20), (0, -70, 24)):
        ellipse(draw, x + dx, y + dy, r, r, PAPER)
    box(draw, x - 28, y - 58, x + 28, y - 24, (228, 228, 224), 3)


def _cap_with_cross(draw: Draw, person: Person) -> None:
    x, y = person.x, person.top
    draw.polygon([(x - 30, y - 24), (x - 24, y - 52), (x + 24, y - 52), (x + 30, y - 24)], fill=PAPER)
    box(draw, x - 4, y - 49, x + 4, y - 27, (210, 40, 44))
    box(draw, x - 11, y - 42, x + 11, y - 34, (210, 40, 44))
    draw.arc((x - 22, y + 26, x + 22, y + 92), 0, 180, fill=DARK, width=5)  # a stethoscope
    ellipse(draw, x, y + 94, 7, 7, STEEL)


def _mortarboard(draw: Draw, person: Person) -> None:
    x, y = person.x, person.top
    box(draw, x - 27, y - 42, x + 27, y - 20, DARK, 6)
    draw.polygon([(x - 54, y - 42), (x, y - 58), (x + 54, y - 42), (x, y - 27)], fill=(24, 24, 28))
    draw.line([(x, y - 43), (x + 40, y - 38), (x + 42, y - 12)], fill=BRASS, width=5)
    for side in (-1, 1):
        draw.ellipse((x + side * 11 - 10, y - 9, x + side * 11 + 10, y + 9), outline=DARK, width=3)


def _goggles(draw: Draw, person: Person) -> None:
    """Goggles, and an open white coat over the clothes."""
    x, y = person.x, person.top
    for side in (-1, 1):
        edge = x + side * 54
        draw.polygon(
            [(x + side * 12, y + 44), (edge - side * 6, y + 44), (edge, CANVAS), (x + side * 26, CANVAS)], PAPER
        )
    _sleeves(draw, person, PAPER)
    box(draw, x - 30, y - 5, x + 30, y + 1, DARK)
    for side in (-1, 1):
        ellipse(draw, x + side * 12, y - 1, 12, 10, DARK)
        ellipse(draw, x + side * 12, y - 1, 9, 7, (150, 226, 236))


def _palette(draw: Draw, x: float, y: float) -> None:
    ellipse(draw, x, y, 34, 25, (186, 134, 84))
    for dx, dy, fill in (
        (-16, -10, (210, 50, 50)),
        (0, -14, (240, 200, 60)),
        (17, -7, (60, 110, 200)),
        (14, 9, (60, 160, 80)),
    ):
        ellipse(draw, x + dx, y + dy, 6.5, 6.5, fill)


def _hammer(draw: Draw, x: float, y: float) -> None:
    draw.line([(x - 8, y + 30), (x + 4, y - 34)], fill=(150, 100, 56), width=9)
    box(draw, x - 20, y - 48, x + 28, y - 28, (92, 96, 104), 4)


def _pan(draw: Draw, x: float, y: float) -> None:
    draw.line([(x - 10, y + 20), (x + 6, y - 12)], fill=DARK, width=9)
    ellipse(draw, x + 10, y - 28, 30, 21, (52, 54, 60))
    ellipse(draw, x + 10, y - 29, 23, 15, (96, 98, 104))
    ellipse(draw, x + 10, y - 29, 12, 9, PAPER)
    ellipse(draw, x + 10, y - 29, 6, 5, (244, 176, 40))


def _clipboard(draw: Draw, x: float, y: float) -> None:
    box(draw, x - 22, y - 38, x + 26, y + 26, (140, 96, 60), 4)
    box(draw, x - 17, y - 31, x + 21, y + 21, PAPER)
    for dy in (-20, -8, 4):
        draw.line([(x - 11, y + dy), (x + 15, y + dy)], fill=(120, 130, 150), width=4)
    box(draw, x - 8, y - 43, x + 12, y - 33, STEEL, 3)


def _book(draw: Draw, x: float, y: float) -> None:
    draw.polygon(
        [(x - 32, y - 22), (x, y - 14), (x + 32, y - 22), (x + 32, y + 20), (x, y + 28), (x - 32, y + 20)],
        (120, 40, 36),
    )
    draw.polygon([(x - 27, y - 24), (x, y - 16), (x, y + 20), (x - 27, y + 13)], PAPER)
    draw.polygon([(x + 27, y - 24), (x, y - 16), (x, y + 20), (x + 27, y + 13)], (230, 228, 220))


def _flask(draw: Draw, x: float, y: float) -> None:
    box(draw, x - 8, y - 46, x + 8, y - 8, (214, 232, 236))
    draw.polygon([(x - 8, y - 14), (x + 8, y - 14), (x + 30, y + 28), (x - 30, y + 28)], (214, 232, 236))
    draw.polygon([(x - 16, y + 4), (x + 16, y + 4), (x + 27, y + 25), (x - 27, y + 25)], (60, 200, 90))


Wear = Callable[[Draw, Person], None]
Hold = Callable[[Draw, float, float], None]

JOBS: dict[str, tuple[Wear, Hold]] = {
    "artist": (_beret, _palette),
    "builder": (_hard_hat, _hammer),
    "chef": (_toque, _pan),
    "nurse": (_cap_with_cross, _clipboard),
    "professor": (_mortarboard, _book),
    "scientist": (_goggles, _flask),
}
"""What each wears and holds, besides clothes."""
