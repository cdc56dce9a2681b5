"""What single edits of articles do to single sentences."""

import numpy as np
import pytest

from faded.concepts.presets import text_presets
from faded.concepts.text import TextEditor, check_text_setting, text_space
from faded.domain import FadedError


def all_of(name: str, text: str) -> str:
    return TextEditor(text_space([{"name": name, "levels": [0, 1]}]))([text], np.ones((1, 1)))[0]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("The road was closed.", "The road was not closed."),
        ("A tree fell on Friday.", "A tree did not fall on Friday."),
        ("The bus arrives.", "The bus does not arrive."),
        ("They live here.", "They do not live here."),
        ("No injuries were reported.", "Injuries were reported."),
        ("The train did not stop.", "The train did stop."),
        ("Buses don't run; it can't snow", "Buses do run; it can't snow"),
        ("Nobody left.", "Everybody left."),
        ("No one came", "Some one came"),
        ("The town has a bridge.", "The town does not have a bridge."),
        ("It rained. It will snow!", "It did not rain. It will not snow!"),
    ],
)
def test_a_negated_sentence_says_the_opposite(before: str, after: str) -> None:
    assert all_of("negation", before) == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("The road was closed.", "The road is closed."),
        ("The closed road remains closed.", "The closed road remained closed."),
        ("Two trees fell.", "Two trees fall."),
        ("A tree fell, hit by a lorry.", "A tree falls, hit by a lorry."),
        ("The river rose by 40 cm.", "The river rises by 40 cm."),
        ("It has been repaired.", "It had been repaired."),
        ("They say it will rain.", "They said it would rain."),
        ("The schools have had time.", "The schools had had time."),
        ("IT RAINED", "IT RAINS"),
    ],
)
def test_finite_verbs_change_their_tense_and_participles_stay(before: str, after: str) -> None:
    assert all_of("tense", before) == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("Two cars hit the fences.", "Two car hit the fence."),
        ("A child saw the geese.", "A children saw the goose."),
        ("Police in Mill Road", "Police in Mill Road"),
        ("The first year of the national council", "The first years of the national councils"),
    ],
)
def test_nouns_change_their_number_and_names_keep_it(before: str, after: str) -> None:
    assert all_of("singular_plural", before) == after


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        ("stop_words", "The level of the river, at 3.5 m, was not falling.", "level river, 3.5 m, not falling."),
        ("punctuation", 'He left (at 14:30) - "late"; it\'s snow-covered.', "He left at 14:30  late it's snow covered"),
        ("lowercase", "Mill Road, M25", "mill road, m25"),
        ("word_order", "one two, three.", "two one, three."),
        ("word_repetition", "A tree.", "A A tree tree."),
        ("misspelling", "The GOVERNMENT until February", "The GOVERMENT untill Febuary"),
        ("word_deletion", "3 cars", "3"),
    ],
)
def test_an_edit_does_what_its_name_says(name: str, before: str, after: str) -> None:
    assert all_of(name, before) == after


@pytest.mark.parametrize("name", text_presets.names())
def test_every_preset_of_text_is_a_space_that_holds_its_control(name: str) -> None:
    space = text_space(text_presets.get(name))
    assert space.n_cells <= 2**16
    assert space.control_index is not None


def test_the_papers_space_has_its_sixteen_edits() -> None:
    assert len(text_space(text_presets.get("paper")).specs) == 16


def test_a_bad_level_and_a_picture_concept_are_refused() -> None:
    with pytest.raises(FadedError, match=r"1\.5"):
        text_space([{"name": "lowercase", "levels": [0, 1.5]}])
    with pytest.raises(FadedError, match="rotation"):
        text_space([{"name": "rotation", "levels": [0, 10]}])
    with pytest.raises(FadedError, match="each of lowercase"):
        check_text_setting(text_space([{"name": "lowercase", "levels": [0, 1]}]), [0, 1])
