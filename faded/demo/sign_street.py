"""The street around a demo sign: what stands behind it, what light falls on it, what hangs before it, the camera.

Everything is drawn from the one generator that is handed in. What varies, and how much, is what a driver's camera sees
by day: signs stand nearly upright, in sun or in shade, a little faded. Pictures are 64 by 64 pixels.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

from faded.demo.chance import near, one
from faded.demo.sign_shapes import CORNERED_SIGNS, GREY, MASTER_SIZE, VARIANTS, master

SIDE = 64
"""Side of a picture in pixels."""
_DOUBLE = 2 * SIDE
"""Signs are placed on a canvas of twice the size and shrunk, for clean edges."""

TILT_SD = 5.0
"""Standard deviation of a sign's own tilt in degrees: posts lean, cameras too."""
RADIUS = (16.0, 25.0)
"""Radius of a disc in pixels: near enough to read."""
CORNERED = 1.14
"""How much farther the corners of triangles, diamonds and squares reach: streets have them wider than discs."""
LIGHT = (0.62, 1.08)
"""Factor of the light: a street by day, from deep shade to full sun."""
FADING = (0.0, 0.3)
"""Share of grey that sun and rain have blended into the paint."""

_LUMA = np.array([0.299, 0.587, 0.114], dtype=np.float32)
"""Weights of red, green, blue in brightness (ITU-R BT.601)."""

Float = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Shot:
    """A picture of a sign, with what the drawing code knows of it.

    Attributes:
        picture: Shape (64, 64, 3).
        tilt: How far the sign itself is turned, in degrees, counter-clockwise.
        contrast: Difference in brightness between the light and the dark parts of the plate, in steps of 255.
    """

    picture: NDArray[np.uint8]
    tilt: float
    contrast: float


def shoot(rng: np.random.Generator, name: str) -> Shot:
    """Draw one picture of the sign of class `name` in a street."""
    backdrop = _backdrop(rng)
    tilt = float(rng.normal(0, TILT_SD))
    radius = float(rng.uniform(*RADIUS)) * (CORNERED if name in CORNERED_SIGNS else 1)
    room = SIDE / 2 - radius - 2
    centre = rng.uniform(-room, room, 2) * 0.6 + SIDE / 2
    _furniture(rng, backdrop, (float(centre[0]), float(centre[1])), radius)
    street = _texture(rng, np.asarray(backdrop, dtype=np.float32))
    paint, cover = _place(rng, name, tilt, radius, centre)
    light = _light(rng)
    picture = street * (1 - cover) + _weather(rng, paint) * cover
    picture = _occlude(rng, picture, centre, radius) * light
    finished = _camera(rng, picture)
    return Shot(finished, tilt, _contrast(finished, cover))


def _backdrop(rng: np.random.Generator) -> Image.Image:
    """Draw sky, houses, trees and road."""
    sky = near(rng, one(rng, ((150, 190, 230), (205, 212, 218), (225, 225, 222))))
    image = Image.new("RGB", (SIDE, SIDE), sky)
    draw = ImageDraw.Draw(image)
    horizon = int(rng.integers(30, 58))
    for _ in range(int(rng.integers(0, 4))):
        _house(rng, draw, horizon)
    for _ in range(int(rng.integers(0, 5))):
        x, y, r = rng.uniform(-5, 69), horizon - rng.uniform(0, 30), rng.uniform(5, 18)
        draw.rectangle((x - 1, y, x + 1, horizon), fill=near(rng, (88, 66, 48)))
        for dx, dy in rng.uniform(-r / 2, r / 2, (3, 2)):
            draw.ellipse((x + dx - r, y + dy - r, x + dx + r, y + dy + r), fill=near(rng, (62, 98, 48)))
    ground = one(rng, ((112, 112, 114), (108, 128, 74), (150, 140, 124)))
    draw.rectangle((0, horizon, SIDE, SIDE), fill=near(rng, ground))
    left = rng.uniform(-30, 50)
    draw.polygon([(left, SIDE), (left + 60, SIDE), (34, horizon), (28, horizon)], fill=near(rng, (92, 92, 96)))
    draw.line([(left + 30, SIDE), (31, horizon)], fill=near(rng, (205, 205, 200)), width=1)
    return image


def _house(rng: np.random.Generator, draw: ImageDraw.ImageDraw, horizon: int) -> None:
    """Draw a house front with rows of windows."""
    wall = one(rng, ((178, 160, 140), (150, 92, 76), (200, 190, 170), (128, 130, 136)))
    x, width, high = int(rng.integers(-10, 60)), int(rng.integers(12, 36)), int(rng.integers(12, 56))
    draw.rectangle((x, horizon - high, x + width, horizon), fill=near(rng, wall))
    glass, step = near(rng, (70, 80, 95)), int(rng.integers(6, 10))
    for wx in range(x + 3, x + width - 3, step):
        for wy in range(horizon - high + 3, horizon - 4, step):
            draw.rectangle((wx, wy, wx + step // 2 - 1, wy + step // 2), fill=glass)


def _furniture(rng: np.random.Generator, image: Image.Image, centre: tuple[float, float], radius: float) -> None:
    """Draw the sign's post, other posts, plates and lamps."""
    draw = ImageDraw.Draw(image)
    for _ in range(int(rng.integers(0, 4))):
        x, y, r = rng.uniform(0, SIDE), rng.uniform(0, SIDE), rng.uniform(2, 6)
        colour = tuple(int(c) for c in rng.integers(30, 240, 3))
        if rng.random() < 0.5:
            draw.ellipse((x - r, y - r, x + r, y + r), fill=colour)
        else:
            draw.rectangle((x - r, y - r / 2, x + r, y + r / 2), fill=colour)
    if rng.random() < 0.4:
        x = rng.uniform(0, SIDE)
        draw.rectangle((x, rng.uniform(-20, 20), x + rng.uniform(1, 4), SIDE), fill=near(rng, GREY))
    x, y = centre
    half = rng.uniform(1, 2.2)
    draw.rectangle((x - half, y, x + half, SIDE), fill=near(rng, (140, 142, 144)))
    if rng.random() < 0.25:
        wide, top = radius * rng.uniform(0.6, 0.95), y + radius + rng.uniform(1, 3)
        draw.rectangle((x - wide, top, x + wide, top + rng.uniform(5, 10)), fill=near(rng, (225, 225, 220)))


def _field(rng: np.random.Generator, coarse: int) -> Float:
    """Return a smooth random field over the picture, shape (64, 64, 1), mean 0, standard deviation about 1."""
    seeds = Image.fromarray(rng.standard_normal((coarse, coarse), dtype=np.float32))
    return np.asarray(seeds.resize((SIDE, SIDE), Image.Resampling.BICUBIC))[:, :, None]


def _texture(rng: np.random.Generator, street: Float) -> Float:
    """Roughen flat paint: walls, leaves and asphalt are never one colour."""
    rough: Float = street + rng.uniform(4, 12) * _field(rng, 32) + rng.uniform(3, 10) * _field(rng, 9)
    return rough


def _place(
    rng: np.random.Generator, name: str, tilt: float, radius: float, centre: NDArray[np.float64]
) -> tuple[Float, Float]:
    """Return the sign's paint (64, 64, 3) and its cover (64, 64, 1) in [0, 1], tilted, scaled, seen a little aslant."""
    plate = master(name, int(rng.integers(VARIANTS)))
    aslant, shear = rng.uniform(0.86, 1.0), rng.uniform(-0.05, 0.05)
    a = np.radians(tilt)
    turn = np.array([[np.cos(a), -np.sin(a)], [np.sin(a), np.cos(a)]])
    scale = MASTER_SIZE / 2 / (2 * radius)
    m = scale * np.array([[1 / aslant, 0], [shear, 1]]) @ turn
    offset = MASTER_SIZE / 2 - m @ (centre * 2)
    warp = (m[0, 0], m[0, 1], offset[0], m[1, 0], m[1, 1], offset[1])
    placed = plate.transform((_DOUBLE, _DOUBLE), Image.Transform.AFFINE, warp, Image.Resampling.BILINEAR)
    layer = np.asarray(placed.reduce(2), dtype=np.float32)
    return layer[:, :, :3], layer[:, :, 3:] / np.float32(255)


def _weather(rng: np.random.Generator, paint: Float) -> Float:
    """Fade, dull and soil the paint of the sign."""
    grey = (paint @ _LUMA)[:, :, None]
    fade = np.float32(rng.uniform(*FADING))
    tint = rng.normal(1, 0.05, 3).astype(np.float32)
    soil = np.float32(rng.uniform(0, 9)) * _field(rng, 6)
    weathered: Float = (paint + fade * (grey - paint)) * tint + soil
    return weathered


def _light(rng: np.random.Generator) -> Float:
    """Return the light on the scene, shape (64, 64, 3): strength, colour, a gradient, sometimes a shadow's edge."""
    colour = np.array([1, 1, 1]) + rng.normal(0, 0.05) * np.array([1, 0.2, -1])
    across = rng.normal(0, 0.1, 2)
    y, x = np.mgrid[-1 : 1 : SIDE * 1j, -1 : 1 : SIDE * 1j]
    field = rng.uniform(*LIGHT) * (1 + across[0] * x + across[1] * y)
    if rng.random() < 0.25:
        angle, shift = rng.uniform(0, 2 * np.pi), rng.uniform(-0.6, 0.6)
        beyond = np.clip((np.cos(angle) * x + np.sin(angle) * y - shift) * 6 + 0.5, 0, 1)
        field = field * (1 - rng.uniform(0.15, 0.4) * beyond)
    lit: Float = (field[:, :, None] * colour).astype(np.float32)
    return lit


def _occlude(rng: np.random.Generator, picture: Float, centre: NDArray[np.float64], radius: float) -> Float:
    """Hang a twig with a few leaves over the edge of the sign, in a third of the pictures."""
    if rng.random() > 0.33:
        return picture
    leaves = Image.new("RGBA", (SIDE, SIDE), (60, 90, 40, 0))
    draw = ImageDraw.Draw(leaves)
    angle = rng.uniform(0, 2 * np.pi)
    tip = centre + radius * rng.uniform(0.6, 1.0) * np.array([np.cos(angle), np.sin(angle)])
    root = centre + 2.4 * radius * np.array([np.cos(angle + 0.4), np.sin(angle + 0.4)])
    draw.line([tuple(root), tuple(tip)], fill=(*near(rng, (80, 60, 44)), 255), width=1)
    for t in rng.uniform(-0.1, 0.7, int(rng.integers(3, 9))):
        x, y = tip + t * (root - tip) + rng.normal(0, 2, 2)
        wide, high = rng.uniform(1.2, 3.2, 2)
        draw.ellipse((x - wide, y - high, x + wide, y + high), fill=(*near(rng, (66, 104, 46)), 255))
    layer = np.asarray(leaves, dtype=np.float32)
    cover = layer[:, :, 3:] / np.float32(255)
    return picture * (1 - cover) + layer[:, :, :3] * cover


def _camera(rng: np.random.Generator, picture: Float) -> NDArray[np.uint8]:
    """Blur (out of focus, or by driving), veil with haze, add the sensor's noise and round to 8 bits."""
    haze = rng.uniform(0, 0.15)
    image = Image.fromarray(np.clip(picture * (1 - haze) + 210 * haze, 0, 255).astype(np.uint8))
    image = image.filter(ImageFilter.GaussianBlur(float(rng.uniform(0.1, 1.0))))
    pixels: Float = np.asarray(image, dtype=np.float32)
    if rng.random() < 0.25:
        pixels = (pixels + np.roll(pixels, 1, axis=1) + np.roll(pixels, -1, axis=1)) / np.float32(3)
    noise = rng.standard_normal(pixels.shape, dtype=np.float32) * np.float32(rng.uniform(1, 6))
    return np.clip(np.rint(pixels + noise), 0, 255).astype(np.uint8)


def _contrast(picture: NDArray[np.uint8], cover: Float) -> float:
    """Return the difference in brightness between the plate's light and dark parts, noise left out by percentiles."""
    plate = (picture.astype(np.float32) @ _LUMA)[cover[:, :, 0] > 0.9]
    dark, light = np.percentile(plate, (8, 92))
    return float(light - dark)
