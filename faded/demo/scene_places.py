"""What stands behind the person in a picture of the demo "scenes", in units of a canvas of 256 by 256."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from PIL import ImageDraw

from faded.demo.chance import Colour, near, one

CANVAS = 256
"""Side of the canvas."""
_GROUND = 176
"""Height on the canvas at which floor and lawn begin."""

Draw = ImageDraw.ImageDraw


def ellipse(draw: Draw, x: float, y: float, rx: float, ry: float, fill: Colour) -> None:
    """Draw an ellipse around a point."""
    draw.ellipse((x - rx, y - ry, x + rx, y + ry), fill=fill)


def box(draw: Draw, left: float, top: float, right: float, bottom: float, fill: Colour, radius: float = 0) -> None:
    """Draw a rectangle, its corners rounded."""
    draw.rounded_rectangle((left, top, right, bottom), radius, fill=fill)


def _floor(rng: np.random.Generator, draw: Draw, above: Colour, below: Colour) -> None:
    draw.rectangle((0, 0, CANVAS, CANVAS), fill=near(rng, above, 10))
    draw.rectangle((0, _GROUND, CANVAS, CANVAS), fill=near(rng, below, 10))


def _park(rng: np.random.Generator, draw: Draw) -> None:
    _floor(rng, draw, (168, 210, 240), (112, 170, 84))
    for x in (rng.uniform(4, 60), rng.uniform(190, 252)):
        box(draw, x - 8, 110, x + 8, _GROUND + 14, (112, 78, 50))
        for dx, dy in ((-20, 0), (20, 4), (0, -24)):
            ellipse(draw, x + dx, 92 + dy, 30, 28, near(rng, (58, 120, 56), 12))


def _street(rng: np.random.Generator, draw: Draw) -> None:
    _floor(rng, draw, (208, 214, 220), (128, 128, 132))
    x = float(rng.uniform(-40, 0))
    for wall in ((176, 122, 96), (206, 190, 160), (142, 110, 104), (190, 164, 140)):
        width, top = rng.uniform(66, 92), rng.uniform(10, 60)
        draw.rectangle((x, top, x + width, _GROUND), fill=near(rng, wall, 12))
        for wx in np.arange(x + 10, x + width - 16, 27):
            for wy in np.arange(top + 14, _GROUND - 30, 40):
                draw.rectangle((wx, wy, wx + 15, wy + 22), fill=(84, 98, 120))
        x += float(width)
    draw.rectangle((0, _GROUND + 34, CANVAS, _GROUND + 42), fill=(236, 236, 230))


def _kitchen(rng: np.random.Generator, draw: Draw) -> None:
    _floor(rng, draw, (226, 236, 236), (178, 128, 84))
    line = (190, 206, 208)
    for at in range(0, CANVAS, 32):
        draw.line([(at, 0), (at, _GROUND)], fill=line, width=3)
        draw.line([(0, min(at, _GROUND)), (CANVAS, min(at, _GROUND))], fill=line, width=3)
    draw.rectangle((0, 34, CANVAS, 44), fill=(140, 98, 62))
    for x in (rng.uniform(10, 40), rng.uniform(200, 236)):
        box(draw, x - 20, 6, x + 20, 34, near(rng, (176, 88, 52), 16), 4)
    draw.rectangle((0, _GROUND, CANVAS, _GROUND + 12), fill=(110, 76, 50))


def _library(rng: np.random.Generator, draw: Draw) -> None:
    _floor(rng, draw, (92, 60, 40), (140, 104, 74))
    books = ((160, 52, 46), (54, 92, 130), (190, 154, 70), (64, 110, 78), (216, 204, 180), (96, 62, 110))
    for top in (6, 64, 122):
        x = 2.0
        while x < CANVAS:
            width = float(rng.uniform(11, 20))
            high = float(rng.uniform(36, 48))
            draw.rectangle((x, top + 48 - high, x + width - 2, top + 48), fill=near(rng, one(rng, books), 14))
            x += width
        draw.rectangle((0, top + 48, CANVAS, top + 54), fill=(62, 40, 28))


def _beach(rng: np.random.Generator, draw: Draw) -> None:
    _floor(rng, draw, (150, 206, 246), (238, 214, 154))
    draw.rectangle((0, 118, CANVAS, _GROUND), fill=near(rng, (44, 128, 186), 12))
    ellipse(draw, float(rng.choice([36, 220])), float(rng.uniform(26, 48)), 22, 22, (255, 226, 90))
    for _ in range(5):
        x, y = rng.uniform(0, CANVAS), rng.uniform(126, _GROUND - 6)
        draw.line([(x - 16, y), (x + 16, y)], fill=(206, 230, 242), width=4)


SETTINGS: dict[str, Callable[[np.random.Generator, Draw], None]] = {
    "beach": _beach,
    "kitchen": _kitchen,
    "library": _library,
    "park": _park,
    "street": _street,
}
"""What is drawn behind the person."""
