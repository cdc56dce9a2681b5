"""What every kind of edit shares: what is known of its values, spaces built of registered edits, settings, seeds.

Pictures and articles differ in how an edit is applied (`image.py`, `text.py`), not in this. Numpy only.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from faded.concepts.spec import FULL_TURN, ConceptSpace, ConceptSpec
from faded.domain import FadedError, Kind
from faded.registry import Registry


@dataclass(frozen=True, slots=True)
class Concept:
    """What is known of the values of a registered edit.

    Attributes:
        kind: What the levels mean to each other.
        neutral: The value that changes nothing.
        low: Smallest value that makes sense.
        high: Largest value that makes sense.
        phrase: The edit in words, see `ConceptSpec`.
        phrase_below: The same below the neutral.
    """

    kind: Kind
    neutral: float
    low: float
    high: float
    phrase: str
    phrase_below: str

    def check(self, name: str, level: object) -> float:
        """Return a level as a number.

        Raises:
            FadedError: it is no number or out of bounds.
        """
        if isinstance(level, bool) or not isinstance(level, int | float) or not math.isfinite(level):
            raise FadedError(f"The level {level!r} of {name!r} is no number.")
        if not self.low <= level <= self.high:
            raise FadedError(
                f"The level {level:g} of {name!r} is out of bounds: give levels from {self.low:g} to {self.high:g}."
            )
        return float(level)


C = TypeVar("C", bound=Concept)


def build_space(concepts: Registry[C], items: Sequence[Mapping[str, object]]) -> ConceptSpace:
    """Build a space from a list of concepts with name, levels and, where wanted, kind and neutral.

    Raises:
        FadedError: an unknown concept or kind, a level that is no number or out of bounds, a neutral that changes the
            input.
    """
    return ConceptSpace(tuple(_spec(concepts, item) for item in items))


def checked_setting(concepts: Registry[C], space: ConceptSpace, values: Sequence[object]) -> NDArray[np.float64]:
    """Return a setting as numbers, shape (n_concepts,); values between the levels are allowed.

    Raises:
        FadedError: there is not one value per concept, or one is no number or out of bounds.
    """
    names = [spec.name for spec in space.specs]
    if len(values) != len(names):
        raise FadedError(f"The setting {list(values)} does not fit: give one value for each of {', '.join(names)}.")
    return np.array([concepts.get(n).check(n, v) for n, v in zip(names, values, strict=True)])


def generator(name: str, payload: bytes | memoryview) -> np.random.Generator:
    """Return the generator of a concept for an unedited input, given as bytes: the same in any batch, at any level."""
    digest = hashlib.blake2b(payload, digest_size=8, key=name.encode())
    return np.random.default_rng(int.from_bytes(digest.digest(), "little"))


def _spec(concepts: Registry[C], item: Mapping[str, object]) -> ConceptSpec:
    unknown = set(item) - {"name", "kind", "levels", "neutral"}
    if "name" not in item or "levels" not in item or unknown:
        raise FadedError(f"The concept {dict(item)} must have a name and levels and may have kind and neutral.")
    name = str(item["name"])
    concept = concepts.get(name)
    levels = item["levels"]
    if not isinstance(levels, Sequence) or isinstance(levels, str):
        raise FadedError(f"The levels of {name!r} are {levels!r}: give a list of numbers.")
    checked = tuple(concept.check(name, level) for level in levels)
    if item.get("neutral", concept.neutral) != concept.neutral:
        raise FadedError(f"The neutral of {name!r} is {concept.neutral:g}, not {item['neutral']}: leave it out.")
    kind = str(item.get("kind", concept.kind.value))
    if kind not in [k.value for k in Kind]:
        raise FadedError(f"The kind {kind!r} of {name!r} is none of {', '.join(k.value for k in Kind)}.")
    if kind == Kind.CIRCULAR and concept.high - concept.low < FULL_TURN:
        raise FadedError(f"{name!r} is no angle, so its kind cannot be circular: leave the kind out.")
    return ConceptSpec(name, Kind(kind), checked, concept.neutral, concept.phrase, concept.phrase_below)
