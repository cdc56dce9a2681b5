"""What every stage may ask of a discrepancy."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

Answers_contra = TypeVar("Answers_contra", contravariant=True)


class Discrepancy(Protocol[Answers_contra]):
    """A number >= 0 per answer, in documented units, for a batch at once."""

    def __call__(self, answers: Answers_contra, expected: Sequence[str | None], /) -> NDArray[np.float64]:
        """Measure the answers against what is expected of them; shape (batch,)."""
        ...
