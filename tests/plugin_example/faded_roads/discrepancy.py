"""A discrepancy of texts: numbers that a summary leaves out."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from faded.discrepancies.base import by_expected
from faded.discrepancies.text import Written, text_discrepancies

NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")


@text_discrepancies.register("numbers_left_out", most=1.0)
@by_expected
def numbers_left_out(answers: Written, expected: Sequence[str | None]) -> NDArray[np.float64]:
    """Return the share of what is expected in numbers that the answer lacks, 0 to 1; 0 where none is expected.

    A usual threshold is 0: one number that is missing is a failure.
    """
    return np.array([_lacking(text, want or "") for text, want in zip(answers.texts, expected, strict=True)])


def _lacking(text: str, want: str) -> float:
    wanted, given = set(NUMBER.findall(want)), set(NUMBER.findall(text))
    return len(wanted - given) / len(wanted) if wanted else 0.0
