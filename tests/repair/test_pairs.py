"""Verdicts become pairs, confirmed modes become fresh lessons."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from faded.domain import FadedError, Judgement, ModeKey, Pair, Proposal, Ratings, Sample, Verdict
from faded.repair.pairs import (
    DRAWN,
    Ranking,
    by_stratum,
    cell_values,
    every_mode,
    pair_lessons,
    rankings,
    reapply,
    verdict_pairs,
)
from tests.large import LARGE
from tests.repair.small import SPACE, lamps

KEY = ModeKey((2,), "red")


def proposal(answer: str, reference: str | None) -> Proposal:
    return Proposal("p", "s", KEY, answer, reference, 0.5, "Darkened by 60%.")


@pytest.mark.parametrize(
    ("verdict", "answer", "reference", "expected"),
    [
        (Verdict.CONFIRM, "grey", "red", [Pair("s", (0.6,), "red", "grey")]),
        (Verdict.REJECT, "grey", "red", [Pair("s", (0.6,), "grey", "red")]),
        (Verdict.REJECT, "red", "red", []),
        (Verdict.CONFIRM, "grey", None, []),
        (Verdict.INVALID, "grey", "red", []),
        (Verdict.UNSURE, "grey", "red", []),
    ],
)
def test_what_a_verdict_prefers(verdict: Verdict, answer: str, reference: str | None, expected: list[Pair]) -> None:
    judgement = Judgement("p", "s", KEY, verdict)
    assert verdict_pairs([judgement], {"p": proposal(answer, reference)}, SPACE) == expected


@pytest.mark.parametrize(
    ("verdict", "stated", "expected"),
    [
        (Verdict.CONFIRM, "red", [Pair("s", (0.6,), "red", "grey")]),
        (Verdict.CONFIRM, "green", [Pair("s", (0.6,), "green", "grey")]),
        (Verdict.REJECT, None, [Pair("s", (0.6,), "grey", "red")]),
        (Verdict.INVALID, None, []),
    ],
)
def test_without_a_reference_the_stated_answer_is_preferred(
    verdict: Verdict, stated: str | None, expected: list[Pair]
) -> None:
    given = replace(proposal("grey", None), clean_answer="red")
    assert verdict_pairs([Judgement("p", "s", KEY, verdict, stated)], {"p": given}, SPACE) == expected


def test_a_correction_is_preferred_to_the_reference_beside_it() -> None:
    judgement = Judgement("p", "s", KEY, Verdict.CONFIRM, "dark red")
    assert verdict_pairs([judgement], {"p": proposal("grey", "red")}, SPACE) == [Pair("s", (0.6,), "dark red", "grey")]


@pytest.mark.parametrize(
    ("verdict", "ratings", "expected"),
    [
        (Verdict.CONFIRM, Ratings(best=3, worst=0), [Ranking("s", (0.6,), 3, 0)]),
        (Verdict.REJECT, Ratings(bias=2, best=1, worst=2), [Ranking("s", (0.6,), 1, 2)]),
        (Verdict.CONFIRM, Ratings(bias=9, best=3), []),
        (Verdict.INVALID, Ratings(best=3, worst=0), []),
    ],
)
def test_a_best_and_a_worst_picture_are_a_ranking(verdict: Verdict, ratings: Ratings, expected: list[Ranking]) -> None:
    judgement = Judgement("p", "s", KEY, verdict, ratings=ratings)
    assert rankings([judgement], SPACE) == expected


def test_an_input_without_a_reference_teaches_its_own_clean_answer() -> None:
    pools = by_stratum([Sample("a", None, None, "red", "red"), Sample("b", None, None, "", None)])
    assert list(pools) == ["red"]
    assert reapply(SPACE, [KEY], pools, 1, np.random.default_rng(0))[0].chosen == "red"


def test_modes_are_reapplied_to_many_inputs_of_their_own_class() -> None:
    pools = by_stratum(lamps(300, seed=0))
    modes = [KEY, ModeKey((3,), "green")]
    drawn = reapply(SPACE, modes, pools, 200, np.random.default_rng(0))
    assert {(d.sample.stratum, d.values, d.chosen) for d in drawn} == {
        ("red", (0.6,), "red"),
        ("green", (0.9,), "green"),
    }
    assert len({d.sample.id for d in drawn}) > 80
    again = reapply(SPACE, modes, pools, 200, np.random.default_rng(0))
    assert [d.sample.id for d in again] == [d.sample.id for d in drawn]


def test_the_rival_without_verdicts_leaves_out_what_is_known_to_be_invalid() -> None:
    modes = every_mode(
        SPACE, ["red", "green", "red"], lambda strata, values: (values[:, 0] > 0.8) & (np.array(strata) == "red")
    )
    assert len(modes) == 7
    assert ModeKey((3,), "red") not in modes and ModeKey((3,), "green") in modes


def test_a_pair_without_its_sample_is_refused_by_name() -> None:
    with pytest.raises(FadedError, match="lost"):
        pair_lessons([Pair("lost", (0.6,), "red", "grey")], {})


def test_of_a_large_space_the_same_drawn_cells_stand_for_all_in_every_stratum() -> None:
    def invalid(strata: Sequence[str], values: NDArray[np.float64]) -> NDArray[np.bool_]:
        return (values[:, 0] > 0.3) & (np.array(strata) == "red")

    modes = every_mode(LARGE, ["red", "green"], invalid)
    red, green = ({mode.cell for mode in modes if mode.stratum == name} for name in ("red", "green"))
    assert len(green) == DRAWN and red == {cell for cell in green if cell[0] < 4}
    assert 0.7 * DRAWN < len(red) < 0.9 * DRAWN
    assert every_mode(LARGE, ["green"], invalid) == [mode for mode in modes if mode.stratum == "green"]


def test_a_cell_of_a_large_space_has_its_values() -> None:
    cell = LARGE.cell(1_234_567)
    assert cell_values(LARGE, ModeKey(cell, "red")) == tuple(LARGE.settings([1_234_567])[0])
