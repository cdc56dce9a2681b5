"""What every test shares: one torch thread, and tiny targets and data made on the spot."""

from __future__ import annotations

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ["HF_HUB_OFFLINE"] = "1"

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from transformers import ResNetConfig, ResNetForImageClassification, ViTImageProcessor

from faded.cli import main
from faded.store.engine import Store, open_store
from tests.jobs import colours
from tests.learning import learn
from tests.store.helpers import new_round

torch.set_num_threads(1)

SHAPES = ("red", "green", "blue")


@pytest.fixture
def classifier_folder(tmp_path: Path) -> Path:
    """A tiny random image classifier in transformers' folder format, with the classes red, green and blue."""
    return save_classifier(tmp_path / "classifier")


def save_classifier(folder: Path) -> Path:
    torch.manual_seed(0)
    labels = dict(enumerate(SHAPES))
    config = ResNetConfig(
        embedding_size=8,
        hidden_sizes=[8, 12],
        depths=[1, 1],
        layer_type="basic",
        num_labels=3,
        id2label=labels,
        label2id={name: i for i, name in labels.items()},
    )
    ResNetForImageClassification(config).save_pretrained(folder)
    ViTImageProcessor(size={"height": 16, "width": 16}).save_pretrained(folder)
    return folder


@pytest.fixture
def picture_folder(tmp_path: Path) -> Path:
    """Twelve pictures of noise per class, in one folder per class."""
    return draw_pictures(tmp_path / "pictures")


def draw_pictures(place: Path) -> Path:
    rng = np.random.default_rng(0)
    for channel, name in enumerate(SHAPES):
        folder = place / name
        folder.mkdir(parents=True)
        for i in range(12):
            pixels = rng.integers(0, 80, (20, 24, 3), dtype=np.uint8)
            pixels[..., channel] += 150
            Image.fromarray(pixels).save(folder / f"{i}.png")
    return place


@pytest.fixture(scope="session")
def learned_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same classifier once it knows such pictures; not to be changed."""
    place = tmp_path_factory.mktemp("learned")
    folder = save_classifier(place / "classifier")
    learn(folder, draw_pictures(place / "pictures"))
    return folder


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """The store of an empty workspace."""
    opened = open_store(tmp_path / "workspace")
    yield opened
    opened.close()


@pytest.fixture
def round_id(store: Store) -> int:
    """A round in it that nothing has been done in."""
    return new_round(store)


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    return colours.draw(tmp_path / "pictures", 60)


@pytest.fixture
def run(pictures: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]):  # type: ignore[no-untyped-def]
    """Run `faded run` on the colours and return exit code, last line and messages."""

    def call(
        *extra: str, target: str = "tests.jobs.colours:target", data: Path | None = None, workspace: Path | None = None
    ):  # type: ignore[no-untyped-def]
        arguments = ["run", "--target", target, "--data", str(data or pictures), "--queries", "200"]
        arguments += ["--workspace", str(workspace or tmp_path / "workspace"), "--json", "-", *extra]
        code = main(arguments)
        printed = capsys.readouterr()
        return code, printed.out.strip().splitlines()[-1:], printed.err

    return call
