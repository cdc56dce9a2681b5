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
