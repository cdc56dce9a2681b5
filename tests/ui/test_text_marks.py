from __future__ import annotations

import itertools
import random
import time

import pytest

from faded.demo import bulletins
from faded.ui import text_marks
from faded.ui.text_marks import ADDED, CHANGED, REMOVED, SAME, Segment, marked


def before_of(segments: list[Segment]) -> str:
    return "".join(text for kind, text in segments if kind in (SAME, REMOVED))


def after_of(segments: list[Segment]) -> str:
    return "".join(text for kind, text in segments if kind != REMOVED)


def article(words: int) -> list[str]:
    """Return that many words of bulletins, one after the other."""
    found: list[str] = []
    for bulletin in bulletins.draw(3, bulletins.ROUND_STREAM, 60):
        found += bulletin.sample.payload.split()
    return found[:words]


def edited(words: list[str], share: float, seed: int) -> list[str]:
    """Return words of which a share is deleted, spelled backwards, or followed by another."""
    rng, found = random.Random(seed), []  # noqa: S311
    for word in words:
        if rng.random() >= share:
            found.append(word)
        else:
            found += rng.choice([[], [word[::-1]], [word, rng.choice(words)]])
    return found


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("", "", []),
        ("Rain.", "Rain.", [(SAME, "Rain.")]),
        ("", "Rain.", [(ADDED, "Rain.")]),
        ("Rain.", " ", [(REMOVED, "Rain."), (ADDED, " ")]),
        ("a big dog", "a dog", [(SAME, "a"), (REMOVED, " big"), (SAME, " dog")]),
        ("The dog barks", "dog barks", [(REMOVED, "The "), (SAME, "dog barks")]),
        ("It is on.", "It is not on.", [(SAME, "It is"), (ADDED, " not"), (SAME, " on.")]),
        ("hurt, he said", "hurt he said", [(SAME, "hurt"), (REMOVED, ","), (SAME, " he said")]),
        (
            "the bridge was shut",
            "the brigde wsa shut",
            [(SAME, "the "), (REMOVED, "bridge"), (CHANGED, "brigde"), (SAME, " "), (REMOVED, "was"),
             (CHANGED, "wsa"), (SAME, " shut")],
        ),
        ("The Road", "the Road", [(REMOVED, "The"), (CHANGED, "the"), (SAME, " Road")]),
        ("at 3.5 km", "at 3.9 km", [(SAME, "at "), (REMOVED, "3.5"), (CHANGED, "3.9"), (SAME, " km")]),
        ("One.\nTwo.", "One. Two.", [(SAME, "One."), (REMOVED, "\n"), (ADDED, " "), (SAME, "Two.")]),
    ],
)  # fmt: skip
def test_words_are_marked_and_spaces_stay(before: str, after: str, expected: list[Segment]) -> None:
    assert marked(before, after) == expected


@pytest.mark.parametrize("seed", range(20))
def test_both_texts_come_back_whatever_was_done(seed: int) -> None:
    rng = random.Random(seed)  # noqa: S311
    pieces = [
        "The ",
        "a",
        "\u2019s",
        "\n\n",
        "  ",
        "3.5",
        "Ünter",
        "道路",
        "ถนน",
        "<b>",
        "&",
        "🙂",
        "e\u0301",
        "\t",
        "don't",
        "…",
    ]
    before = "".join(rng.choices(pieces, k=rng.randrange(60)))
    after = "".join(edited(list(before), 0.3, seed)) if seed % 2 else "".join(rng.choices(pieces, k=40))
    found = marked(before, after)
    assert before_of(found) == before
    assert after_of(found) == after
    assert all(one[0] != other[0] for one, other in itertools.pairwise(found))


@pytest.mark.parametrize("words", [900, 2000])
def test_a_long_article_is_followed_to_its_end(words: int) -> None:
    before = article(words)
    after = " ".join(edited(before, 0.2, words))
    found = marked(" ".join(before), after)
    assert (before_of(found), after_of(found)) == (" ".join(before), after)
    kept = sum(len(text) for kind, text in found if kind == SAME)
    assert kept > 0.8 * len(" ".join(before))


@pytest.mark.parametrize("vocabulary", [1, 20, 2000])
def test_no_article_takes_long(vocabulary: int) -> None:
    rng = random.Random(0)  # noqa: S311
    words = [str(rng.randrange(vocabulary)) for _ in range(6000)]
    before, after = " ".join(words), " ".join(edited(words, 0.3, 0))
    start = time.process_time()
    found = marked(before, after)
    assert time.process_time() - start < 2.0  # a fifth of one; compared in one go, one word takes six
    assert (before_of(found), after_of(found)) == (before, after)


def test_html_is_escaped_and_marks_words_but_not_spaces() -> None:
    found = text_marks.html(marked('<script>"x"</script>\n1 & 2', '<script>"y"</script> 1 & 2 <b>'))
    assert "<script>" not in found and "<b>" not in found
    assert "<del>x</del><mark>y</mark>" in found
    assert " <ins>&lt;b&gt;</ins>" in found
    assert "\n" not in found  # it became a space


def test_the_space_beside_removed_words_is_not_struck_out() -> None:
    assert "a<del class='gap'> </del><del>big</del> dog" in text_marks.html(marked("a big dog", "a dog"))


def test_the_same_text_is_not_changed() -> None:
    assert not text_marks.is_changed(marked("Rain. Rain.", "Rain. Rain."))
    assert text_marks.is_changed(marked("Rain.", "rain."))
