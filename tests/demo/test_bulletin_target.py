"""The committed summarizer of the demo "bulletins", and the command that makes it."""

import json
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from faded import runtime
from faded.concepts.text import TextEditor, text_space
from faded.config import CampaignConfig
from faded.demo import measure_bulletins, train, train_bulletins
from faded.demo.bulletins import SPACE, TEST_STREAM, draw
from faded.discrepancies.text import text_discrepancies
from faded.targets.load_text import load_summarizer
from faded.targets.summarizer import Summarizer

FOLDER = train.WEIGHTS / "bulletins"


@pytest.fixture(scope="module")
def target() -> Summarizer:
    runtime.start(0)
    return load_summarizer(str(FOLDER))


def test_the_committed_summarizer_says_nearly_what_the_references_say(target: Summarizer) -> None:
    figures = measure_bulletins.clean_score(target, seed=12345, count=100)
    assert figures["clean_rouge_l"] >= 0.85
    assert figures["clean_tells"] >= 0.8
    assert figures["first_sentence_rouge_l"] < 0.3


def test_a_third_of_the_bulletins_or_more_can_show_what_an_edit_does(target: Summarizer) -> None:
    config = CampaignConfig(demo="bulletins")
    drawn = draw(3, TEST_STREAM, 100)
    measure = text_discrepancies.get(config.discrepancy)
    answers = target.answer([b.sample.payload for b in drawn])
    apart = measure(answers, [b.sample.reference for b in drawn], [b.sample.payload for b in drawn])
    assert (apart <= config.limit).mean() >= 0.33


def test_the_committed_weights_are_small_and_say_how_they_were_made() -> None:
    recipe = json.loads((FOLDER / train.RECIPE_FILE).read_text(encoding="utf-8"))
    assert recipe["seed"] == 0
    assert recipe["clean_rouge_l"] >= 0.85
    assert sum(file.stat().st_size for file in FOLDER.iterdir()) < 10_000_000


def test_it_is_weak_under_some_edits_and_not_under_others(target: Summarizer) -> None:
    bulletins = draw(7, TEST_STREAM, 60)

    @cache
    def asked(name: str, level: float) -> tuple[float, float]:
        editor = TextEditor(text_space([{"name": name, "levels": [0, 1]}]))
        answers = target.answer(
            editor([b.sample.payload for b in bulletins], np.full((len(bulletins), 1), level))
        ).texts
        return measure_bulletins.score(answers, bulletins), float(measure_bulletins.told(answers, bulletins).mean())

    clean, told = asked("word_order", 0.0)
    assert told > 0.8
    assert asked("word_order", 1.0)[1] < told - 0.3
    assert asked("lowercase", 0.1)[1] < told - 0.1
    assert asked("punctuation", 1.0)[1] > told - 0.05
    assert asked("letter_swap", 0.4)[0] < clean - 0.15
    assert asked("lowercase", 1.0)[0] < clean - 0.08
    assert asked("word_order", 0.4)[0] > clean - 0.03
    most = {str(spec["name"]): max(spec["levels"]) for spec in SPACE}  # type: ignore[call-overload]
    lost = {name: told - asked(name, level)[1] for name, level in most.items()}
    assert max(lost.values()) > 0.3 and min(lost.values()) < 0.05
    assert asked("stop_words", 1.0)[0] > clean - 0.08


def test_every_setting_of_the_demo_fits_the_window(target: Summarizer) -> None:
    bulletins = draw(7, TEST_STREAM, 40)
    editor = TextEditor(text_space(SPACE))
    hardest = [max(spec["levels"]) for spec in SPACE]  # type: ignore[call-overload]
    articles = editor([b.sample.payload for b in bulletins], np.tile(np.array(hardest, dtype=float), (40, 1)))
    target.check(articles)
    assert max(len(ids) for ids in target.reader.tokens(articles)) < train_bulletins.WINDOW


@pytest.fixture(scope="module")
def short() -> train_bulletins.Recipe:
    return replace(
        train_bulletins.Recipe(seed=3), bulletins=60, pieces=400, piece_bulletins=60, steps=50, batch=4, width=16,
        inner=16, layers=1, heads=4, threads=1,
    )  # fmt: skip


def test_the_same_seed_trains_the_same_weights_and_another_seed_others(short, tmp_path, capsys) -> None:  # type: ignore[no-untyped-def]
    for name, recipe in (("a", short), ("b", short), ("c", replace(short, seed=4))):
        train_bulletins.save(*train_bulletins.fit(recipe), tmp_path / name)
    prints = [load_summarizer(str(tmp_path / name)).fingerprint() for name in "abc"]
    assert prints[0] == prints[1] != prints[2]
    said = capsys.readouterr().out
    assert "drew 60 bulletins" in said and "step 50/50: loss" in said


def test_the_report_has_every_edit_and_every_threshold(short, tmp_path) -> None:  # type: ignore[no-untyped-def]
    train_bulletins.save(*train_bulletins.fit(replace(short, steps=1)), tmp_path)
    lines = measure_bulletins.report(tmp_path, 0, clean=10, edited=1).splitlines()
    assert lines[0].startswith("clean_rouge_l: ")
    assert any(line.startswith("letter_swap: 0.1 ") for line in lines)
    assert any(line.startswith("bleu > 0.1: clean failures ") for line in lines)
