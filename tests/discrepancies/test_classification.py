import numpy as np
import pytest

from faded.discrepancies.classification import log_odds, margin
from faded.domain import FadedError
from faded.targets.classifier import ClassifierAnswers

ANSWERS = ClassifierAnswers(
    ("cat", "dog", "emu"),
    np.array([[0.7, 0.2, 0.1], [0.2, 0.7, 0.1], [0.45, 0.45, 0.1]], dtype=np.float32),
    np.zeros((3, 2), dtype=np.float32),
)


def test_the_margin_is_above_zero_exactly_where_the_answer_is_wrong() -> None:
    assert margin(ANSWERS, ["cat", "cat", "cat"]) == pytest.approx([0.0, 0.5, 0.0])
    assert margin(ANSWERS, ["emu", "emu", "emu"]) == pytest.approx([0.6, 0.6, 0.35])


def test_the_papers_measure_grows_with_a_wrong_answers_confidence() -> None:
    found = log_odds(ANSWERS, ["cat", "cat", "emu"])
    assert found[0] == 0
    assert found[1] == pytest.approx(10 * np.log(0.7 / 0.3), rel=1e-5)


def test_a_certain_wrong_answer_stays_finite() -> None:
    sure = ClassifierAnswers(("a", "b"), np.array([[1.0, 0.0]], dtype=np.float32), np.zeros((1, 1), dtype=np.float32))
    assert np.isfinite(log_odds(sure, ["b"])).all()


def test_a_reference_the_target_does_not_know_is_refused() -> None:
    with pytest.raises(FadedError, match="yak"):
        margin(ANSWERS, ["cat", "yak", "dog"])
