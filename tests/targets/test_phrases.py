"""A reader that has learned no attribute picks the nearest phrase."""

from pathlib import Path

import numpy as np
import pytest

from faded.briefs import Brief
from faded.clip import Clip, load_clip
from faded.domain import FadedError
from faded.targets.load_pipeline import load_pipeline
from faded.targets.phrases import PhraseReader, load_phrase_reader
from faded.targets.text_to_image import Sampling
from tests.clips import WIDTH, write_clip
from tests.targets.pipelines import write_pipeline

PHRASES = {
    "tint": {"red": "a red lamp", "blue": "a blue lamp", "grey": "a grey lamp"},
    "place": {"hall": "in a hall", "yard": "in a yard"},
}
PICTURES = np.random.default_rng(0).integers(256, size=(7, 20, 20, 3), dtype=np.uint8)


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Clip:
    return load_clip(str(write_clip(tmp_path_factory.mktemp("clip") / "model")))


def test_it_picks_the_value_whose_phrase_is_nearest(clip: Clip) -> None:
    reader = load_phrase_reader(clip.source, PHRASES)
    assert reader.values == {"tint": ("red", "blue", "grey"), "place": ("hall", "yard")}
    read = reader.read(PICTURES)
    assert read.embedding.shape == (7, WIDTH) and read.shown["tint"].dtype == np.int64
    np.testing.assert_allclose(read.embedding, clip.of_pictures(PICTURES), atol=1e-6)
    for attribute, said in PHRASES.items():
        cosines = [[float(shown @ told) for told in clip.of_texts(list(said.values()))] for shown in read.embedding]
        assert read.shown[attribute].tolist() == [row.index(max(row)) for row in cosines]


def test_what_is_read_follows_the_phrases_and_not_their_order(clip: Clip) -> None:
    turned = {"tint": dict(reversed(PHRASES["tint"].items()))}
    one, other = (PhraseReader(clip, phrases) for phrases in (PHRASES, turned))
    values = [
        [reader.values["tint"][number] for number in reader.read(PICTURES).shown["tint"]] for reader in (one, other)
    ]
    assert values[0] == values[1]


def test_it_reads_what_a_pipeline_draws(clip: Clip, tmp_path: Path) -> None:
    reader = PhraseReader(clip, PHRASES)
    target = load_pipeline(str(write_pipeline(tmp_path / "pipeline")), reader, Sampling(steps=2, guidance=2.0))
    sets = target.answer([Brief("a red lamp", (1, 2, 3), (("tint", "red"),), (("place", "yard"),))])
    assert sets.embedding.shape == (1, 3, WIDTH) and sets.asked == [{"tint": 0}] and sets.denied == [[("place", 1)]]
    np.testing.assert_array_equal(sets.shown["tint"][0], reader.read(sets.pictures[0]).shown["tint"])


@pytest.mark.parametrize(
    ("phrases", "said"),
    [
        ({}, "There are no phrases"),
        ({"tint": {"red": "a red lamp"}}, "'tint' has phrases for 'red': give two values or more"),
        ({"tint": {}}, "'tint' has phrases for no value"),
        ({"tint": {"red": "a red lamp", "blue": " "}}, "'blue' of 'tint' has no phrase"),
        ({"tint": {"red": "a lamp", "blue": "a lamp "}}, "'red' and 'blue' of 'tint' have one phrase, 'a lamp'"),
        ({"tint": {"red": "a lamp", "blue": "a lamp " * 9}}, "has 47 tokens"),
    ],
)
def test_phrases_that_cannot_be_used_are_named(clip: Clip, phrases: dict[str, dict[str, str]], said: str) -> None:
    with pytest.raises(FadedError, match=said):
        PhraseReader(clip, phrases)
