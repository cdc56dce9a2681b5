"""What every stage may ask of a discrepancy."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import wraps
from typing import Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from faded.registry import Registry

Answers_contra = TypeVar("Answers_contra", contravariant=True)
Payload_contra = TypeVar("Payload_contra", contravariant=True)
A = TypeVar("A")
D = TypeVar("D")

MOST_APART = 2.0
"""What 1 - cosine is at most: of opposite vectors."""


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


class Measures(Registry[D]):
    """Discrepancies by name, each with what it is at most."""

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self._most: dict[str, float] = {}

    def register(self, name: str, most: float = math.inf) -> Callable[[D], D]:
        """Return a decorator that files a discrepancy under `name`.

        Args:
            name: As it is given with `--discrepancy`.
            most: What it is at most: a threshold has to be below it.

        Raises:
            FadedError: the name is taken.
        """
        file = super().register(name)

        def file_with_most(measure: D) -> D:
            filed = file(measure)
            self._most[name] = most
            return filed

        return file_with_most

    def most(self, name: str) -> float:
        """Return what a registered discrepancy is at most; infinity where it has no bound."""
        return self._most[name]
