"""A reader of attributes that needs no training: of each attribute it picks the value whose phrase is nearest by CLIP.

What it reads is as good as its phrases: compare it with what people see before figures are built on it.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from faded.clip import Clip, load_clip
from faded.domain import FadedError
from faded.targets.attributes import FloatArray, Readings
from faded.targets.fingerprint import fingerprint

Phrases = Mapping[str, Mapping[str, str]]
"""For each attribute, by value, words for what a picture of it shows: {"hair": {"long": "a person with long hair"}}."""


class PhraseReader:
    """Reads attributes of pictures without having learned them.

    Args:
        clip: Compares phrases with pictures.
        phrases: A phrase for each value of every attribute.

    Attributes:
        values: The values of each attribute.

    Raises:
        FadedError: there is no attribute, one has fewer than two values, or a phrase is empty, given twice or beyond
            the window.
    """

    def __init__(self, clip: Clip, phrases: Phrases) -> None:
        if not phrases:
            raise FadedError("There are no phrases: give for each attribute two values or more, each with a phrase.")
        for attribute, said in phrases.items():
            _check(attribute, said)
        self._clip = clip
        self._told: dict[str, FloatArray] = {
            attribute: clip.of_texts(list(said.values())) for attribute, said in phrases.items()
        }
        self.values: dict[str, tuple[str, ...]] = {attribute: tuple(said) for attribute, said in phrases.items()}

    def read(self, pictures: NDArray[np.uint8]) -> Readings:
        """Read pictures of shape (n, height, width, 3); their embedding is CLIP's, of length one."""
        embedding = self._clip.of_pictures(pictures)
        shown = {attribute: (embedding @ told.T).argmax(axis=1) for attribute, told in self._told.items()}
        return Readings(shown, embedding)

    def fingerprint(self) -> str:
        """Return a hash of CLIP's weights; the phrases are the campaign's."""
        return fingerprint(self._clip.model.state_dict())


def load_phrase_reader(source: str, phrases: Phrases) -> PhraseReader:
    """Load a reader that goes by phrases.

    Args:
        source: A folder or hub id of a CLIP model.
        phrases: See `PhraseReader`.

    Raises:
        FadedError: the model cannot be loaded, or the phrases cannot be used.
    """
    return PhraseReader(load_clip(source), phrases)


def _check(attribute: str, said: Mapping[str, str]) -> None:
    """See that two values or more have a phrase, each its own."""
    if len(said) < 2:
        raise FadedError(
            f"The attribute {attribute!r} has phrases for {', '.join(map(repr, said)) or 'no value'}: give two values "
            "or more, for one of them is picked."
        )
    values: dict[str, str] = {}
    for value, phrase in said.items():
        words = phrase.strip()
        if not words:
            raise FadedError(
                f"The value {value!r} of {attribute!r} has no phrase: say in words what a picture of it shows."
            )
        if words in values:
            raise FadedError(
                f"The values {values[words]!r} and {value!r} of {attribute!r} have one phrase, {words!r}: give each "
                "its own, or they cannot be told apart."
            )
        values[words] = value
