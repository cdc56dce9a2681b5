"""Folders of models: tiny ones, of which a file is wrong."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import torch
from transformers import ResNetConfig, ResNetForImageClassification, ViTImageProcessor

from benchmarks.fuzz_bytes import generator, mutated, wrong_json
from benchmarks.fuzz_files import LABELS, Attempt
from faded.targets.load import check, load_classifier
from faded.targets.load_text import load_writing
from tests.targets.writers import write_summarizer


def _classifier(folder: Path) -> Path:
    """Write a tiny random classifier."""
    torch.manual_seed(0)
    labels = dict(enumerate(LABELS))
    ids = {name: i for i, name in labels.items()}
    sizes: dict[str, Any] = {"embedding_size": 8, "hidden_sizes": [8, 12], "depths": [1, 1], "num_labels": len(labels)}
    config = ResNetConfig(**sizes, layer_type="basic", id2label=labels, label2id=ids)
    ResNetForImageClassification(config).save_pretrained(folder)
    ViTImageProcessor(size={"height": 16, "width": 16}).save_pretrained(folder)
    return folder


def classifiers(work: Path, seed: int, count: int, attempt: Attempt) -> None:
    """Classifiers of pictures."""
    _folders(work, _classifier(work / "whole"), seed, count, attempt, lambda place: check(load_classifier(place)))


def summarizers(work: Path, seed: int, count: int, attempt: Attempt) -> None:
    """Models that write."""
    for number, family in enumerate(("t5", "gpt2")):
        whole = write_summarizer(family, work / family)
        (work / f"of-{family}").mkdir()
        share = count // 2 if number else count - count // 2
        _folders(work / f"of-{family}", whole, seed + number, share, attempt, load_writing)


def _folders(work: Path, whole: Path, seed: int, count: int, attempt: Attempt, load: Callable[[str], object]) -> None:
    files = sorted(file for file in whole.iterdir() if file.is_file())
    for i in range(count):
        rng, place = generator(seed, i), work / "wrong"
        shutil.copytree(whole, place)
        file = place / rng.choice(files).name
        if file.suffix == ".json" and rng.random() < 0.7:
            file.write_bytes(wrong_json(json.loads(file.read_text()), rng))
        else:
            file.write_bytes(mutated(file.read_bytes(), rng))
        attempt(f"{whole.name}, {file.name}", partial(load, str(place)))
        shutil.rmtree(place)
