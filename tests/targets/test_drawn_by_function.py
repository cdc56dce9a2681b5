"""Functions that draw: of what range their pictures are, and by which file they are known."""

import functools
import hashlib
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from faded.domain import TargetError
from faded.targets.attributes import Unread
from faded.targets.drawn_by_function import DRAWS, DrawnByFunction
from faded.targets.functions import function_of, painters


def shade(value: float, kind: type, prompts: list[str], seeds: list[int]) -> NDArray[np.generic]:
    return np.full((len(prompts), 4, 4, 3), value, dtype=kind)


class Painter:
    def __call__(self, prompts: list[str], seeds: list[int]) -> NDArray[np.generic]:
        return shade(1, float, prompts, seeds)


half = functools.partial(shade, 0.5, float)
painter = Painter()


def drawing(value: float, kind: type) -> DrawnByFunction:
    return DrawnByFunction(function=functools.partial(shade, value, kind), reader=Unread(), source=f"{__name__}:half")


@pytest.mark.parametrize(("value", "kind"), [(0.2, np.float64), (1.0004, np.float32), (51, np.uint8), (1, np.bool_)])
def test_pictures_are_uint8_or_from_0_to_1(value: float, kind: type) -> None:
    drawn = drawing(value, kind).made(["a lamp"] * 2, [1, 2]).numpy()
    assert drawn.shape == (2, 3, 4, 4)
    np.testing.assert_allclose(drawn, 0.2 if value in (0.2, 51) else 1, atol=1e-3)


@pytest.mark.parametrize(
    ("value", "kind", "said"),
    [
        (60, np.int64, "returned int64 from 60 to 60: return uint8"),
        (255, np.float32, "float32 from 255 to 255"),
        (-1, np.float64, "float64 from -1 to -1: .* or values from 0 to 1"),
    ],
)
def test_pictures_of_another_range_are_refused(value: float, kind: type, said: str) -> None:
    with pytest.raises(TargetError, match=said):
        drawing(value, kind).made(["a lamp"], [1])


@pytest.mark.parametrize("name", ["half", "painter"])
def test_what_is_called_is_known_by_the_file_that_names_it(name: str) -> None:
    source = f"{__name__}:{name}"
    target = DrawnByFunction(function=function_of(painters, source, DRAWS), reader=Unread(), source=source)
    code = Path(__file__).read_bytes()
    assert target.fingerprint() == hashlib.sha256(source.encode() + code).hexdigest()[:16]
