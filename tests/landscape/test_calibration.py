from __future__ import annotations

import json

import numpy as np
import pytest

from faded.landscape.calibration import Calibration, sentences
from faded.landscape.posterior import Landscape
from faded.landscape.trusted import LARGELY, NO, NOT_YET, THIN, YES, answer, standing
from tests.exploration.tables import N_STRATA, SPACE

ONE = np.zeros(1, dtype=np.int64)


def told(predicted: np.ndarray, failed: np.ndarray) -> Calibration:
    found = Calibration()
    found.load_state_dict({"predicted": predicted, "failed": failed})
    return found


def test_nothing_is_said_of_no_queries() -> None:
    found = Calibration().figures()
    assert found["queries"] == 0 and found["bins"] == [] and sentences(found) == []


def test_a_prediction_is_that_of_before_the_trial() -> None:
    landscape = Landscape(SPACE, tuple("abcdef"), 0.5, np.zeros((N_STRATA, SPACE.n_cells), dtype=bool))
    before = float(landscape.posterior().mean[0, 77])
    found = Calibration()
    found.note(landscape, ONE, ONE + 77, np.array([True]))
    landscape.add(ONE, ONE + 77, [True])
    landscape.refit()
    assert landscape.posterior().mean[0, 77] > before
    assert found.figures()["predicted"] == pytest.approx(before, abs=1e-6)


def test_the_clean_control_is_left_out_for_nothing_can_fail_there() -> None:
    landscape = Landscape(SPACE, tuple("abcdef"), 0.5, np.zeros((N_STRATA, SPACE.n_cells), dtype=bool))
    found = Calibration()
    found.note(landscape, ONE, np.array([SPACE.control_index], dtype=np.int64), np.array([False]))
    assert found.figures()["queries"] == 0


@pytest.mark.parametrize("honest", [True, False])
def test_an_honest_map_is_told_from_one_that_overstates(honest: bool) -> None:
    rng = np.random.default_rng(0)
    rate = rng.random(4000)
    given = rate if honest else np.clip(0.5 + 2 * (rate - 0.5), 0.01, 0.99)
    found = told(given, rng.random(4000) < rate).figures()
    assert answer(found["bins"])["state"] == (YES if honest else NO)
    assert found["later"]["queries"] == 2000
    assert found["brier_of_share"] == pytest.approx(0.25, abs=0.01)
    if honest:
        assert found["skill"] == pytest.approx(1 / 3, abs=0.05)  # 1 - E[p(1-p)] / (1/4) for uniform p


def test_sentences_name_rate_given_and_share_that_failed() -> None:
    predicted = np.repeat([0.05, 0.65, 0.95], [40, 50, 3])
    failed = np.concatenate([np.arange(40) < 2, np.arange(50) < 35, np.ones(3, dtype=bool)])
    said = sentences(told(predicted, failed).figures())
    assert "Of the 50 to which it gave 60 to 70%, 70% failed." in said
    assert "Of the 40 to which it gave 0 to 10%, 5% failed." in said
    assert not any("90 to 100%" in sentence for sentence in said)  # three queries say too little
    alike = sentences(told(np.full(5, 0.2), np.zeros(5, dtype=bool)).figures())
    assert alike[-1].startswith("All of them did the same")


def test_figures_are_json_and_a_checkpoint_of_an_earlier_version_has_none() -> None:
    found = told(np.array([0.2, 0.4, 1.0]), np.array([False, True, True]))
    assert json.loads(json.dumps(found.figures(), allow_nan=False)) == found.figures()
    again = Calibration()
    again.load_state_dict(found.state_dict())
    assert again.figures() == found.figures()
    again.load_state_dict({})
    assert again.figures()["queries"] == 0


def rows_of(*rows: tuple[float, int, int]) -> list[dict[str, object]]:
    """Rows of the comparison, of (rate given, queries, failures)."""
    given, queries, failures = (np.array(column) for column in zip(*rows, strict=True))
    failed = np.concatenate([np.arange(n) < f for n, f in zip(queries, failures, strict=True)])
    return list(told(np.repeat(given, queries), failed).figures()["bins"])


def test_the_answer_follows_from_the_rows_that_tell() -> None:
    good = [(0.05, 100, 5), (0.15, 60, 9), (0.25, 60, 15), (0.65, 60, 39)]
    assert answer(rows_of(*good))["sentence"].startswith("Yes: in all 4 rows that tell")
    one_off = answer(rows_of(*good, (0.35, 40, 2)))
    assert one_off["state"] == LARGELY and one_off["sentence"].endswith("but it is too high where it says 30 to 40%.")
    assert (one_off["rows_telling"], one_off["rows_off"], one_off["rows_thin"]) == (5, 1, 0)
    slight = answer(rows_of(*good, (0.35, 40, 8)))
    assert slight["state"] == YES and slight["rows_off"] == 1 and "chance explains" in slight["sentence"]
    wrong = answer(rows_of((0.05, 60, 30), (0.95, 60, 30)))
    assert wrong["state"] == NO
    assert wrong["sentence"].endswith("too high where it says 90 to 100%, and too low where it says 0 to 10%.")


def test_thin_rows_are_not_counted_as_good_ones() -> None:
    rows = rows_of((0.05, 19, 1), (0.15, 30, 4), (0.95, 2, 2))
    assert [standing(row) for row in rows] == [THIN, "in line", THIN]
    assert answer(rows)["state"] == NOT_YET and answer(rows)["rows_thin"] == 2
    predicted, failed = np.repeat([0.15, 0.95], [120, 2]), np.append(np.arange(120) < 18, [True, True])
    said = sentences(told(predicted, failed).figures())
    assert said[0] == "Yes: in the only row that tells, what failed is in line with what the map gave."
    assert any(line.startswith("In 1 of 1 row with 20") for line in said)
    assert "1 row with fewer queries is too thin to tell and not counted." in said


def test_a_perfect_map_is_doubted_once_in_ten_times_at_most() -> None:
    rng = np.random.default_rng(0)
    given = rng.random((400, 300))
    states = [answer(told(p, rng.random(300) < p).figures()["bins"])["state"] for p in given]
    assert np.mean([state != YES for state in states]) <= 0.12
