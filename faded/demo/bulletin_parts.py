"""What a kind of incident of the demo "bulletins" is, and what several kinds share.

A kind is sentences of our own with slots. Slots: {where} is "Mill Road in Kelford", {road}, {place}, {when}, {n} the
figure of the effect, {m} the figure of the rest, {thing} what the cause is about. The reference puts a cause, an effect
and a rest together: "{cause} {effect} on {day}, and {rest}."
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Cause:
    """What happened.

    Attributes:
        said: In the reference, as its subject.
        told: Sentences that tell it in a bulletin; each names place and road.
        things: What {thing} can be; empty where the sentences have no such slot.
    """

    said: str
    told: tuple[str, ...]
    things: tuple[str, ...] = ("",)


@dataclass(frozen=True, slots=True)
class Effect:
    """What it did, with the figure that matters.

    Attributes:
        said: In the reference, as its predicate.
        told: Sentences that tell it in a bulletin, after the cause.
        low: Smallest figure.
        high: Largest figure.
    """

    said: str
    told: tuple[str, ...]
    low: int
    high: int


@dataclass(frozen=True, slots=True)
class Rest:
    """What else came of it, or did not: the negation is half of the bulletins.

    Attributes:
        some: In the reference, with {m}.
        some_told: Sentences of a bulletin where there were some.
        none: In the reference where there were none.
        none_told: Sentences of a bulletin where there were none.
    """

    some: str
    some_told: tuple[str, ...]
    none: str
    none_told: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of incident."""

    causes: tuple[Cause, ...]
    effects: tuple[Effect, ...]
    rest: Rest


HURT = Rest(
    "{m} people were hurt",
    (
        "An ambulance took {m} injured people to hospital.",
        "{m} people were hurt and are being treated.",
        "Medical teams looked after {m} people with injuries.",
        "Of those involved, {m} needed a doctor.",
    ),
    "nobody was hurt",
    (
        "No injuries were reported.",
        "Everybody involved came away unharmed.",
        "There were no casualties, the rescue service confirmed.",
        "An ambulance was called but was not needed, as nobody was injured.",
        "Fears that people had been injured did not come true.",
    ),
)

CLOSED = Effect(
    "closed {where} for {n} hours",
    (
        "The road was shut to all traffic for {n} hours.",
        "It took {n} hours before the first cars could pass again.",
        "Barriers went up at both ends, and drivers had to go round for {n} hours.",
        "Only after {n} hours was the carriageway opened again.",
    ),
    2,
    9,
)
QUEUE = Effect(
    "caused a queue of {n} kilometres on {where}",
    (
        "Behind the spot, traffic backed up over {n} kilometres.",
        "The tailback grew to {n} kilometres.",
        "At its longest, the line of waiting cars measured {n} kilometres.",
    ),
    2,
    14,
)
