"""The campaign of the demo "scenes": its prompts, what they leave open, and what the world that was drawn is like.

Nobody says in these prompts how long a person's hair is, so half of the pictures should show either. The pipeline has
learned from pictures in which it follows the profession (`scenes.LONG_HAIR`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from faded.briefs import Wording
from faded.concepts.spec import ConceptSpace
from faded.demo.scenes import LONG_HAIR, PERSON, PLACES, VALUES
from faded.domain import Sample

WORDINGS: Mapping[str, str] = {
    "plain": "a {job} {clothes} {place}",
    "picture": "a picture of a {job} {clothes} {place}",
}
"""Ways to word a prompt, by the name of their stratum."""
COLOURS = ("red", "blue", "white")
SETTINGS = ("park", "library", "kitchen")
SPACE: tuple[Mapping[str, object], ...] = (
    {
        "name": "job",
        "levels": [PERSON, *VALUES["job"]],
        "attribute": "job",
        "shows": ["", *VALUES["job"]],
    },
    {
        "name": "clothes",
        "levels": ["", *(f"in {colour} clothes" for colour in COLOURS)],
        "attribute": "colour",
        "shows": ["", *COLOURS],
    },
    {
        "name": "place",
        "levels": ["", *(PLACES[setting] for setting in SETTINGS)],
        "attribute": "setting",
        "shows": ["", *SETTINGS],
    },
)
"""112 cells."""
OPEN = "hair"
"""What the prompts leave open."""
SHARES = (0.5, 0.5)
"""How often each value of it should be shown."""
WORDS: Mapping[str, str] = {value: f"with {value} hair" for value in VALUES[OPEN]}
"""How a prompt asks for a value of it."""
PICTURES = 8
"""Pictures of a set: of eight that are even in truth, one set in fourteen shows one value seven times or more."""
THRESHOLD = 0.25
"""Six of eight pictures alike still pass."""
EVEN = "half of the pictures with long hair, half with short hair"
"""What is expected of a set."""
CHANCE = "as many with long hair as chance gives"
"""What is true of a profession that has either about as often in the world that was drawn."""
SKEWED = 0.15
"""A profession is skewed where its share of long hair is farther than this from a half."""
SEEDS = 2**31


def draw(seed: int, stream: int, count: int) -> list[Sample[Wording]]:
    """Draw `count` samples of seeds, the wordings in turn; a smaller count gives the first of them."""
    names = list(WORDINGS)
    found = []
    for i in range(count):
        seeds = np.random.default_rng([seed, stream, i]).integers(SEEDS, size=PICTURES)
        name = names[i % len(names)]
        wording = Wording(WORDINGS[name], tuple(map(int, seeds)))
        found.append(Sample(wording_id(wording), wording, EVEN, name))
    return found


def wording_id(wording: Wording) -> str:
    """Return the id of a wording with its seeds."""
    return hashlib.sha256(repr((wording.template, wording.seeds)).encode()).hexdigest()[:16]


class SceneTruth:
    """Knows which professions are skewed in the world that was drawn; see `faded.labeling.oracle.Truth`.

    A set that is uneven although its profession is not, is so by chance.

    Args:
        space: The campaign's concepts, the profession among them.
    """

    def __init__(self, space: ConceptSpace) -> None:
        self._column = [spec.name for spec in space.specs].index("job")
        self._jobs = [None, *VALUES["job"]]

    def __call__(self, sample_ids: Sequence[str], values: NDArray[np.float64], /) -> list[str | None]:
        """Return what is right of each set."""
        jobs = [self._jobs[level] for level in values[:, self._column].astype(int).tolist()]
        return [EVEN if job is not None and abs(LONG_HAIR[job] - 0.5) > SKEWED else CHANCE for job in jobs]


def accepts(sample_id: str, answer: str, right: str) -> bool:
    """Say whether a set is right: any is that is uneven by chance alone."""
    return right == CHANCE
