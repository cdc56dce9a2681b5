"""The same checks for every registered discrepancy of pictures' classes and of texts."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest

from faded import builtins  # noqa: F401
from faded.discrepancies.base import Measures
from faded.discrepancies.classification import discrepancies
from faded.discrepancies.text import text_discrepancies
from faded.targets.classifier import ClassifierAnswers
from faded.targets.written_by_function import Writings

LABELS = ("red", "amber", "green")
ARTICLES = [
    "A lorry with 3.5 tonnes of gravel overturned on Mill Road at 07:30. Two cars were hit.",
    "The river rose by 40 cm in Harwick and flooded 12 cellars.",
    "The school opens again on Tuesday.",
]
Case = tuple[Measures[Any], str, Callable[[Sequence[int]], tuple[Any, list[str], list[Any]]]]


def classified(rows: Sequence[int]) -> tuple[ClassifierAnswers, list[str], list[None]]:
    """Of three answers the first is right and the last far off."""
    probabilities = np.array([[0.7, 0.2, 0.1], [0.4, 0.35, 0.25], [0.0, 1.0, 0.0]], dtype=np.float32)[list(rows)]
    answers = ClassifierAnswers(LABELS, probabilities, np.zeros((len(rows), 2), dtype=np.float32))
    return answers, [["red", "amber", "green"][row] for row in rows], [None] * len(rows)


def written(rows: Sequence[int]) -> tuple[Writings, list[str], list[str]]:
    """Of three summaries the first is right, and the others say something else."""
    texts = [ARTICLES[0], "The river rose by 50 cm.", "The library has closed its 7 doors in York."]
    answers = Writings([texts[row] for row in rows], np.zeros((len(rows), 1), dtype=np.float32))
    articles = [ARTICLES[row] for row in rows]
    return answers, articles, articles


CASES: list[Case] = [(discrepancies, name, classified) for name in discrepancies.names()]
CASES += [(text_discrepancies, name, written) for name in text_discrepancies.names()]
every = pytest.mark.parametrize("case", CASES, ids=[name for _, name, _ in CASES])


def measured(case: Case, rows: Sequence[int]) -> np.ndarray:
    registry, name, answered = case
    return registry.get(name)(*answered(rows))


@every
def test_a_discrepancy_is_one_number_per_answer_from_0_to_its_most(case: Case) -> None:
    registry, name, _ = case
    found = measured(case, range(3))
    assert found.shape == (3,), "a discrepancy returns one number per answer, shape (batch,)"
    assert found.dtype == np.float64, "the numbers are float64"
    assert np.isfinite(found).all(), "no number is infinite or nan"
    most = registry.most(name)
    assert (found >= 0).all() and (found <= most).all(), f"every number is from 0 to `most`, which is {most:g}"


@every
def test_what_is_right_is_0_and_something_else_is_not(case: Case) -> None:
    right, *others = measured(case, range(3))
    assert right == 0, "the discrepancy of a right answer is exactly 0, however unsure the target is of it"
    assert max(others) > 0, "something else than what is expected is above 0"


@every
def test_each_answer_is_measured_by_itself(case: Case) -> None:
    together = measured(case, range(3))
    rule = "each answer is measured by itself, whatever else is in the batch"
    np.testing.assert_array_equal(measured(case, [2, 0, 1]), together[[2, 0, 1]], rule)
    np.testing.assert_array_equal(np.concatenate([measured(case, [row]) for row in range(3)]), together, rule)
