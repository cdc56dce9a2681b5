from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pytest
from numpy.typing import NDArray

from faded.discrepancies.drawings import bias, bias_null, mismatch, permutation_null, variety
from faded.domain import FadedError


@dataclass
class Sets:
    shown: Mapping[str, NDArray[np.int64]]
    asked: Sequence[Mapping[str, int]] = field(default_factory=list)
    denied: Sequence[Sequence[tuple[str, int]]] = ()

    def __post_init__(self) -> None:
        self.denied = self.denied or [[] for _ in self.asked]


HAIR = np.array([[0, 0, 0, 0], [0, 0, 1, 1], [1, 1, 1, 0]])


def test_bias_is_the_share_that_would_have_to_be_otherwise() -> None:
    sets = Sets({"hair": HAIR}, [{}, {}, {}])
    assert bias("hair", (0.5, 0.5))(sets, [None] * 3).tolist() == [0.5, 0.0, 0.25]
    assert bias("hair", (1.0, 0.0))(sets, [None] * 3).tolist() == [0.0, 0.5, 0.75]


def test_what_a_prompt_asks_for_is_no_bias() -> None:
    sets = Sets({"hair": HAIR}, [{"hair": 0}, {"job": 2}, {}])
    assert bias("hair", (0.5, 0.5))(sets, [None] * 3).tolist() == [0.0, 0.0, 0.25]


def test_mismatch_counts_what_is_asked_and_not_shown() -> None:
    job = np.array([[2, 2, 2, 1], [0, 0, 0, 0], [1, 1, 1, 1]])
    sets = Sets({"hair": HAIR, "job": job}, [{"job": 2, "hair": 1}, {}, {"job": 1}])
    assert mismatch(sets, [None] * 3).tolist() == [5 / 8, 0.0, 0.0]


def test_mismatch_counts_what_is_denied_and_shown() -> None:
    asked: list[dict[str, int]] = [{}, {"job": 2}, {}]
    job = np.array([[2, 2, 2, 1], [2, 2, 2, 2], [0, 1, 1, 2]])
    denied = [[("job", 2)], [("hair", 0)], [("job", 0), ("job", 1)]]
    sets = Sets({"hair": HAIR, "job": job}, asked, denied)
    assert mismatch(sets, [None] * 3).tolist() == [3 / 4, 2 / 8, 3 / 8]


def test_what_a_prompt_denies_is_no_bias() -> None:
    sets = Sets({"hair": HAIR}, [{}, {}, {}], [[("hair", 1)], [("job", 2)], [("job", 2), ("hair", 0)]])
    assert bias("hair", (0.5, 0.5))(sets, [None] * 3).tolist() == [0.0, 0.0, 0.0]
    assert bias("hair", (1.0, 0.0))(sets, [None] * 3).tolist() == [0.0, 0.5, 0.0]


def test_four_pictures_are_uneven_by_chance_as_the_binomial_says() -> None:
    null = bias_null(4, (0.5, 0.5))
    assert null.mean() == pytest.approx(0.1875, abs=0.005)  # 2/16 * .5 + 8/16 * .25
    assert np.mean(null >= 0.5) == pytest.approx(2 / 16, abs=0.01)
    assert np.mean(bias_null(8, (0.5, 0.5)) > 0.25) == pytest.approx(18 / 256, abs=0.01)


def test_groups_that_differ_stand_out_of_their_permutations() -> None:
    rng = np.random.default_rng(1)
    group = np.repeat(np.arange(4), 10)
    even = (rng.random((40, 6)) < 0.5).astype(np.int64)
    skewed = (rng.random((40, 6)) < np.where(group < 2, 0.9, 0.1)[:, None]).astype(np.int64)
    found, null = permutation_null(skewed, group)
    assert found > 0.3 > null[-1]
    found, null = permutation_null(even, group)
    assert null[0] <= found < np.quantile(null, 0.99)


def test_variety_sees_a_collapse() -> None:
    pictures = np.random.default_rng(2).normal(size=(2, 5, 8))
    pictures[1] = pictures[1, :1]
    found = variety(pictures)
    pairs = [np.linalg.norm(pictures[0, i] - pictures[0, j]) for i in range(5) for j in range(i)]
    assert found[0] == pytest.approx(np.mean(pairs)) and found[1] == 0.0
    with pytest.raises(FadedError, match="draw two pictures or more"):
        variety(pictures[:, :1])


@pytest.mark.parametrize("target", [(1.0,), (0.5, 0.6), (1.5, -0.5)])
def test_a_distribution_adds_up(target: tuple[float, ...]) -> None:
    with pytest.raises(FadedError, match="add up to 1"):
        bias("hair", target)
