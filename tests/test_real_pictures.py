"""The trained generator of digits as its description has it, and as something that a repair can tune."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
import torch

from benchmarks.digits_flow import WEIGHTS, load
from benchmarks.digits_judge import ATTRIBUTE, Judge, train
from benchmarks.digits_painter import ANY, TIMES, WORDS, DigitsPainter, time_of
from benchmarks.real_pictures import COACHED, MODE, PICTURES, SPACE, Evenly, ask, tune
from faded.briefs import Brief
from faded.domain import TargetError
from faded.repair.adapters import adapter_names, attach, detach
from faded.repair.diffusion import LAYERS
from faded.repair.pairs import cell_values

ASSETS = Path(os.environ.get("FADED_ASSETS", "../shared/assets"))

pytestmark = pytest.mark.skipif(
    not (ASSETS / WEIGHTS).is_file(), reason=f"{ASSETS / WEIGHTS} is missing: name its folder in FADED_ASSETS"
)


@pytest.fixture(scope="module")
def judge() -> Judge:
    return train(ASSETS)


@pytest.fixture
def painter(judge: Judge) -> DigitsPainter:
    return DigitsPainter(load(ASSETS), judge)


def told(count: int) -> list[Brief]:
    return [Brief(word, tuple(range(count)), ((ATTRIBUTE, str(i)),)) for i, word in enumerate(WORDS)]


def test_the_judge_reads_real_digits(judge: Judge) -> None:
    assert judge.accuracy >= 0.97


def test_the_digit_that_is_told_is_drawn(painter: DigitsPainter) -> None:
    groups = Evenly().groups(painter.answer(told(10)))
    assert (groups == np.arange(10)[:, None]).mean() >= 0.95


def test_nothing_but_a_digit_can_be_asked(painter: DigitsPainter) -> None:
    with pytest.raises(TargetError, match="'a cat'"):
        painter.answer([Brief("a cat", (1,))])


def test_what_is_wanted_of_noised_pictures_is_where_they_go(painter: DigitsPainter) -> None:
    generator = torch.Generator().manual_seed(0)
    pictures, noise = torch.rand(4, 1, 28, 28, generator=generator), torch.randn(4, 1, 28, 28, generator=generator)
    times = torch.tensor([0, 1, TIMES // 2, TIMES - 1])
    noisy, wanted = painter.noised(pictures, noise, times), painter.wanted(pictures, noise, times)
    torch.testing.assert_close(noisy[0], noise[0])
    t = time_of(times)[:, None, None, None]
    torch.testing.assert_close(noisy + (1 - t) * (pictures - noise), wanted)  # at a steady speed until time 1


def test_real_digits_are_what_it_says_of_them_with_little_noise(painter: DigitsPainter) -> None:
    sets = painter.answer(told(2))
    pictures = painter.encoded(sets.pictures.reshape(-1, 28, 28, 3))
    times = torch.full((20,), 9 * TIMES // 10)  # 0.81 of the way
    noise = torch.randn(pictures.shape, generator=torch.Generator().manual_seed(0))
    tokens = painter.embedded([word for word in WORDS for _ in range(2)])
    with torch.no_grad():
        said = painter.said(painter.noised(pictures, noise, times), times, tokens)
    assert (said - pictures).square().mean() < 0.2 * pictures.var()


def test_without_its_adapter_it_draws_what_it_drew(painter: DigitsPainter) -> None:
    briefs = [Brief(ANY, (1, 2, 3)), Brief("seven", (1, 2, 3))]
    before, names, mark = painter.answer(briefs).pictures, list(painter.module.state_dict()), painter.fingerprint()
    assert attach(painter.module, 4, 0, LAYERS, scale=1)
    assert len(adapter_names(painter.module)) == 2 * 4 * 4  # two factors on four parts of four layers
    with torch.no_grad():
        for name, parameter in painter.module.named_parameters():
            if name in adapter_names(painter.module):
                parameter.fill_(0.1)
    assert (painter.answer(briefs).pictures != before).any()
    painter.module.disable_adapters()
    np.testing.assert_array_equal(painter.answer(briefs).pictures, before)
    detach(painter.module)
    assert list(painter.module.state_dict()) == names and painter.fingerprint() == mark
    np.testing.assert_array_equal(painter.answer(briefs).pictures, before)


def test_the_setting_leaves_the_digit_open_and_coaching_tells_each() -> None:
    [sample] = tune()[3:4]
    as_is, left_open = ask([sample.payload] * 2, np.array([SPACE.control, cell_values(SPACE, MODE)]))
    assert (as_is.prompt, as_is.asked) == ("three", ((ATTRIBUTE, "3"),))
    assert (left_open.prompt, left_open.asked) == (ANY, ())
    coached = Evenly().coached([left_open])
    assert [brief.prompt for [brief] in coached] == list(WORDS)
    seeds = [seed for [brief] in coached for seed in brief.seeds]
    assert len(set(seeds)) == len(seeds) == COACHED * len(WORDS) and set(seeds) <= set(left_open.seeds)
    assert len(left_open.seeds) == PICTURES
