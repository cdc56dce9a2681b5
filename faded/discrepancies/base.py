"""What every stage may ask of a discrepancy."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

Answers_contra = TypeVar("Answers_contra", contravariant=True)
Payload_contra = TypeVar("Payload_contra", contravariant=True)
A = TypeVar("A")


class Discrepancy(Protocol[Answers_contra, Payload_contra]):
    """A number >= 0 per answer, in documented units, for a batch at once."""

    def __call__(
        self, answers: Answers_contra, expected: Sequence[str | None], originals: Sequence[Payload_contra], /
    ) -> NDArray[np.float64]:
        """Measure the answers against what is expected of them and against the unedited inputs; shape (batch,)."""
        ...


class ExpectedDiscrepancy(Protocol[Answers_contra]):
    """A discrepancy that does not look at the unedited inputs, and can be asked without them."""

    def __call__(
        self, answers: Answers_contra, expected: Sequence[str | None], originals: Sequence[object] = (), /
    ) -> NDArray[np.float64]:
        """Measure the answers against what is expected of them; shape (batch,)."""
        ...


def by_expected(measure: Callable[[A, Sequence[str | None]], NDArray[np.float64]]) -> ExpectedDiscrepancy[A]:
    """Make a discrepancy of a measure of answers against what is expected of them."""

    @wraps(measure)
    def measured(
        answers: A, expected: Sequence[str | None], originals: Sequence[object] = (), /
    ) -> NDArray[np.float64]:
        return measure(answers, expected)

    return measured
