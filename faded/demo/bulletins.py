"""The demo "bulletins": short reports of incidents, with a summary of one sentence, drawn by our own grammar.

A bulletin tells in sentences of its own what happened where and when, what it did, with a figure, and what else came
of it or did not. Around that stand sentences that say little, or have other places, roads, days and numbers. Its
reference says the same in one sentence. Of 2,000 bulletins the first sentence scores ROUGE-L (F) .17 against the
reference, the first three .24, the best single sentence .40. The grammar is in the modules beside. No torch.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from faded.concepts.spec import ConceptSpace
from faded.data.hashing import text_id
from faded.demo import bulletin_roads as roads
from faded.demo import bulletin_supplies as supplies
from faded.demo import bulletin_words as words
from faded.demo.bulletin_parts import Kind
from faded.demo.chance import one
from faded.discrepancies.text_words import words as words_of
from faded.domain import FadedError, Sample

KINDS: dict[str, Kind] = {
    "crash": roads.CRASH,
    "lorry": roads.LORRY,
    "flood": roads.FLOOD,
    "storm": roads.STORM,
    "snow and ice": roads.SNOW,
    "fire": supplies.FIRE,
    "leak": supplies.LEAK,
    "power cut": supplies.POWER,
    "railway": supplies.RAILWAY,
    "water supply": supplies.WATER,
}
"""The kinds by name; the name is a bulletin's stratum."""

SPACE: list[dict[str, object]] = [
    {"name": "stop_words", "levels": [0, 0.5, 1]},
    {"name": "word_order", "levels": [0, 0.3, 0.6, 1]},
    {"name": "lowercase", "levels": [0, 0.1]},
    {"name": "punctuation", "levels": [0, 1]},
]
"""The demo's own levels: 48 cells, from harmless to hard for its summarizer. None changes what a bulletin says: numbers
in digits and negations stay, and no name and no number is dropped. The clean control is a cell."""

KEEPING = ("lowercase", "stop_words", "word_order", "letter_swap", "letter_case", "punctuation", "word_repetition")
"""Edits under which a person still reads the same facts, at any level."""

TRAINING_STREAM = 0
"""Stream of the bulletins that the summarizer is trained on."""
TEST_STREAM = 1
"""Stream of the bulletins that measure its clean score."""
ROUND_STREAM = 2
"""Stream of the bulletins of a round: none of them is seen in training, whatever the seeds."""

FEWEST_WORDS = 62
MOST_WORDS = 108
"""Words of a bulletin: enough to lead astray, few enough for a small model."""
DATED_SHARE = 0.65
"""Share of bulletins that name the day where they tell what happened; the others name it in the first sentence."""
ASTRAY_SHARE = 0.2
"""Share of the sentences around it that lead astray; with half of them a small model learns ten times as slowly."""
REVISED_SHARE = 0.15
"""Share of bulletins with a first figure that did not hold."""
OPENED_SHARE = 0.85
"""Share of the dated bulletins that do not begin with what happened."""
NUMBER_WORDS = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
)  # fmt: skip
"""Numbers up to twelve are written in words, as papers do, here and in the reference."""
NONE = ("no", "nobody")
"""The words by which a reference says that there was none of it."""


@dataclass(frozen=True, slots=True)
class Bulletin:
    """A sample with what the grammar knows of it.

    Attributes:
        sample: The article; the reference is its summary, the stratum its kind.
        facts: What a right summary has to have, as the reference words it: road, place, day, the figure of the effect,
            and the number of what else came of it, or "no" or "nobody" where there was none of it.
    """

    sample: Sample[str]
    facts: tuple[str, ...]


def draw(seed: int, stream: int, count: int) -> list[Bulletin]:
    """Draw `count` bulletins, the kinds in turn.

    The same seed and stream give the same bulletins, and a smaller count gives the first of them.
    """
    names = list(KINDS)
    return [_write(np.random.default_rng([seed, stream, i]), names[i % len(names)]) for i in range(count)]


def _write(rng: np.random.Generator, name: str) -> Bulletin:
    """Write one bulletin of a kind."""
    kind = KINDS[name]
    slots = _slots(rng)
    cause, effect = one(rng, kind.causes), one(rng, kind.effects)
    figure, other = (int(f) for f in rng.choice(np.arange(effect.low, effect.high + 1), 2, replace=False))
    some = int(rng.integers(2, 10)) if rng.random() < 0.5 else 0
    slots |= {"thing": one(rng, cause.things), "n": number(figure), "m": number(some)}
    slots["where"] = f"{slots['road']} in {slots['place']}"
    dated = rng.random() < DATED_SHARE
    slots["when"] = one(rng, words.DATED if dated else words.UNDATED).format(**slots)

    told = [one(rng, cause.told), one(rng, effect.told)]
    told.append(one(rng, kind.rest.some_told if some else kind.rest.none_told))
    if rng.random() < REVISED_SHARE:
        told.insert(1, one(rng, words.REVISED).format(x=number(other)))
    opener = one(rng, words.OPENERS if dated else words.DATED_OPENERS)
    opened = [opener] if not dated or rng.random() < OPENED_SHARE else []
    article = _around(rng, opened, told, slots)

    rest = kind.rest.some if some else kind.rest.none
    reference = sentence(f"{cause.said} {effect.said} on {{day}}, and {rest}.", slots)
    facts = (slots["road"], slots["place"], slots["day"], slots["n"], slots["m"] if some else rest.split()[0])
    return Bulletin(Sample(text_id(article), article, reference=reference, stratum=name), facts)


def _slots(rng: np.random.Generator) -> dict[str, str]:
    """Draw the names, the day and the hour, and others that lead astray."""
    place, other_place = rng.choice(words.PLACES, 2, replace=False).tolist()
    road, other_road = rng.choice(words.ROADS, 2, replace=False).tolist()
    day, other_day = rng.choice(words.DAYS, 2, replace=False).tolist()
    hour = f"{rng.integers(5, 23):02d}:{5 * rng.integers(12):02d}"
    return {
        "place": place, "other_place": other_place, "road": road, "other_road": other_road,
        "day": day, "other_day": other_day, "hour": hour,
    }  # fmt: skip


def _around(rng: np.random.Generator, opened: Sequence[str], told: Sequence[str], slots: dict[str, str]) -> str:
    """Put asides at random places after the opener, until the bulletin is long enough."""
    body = [sentence(text, slots) for text in told]
    start = [sentence(text, slots) for text in opened]
    length = int(rng.integers(FEWEST_WORDS, MOST_WORDS - 14))
    plain, astray = (rng.permutation(asides).tolist() for asides in (words.ASIDES, words.ASTRAY))
    while len(" ".join(start + body).split()) < length:
        aside = (astray if not plain or (astray and rng.random() < ASTRAY_SHARE) else plain).pop()
        extra = {"x": number(int(rng.integers(3, 90))), "agency": one(rng, words.AGENCIES)}
        body.insert(int(rng.integers(0 if opened else 1, len(body) + 1)), sentence(aside, slots | extra))
    return " ".join(start + body)


def sentence(text: str, slots: dict[str, str]) -> str:
    """Fill the slots and begin with a capital."""
    filled = text.format(**slots)
    return filled[0].upper() + filled[1:]


def number(value: int) -> str:
    """Return a number as the bulletins write it."""
    return NUMBER_WORDS[value] if value < len(NUMBER_WORDS) else str(value)


class BulletinTruth:
    """The right answer to a bulletin: its reference, whatever the setting, and every summary with all the facts.

    Args:
        drawn: The bulletins that will be asked about.
        space: The concepts.

    Raises:
        FadedError: a concept changes what a bulletin says, so that its reference is not right any more.
    """

    def __init__(self, drawn: Sequence[Bulletin], space: ConceptSpace) -> None:
        changing = [s.name for s in space.specs if s.name not in KEEPING]
        if changing:
            raise FadedError(
                f"The demo's truth is not known under {', '.join(changing)}, which can change what a bulletin says. "
                f"Give a space of {', '.join(KEEPING)}."
            )
        self._drawn = {bulletin.sample.id: bulletin for bulletin in drawn}

    def __call__(self, sample_ids: Sequence[str], values: NDArray[np.float64]) -> list[str | None]:
        """Return the references."""
        return [self._drawn[sample_id].sample.reference for sample_id in sample_ids]

    def accepts(self, sample_id: str, answer: str, right: str) -> bool:
        """Say whether a summary has all the facts."""
        return tells(answer, self._drawn[sample_id].facts)


def tells(answer: str, facts: Sequence[str]) -> bool:
    """Say whether a summary has all the facts, whatever its capitals, marks and order.

    "No" and "nobody" stand for each other, so that a summary is not wrong for saying "no one was hurt".
    """
    said = f" {' '.join(words_of(answer))} "
    wanted = [fact.casefold() for fact in facts]
    return all(f" {fact} " in said or (fact in NONE and any(f" {n} " in said for n in NONE)) for fact in wanted)
