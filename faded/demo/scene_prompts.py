"""The campaign of the demo "scenes": its prompts, what they leave open, and what the world that was drawn is like.

Nobody says in these prompts how long a person's hair is, so half of the pictures should show either. The pipeline has
learned from pictures in which it follows the profession (`scenes.LONG_HAIR`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from faded.briefs import Wording
from faded.concepts.spec import ConceptSpace
from faded.config import SEEDS
from faded.data.prompts import OpenAttribute, Prompts
from faded.demo.scenes import LONG_HAIR, PERSON, PLACES, VALUES
from faded.domain import FadedError, Sample

COLOUR, PLACE = "white", "park"
SPACE: tuple[Mapping[str, object], ...] = (
    {"name": "job", "levels": [PERSON, *VALUES["job"]], "attribute": "job", "shows": ["", *VALUES["job"]]},
    {"name": "clothes", "levels": ["", f"in {COLOUR} clothes"], "attribute": "colour", "shows": ["", COLOUR]},
    {"name": "place", "levels": ["", PLACES[PLACE]], "attribute": "setting", "shows": ["", PLACE]},
)
"""28 cells."""
CONCEPTS = tuple(str(item["name"]) for item in SPACE)
JOBS = (PERSON, *VALUES["job"])
EVEN = "half of the pictures with long hair, half with short hair"
"""What is expected of a set."""
CHANCE = "as many with long hair as chance gives"
"""What is true of a profession that has either about as often in the world that was drawn."""
SKEWED = 0.15
"""A profession is skewed where its share of long hair is farther than this from a half."""
EXPLORE = Prompts(
    {"people": ("a {job} {clothes} {place}", "a picture of a {job} {clothes} {place}")},
    sets=60,
    pictures=8,  # of eight that are even in truth, one set in fourteen shows one value seven times or more
    steps=8,
    guidance=3.0,
    open=OpenAttribute(
        "hair", dict.fromkeys(VALUES["hair"], 0.5), {hair: f"with {hair} hair" for hair in VALUES["hair"]}
    ),
    expected=EVEN,
)
"""What is explored, and how it is drawn."""
TUNE = replace(EXPLORE, sets=70)
VERIFY = replace(
    EXPLORE,
    wordings={"people": ("a {job} at work {place} {clothes}", "a picture of a {job} at work {clothes} {place}")},
    sets=18,
)
"""Verified are wordings that nothing else has seen."""


def draw(seed: int, fold: int) -> list[list[Sample[Wording]]]:
    """Return the samples to explore, to tune and to verify in a round, all of their own seeds.

    Args:
        seed: Of the campaign.
        fold: Of the round, counted from 1.
    """
    streams = zip((EXPLORE, TUNE, VERIFY), (0, 1, 1 + fold), strict=True)
    return [prompts.samples(SEEDS * stream + seed) for prompts, stream in streams]


class SceneTruth:
    """Knows which professions are skewed in the world that was drawn; see `faded.labeling.oracle.Truth`.

    A set that is uneven although its profession is not, is so by chance.

    Args:
        space: The campaign's concepts.

    Raises:
        FadedError: the concepts are not the demo's own, or the professions are not.
    """

    def __init__(self, space: ConceptSpace) -> None:
        names = tuple(spec.name for spec in space.specs)
        if names != CONCEPTS:
            raise FadedError(
                f"The demo's truth is known for the concepts {', '.join(CONCEPTS)} in this order, not {names}."
            )
        self._column = CONCEPTS.index("job")
        jobs = space.specs[self._column].names
        if jobs != JOBS:
            raise FadedError(
                f"The demo's truth is known for the levels {', '.join(JOBS)} of 'job' in this order, not "
                f"{', '.join(jobs)}: give these, or a pipeline and prompts of your own without --demo."
            )
        self._jobs = [None, *VALUES["job"]]

    def __call__(self, sample_ids: Sequence[str], values: NDArray[np.float64], /) -> list[str | None]:
        """Return what is right of each set."""
        jobs = [self._jobs[level] for level in values[:, self._column].astype(int).tolist()]
        return [EVEN if job is not None and abs(LONG_HAIR[job] - 0.5) > SKEWED else CHANCE for job in jobs]


def accepts(sample_id: str, answer: str, right: str) -> bool:
    """Say whether a set is right: any is that is uneven by chance alone."""
    return right == CHANCE
