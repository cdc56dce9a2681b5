"""The plates of the demo signs, drawn head-on as flat paint.

Every sign is made of discs, polygons and strokes in a frame from -1 to 1 (x to the right, y down), its own shapes and
lettering included, so that no font and no picture file is needed. Generic European-style signs, of no country's exact
pattern.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import lru_cache

import numpy as np
from PIL import Image, ImageDraw

from faded.demo.chance import Colour

Point = tuple[float, float]

RED: Colour = (192, 24, 36)
BLUE: Colour = (10, 72, 160)
WHITE: Colour = (246, 246, 240)
BLACK: Colour = (22, 22, 24)
YELLOW: Colour = (240, 172, 8)
GREEN: Colour = (20, 140, 70)
GREY: Colour = (120, 122, 124)

MASTER_SIZE = 128
"""Side of a drawn plate in pixels: about twice what a sign has in a picture, for clean edges after shrinking."""
_FINE = 3
"""Plates are painted this many times larger and shrunk: Pillow paints without smoothing edges."""
VARIANTS = 6
"""Makes of every plate: widths of borders and strokes differ between them."""


class Plate:
    """A sheet to paint on, in a frame from -1 to 1.

    Args:
        weight: Factor on the width of every stroke and border, about 1.
    """

    def __init__(self, weight: float) -> None:
        self.weight = weight
        self._side = MASTER_SIZE * _FINE
        self._image = Image.new("RGBA", (self._side, self._side), (128, 128, 128, 0))
        self._draw = ImageDraw.Draw(self._image)

    def _at(self, point: Point) -> Point:
        half = self._side / 2
        return half * (1 + point[0]), half * (1 + point[1])

    def polygon(self, points: Sequence[Point], colour: Colour) -> None:
        """Fill a polygon."""
        self._draw.polygon([self._at(p) for p in points], fill=(*colour, 255))

    def disc(self, centre: Point, radius: float, colour: Colour) -> None:
        """Fill a circle."""
        (x, y), r = self._at(centre), radius * self._side / 2
        self._draw.ellipse((x - r, y - r, x + r, y + r), fill=(*colour, 255))

    def stroke(self, points: Sequence[Point], width: float, colour: Colour) -> None:
        """Draw a line with round ends through the points."""
        thick = width * self.weight
        corners = [self._at(p) for p in points]
        self._draw.line(corners, fill=(*colour, 255), width=round(thick * self._side / 2), joint="curve")
        for end in (points[0], points[-1]):
            self.disc(end, thick / 2, colour)

    def finish(self) -> Image.Image:
        """Return the plate at its final size, with its outline as the alpha channel."""
        return self._image.reduce(_FINE)


def arc(centre: Point, radii: Point, start: float, end: float) -> list[Point]:
    """Return points on an ellipse, from one angle to another in degrees, clockwise from the right."""
    angles = np.radians(np.linspace(start, end, 24))
    return [(centre[0] + radii[0] * math.cos(a), centre[1] + radii[1] * math.sin(a)) for a in angles]


def regular(corners: int, radius: float, turn: float) -> list[Point]:
    """Return the corners of a regular polygon, the first at `turn` degrees clockwise from the right."""
    step = 360 / corners
    return [
        (radius * math.cos(math.radians(turn + step * i)), radius * math.sin(math.radians(turn + step * i)))
        for i in range(corners)
    ]


GLYPHS: dict[str, list[list[Point]]] = {
    "0": [arc((0, 0), (0.55, 1), 0, 360)],
    "3": [arc((-0.05, -0.5), (0.55, 0.5), -150, 90), arc((-0.05, 0.48), (0.6, 0.52), -90, 150)],
    "5": [[(0.5, -1), (-0.4, -1), (-0.5, -0.12)], arc((-0.05, 0.38), (0.6, 0.62), -135, 140)],
    "8": [arc((0, -0.5), (0.48, 0.5), 0, 360), arc((0, 0.48), (0.58, 0.52), 0, 360)],
    "S": [arc((0, -0.5), (0.52, 0.5), -20, -270), arc((0, 0.5), (0.52, 0.5), -90, 160)],
    "T": [[(-0.6, -1), (0.6, -1)], [(0, -1), (0, 1)]],
    "O": [arc((0, 0), (0.6, 1), 0, 360)],
    "P": [[(-0.5, 1), (-0.5, -1), (0.05, -1)], arc((0.05, -0.45), (0.55, 0.55), -90, 90), [(0.05, 0.1), (-0.5, 0.1)]],
}
"""Letters and digits as strokes, in a box from -1 to 1 each way."""


def write(plate: Plate, text: str, centre: Point, size: Point, pitch: float, width: float, colour: Colour) -> None:
    """Write a text: `size` is half the width and height of a glyph, `pitch` the distance between glyphs."""
    left = centre[0] - pitch * (len(text) - 1) / 2
    for i, glyph in enumerate(text):
        for points in GLYPHS[glyph]:
            plate.stroke([(left + pitch * i + x * size[0], centre[1] + y * size[1]) for x, y in points], width, colour)


def _ring(plate: Plate, rim: Colour, inside: Colour, width: float) -> None:
    plate.disc((0, 0), 1, rim)
    plate.disc((0, 0), 1 - width * plate.weight, inside)


def _triangle(plate: Plate, turn: float) -> None:
    plate.polygon(regular(3, 1, turn), RED)
    plate.polygon(regular(3, 1 - 0.30 * plate.weight, turn), WHITE)


def _stop(plate: Plate) -> None:
    plate.polygon(regular(8, 1, 22.5), WHITE)
    plate.polygon(regular(8, 0.93, 22.5), RED)
    write(plate, "STOP", (0, 0), (0.19, 0.34), 0.41, 0.13, WHITE)


def _yield(plate: Plate) -> None:
    _triangle(plate, 90)


def _no_entry(plate: Plate) -> None:
    _ring(plate, WHITE, RED, 0.05)
    high = 0.17 * plate.weight
    plate.polygon([(-0.72, -high), (0.72, -high), (0.72, high), (-0.72, high)], WHITE)


def _priority(plate: Plate) -> None:
    plate.polygon(regular(4, 1, 0), BLACK)
    plate.polygon(regular(4, 0.92, 0), WHITE)
    plate.polygon(regular(4, 1 - 0.38 * plate.weight, 0), YELLOW)


def _roundabout(plate: Plate) -> None:
    _ring(plate, WHITE, BLUE, 0.06)
    for start in (0, 120, 240):
        plate.stroke(arc((0, 0), (0.55, 0.55), -start, -start - 62), 0.17, WHITE)
        tip, base = math.radians(-start - 100), math.radians(-start - 62)
        plate.polygon(
            [
                (0.55 * math.cos(tip), 0.55 * math.sin(tip)),
                (0.80 * math.cos(base), 0.80 * math.sin(base)),
                (0.30 * math.cos(base), 0.30 * math.sin(base)),
            ],
            WHITE,
        )


def _arrow(degrees: float) -> Callable[[Plate], None]:
    """Return the painter of a blue disc with an arrow, counter-clockwise from straight up."""

    def paint(plate: Plate) -> None:
        _ring(plate, WHITE, BLUE, 0.06)
        c, s = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
        half = 0.13 * plate.weight
        shape = [(0, -0.78), (0.46, -0.18), (half, -0.18), (half, 0.7), (-half, 0.7), (-half, -0.18), (-0.46, -0.18)]
        plate.polygon([(x * c + y * s, -x * s + y * c) for x, y in shape], WHITE)

    return paint


def _limit(digits: str) -> Callable[[Plate], None]:
    def paint(plate: Plate) -> None:
        _ring(plate, RED, WHITE, 0.2)
        write(plate, digits, (0, 0), (0.25, 0.38), 0.68, 0.17, BLACK)

    return paint


def _car(plate: Plate, x: float, colour: Colour) -> None:
    plate.polygon([(x - 0.2, -0.2), (x - 0.12, -0.38), (x + 0.12, -0.38), (x + 0.2, -0.2)], colour)
    plate.polygon([(x - 0.26, -0.2), (x + 0.26, -0.2), (x + 0.26, 0.2), (x - 0.26, 0.2)], colour)
    for wheel in (x - 0.18, x + 0.18):
        plate.polygon([(wheel - 0.08, 0.2), (wheel + 0.08, 0.2), (wheel + 0.08, 0.36), (wheel - 0.08, 0.36)], colour)


def _no_overtaking(plate: Plate) -> None:
    _ring(plate, RED, WHITE, 0.2)
    _car(plate, -0.34, RED)
    _car(plate, 0.34, BLACK)


def _end_of_limits(plate: Plate) -> None:
    _ring(plate, BLACK, WHITE, 0.07)
    for shift in (-0.2, 0, 0.2):
        plate.stroke([(-0.58 + shift, 0.58 + shift), (0.58 + shift, -0.58 + shift)], 0.1, BLACK)


def _square(plate: Plate) -> None:
    plate.polygon(regular(4, 1.0, 45), WHITE)
    plate.polygon(regular(4, 0.93, 45), BLUE)


def _parking(plate: Plate) -> None:
    _square(plate)
    write(plate, "P", (0.02, 0), (0.32, 0.43), 0, 0.2, WHITE)


def _crossing(plate: Plate) -> None:
    _square(plate)
    plate.polygon([(0, -0.58), (0.6, 0.54), (-0.6, 0.54)], WHITE)
    plate.disc((0, -0.22), 0.09, BLACK)
    plate.stroke([(0, -0.08), (0, 0.2)], 0.11, BLACK)
    plate.stroke([(-0.2, 0.48), (0, 0.18), (0.2, 0.48)], 0.09, BLACK)
    plate.stroke([(-0.17, 0.1), (0, -0.04), (0.17, 0.1)], 0.07, BLACK)


def _cycles(plate: Plate) -> None:
    _ring(plate, WHITE, BLUE, 0.06)
    for hub in (-0.42, 0.42):
        plate.stroke(arc((hub, 0.2), (0.27, 0.27), 0, 360), 0.08, WHITE)
    plate.stroke([(-0.42, 0.2), (-0.18, -0.25), (0.28, -0.25), (0.02, 0.2), (-0.42, 0.2)], 0.08, WHITE)
    plate.stroke([(0.02, 0.2), (-0.22, -0.36)], 0.08, WHITE)
    plate.stroke([(-0.34, -0.38), (-0.12, -0.38)], 0.09, WHITE)
    plate.stroke([(0.42, 0.2), (0.24, -0.45), (0.44, -0.47)], 0.08, WHITE)


def _danger(plate: Plate) -> None:
    _triangle(plate, -90)
    plate.polygon([(-0.11, -0.42), (0.11, -0.42), (0.07, 0.1), (-0.07, 0.1)], BLACK)
    plate.disc((0, 0.25), 0.1, BLACK)


def _crossroads(plate: Plate) -> None:
    _triangle(plate, -90)
    plate.stroke([(-0.22, -0.16), (0.22, 0.28)], 0.13, BLACK)
    plate.stroke([(0.22, -0.16), (-0.22, 0.28)], 0.13, BLACK)


def _bumps(plate: Plate) -> None:
    _triangle(plate, -90)
    for x in (-0.19, 0.19):
        plate.polygon(arc((x, 0.2), (0.19, 0.24), 180, 360), BLACK)
    plate.polygon([(-0.42, 0.18), (0.42, 0.18), (0.42, 0.29), (-0.42, 0.29)], BLACK)


def _lights(plate: Plate) -> None:
    _triangle(plate, -90)
    plate.polygon([(-0.15, -0.42), (0.15, -0.42), (0.15, 0.33), (-0.15, 0.33)], BLACK)
    for y, colour in ((-0.29, RED), (-0.05, YELLOW), (0.19, GREEN)):
        plate.disc((0, y), 0.105, colour)


PAINTERS: dict[str, Callable[[Plate], None]] = {
    "stop": _stop,
    "yield": _yield,
    "no entry": _no_entry,
    "priority road": _priority,
    "roundabout": _roundabout,
    "turn left": _arrow(90),
    "turn right": _arrow(-90),
    "straight ahead": _arrow(0),
    "speed limit 30": _limit("30"),
    "speed limit 50": _limit("50"),
    "speed limit 80": _limit("80"),
    "no overtaking": _no_overtaking,
    "end of limits": _end_of_limits,
    "parking": _parking,
    "pedestrian crossing": _crossing,
    "cycle path": _cycles,
    "general danger": _danger,
    "crossroads": _crossroads,
    "uneven road": _bumps,
    "traffic lights": _lights,
}
"""What paints each class."""

CORNERED_SIGNS = frozenset(
    {"yield", "priority road", "parking", "pedestrian crossing"}
    | {"general danger", "crossroads", "uneven road", "traffic lights"}
)
"""The plates that are no discs: triangles, the diamond, squares."""


@lru_cache(maxsize=len(PAINTERS) * VARIANTS)
def master(name: str, variant: int) -> Image.Image:
    """Return one make of a plate: RGBA, `MASTER_SIZE` square. The image is shared: do not change it."""
    plate = Plate(weight=0.88 + 0.24 * variant / (VARIANTS - 1))
    PAINTERS[name](plate)
    return plate.finish()
