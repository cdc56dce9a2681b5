"""The same checks for every registered text concept."""

from difflib import SequenceMatcher

import numpy as np
import pytest

from faded import builtins  # noqa: F401
from faded.concepts.spec import ConceptSpace
from faded.concepts.text import TextEditor, content_kept, meaning_changed, text_concepts, text_space
from faded.concepts.text_words import is_negation, split, words_of

NAMES = text_concepts.names()
ARTICLES = [
    "Emergency crews were called to Mill Road in Harwick shortly after 07:30 on Monday. A lorry carrying 3.5 tonnes of "
    "gravel overturned and hit two cars. No injuries were reported, but the road remains closed. Buses don't stop at "
    "St Anne's (see the map): the detour runs along the canal.",
    "The river rose by 40 cm on Sunday night.\n\nIt flooded twelve cellars in Brook Lane; the fire service pumped them "
    "dry. Residents have returned to their homes, and the school opens again on Tuesday.",
]
ODD = [
    "",
    " ",
    "Road",
    "the",
    "7",
    "...",
    "\n\n",
    "道路因洪水关闭。没有人受伤,交通改道!",
    "أُغلِقَ الطريقُ بعد الحادث. لم يُصب أحد؟",
    "बाढ़ से सड़क बंद है। कोई घायल नहीं।",
    "🚗💥 on 👨‍👩‍👧 street 🇨🇭!",
    "Cafe\u0301 na\u00efve \u2013 it\u2019s STRASSE, İstanbul",
]


def space_of(name: str) -> ConceptSpace:
    concept = text_concepts.get(name)
    return text_space([{"name": name, "levels": sorted({concept.low, concept.neutral, concept.high})}])


def edited(name: str, level: float, articles: list[str]) -> list[str]:
    return TextEditor(space_of(name))(articles, np.full((len(articles), 1), level))


def words_changed(before: str, after: str) -> set[int]:
    return {i for i, (a, b) in enumerate(zip(words_of(before), words_of(after), strict=True)) if a != b}


@pytest.mark.parametrize("name", NAMES)
def test_the_neutral_is_the_identity_in_every_script(name: str) -> None:
    same = edited(name, text_concepts.get(name).neutral, ARTICLES + ODD) == ARTICLES + ODD
    assert same, "the neutral changes nothing"


@pytest.mark.parametrize("text", ARTICLES + ODD)
def test_words_and_what_lies_between_are_the_text_again(text: str) -> None:
    assert "".join(split(text)) == text


@pytest.mark.parametrize("name", NAMES)
def test_every_strength_changes_an_article_and_the_article_alone_decides_how(name: str) -> None:
    levels = np.array([[0.2], [1.0]])
    together = TextEditor(space_of(name))(ARTICLES, levels)
    assert all(a != b for a, b in zip(together, ARTICLES, strict=True)), "any share above 0 changes an article"
    rule = "article and level alone decide the edit, in any batch"
    assert together == TextEditor(space_of(name))(ARTICLES, levels), rule
    assert together[::-1] == TextEditor(space_of(name))(ARTICLES[::-1], levels[::-1]), rule
    assert together == [edited(name, v, [a])[0] for a, (v,) in zip(ARTICLES, levels.tolist(), strict=True)], rule


@pytest.mark.parametrize("name", NAMES)
def test_the_stronger_the_more_is_changed(name: str) -> None:
    text = " ".join(ARTICLES)
    near, half, far = (
        1 - SequenceMatcher(None, text, edited(name, level, [text])[0], autojunk=False).ratio()
        for level in (0.25, 0.5, 1.0)
    )
    assert 0 < near < half < far, "the larger the share, the more is changed"


@pytest.mark.parametrize(
    "name", [n for n in NAMES if n.startswith("letter") or n in ("lowercase", "misspelling", "tense")]
)
def test_what_is_edited_at_one_strength_is_edited_alike_at_a_higher(name: str) -> None:
    text = " ".join(ARTICLES)
    weak, strong = (edited(name, level, [text])[0] for level in (0.3, 0.7))
    assert words_changed(text, weak) < words_changed(text, strong)
    assert not words_changed(weak, strong) & words_changed(text, weak)


@pytest.mark.parametrize("name", ["stop_words", "word_deletion"])
def test_what_is_dropped_at_one_strength_is_dropped_at_a_higher(name: str) -> None:
    shorter = words_of(edited(name, 0.7, ARTICLES)[0])
    longer = iter(words_of(edited(name, 0.3, ARTICLES)[0]))
    assert all(word in longer for word in shorter)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("level", [0.01, 0.5, 1.0])
def test_no_script_and_no_short_article_breaks_an_edit(name: str, level: float) -> None:
    for before, after in zip(ODD, edited(name, level, ODD), strict=True):
        after.encode("utf-8")
        assert bool(words_of(after)) == bool(words_of(before))


@pytest.mark.parametrize("name", [n for n in NAMES if n != "negation"])
def test_numbers_and_negations_stay_as_they_are(name: str) -> None:
    def facts(text: str) -> list[str]:
        return sorted({w.lower() for w in words_of(text) if w[0].isdigit() or is_negation(w)})

    for before, after in zip(ARTICLES, edited(name, 1.0, ARTICLES), strict=True):
        assert facts(after) == facts(before)


@pytest.mark.parametrize("name", NAMES)
def test_every_level_is_put_in_words(name: str) -> None:
    text = space_of(name).describe((0.5,))
    assert (text[0].isupper() or text.startswith("50%")) and text.endswith(".") and "50%" in text and "{" not in text


def test_exactly_negation_and_tense_change_the_meaning() -> None:
    space = text_space([{"name": n, "levels": [0, 1]} for n in NAMES])
    moved = [n for n, c in zip(NAMES, meaning_changed(space, np.eye(len(NAMES))), strict=True) if c]
    assert moved == ["negation", "tense"]
    assert not meaning_changed(space, np.zeros((1, len(NAMES)))).any()


def test_edits_are_applied_in_the_order_of_the_space() -> None:
    items = [{"name": "word_repetition", "levels": [0, 1]}, {"name": "stop_words", "levels": [0, 1]}]
    both = np.ones((1, 2))
    assert TextEditor(text_space(items))(["The river"], both) == ["river river"]
    assert TextEditor(text_space(items[::-1]))(["The river"], both) == ["river river"]
    assert TextEditor(text_space(items))(["A tree"], np.array([[1.0, 0.0]])) == ["A A tree tree"]


def test_content_kept_is_the_share_of_content_words_that_stand_unchanged() -> None:
    assert content_kept("The road is closed", "closed road") == 1
    assert content_kept("The road is closed", "The raod is closed") == 0.5
    assert content_kept("Road, road, bridge, tree", "road bridge") == 0.5
    assert content_kept("It is", "") == 1
