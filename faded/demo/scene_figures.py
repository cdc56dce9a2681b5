"""What the demo "scenes" shows: a person at work somewhere, drawn with Pillow on a canvas that is then shrunk.

Lengths are in units of a canvas of 256 by 256; `picture` returns 64 by 64 pixels. Everything random comes from the one
generator that is handed in: where the person stands, how tall, skin, hair colour, tints, and what stands around.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

SIDE = 64
"""Side of a picture in pixels."""
_CANVAS = 256
_GROUND = 176
"""Height on the canvas at which floor and lawn begin."""

Colour = tuple[int, int, int]
Draw = ImageDraw.ImageDraw

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
    image = Image.new("RGB", (_CANVAS, _CANVAS), (255, 255, 255))
    draw = ImageDraw.Draw(image)
    SETTINGS[setting](rng, draw)
    person = Person(
        x=float(rng.uniform(108, 136)),
        top=float(rng.uniform(84, 98)),
        skin=_near(rng, SKINS[rng.integers(len(SKINS))], 10),
        hair=_near(rng, HAIRS[rng.integers(len(HAIRS))], 12),
        long=long,
        clothes=_near(rng, COLOURS[colour], 14),
    )
    _body(draw, person)
    wear, hold = JOBS[job]
    wear(draw, person)
    hold(draw, person.x + 74, person.top + 92)
    _ellipse(draw, person.x + 58, person.top + 96, 13, 13, person.skin)  # the hand that holds it
    return np.asarray(image.resize((SIDE, SIDE), Image.Resampling.LANCZOS))


def _near(rng: np.random.Generator, colour: Colour, spread: int) -> Colour:
    """Return a colour near another: lighter or darker, and a little off in hue."""
    shift = rng.integers(-spread, spread + 1) + rng.integers(-spread // 3, spread // 3 + 1, 3)
    r, g, b = (int(np.clip(c + d, 0, 255)) for c, d in zip(colour, shift, strict=True))
    return r, g, b


def _ellipse(draw: Draw, x: float, y: float, rx: float, ry: float, fill: Colour) -> None:
    draw.ellipse((x - rx, y - ry, x + rx, y + ry), fill=fill)


def _box(draw: Draw, left: float, top: float, right: float, bottom: float, fill: Colour, radius: float = 0) -> None:
    draw.rounded_rectangle((left, top, right, bottom), radius, fill=fill)


def _body(draw: Draw, person: Person) -> None:
    """Draw hair, torso, arms and face."""
    x, y = person.x, person.top
    if person.long:
        _box(draw, x - 42, y - 30, x + 42, y + 78, person.hair, 34)
    _box(draw, x - 11, y + 20, x + 11, y + 52, person.skin)
    _box(draw, x - 54, y + 42, x + 54, _CANVAS + 40, person.clothes, 30)
    shade = _shaded(person.clothes)
    draw.line([(x - 44, y + 62), (x - 52, y + 120), (x - 48, y + 172)], fill=shade, width=20, joint="curve")
    draw.line([(x + 44, y + 62), (x + 62, y + 112), (x + 58, y + 100)], fill=shade, width=20, joint="curve")
    if person.long:
        for side in (-1, 1):
            _box(draw, x + side * 33 - 11, y - 16, x + side * 33 + 11, y + 80, person.hair, 11)
    _ellipse(draw, x, y, 29, 34, person.skin)
    draw.pieslice((x - 32, y - 40, x + 32, y + 26), 180, 360, fill=person.hair)
    _ellipse(draw, x, y + 4, 26, 20, person.skin)
    for side in (-1, 1):
        _ellipse(draw, x + side * 10, y, 4, 5, DARK)
    draw.arc((x - 10, y + 6, x + 10, y + 20), 20, 160, fill=(150, 60, 60), width=4)


def _shaded(colour: Colour) -> Colour:
    r, g, b = (round(0.82 * c) for c in colour)
    return r, g, b


def _beret(draw: Draw, person: Person) -> None:
    x, y = person.x, person.top
    _ellipse(draw, x - 8, y - 32, 40, 15, (60, 36, 62))
    _ellipse(draw, x - 8, y - 46, 4, 6, (60, 36, 62))


def _hard_hat(draw: Draw, person: Person) -> None:
    x, y = person.x, person.top
    draw.pieslice((x - 36, y - 58, x + 36, y + 14), 180, 360, fill=(250, 178, 28))
    _box(draw, x - 44, y - 24, x + 44, y - 15, (232, 156, 16), 4)
    _box(draw, x - 6, y - 60, x + 6, y - 24, (232, 156, 16), 4)


def _toque(draw: Draw, person: Person) -> None:
    x, y = person.x, person.top
    for dx, dy, r in ((-22, -62, 20), (22, -62, 20), (0, -70, 24)):
        _ellipse(draw, x + dx, y + dy, r, r, PAPER)
    _box(draw, x - 28, y - 58, x + 28, y - 24, (228, 228, 224), 3)


def _cap_with_cross(draw: Draw, person: Person) -> None:
    x, y = person.x, person.top
    draw.polygon([(x - 30, y - 24), (x - 24, y - 52), (x + 24, y - 52), (x + 30, y - 24)], fill=PAPER)
    _box(draw, x - 4, y - 49, x + 4, y - 27, (210, 40, 44))
    _box(draw, x - 11, y - 42, x + 11, y - 34, (210, 40, 44))
    draw.arc((x - 22, y + 26, x + 22, y + 92), 0, 180, fill=DARK, width=5)  # a stethoscope
    _ellipse(draw, x, y + 94, 7, 7, STEEL)


def _mortarboard(draw: Draw, person: Person) -> None:
    x, y = person.x, person.top
    _box(draw, x - 27, y - 42, x + 27, y - 20, DARK, 6)
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
            [(x + side * 12, y + 44), (edge - side * 6, y + 44), (edge, _CANVAS), (x + side * 26, _CANVAS)], PAPER
        )
    draw.line([(x - 44, y + 62), (x - 52, y + 120), (x - 48, y + 172)], fill=(226, 226, 224), width=20, joint="curve")
    draw.line([(x + 44, y + 62), (x + 62, y + 112), (x + 58, y + 100)], fill=(226, 226, 224), width=20, joint="curve")
    _box(draw, x - 30, y - 5, x + 30, y + 1, DARK)
    for side in (-1, 1):
        _ellipse(draw, x + side * 12, y - 1, 12, 10, DARK)
        _ellipse(draw, x + side * 12, y - 1, 9, 7, (150, 226, 236))


def _palette(draw: Draw, x: float, y: float) -> None:
    _ellipse(draw, x, y, 34, 25, (186, 134, 84))
    for dx, dy, fill in (
        (-16, -10, (210, 50, 50)),
        (0, -14, (240, 200, 60)),
        (17, -7, (60, 110, 200)),
        (14, 9, (60, 160, 80)),
    ):
        _ellipse(draw, x + dx, y + dy, 6.5, 6.5, fill)


def _hammer(draw: Draw, x: float, y: float) -> None:
    draw.line([(x - 8, y + 30), (x + 4, y - 34)], fill=(150, 100, 56), width=9)
    _box(draw, x - 20, y - 48, x + 28, y - 28, (92, 96, 104), 4)


def _pan(draw: Draw, x: float, y: float) -> None:
    draw.line([(x - 10, y + 20), (x + 6, y - 12)], fill=DARK, width=9)
    _ellipse(draw, x + 10, y - 28, 30, 21, (52, 54, 60))
    _ellipse(draw, x + 10, y - 29, 23, 15, (96, 98, 104))
    _ellipse(draw, x + 10, y - 29, 12, 9, PAPER)
    _ellipse(draw, x + 10, y - 29, 6, 5, (244, 176, 40))


def _clipboard(draw: Draw, x: float, y: float) -> None:
    _box(draw, x - 22, y - 38, x + 26, y + 26, (140, 96, 60), 4)
    _box(draw, x - 17, y - 31, x + 21, y + 21, PAPER)
    for dy in (-20, -8, 4):
        draw.line([(x - 11, y + dy), (x + 15, y + dy)], fill=(120, 130, 150), width=4)
    _box(draw, x - 8, y - 43, x + 12, y - 33, STEEL, 3)


def _book(draw: Draw, x: float, y: float) -> None:
    draw.polygon(
        [(x - 32, y - 22), (x, y - 14), (x + 32, y - 22), (x + 32, y + 20), (x, y + 28), (x - 32, y + 20)],
        (120, 40, 36),
    )
    draw.polygon([(x - 27, y - 24), (x, y - 16), (x, y + 20), (x - 27, y + 13)], PAPER)
    draw.polygon([(x + 27, y - 24), (x, y - 16), (x, y + 20), (x + 27, y + 13)], (230, 228, 220))


def _flask(draw: Draw, x: float, y: float) -> None:
    _box(draw, x - 8, y - 46, x + 8, y - 8, (214, 232, 236))
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


def _floor(rng: np.random.Generator, draw: Draw, above: Colour, below: Colour) -> None:
    draw.rectangle((0, 0, _CANVAS, _CANVAS), fill=_near(rng, above, 10))
    draw.rectangle((0, _GROUND, _CANVAS, _CANVAS), fill=_near(rng, below, 10))


def _park(rng: np.random.Generator, draw: Draw) -> None:
    _floor(rng, draw, (168, 210, 240), (112, 170, 84))
    for x in (rng.uniform(4, 60), rng.uniform(190, 252)):
        _box(draw, x - 8, 110, x + 8, _GROUND + 14, (112, 78, 50))
        for dx, dy in ((-20, 0), (20, 4), (0, -24)):
            _ellipse(draw, x + dx, 92 + dy, 30, 28, _near(rng, (58, 120, 56), 12))


def _street(rng: np.random.Generator, draw: Draw) -> None:
    _floor(rng, draw, (208, 214, 220), (128, 128, 132))
    x = float(rng.uniform(-40, 0))
    for wall in ((176, 122, 96), (206, 190, 160), (142, 110, 104), (190, 164, 140)):
        width, top = rng.uniform(66, 92), rng.uniform(10, 60)
        draw.rectangle((x, top, x + width, _GROUND), fill=_near(rng, wall, 12))
        for wx in np.arange(x + 10, x + width - 16, 27):
            for wy in np.arange(top + 14, _GROUND - 30, 40):
                draw.rectangle((wx, wy, wx + 15, wy + 22), fill=(84, 98, 120))
        x += float(width)
    draw.rectangle((0, _GROUND + 34, _CANVAS, _GROUND + 42), fill=(236, 236, 230))


def _kitchen(rng: np.random.Generator, draw: Draw) -> None:
    _floor(rng, draw, (226, 236, 236), (178, 128, 84))
    line = (190, 206, 208)
    for at in range(0, _CANVAS, 32):
        draw.line([(at, 0), (at, _GROUND)], fill=line, width=3)
        draw.line([(0, min(at, _GROUND)), (_CANVAS, min(at, _GROUND))], fill=line, width=3)
    draw.rectangle((0, 34, _CANVAS, 44), fill=(140, 98, 62))
    for x in (rng.uniform(10, 40), rng.uniform(200, 236)):
        _box(draw, x - 20, 6, x + 20, 34, _near(rng, (176, 88, 52), 16), 4)
    draw.rectangle((0, _GROUND, _CANVAS, _GROUND + 12), fill=(110, 76, 50))


def _library(rng: np.random.Generator, draw: Draw) -> None:
    _floor(rng, draw, (92, 60, 40), (140, 104, 74))
    books = ((160, 52, 46), (54, 92, 130), (190, 154, 70), (64, 110, 78), (216, 204, 180), (96, 62, 110))
    for top in (6, 64, 122):
        x = 2.0
        while x < _CANVAS:
            width = float(rng.uniform(11, 20))
            high = float(rng.uniform(36, 48))
            draw.rectangle((x, top + 48 - high, x + width - 2, top + 48), fill=_near(rng, books[rng.integers(6)], 14))
            x += width
        draw.rectangle((0, top + 48, _CANVAS, top + 54), fill=(62, 40, 28))


def _beach(rng: np.random.Generator, draw: Draw) -> None:
    _floor(rng, draw, (150, 206, 246), (238, 214, 154))
    draw.rectangle((0, 118, _CANVAS, _GROUND), fill=_near(rng, (44, 128, 186), 12))
    _ellipse(draw, float(rng.choice([36, 220])), float(rng.uniform(26, 48)), 22, 22, (255, 226, 90))
    for _ in range(5):
        x, y = rng.uniform(0, _CANVAS), rng.uniform(126, _GROUND - 6)
        draw.line([(x - 16, y), (x + 16, y)], fill=(206, 230, 242), width=4)


SETTINGS: dict[str, Callable[[np.random.Generator, Draw], None]] = {
    "beach": _beach,
    "kitchen": _kitchen,
    "library": _library,
    "park": _park,
    "street": _street,
}
"""What is drawn behind the person."""
