"""Sets of pictures as one picture, row by row. Numpy and Pillow."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image

ACROSS = 4
"""Pictures in a row."""


def sheet(pictures: NDArray[np.uint8]) -> Image.Image:
    """Return pictures as one, `ACROSS` in a row; what is left of the last row is white.

    Args:
        pictures: Shape (pictures, height, width, channels).
    """
    count, height, width, channels = pictures.shape
    rows = -(-count // ACROSS)
    cells = np.full((rows * ACROSS, height, width, channels), 255, dtype=np.uint8)
    cells[:count] = pictures
    grid = cells.reshape(rows, ACROSS, height, width, channels).swapaxes(1, 2)
    return Image.fromarray(grid.reshape(rows * height, ACROSS * width, channels))


def picture_of(made: Image.Image, number: int, count: int) -> Image.Image:
    """Return one of the pictures of which `sheet` made one.

    Args:
        made: The sheet.
        number: Which picture, from 0.
        count: How many there are.
    """
    width, height = made.width // ACROSS, made.height // -(-count // ACROSS)
    left, top = number % ACROSS * width, number // ACROSS * height
    return made.crop((left, top, left + width, top + height))
