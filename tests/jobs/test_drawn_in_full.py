"""Briefs in full ask for every value of every slot, and for what is left open."""

from collections import Counter

from faded.briefs import Wording
from faded.concepts.presets import prompt_presets
from faded.concepts.prompt import prompt_slots
from faded.data.prompts import OpenAttribute, Prompts
from faded.domain import Sample
from faded.jobs.drawn_in_full import InFull

SLOTS = prompt_slots(
    [
        {"name": "job", "levels": ["person", "nurse"], "attribute": "job", "shows": ["", "nurse"]},
        {"name": "place", "levels": ["", "in a park", "in a street"]},
        {"kind": "negation", "name": "hat", "levels": ["", "without a hat"], "attribute": "hat", "denies": ["", "hat"]},
    ]
)
SHARES = {"short": 0.5, "long": 0.5}
OPEN = OpenAttribute("hair", SHARES, {"short": "with short hair", "long": "with long hair"})


def samples(sets: int) -> list[Sample[Wording]]:
    return Prompts({"people": ["a {job} {place} {hat}"]}, sets=sets, pictures=2).samples(0)


def test_every_slot_is_filled_and_what_is_open_is_asked_for() -> None:
    briefs = InFull(SLOTS, OPEN).briefs(samples(80))
    assert all("hat" not in brief.prompt and " in a " in brief.prompt for brief in briefs)
    assert not any(brief.denied for brief in briefs)
    asked = Counter(brief.asked for brief in briefs)
    job, short, long = ("job", "nurse"), ("hair", "short"), ("hair", "long")
    assert set(asked) == {(short,), (long,), (job, short), (job, long)} and min(asked.values()) >= 10
    assert {b.asked for b in InFull(SLOTS, OpenAttribute("hair", SHARES)).briefs(samples(9))} == {(), (job,)}


def test_nothing_is_asked_for_that_nobody_reads() -> None:
    assert InFull(SLOTS, OPEN).asks_for_any({"job"}) and InFull(SLOTS, OPEN).asks_for_any({"hair", "tone"})
    assert not InFull(SLOTS, OPEN).asks_for_any({"hat", "tone"}) and not InFull(SLOTS, OPEN).asks_for_any({})
    paper = prompt_slots(prompt_presets.get("paper"))
    assert not InFull(paper, OpenAttribute("hair", SHARES)).asks_for_any({"hair"})
