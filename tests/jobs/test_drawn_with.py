"""What pictures are drawn and measured with is told by hashes: any change shows, and under its own name."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from faded.data.prompts import OpenAttribute, Prompts
from faded.jobs.drawn_with import drawn_with
from faded.targets.attributes import load_reader
from faded.targets.load_pipeline import load_pipeline
from faded.targets.text_to_image import Sampling, TextToImage
from tests.targets.pipelines import write_pipeline, write_reader

WORDS = {"dark": "in the dark", "light": "in the light"}
OPEN = OpenAttribute("tone", {"dark": 0.5, "light": 0.5}, WORDS)
PROMPTS = Prompts({"lamps": ["a {thing}"]}, steps=2, guidance=2.5, open=OPEN)


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> TextToImage:
    folder = tmp_path_factory.mktemp("drawing")
    reader = load_reader(str(write_reader(folder / "reader")))
    return load_pipeline(str(write_pipeline(folder / "pipeline")), reader, Sampling(2, 2.5))


def changes(prompts: Prompts, target: TextToImage, before: dict[str, str]) -> set[str]:
    return {name for name, value in drawn_with(prompts, target, None).items() if value != before[name]}


def test_what_is_changed_is_named(target: TextToImage, tmp_path: Path) -> None:
    before = drawn_with(PROMPTS, target, None)
    assert before["guidance"] == "2.5" and set(before) == {
        "steps", "guidance", "open", "phrases", "reader", "sampler", "decoder",
    }  # fmt: skip
    turned = OpenAttribute("tone", dict(reversed(OPEN.shares.items())), WORDS)
    assert changes(replace(PROMPTS, wordings={"all": "a {thing}"}, open=turned), target, before) == set()
    assert changes(replace(PROMPTS, steps=3, guidance=2.6), target, before) == {"steps", "guidance"}
    assert changes(replace(PROMPTS, open=replace(OPEN, words={})), target, before) == {"open"}
    assert changes(replace(PROMPTS, phrases={"tone": WORDS}), target, before) == {"phrases"}
    other = load_reader(str(write_reader(tmp_path / "other", ("tone: light", "tone: dark"))))
    assert changes(PROMPTS, replace(target, reader=other), before) == {"reader"}
    target.pipeline.scheduler.register_to_config(prediction_type="v_prediction")
    with torch.no_grad():
        next(target.pipeline.vae.parameters()).add_(1)
    assert changes(PROMPTS, target, before) == {"sampler", "decoder"}
