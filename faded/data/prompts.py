"""Prompts of a campaign on a model that draws, from a YAML file, as samples.

A sample is a wording with the seeds of one set of pictures. `docs/text-to-image.md` shows such a file.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from faded.briefs import Wording
from faded.domain import FadedError, Sample
from faded.files import read_yaml, whole
from faded.registry import did_you_mean

ALL = "all prompts"
"""The stratum where the file names none."""
SEEDS = 2**31
"""Seeds of pictures are below it."""
BOUNDS = {"sets": (1, 100_000), "pictures": (2, 64), "steps": (1, 1_000)}
"""Of whole numbers. A set of one picture has no variety."""
MOST_GUIDANCE = 50.0
"""A bound against slips of the hand."""


@dataclass(frozen=True, slots=True)
class OpenAttribute:
    """What prompts leave open, for the discrepancy "bias".

    Attributes:
        attribute: What the reader reads.
        shares: How often each of its values should be shown.
        words: How a prompt asks for a value, for a repair; empty where none is told.
    """

    attribute: str
    shares: Mapping[str, float]
    words: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Prompts:
    """What is asked of a model that draws, and how.

    Attributes:
        wordings: Templates with slots in braces, by stratum.
        sets: Sets of pictures for each template, each from seeds of its own.
        pictures: Of a set.
        steps: Of the sampler.
        guidance: Weight of what the prompt changes, against the empty prompt.
        open: What the prompts leave open, or None.
        phrases: For a zero-shot reader, by attribute and value; empty for a reader that brings its own.
        expected: What is expected of a set, in words, for the people who judge it.
    """

    wordings: Mapping[str, Sequence[str]]
    sets: int = 100
    pictures: int = 8
    steps: int = 50
    guidance: float = 7.5
    open: OpenAttribute | None = None
    phrases: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    expected: str = "pictures of what the prompt says"

    @property
    def templates(self) -> list[str]:
        """All of them."""
        return [template for templates in self.wordings.values() for template in templates]

    def samples(self, seed: int) -> list[Sample[Wording]]:
        """Draw the seeds of every set; fewer sets give the first of them.

        Args:
            seed: Of the campaign.
        """
        return list(self._samples(seed))

    def _samples(self, seed: int) -> Iterator[Sample[Wording]]:
        for stratum, templates in self.wordings.items():
            for template in templates:
                place = int.from_bytes(hashlib.sha256(template.encode()).digest()[:8], "big")
                for number in range(self.sets):
                    seeds = np.random.default_rng([seed, place, number]).integers(SEEDS, size=self.pictures)
                    wording = Wording(template, tuple(map(int, seeds)))
                    yield Sample(wording_id(wording), wording, self.expected, stratum)


def wording_id(wording: Wording) -> str:
    """Return the id of a wording with its seeds."""
    return hashlib.sha256(repr((wording.template, wording.seeds)).encode()).hexdigest()[:16]


def check_prompts_there(source: str) -> None:
    """Raise FadedError where there is no such file."""
    if not Path(source).is_file():
        raise FadedError(f"There is no file {whole(source)}. Give a YAML file of prompts, see docs/text-to-image.md.")


def load_prompts(source: Path) -> Prompts:
    """Read a file of prompts.

    Raises:
        FadedError: there is no such file, or something in it cannot be used; the message says what.
    """
    check_prompts_there(str(source))
    found = read_yaml(source)
    known = tuple(Prompts.__dataclass_fields__)
    if not isinstance(found, dict) or not set(found) <= set(known) or not found.get("wordings"):
        unknown = _unknown(found, known) if isinstance(found, dict) else ""
        raise FadedError(
            f"The file {source} must hold wordings and may hold {', '.join(known[1:])}"
            + (f", but it holds {unknown}." if unknown else ".")
        )
    given: dict[str, Any] = {"wordings": _wordings(source, found["wordings"])}
    given |= {name: _whole(source, name, found[name]) for name in BOUNDS if name in found}
    if "guidance" in found:
        given["guidance"] = _guidance(source, found["guidance"])
    if "open" in found:
        given["open"] = _open(source, found["open"])
    if "phrases" in found:
        given["phrases"] = _phrases(source, found["phrases"])
    if "expected" in found:
        given["expected"] = str(found["expected"])
    return Prompts(**given)


def _unknown(fields: Mapping[object, object], known: Sequence[str]) -> str:
    """Return the names that are not known, each with the known one it may stand for."""
    return ", ".join(f"{name}{did_you_mean(name, known)}" for name in sorted(map(str, fields)) if name not in known)


def _wordings(source: Path, found: object) -> dict[str, list[str]]:
    """Read a template, a list of them, or lists of them by stratum."""
    by_stratum = found if isinstance(found, dict) else {ALL: found}
    wordings: dict[str, Any] = {str(name): [one] if isinstance(one, str) else one for name, one in by_stratum.items()}
    for name, templates in wordings.items():
        if not isinstance(templates, list) or not templates or not all(isinstance(t, str) for t in templates):
            raise FadedError(
                f"The wordings of {name!r} in {source} are {templates!r}: give a list of prompts with slots in braces."
            )
    _check_once(source, wordings)
    return wordings


def _check_once(source: Path, wordings: Mapping[str, Sequence[str]]) -> None:
    """See that no wording is there twice: its sets would be the same pictures, and count as if they were others."""
    of: dict[str, str] = {}
    for name, templates in wordings.items():
        for template in templates:
            if template in of:
                where = f"of {name!r}" if of[template] == name else f"of {of[template]!r} and of {name!r}"
                raise FadedError(
                    f"The wording {template!r} {where} stands twice in {source}: leave one. For more sets of it, raise "
                    "sets."
                )
            of[template] = name


def _whole(source: Path, name: str, value: object) -> int:
    least, most = BOUNDS[name]
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise FadedError(f"{name} in {source} is {value!r}: give a whole number from {least} to {most:,}.")
    return value


def _guidance(source: Path, value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= MOST_GUIDANCE:
        raise FadedError(f"guidance in {source} is {value!r}: give a number from 0 to {MOST_GUIDANCE:g}; 1 is without.")
    return float(value)


def _open(source: Path, found: object) -> OpenAttribute:
    fields = found if isinstance(found, dict) else {}
    known = tuple(OpenAttribute.__dataclass_fields__)
    unknown = sorted(str(name) for name in fields if name not in known)
    if unknown:
        raise FadedError(
            f"What is open in {source} holds {', '.join(unknown)}: it may hold {', '.join(known)}"
            f"{did_you_mean(unknown[0], known)}."
        )
    shares = fields.get("shares")
    words = fields.get("words", {})
    if not fields.get("attribute") or not isinstance(shares, dict) or not isinstance(words, dict):
        raise FadedError(
            f"What is open in {source} is {found!r}: give an attribute, the shares of its values and, for a repair, "
            "the words that ask for each."
        )
    if words and set(words) != set(shares):
        raise FadedError(
            f"In {source} there are words for {', '.join(map(str, words))} and shares of {', '.join(map(str, shares))}:"
            " give both for the same values."
        )
    wrong = [value for value in shares.values() if isinstance(value, bool) or not isinstance(value, int | float)]
    if wrong:
        raise FadedError(f"A share in {source} is {wrong[0]!r}: give numbers from 0 to 1 that add up to 1.")
    if min(shares.values(), default=0) < 0 or not math.isclose(sum(shares.values()), 1, abs_tol=1e-6):
        raise FadedError(
            f"What the shares in {source} say is {list(map(float, shares.values()))}: give numbers from 0 to 1 that "
            "add up to 1."
        )
    return OpenAttribute(
        str(fields["attribute"]),
        {str(value): float(share) for value, share in shares.items()},
        {str(value): str(text) for value, text in words.items()},
    )


def _phrases(source: Path, found: object) -> dict[str, dict[str, str]]:
    if not isinstance(found, dict) or not all(isinstance(v, dict) and len(v) > 1 for v in found.values()):
        raise FadedError(
            f"The phrases in {source} are {found!r}: give for each attribute two values or more, each with a phrase."
        )
    return {str(name): {str(v): str(text) for v, text in values.items()} for name, values in found.items()}
