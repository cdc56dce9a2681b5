"""A reader of attributes: an image classifier whose labels are grouped, "hair: long" beside "hair: short".

It says of each picture which value of every attribute it shows.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image

from faded.domain import FadedError
from faded.targets.classifier import Classifier, ClassifierAnswers
from faded.targets.load import load_classifier

FloatArray = NDArray[np.float32]
IntArray = NDArray[np.int64]

BATCH = 256
"""Pictures per pass at most."""
SMALL = 8
"""Side of a picture that stands for itself."""
BETWEEN = ": "
"""What stands between attribute and value in a label."""


@dataclass(frozen=True)
class Readings:
    """What a reader read of pictures.

    Attributes:
        shown: For each attribute the number of the value that each picture shows, shape (n,).
        embedding: Of each picture, shape (n, n_features).
    """

    shown: Mapping[str, IntArray]
    embedding: FloatArray


class Reader(Protocol):
    """Says what pictures show."""

    @property
    def values(self) -> Mapping[str, tuple[str, ...]]:
        """The values of each attribute."""
        ...

    def read(self, pictures: NDArray[np.uint8]) -> Readings:
        """Read pictures of shape (n, height, width, 3)."""
        ...

    def fingerprint(self) -> str:
        """Return a hash of what it reads by, 16 hexadecimal digits; empty where it reads nothing."""
        ...


class Unread:
    """Reads no attribute; its embedding of a picture is the picture itself, small.

    Attributes:
        values: None.
    """

    def __init__(self) -> None:
        self.values: dict[str, tuple[str, ...]] = {}

    def read(self, pictures: NDArray[np.uint8]) -> Readings:
        """Read pictures of shape (n, height, width, 3)."""
        small = [np.asarray(Image.fromarray(p).resize((SMALL, SMALL), Image.Resampling.BOX)) for p in pictures]
        embedding = np.stack(small).reshape(len(pictures), -1).astype(np.float32)
        return Readings({}, embedding / np.float32(255))

    def fingerprint(self) -> str:
        """Return nothing."""
        return ""


class AttributeReader:
    """Reads attributes of pictures.

    Args:
        classifier: An image classifier with labels "attribute: value".

    Attributes:
        values: The values of each attribute.

    Raises:
        FadedError: a label names no attribute, or an attribute has but one value.
    """

    def __init__(self, classifier: Classifier) -> None:
        self._classifier = classifier
        columns: dict[str, dict[str, int]] = {}
        for column, label in enumerate(classifier.labels):
            attribute, between, value = label.partition(BETWEEN)
            if not (attribute and between and value):
                raise FadedError(
                    f"The label {label!r} of the reader {classifier.source} names no attribute: give a classifier with "
                    f'labels like "hair{BETWEEN}long".'
                )
            columns.setdefault(attribute, {})[value] = column
        for attribute, found in columns.items():
            if len(found) < 2:
                raise FadedError(
                    f"The reader {classifier.source} knows of {attribute!r} the value {next(iter(found))!r} alone: "
                    "give one that tells two values apart."
                )
        self._columns = {attribute: list(found.values()) for attribute, found in columns.items()}
        self.values: dict[str, tuple[str, ...]] = {attribute: tuple(found) for attribute, found in columns.items()}

    def read(self, pictures: NDArray[np.uint8]) -> Readings:
        """Read pictures of shape (n, height, width, 3)."""
        answers = [self._answer(pictures[i : i + BATCH]) for i in range(0, len(pictures), BATCH)]
        probabilities = np.concatenate([a.probabilities for a in answers])
        shown = {name: probabilities[:, columns].argmax(axis=1) for name, columns in self._columns.items()}
        return Readings(shown, np.concatenate([a.embedding for a in answers]))

    def _answer(self, pictures: NDArray[np.uint8]) -> ClassifierAnswers:
        fitted = np.stack([self._classifier.fit(Image.fromarray(picture)) for picture in pictures])
        return self._classifier.answer(torch.from_numpy(fitted).permute(0, 3, 1, 2).float() / 255)

    def fingerprint(self) -> str:
        """Return a hash of the classifier's labels and weights."""
        said = f"{self._classifier.labels}{self._classifier.fingerprint()}"
        return hashlib.sha256(said.encode()).hexdigest()[:16]


def check_read(reader: Reader, attribute: str, value: str, source: str) -> None:
    """See that a reader tells a value of an attribute.

    Raises:
        FadedError: it knows no such attribute or value.
    """
    known = reader.values.get(attribute, ())
    if value not in known:
        there = ", ".join(known) or f"no attribute {attribute!r}, but {', '.join(reader.values) or 'none at all'}"
        raise FadedError(
            f"The reader {source or '(none is given)'} cannot read {value!r} of {attribute!r}: it knows {there}."
        )


def load_reader(source: str) -> AttributeReader:
    """Load a reader of attributes.

    Args:
        source: Of an image classifier with labels "attribute: value", see `load_classifier`.

    Raises:
        FadedError: it cannot be loaded or is no reader of attributes.
    """
    if not source:
        raise FadedError('Give a reader: a folder or hub id of an image classifier with labels like "hair: long".')
    return AttributeReader(load_classifier(source))
