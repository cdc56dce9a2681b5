"""Measures of written answers: what raises them, and that length alone does not."""

from dataclasses import dataclass

import numpy as np
import pytest

from faded.discrepancies.text import bleu, common_subsequence, embedding_distance, rouge_l, text_discrepancies
from faded.discrepancies.text_facts import unsupported
from faded.discrepancies.text_words import sentences, words
from faded.domain import FadedError

ARTICLE = (
    "Traffic was slow in Harwick on Monday. An overturned lorry closed Mill Road for three hours, and 12 people were "
    "led to safety. The council thanked drivers for their patience."
)
WANTED = "An overturned lorry closed Mill Road in Harwick for three hours on Monday."
WRONG = "A burst pipe closed Station Street in Harwick for nine hours on Friday."
HALF_RIGHT = "An overturned lorry closed Station Street in Harwick for nine hours."
PADDING = [" Drivers were thanked for their patience.", " It was so. It was so. It was so.", " " + WANTED * 2]


@dataclass
class Said:
    texts: list[str]


def encode(texts) -> np.ndarray:
    """A toy encoder: a text is its letters in threes."""
    vectors = np.zeros((len(texts), 512))
    for row, text in zip(vectors, texts, strict=True):
        for i in range(len(text) - 2):
            row[sum(ord(c) * 31**k for k, c in enumerate(text[i : i + 3].lower())) % 512] += 1
    return vectors


MEASURES = {name: text_discrepancies.get(name) for name in text_discrepancies.names()}
MEASURES["embedding"] = embedding_distance(encode)
CONTENT = ["bleu", "embedding", "rouge_l"]


def measured(name: str, *answers: str, expected: str = WANTED) -> list[float]:
    count = len(answers)
    return MEASURES[name](Said(list(answers)), [expected] * count, [ARTICLE] * count).tolist()


@pytest.mark.parametrize("name", MEASURES)
def test_the_expected_text_itself_is_at_zero_and_nothing_is_below(name: str) -> None:
    found = measured(name, WANTED, WANTED.upper(), WRONG, "", "?!", "洪水 3")
    assert found[0] == pytest.approx(0, abs=1e-9)
    assert min(found) >= 0
    assert np.isfinite(found).all()


@pytest.mark.parametrize("name", CONTENT)
def test_the_more_is_wrong_the_higher(name: str) -> None:
    right, half, wrong, nothing = measured(name, WANTED, HALF_RIGHT, WRONG, "")
    assert right < half < wrong < nothing == 1


@pytest.mark.parametrize("name", MEASURES)
@pytest.mark.parametrize("answer", [WANTED, HALF_RIGHT, WRONG, "A lorry overturned. Mill Road was closed on Monday."])
def test_sentences_added_before_or_after_raise_nothing(name: str, answer: str) -> None:
    padded = [answer + more for more in PADDING] + [f"{more.strip()} {answer}" for more in PADDING]
    plain, *longer = measured(name, answer, *padded)
    assert max(longer) <= plain + 1e-9


@pytest.mark.parametrize("name", MEASURES)
@pytest.mark.parametrize("kept", range(7, 13))
def test_an_answer_cut_at_either_end_to_half_its_words_is_not_further_off(name: str, kept: int) -> None:
    parts = WANTED.split()
    found = measured(name, " ".join(parts[:kept]), " ".join(parts[-kept:]))
    assert found == pytest.approx([0, 0], abs=1e-9)


@pytest.mark.parametrize("name", CONTENT)
def test_an_answer_of_a_few_words_is_no_good_answer(name: str) -> None:
    assert measured(name, "An overturned")[0] > 0.5 or name == "embedding"
    assert measured(name, "An")[0] > measured(name, "An overturned lorry closed Mill Road in")[0]


def test_padding_cannot_hide_an_invented_name() -> None:
    assert measured("unsupported", WRONG, WRONG + PADDING[0], "In Harwick, Leyton and Oakham") == [4, 4, 2]


@pytest.mark.parametrize(
    ("answer", "article", "lacking"),
    [
        ("Twelve people were led to safety", ARTICLE, set()),
        ("3 hours in Harwick's Mill Road", ARTICLE, set()),
        ("Some 1,200 of them, one by one", "There were 1200.", set()),
        ("Flooding closed the M25 at 07:30", "The M25 was shut at 07:45 by floods", {"07:30"}),
        ("Monday. Traffic was slow. Leyton waits", ARTICLE, set()),
        ("Nobody in Leyton", ARTICLE, {"leyton"}),
        ("洪水封闭了5条道路", "洪水封闭了3条道路", {"5"}),
    ],
)
def test_names_and_numbers_are_found_by_their_form(answer: str, article: str, lacking: set[str]) -> None:
    assert unsupported(answer, article) == lacking


def test_figures_worked_out_by_hand() -> None:
    assert measured("rouge_l", "a b c d", expected="a c d e f") == pytest.approx([1 - 3 / 4])
    assert measured("rouge_l", "x a b c d y z", expected="a c d e f") == pytest.approx([1 - 3 / 5])
    assert measured("bleu", "a b c x", expected="a b c d") == pytest.approx(
        [1 - (3 / 4 * 2 / 3 * 1 / 2 * 1 / 2) ** 0.25]
    )


@pytest.mark.parametrize("name", CONTENT)
def test_a_word_is_measured_against_a_text_of_thousands(name: str) -> None:
    assert 0.5 < measured(name, "lorry", expected="An overturned lorry closed Mill Road. " * 500)[0] <= 1


def test_a_longest_common_subsequence_is_as_long_as_the_table_says() -> None:
    rng = np.random.default_rng(0)
    for _ in range(50):
        a, b = (rng.choice(list("abcd"), rng.integers(0, 90)).tolist() for _ in range(2))
        table = np.zeros((len(a) + 1, len(b) + 1), dtype=int)
        for i, x in enumerate(a):
            for j, y in enumerate(b):
                table[i + 1, j + 1] = table[i, j] + 1 if x == y else max(table[i, j + 1], table[i + 1, j])
        assert common_subsequence(a, b) == table[-1, -1]


def test_every_script_has_words_and_sentences() -> None:
    assert words("道路关闭 on M25, at 3.5 km; it\u2019s वर्षा") == [
        "道",
        "路",
        "关",
        "闭",
        "on",
        "m25",
        "at",
        "3.5",
        "km",
        "it's",
        "वर्षा",
    ]
    assert sentences('He left. "Why?" 道路关闭。洪水。\nEnd') == ["He left.", '"Why?"', "道路关闭。", "洪水。", "End"]


@pytest.mark.parametrize("measure", [rouge_l, bleu, embedding_distance(encode)])
def test_a_missing_reference_is_said(measure) -> None:
    with pytest.raises(FadedError, match="Input 1 of 2"):
        measure(Said(["a", "b"]), ["a", None], [])
