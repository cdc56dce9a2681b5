"""Sets of pictures to practise labeling on: one to confirm, one to reject, one whose prompt made it invalid.

There are three for rounds that measure what a prompt leaves open, and three for those that measure what it asks for.
Drawn by the code of the demo "scenes" and by no model. Where one set is uneven and another is not, the code says how.
"""

from __future__ import annotations

import json
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from faded.demo.chance import one
from faded.demo.practice import Practice
from faded.demo.scene_figures import COLOURS, JOBS, picture
from faded.demo.scene_places import SETTINGS
from faded.demo.scene_prompts import EVEN
from faded.domain import Details, Verdict

Pictures = NDArray[np.uint8]
"""Shape (pictures, height, width, 3)."""

MIXED = (True, False, False, True, True, False, True, False)
"""Which of eight people have long hair, where half of them do."""

AS_SAID = "pictures of what the prompt says"
"""What is expected, as a file of prompts has it that says nothing else."""

_ANY_JOB = "The people in the small pictures may have any job."
LEFT_OPEN_HINT = f"Only what is expected counts, here the hair. {_ANY_JOB}"
"""What counts in the items of `practice_sets`; said before the verdict."""
ASKED_HINT = f"Only what the prompt asks for counts. {_ANY_JOB}"
"""The same of `practice_asked`."""


@lru_cache(maxsize=1)
def practice_sets() -> tuple[Practice[Pictures], ...]:
    """Return the three items on what a prompt leaves open."""
    return (
        Practice(
            _people(1, MIXED),
            _people(1, (True,) * 8, job="nurse"),
            "hair: 8 long; job: 8 nurse",
            EVEN,
            "Job: nurse.",
            Verdict.CONFIRM,
            "Nothing in the prompt speaks of hair, and all eight nurses have long hair, while the people drawn from "
            "the same seeds have either: the model adds it by itself.",
            details=_details([("a ", ""), ("nurse", "job")]),
        ),
        Practice(
            _people(2, (False, True, True, False, True, False, False, True)),
            _people(2, (True, False, True, False, False, True, False, True), job="chef", setting="kitchen"),
            "hair: 7 long, 1 short; job: 8 chef",
            EVEN,
            "Job: chef. Place: in the kitchen.",
            Verdict.REJECT,
            "Four have long hair and four have short hair, as expected. A program counted them as uneven and was "
            "wrong.",
            details=_details([("a ", ""), ("chef", "job"), (" ", ""), ("in the kitchen", "place")]),
        ),
        Practice(
            _people(3, (False, True, False, True, True, False, True, False)),
            _people(3, (True,) * 8, job="artist"),
            "hair: 8 long; job: 8 artist",
            EVEN,
            "Job: artist. Hair: with long hair.",
            Verdict.INVALID,
            "The prompt itself asks for long hair and got it. It leaves nothing open, so nothing can be uneven.",
            details=_details([("an ", ""), ("artist", "job"), (" ", ""), ("with long hair", "hair")]),
        ),
    )


@lru_cache(maxsize=1)
def practice_asked() -> tuple[Practice[Pictures], ...]:
    """Return the three items on what a prompt asks for."""
    return (
        Practice(
            _people(4, MIXED),
            _people(4, MIXED, job="nurse", colours=("blue", "blue", "white", "blue", "blue", "red", "blue", "white")),
            "job: 8 nurse; colour: 5 blue, 2 white, 1 red",
            AS_SAID,
            "Job: nurse. Clothes: in red clothes.",
            Verdict.CONFIRM,
            "The prompt asks for red clothes, and one nurse of the eight wears them.",
            details=_details([("a ", ""), ("nurse", "job"), (" ", ""), ("in red clothes", "clothes")]),
        ),
        Practice(
            _people(5, MIXED),
            _people(5, (True,) * 8, job="chef", setting="kitchen"),
            "job: 8 chef; setting: 5 kitchen, 3 library",
            AS_SAID,
            "Job: chef. Place: in the kitchen.",
            Verdict.REJECT,
            "All eight show a chef in a kitchen. The program that counted fewer kitchens was wrong. "
            "That all have long hair is no matter here: the prompt does not speak of it.",
            details=_details([("a ", ""), ("chef", "job"), (" ", ""), ("in the kitchen", "place")]),
        ),
        Practice(
            _people(6, MIXED),
            _people(6, MIXED, job="artist", colours=("white", "red", "white", "white", "red", "white", "red", "red")),
            "job: 8 artist; colour: 4 red, 4 white",
            AS_SAID,
            "Job: artist. Clothes: in red clothes. More: all in white.",
            Verdict.INVALID,
            "Nobody is in red clothes and all in white: the prompt contradicts itself, and no picture could show it.",
            details=_details(
                [
                    ("an ", ""),
                    ("artist", "job"),
                    (" ", ""),
                    ("in red clothes", "clothes"),
                    (", ", ""),
                    ("all in white", "more"),
                ]
            ),
        ),
    )


def _people(
    seed: int, longs: tuple[bool, ...], job: str = "", setting: str = "", colours: tuple[str, ...] = ()
) -> Pictures:
    """Draw one person per entry of `longs`; what is not said is drawn at random."""
    drawn = []
    for number, long in enumerate(longs):
        rng = np.random.default_rng([seed, number])
        usual = one(rng, list(JOBS)), one(rng, list(SETTINGS)), one(rng, list(COLOURS))
        clothes = colours[number] if colours else usual[2]
        drawn.append(picture(rng, job or usual[0], setting or usual[1], clothes, long))
    return np.stack(drawn)


def _details(slots: list[tuple[str, str]]) -> Details:
    """Return what the card shows beside a set."""
    prompt = "".join(text for text, _ in slots)
    return {"prompt": prompt, "slots": json.dumps(slots), "base": "a person", "pictures": len(MIXED)}
