"""The committed classifier of the demo "signs", and the command that makes it."""

import json
from dataclasses import replace

import pytest

from faded import runtime
from faded.demo import train
from faded.demo.measure_signs import clean_accuracy, report
from faded.demo.signs import CLASSES
from faded.targets.load import load_classifier

SIGNS = train.WEIGHTS / "signs"


def test_the_committed_classifier_names_nearly_every_fresh_sign():
    runtime.start(0)
    target = load_classifier(str(SIGNS))
    assert target.labels == CLASSES
    assert target.input_size == (64, 64)
    assert clean_accuracy(target, seed=12345, count=400) >= 0.97


def test_the_committed_weights_are_small_and_say_how_they_were_made():
    recipe = json.loads((SIGNS / train.RECIPE_FILE).read_text(encoding="utf-8"))
    assert recipe["seed"] == 0
    assert recipe["clean_accuracy"] >= 0.97
    assert (SIGNS / "model.safetensors").stat().st_size < 10_000_000


def test_the_committed_classifier_is_weak_where_the_street_never_was():
    figures = dict(line.rsplit(": right ", 1) for line in report(SIGNS, 7, 20, 20).splitlines() if ": right " in line)
    assert float(figures["rotation 0"]) > float(figures["rotation 60"]) + 0.2
    assert float(figures["darkening 0"]) > float(figures["darkening 0.8"])


@pytest.fixture(scope="module")
def short() -> train.Recipe:
    return replace(
        train.Recipe(seed=3), pictures=40, epochs=2, batch=20, test_pictures=40, widths=(8, 16), depths=(1, 1)
    )


def test_the_same_seed_trains_the_same_weights_and_another_seed_others(short, tmp_path):
    for name, recipe in (("a", short), ("b", short), ("c", replace(short, seed=4))):
        model = train.fit(recipe)
        train.save(model, recipe, train.accuracy(model, recipe), tmp_path / name)
    prints = [load_classifier(str(tmp_path / name)).fingerprint() for name in "abc"]
    assert prints[0] == prints[1] != prints[2]


def test_training_tells_of_its_progress(short, capsys):
    train.fit(short)
    said = capsys.readouterr().out
    assert "drew 40 pictures" in said
    assert "epoch 1/2" in said and "epoch 2/2" in said
