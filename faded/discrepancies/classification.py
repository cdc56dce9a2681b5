"""Discrepancies of classifiers.

`margin` is the default: how far the best wrong answer is ahead of the right one, in probability. It is above 0 exactly
when the answer is wrong. `log_odds` is the paper's measure (section 4.1), kept beside it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from faded.discrepancies.base import ExpectedDiscrepancy, Measures, by_expected
from faded.domain import FadedError

FloatArray = NDArray[np.float64]


class Classified(Protocol):
    """What a classifier's answers must offer to be measured."""

    @property
    def labels(self) -> tuple[str, ...]:
        """Class names in the order of the columns of `probabilities`."""
        ...

    @property
    def probabilities(self) -> NDArray[np.float32]:
        """Shape (batch, n_classes)."""
        ...


ClassifierDiscrepancy = ExpectedDiscrepancy[Classified]

discrepancies: Measures[ClassifierDiscrepancy] = Measures("discrepancy")

LOG_ODDS_SCALE = 10.0
"""The paper's factor: 10 * |ln(p / (1 - p))|."""
SMALLEST_PROBABILITY = 1e-6
"""Keeps the log-odds of a saturated answer finite; float32 softmax resolves about this much."""


def expected_columns(answers: Classified, expected: Sequence[str | None]) -> NDArray[np.int64]:
    """Return the column of each expected answer.

    Raises:
        FadedError: one is missing or no label of the target.
    """
    columns = {label: i for i, label in enumerate(answers.labels)}
    try:
        return np.array([columns[r] for r in expected], dtype=np.int64)  # type: ignore[index]
    except KeyError as error:
        raise FadedError(
            f"The expected answer {error.args[0]!r} is no label of the target. "
            f"Its labels: {', '.join(answers.labels[:20])}."
        ) from error


@discrepancies.register("margin", most=1.0)
@by_expected
def margin(answers: Classified, expected: Sequence[str | None]) -> FloatArray:
    """Return max(0, top wrong probability - probability of what is expected); unit: probability, 0 to 1."""
    columns = expected_columns(answers, expected)
    probabilities = answers.probabilities.astype(np.float64)
    rows = np.arange(len(columns))
    right = probabilities[rows, columns]
    others = probabilities.copy()
    others[rows, columns] = -np.inf
    ahead: FloatArray = others.max(axis=1) - right
    return np.maximum(0.0, ahead)


@discrepancies.register("log_odds")
@by_expected
def log_odds(answers: Classified, expected: Sequence[str | None]) -> FloatArray:
    """Return 10 * |ln(p / (1 - p))| of the top probability where the answer is wrong, else 0; unit: a tenth of a nat.

    The paper gives -1 where the answer is right; a discrepancy here is never negative, so 0 stands for it.
    """
    columns = expected_columns(answers, expected)
    top = np.clip(answers.probabilities.max(axis=1).astype(np.float64), SMALLEST_PROBABILITY, 1 - SMALLEST_PROBABILITY)
    wrong = answers.probabilities.argmax(axis=1) != columns
    return np.where(wrong, LOG_ODDS_SCALE * np.abs(np.log(top / (1 - top))), 0.0)
