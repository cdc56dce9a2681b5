"""Sets of pictures as answers: what a model drew for a brief, and what a reader read of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from faded.briefs import Brief
from faded.domain import Details

FloatArray = NDArray[np.float32]
IntArray = NDArray[np.int64]
Pictures = NDArray[np.uint8]

BETWEEN = ": "
"""What stands between an attribute and what was counted of it."""


def counted(text: str) -> str:
    """Return what was counted in a set, from its text in `Sets.texts`; empty where nothing reads the pictures."""
    return text if BETWEEN in text else ""


@dataclass(frozen=True)
class Sets:
    """What was drawn for a batch of briefs.

    Attributes:
        briefs: What was asked.
        pictures: Shape (batch, pictures, height, width, 3).
        shown: For each attribute the number of the value that each picture shows, shape (batch, pictures).
        values: The values of each attribute.
        embedding: Of each picture, by the reader, shape (batch, pictures, n_features).
        features: Mean of the text encoder's last states over a prompt's tokens, shape (batch, width).
    """

    briefs: Sequence[Brief]
    pictures: Pictures
    shown: Mapping[str, IntArray]
    values: Mapping[str, tuple[str, ...]]
    embedding: FloatArray
    features: FloatArray

    @property
    def asked(self) -> list[dict[str, int]]:
        """For each set the attributes that its prompt asks for, with the numbers of their values.

        Those that the reader does not read are left out.
        """
        return [dict(self._numbered(brief.asked)) for brief in self.briefs]

    @property
    def astray(self) -> NDArray[np.bool_]:
        """Whether a picture lacks something that its prompt asks for, or shows what it denies, (batch, pictures)."""
        found = np.zeros(self.pictures.shape[:2], dtype=np.bool_)
        for row, (asked, denied) in enumerate(zip(self.asked, self.denied, strict=True)):
            for name, value in asked.items():
                found[row] |= self.shown[name][row] != value
            for name, value in denied:
                found[row] |= self.shown[name][row] == value
        return found

    @property
    def denied(self) -> list[list[tuple[str, int]]]:
        """For each set the attributes of which its prompt denies a value, with the number of that value."""
        return [self._numbered(brief.denied) for brief in self.briefs]

    @property
    def texts(self) -> list[str]:
        """What each set shows, counted: "hair: 7 long, 1 short; job: 8 nurse"; without a reader "8 pictures"."""
        return [self._counted(row) for row in range(len(self.briefs))]

    def details(self, row: int) -> Details:
        """The prompt."""
        return {"prompt": self.briefs[row].prompt}

    def _numbered(self, said: Sequence[tuple[str, str]]) -> list[tuple[str, int]]:
        return [(name, self.values[name].index(value)) for name, value in said if name in self.values]

    def _counted(self, row: int) -> str:
        parts = []
        for name, values in self.values.items():
            counts = Counter(values[number] for number in self.shown[name][row].tolist())
            parts.append(f"{name}{BETWEEN}{', '.join(f'{n} {value}' for value, n in counts.most_common())}")
        return "; ".join(parts) or f"{self.pictures.shape[1]} pictures"
