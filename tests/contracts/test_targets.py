"""The same checks for every target that is registered by name; Faded itself brings none."""

from pathlib import Path

import numpy as np
import pytest
import torch

from faded import builtins  # noqa: F401
from faded.domain import FadedError
from faded.targets.attributes import Unread
from faded.targets.functions import classifiers, painters, summarizers
from faded.targets.load import check, load_classifier
from faded.targets.load_pipeline import load_drawing
from faded.targets.load_text import load_writing
from faded.targets.text_to_image import Sampling

ARTICLES = ["The road is closed. Buses take the detour.", "Two cars were hit", "The river fell by 4 cm overnight."]


@pytest.mark.parametrize("name", classifiers.names())
def test_a_classifier_answers_each_picture_by_itself_and_can_be_saved(name: str, tmp_path: Path) -> None:
    target = load_classifier(name)
    check(target)
    pixels = torch.rand((3, 3, *target.input_size), generator=torch.Generator().manual_seed(0))
    together = target.answer(pixels).probabilities
    alone = target.answer(pixels[[1]]).probabilities
    np.testing.assert_allclose(together[[1]], alone, atol=1e-5, err_msg="a picture is answered alike in any batch")
    before = target.fingerprint()
    with torch.no_grad():
        next(target.module.parameters()).mul_(1.5)
    target.save(tmp_path / "saved")
    saved = load_classifier(name, tmp_path / "saved").fingerprint()
    assert saved == target.fingerprint() != before, "changed weights are other weights, and the same once loaded again"
    assert load_classifier(name).fingerprint() == before, "the function returns the same weights each time"


@pytest.mark.parametrize("name", summarizers.names())
def test_a_summarizer_answers_each_article_by_itself(name: str) -> None:
    target = load_writing(name)
    target.check(ARTICLES)
    together = target.answer(ARTICLES).texts
    alone = [target.answer([article]).texts[0] for article in ARTICLES]
    assert together == alone, "an article is answered alike in any batch"
    assert target.fingerprint() == load_writing(name).fingerprint(), "loaded twice, it is the same"


@pytest.mark.parametrize("name", painters.names())
def test_a_painter_draws_the_same_for_the_same_prompt_and_seed(name: str) -> None:
    target = load_drawing(name, Unread(), Sampling(1, 0.0))
    together = target.made(["a lamp", "a street"], [1, 2])
    assert torch.equal(together[[1]], target.made(["a street"], [2])), "prompt and seed alone decide what is drawn"


@pytest.mark.parametrize("load", [load_classifier, load_writing])
def test_an_unknown_name_is_refused_with_the_names_that_there_are(load) -> None:  # type: ignore[no-untyped-def]
    registry = classifiers if load is load_classifier else summarizers
    with pytest.raises(FadedError, match=", ".join(registry.names()) or "cannot be loaded"):
        load("nowhere")
