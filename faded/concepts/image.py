"""Applies the edits of pictures and builds spaces of them. The edits themselves are in the modules beside, by family.

The order of a space's concepts is the order in which its edits are applied.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from faded.concepts import image_colour, image_cover, image_geometry, image_quality  # noqa: F401 - register edits
from faded.concepts.image_registry import image_concepts
from faded.concepts.spec import FULL_TURN, ConceptSpace, ConceptSpec
from faded.domain import FadedError, Kind

Picture = NDArray[np.uint8]
"""Shape (height, width, 3)."""


class ImageEditor:
    """Turns pictures and settings into pixels.

    Args:
        space: The concepts; every name is a registered image concept.
    """

    def __init__(self, space: ConceptSpace) -> None:
        self._concepts = [(spec, image_concepts.get(spec.name)) for spec in space.specs]

    def __call__(self, payloads: Sequence[Picture], values: NDArray[np.float64]) -> torch.Tensor:
        """Return pixels in [0, 1], shape (batch, 3, height, width), for pictures of one size and one setting each."""
        pixels = torch.from_numpy(np.stack(payloads)).permute(0, 3, 1, 2).float().div_(255)
        for column, (spec, concept) in enumerate(self._concepts):
            rows = np.flatnonzero(values[:, column] != spec.neutral)
            if len(rows):
                at, level = torch.from_numpy(rows), torch.from_numpy(values[rows, column]).float()
                if concept.apply is not None:
                    pixels[at] = concept.apply(pixels[at], level)
                elif concept.draw is not None:
                    pixels[at] = concept.draw(
                        pixels[at], level, [_draws(spec.name, payloads[r]) for r in rows.tolist()]
                    )
        return pixels.clamp_(0, 1)


def _draws(name: str, picture: Picture) -> np.random.Generator:
    """Return the generator of a concept for a picture."""
    digest = hashlib.blake2b(np.ascontiguousarray(picture).data, digest_size=8, key=name.encode())
    return np.random.default_rng(int.from_bytes(digest.digest(), "little"))


def image_space(items: Sequence[Mapping[str, object]]) -> ConceptSpace:
    """Build a space from a list of concepts with name, levels and, where wanted, kind and neutral.

    Raises:
        FadedError: an unknown concept or kind, a level that is no number or out of bounds, a neutral that changes the
            picture.
    """
    return ConceptSpace(tuple(_spec(item) for item in items))


def check_setting(space: ConceptSpace, values: Sequence[object]) -> NDArray[np.float64]:
    """Return a setting as numbers, shape (n_concepts,); values between the levels are allowed.

    Raises:
        FadedError: there is not one value per concept, or one is no number or out of bounds.
    """
    names = [spec.name for spec in space.specs]
    if len(values) != len(names):
        raise FadedError(f"The setting {list(values)} does not fit: give one value for each of {', '.join(names)}.")
    return np.array([image_concepts.get(n).check(n, v) for n, v in zip(names, values, strict=True)])


def _spec(item: Mapping[str, object]) -> ConceptSpec:
    unknown = set(item) - {"name", "kind", "levels", "neutral"}
    if "name" not in item or "levels" not in item or unknown:
        raise FadedError(f"The concept {dict(item)} must have a name and levels and may have kind and neutral.")
    name = str(item["name"])
    concept = image_concepts.get(name)
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
