"""How far drawn pictures are from their prompt."""

from dataclasses import dataclass

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from faded.briefs import Brief
from faded.clip import Clip, load_clip
from faded.discrepancies.clip import clip_distance
from faded.domain import FadedError
from tests.clips import write_clip


@dataclass
class Sets:
    briefs: list[Brief]
    pictures: NDArray[np.uint8]


PICTURES = np.random.default_rng(0).integers(256, size=(3, 4, 20, 20, 3), dtype=np.uint8)
SETS = Sets([Brief(prompt, (1, 2, 3, 4)) for prompt in ("a lamp", "a red hall", "a lamp")], PICTURES)


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Clip:
    return load_clip(str(write_clip(tmp_path_factory.mktemp("clip") / "model")))


def test_it_is_the_mean_distance_of_a_set_from_its_prompt(clip: Clip) -> None:
    found = clip_distance(clip)(SETS, [None] * 3)
    assert found.dtype == np.float64 and (found >= 0).all() and (found <= 2).all()
    for brief, pictures, distance in zip(SETS.briefs, PICTURES, found, strict=True):
        cosines = clip.of_pictures(pictures) @ clip.of_texts([brief.prompt])[0]
        assert distance == pytest.approx(np.mean([1 - cosine for cosine in cosines]), abs=1e-5)
    assert len(set(found.round(6))) == 3


def test_a_prompt_is_read_once_and_without_gradients(clip: Clip, monkeypatch: pytest.MonkeyPatch) -> None:
    read, graded = [], []
    original = clip.model.get_text_features

    def counted(**fed: torch.Tensor) -> object:
        read.append(len(fed["input_ids"]))
        graded.append(torch.is_grad_enabled())
        return original(**fed)

    monkeypatch.setattr(clip.model, "get_text_features", counted)
    clip_distance(clip)(SETS, [None] * 3)
    assert read == [2] and graded == [False]


def test_a_prompt_that_the_model_does_not_read_to_its_end_is_refused(clip: Clip) -> None:
    sets = Sets([Brief("a lamp " * 9, (1, 2, 3, 4))], PICTURES[:1])
    with pytest.raises(FadedError, match=r"has 47 tokens, but the CLIP model .* reads 24"):
        clip_distance(clip)(sets, [None])
