"""What is held outside the modes, and what verdicts keep out of it."""

from dataclasses import replace

import numpy as np
import pytest

from faded.concepts.image import image_space
from faded.domain import ModeKey, Sample
from faded.probe import nothing_invalid
from faded.repair.material import prepare, split
from faded.repair.pairs import DRAWN, NO_REFUSALS, Refusals, every_mode
from tests.repair.small import EDITOR, LABELS, SPACE, lamps, target

TUNE = [replace(s, reference=None, clean_answer=s.reference) for s in lamps(300, seed=2)]
GREY, DARK, DARKER = ModeKey((2,), "grey"), ModeKey((2,), "red"), ModeKey((3,), "red")


def kept(refusals: Refusals) -> list[tuple[str, float, bool]]:
    """Return stratum, darkening and whether the answer is the expected one, of every row that is held."""
    classifier = target()
    keep = prepare(classifier, EDITOR, SPACE, TUNE, [DARKER], 0, refusals=refusals).keep
    return [
        (row.sample.stratum, row.values[0], classifier.labels[int(logits.argmax())] == row.chosen)
        for row, logits in zip(keep.lessons, keep.logits, strict=True)
    ]


def test_what_is_answered_as_expected_is_held_outside_the_modes() -> None:
    found = kept(NO_REFUSALS)
    assert all(as_expected for _, _, as_expected in found)
    assert ("grey", 0.6, True) in found
    assert not [row for row in found if row[:2] == ("red", 0.9)]


def test_an_expected_answer_that_verdicts_refuse_is_not_held() -> None:
    found = kept(Refusals(changed=frozenset({GREY})))
    assert not [row for row in found if row[:2] == ("grey", 0.6)]
    assert ("grey", 0.3, True) in found


def test_another_answer_that_verdicts_call_right_is_held_as_it_is() -> None:
    found = kept(Refusals(frozenset({DARK}), frozenset({DARK})))
    assert {row for row in found if row[:2] == ("red", 0.6)} == {("red", 0.6, False)}
    assert all(as_expected for stratum, _, as_expected in found if stratum != "red")


def test_of_a_space_too_large_to_be_listed_what_is_held_is_drawn_and_refusals_are_kept_out_of_it() -> None:
    fine = image_space([{"name": "darkening", "levels": np.linspace(0, 0.9, 5000).tolist()}])
    dark = frozenset(mode for mode in every_mode(fine, LABELS, nothing_invalid) if fine.values([mode.cell])[0, 0] > 0.2)
    held = [
        {row.values[0] for row in prepare(target(), EDITOR, fine, TUNE, [], 0, refusals=refusals).keep.lessons}
        for refusals in (NO_REFUSALS, Refusals(changed=dark))
    ]
    assert max(held[0]) > 0.5 and DRAWN / 2 < len(held[0]) <= DRAWN
    assert 0 < max(held[1]) <= 0.2


@pytest.mark.parametrize(("inputs", "low", "high"), [(60, 12, 30), (150, 20, 42), (3000, 250, 350)])
def test_of_few_inputs_a_greater_share_is_held_out(inputs: int, low: int, high: int) -> None:
    tune = [Sample(f"{i:016x}", i, "yes", "all") for i in range(inputs)]
    train, held = split(tune)
    assert low <= len(held) <= high
    assert sorted(s.payload for s in [*train, *held]) == list(range(inputs))
