"""The figures beside the failures are asked for in batches, and anybody may stop them."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from faded.jobs.figures_beside import figures_beside
from faded.verification.beside import Allowance


class Task:
    batch = 2

    def __init__(self) -> None:
        self.allowances = {"variety": Allowance(0.05, relative=True)}
        self.asked: list[int] = []

    def beside(self, probe: float, samples: list[int]) -> dict[str, NDArray[np.float64]]:
        self.asked.append(len(samples))
        return {"variety": probe * np.array(samples, dtype=np.float64)}


@pytest.fixture
def context() -> Any:
    return SimpleNamespace(task=Task(), verify=[1, 2, 3, 4, 5, 6], config=SimpleNamespace(seed=0))


def test_a_fold_is_measured_in_batches_and_its_numbers_are_compared(context: Any) -> None:
    told: list[tuple[int, int]] = []
    found = figures_beside(context, 1.0, 0.5, lambda done, total: told.append((done, total)), lambda: False)
    assert found is not None and [(f.name, f.before, f.after, f.lost) for f in found] == [("variety", 3.5, 1.75, 0.5)]
    assert context.task.asked == [4, 2, 4, 2]
    assert told == [(4, 12), (6, 12), (10, 12), (12, 12)]


def test_figures_are_stopped_between_batches(context: Any) -> None:
    told: list[int] = []
    assert figures_beside(context, 1.0, 0.5, lambda done, total: told.append(done), lambda: len(told) == 3) is None
    assert context.task.asked == [4, 2, 4]
