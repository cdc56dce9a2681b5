import numpy as np
import pytest

from faded.briefs import Brief, Wording
from faded.concepts.prompt import (
    LOOKED_AT,
    PromptEditor,
    check_prompt_setting,
    check_template,
    filled,
    parts,
    prompt_slots,
    prompt_space,
)
from faded.concepts.spec import ConceptSpace
from faded.domain import FadedError

ITEMS = [
    {"name": "job", "levels": ["person", "nurse", "artist"], "attribute": "job", "shows": ["", "nurse", "artist"]},
    {"name": "look", "levels": ["", "in red clothes"], "attribute": "colour", "shows": ["", "red"]},
    {"name": "place", "levels": ["", "in the park"]},
]
SLOTS = prompt_slots(ITEMS)
SPACE = prompt_space(SLOTS)


def test_slots_are_filled_and_say_what_they_ask_for() -> None:
    wording = Wording("a {job} {look}, {place}", (3, 4))
    found = PromptEditor(SLOTS)([wording] * 3, np.array([[0, 0, 0], [2, 1, 0], [1, 0, 1]], dtype=float))
    assert found == [
        Brief("a person", (3, 4)),
        Brief("an artist in red clothes", (3, 4), (("job", "artist"), ("colour", "red"))),
        Brief("a nurse, in the park", (3, 4), (("job", "nurse"),)),
    ]


@pytest.mark.parametrize(
    ("template", "words", "said"),
    [
        ("a {a}, {b}, {c}", ("lamp", "", "in a hall"), "a lamp, in a hall"),
        ("{a}, {b}, {c}.", ("a lamp", "", ""), "a lamp."),
        ("a {a} {b} at 1,000 {c}", ("unique", "unicorn", "lumens"), "a unique unicorn at 1,000 lumens"),
        ("a {a} {b} {c}", ("", "used", "oar"), "a used oar"),
        ("a {a} {b}, a {c}", ("", "umbrella", "unimportant one"), "an umbrella, an unimportant one"),
    ],
)
def test_an_empty_slot_leaves_nothing_and_an_article_fits_the_sound(
    template: str, words: tuple[str, ...], said: str
) -> None:
    assert filled(template, dict(zip("abc", words, strict=True))) == said


def test_the_space_is_nominal_and_its_levels_have_names() -> None:
    assert SPACE.shape == (3, 2, 2) and SPACE.control == (0.0, 0.0, 0.0)
    assert SPACE.describe((2, 0, 1)) == "Job: artist, place: in the park."
    assert SPACE.describe(SPACE.control) == "Unchanged."
    assert [SPACE.specs[1].mark(v) for v in (0.0, 1.0)] == ["nothing", "in red clothes"]
    assert SPACE.towards_neutral((2, 1, 1)) == []
    assert ConceptSpace.from_json(SPACE.to_json()) == SPACE


@pytest.mark.parametrize(
    ("template", "said"),
    [
        ("a {job} {look}", "has the slots job, look"),
        ("a {job} {look} {place} {job}", "has the slots job, look, place, job"),
        ("a nurse", "has the slots none"),
        ("a {job} {look} {place} {", "write each of these once, in braces"),
    ],
)
def test_a_template_has_every_slot_once(template: str, said: str) -> None:
    with pytest.raises(FadedError, match=said):
        check_template(template, SLOTS)
    check_template("{place} a {job} {look}", SLOTS)


@pytest.mark.parametrize(
    ("item", "said"),
    [
        ({"name": "job"}, "must have a name and levels"),
        ({"name": "job"}, "The slot 'job' must have a name and levels .*, but it lacks levels"),
        ({"name": "job", "level": ["a", "b"]}, r"it lacks levels and it has level \(did you mean levels\?\)"),
        ({"levels": ["a", "b"]}, r"The slot \{'levels': \['a', 'b'\]\} must have a name"),
        ({"name": "job", "levels": "nurse"}, "The levels of the slot 'job' are 'nurse': give a list of texts"),
        ({"name": "job", "levels": ["a", 3]}, "give a list of texts"),
        ({"name": "job", "levels": ["nurse"]}, "give at least two different ones"),
        ({"name": "job", "levels": ["nurse", "nurse"]}, "give at least two different ones"),
        ({"name": "{job}", "levels": ["nurse", "artist"]}, "give one that can stand in braces"),
        (
            {"name": "job", "levels": ["a", "b"], "attribute": "job", "shows": ["a"]},
            "2 levels and shows 1 values of job",
        ),
        ({"name": "job", "levels": ["a", "b"], "shows": ["a", "b"]}, "of no attribute"),
        ({"name": "job", "levels": ["a", "b"], "neutral": "a"}, "may have attribute and shows"),
    ],
)
def test_a_slot_that_cannot_be_used_is_named(item: dict[str, object], said: str) -> None:
    with pytest.raises(FadedError, match=said):
        prompt_space(prompt_slots([item]))


@pytest.mark.parametrize("values", [[0, 0], [3, 0, 0], [0.5, 0, 0], [True, 0, 0], ["nurse", 0, 0]])
def test_a_setting_is_numbers_of_words(values: list[object]) -> None:
    with pytest.raises(FadedError, match="give"):
        check_prompt_setting(SPACE, values)
    assert check_prompt_setting(SPACE, [2, 1, 0]).tolist() == [2.0, 1.0, 0.0]


@pytest.mark.parametrize(
    ("template", "words", "expected"),
    [
        (
            "a {job} {clothes} {place}",
            {"job": "artist", "clothes": "", "place": "in the park"},
            [("an ", ""), ("artist", "job"), (" ", ""), ("in the park", "place")],
        ),
        ("a person like a {job}", {"job": "person"}, [("a person like a ", ""), ("person", "job")]),
        ("{hair}-haired {job}, {place}", {"hair": "long", "job": "", "place": ""}, [("long", "hair"), ("-haired", "")]),
        (
            "see {a}, {b}",
            {"a": "a [b](c)*", "b": "a elf"},
            [("see ", ""), ("a [b](c)*", "a"), (", ", ""), ("an elf", "b")],
        ),
        ("{a}", {"a": ""}, []),
    ],
)
def test_the_parts_of_a_prompt_say_what_stands_in_a_slot(template, words, expected) -> None:
    found = parts(template, words)
    assert found == expected
    assert "".join(text for text, _ in found) == filled(template, words)


def test_of_too_many_settings_a_template_is_filled_under_drawn_ones_and_with_the_longest_words() -> None:
    slots = prompt_slots([{"name": f"s{i}", "levels": ["", "a", "abc", "ab", "b"]} for i in range(9)])
    template = " ".join(f"{{s{i}}}" for i in range(9))
    briefs = PromptEditor(slots).throughout(template)
    assert len(briefs) == LOOKED_AT + 1 and briefs[-1].prompt == " ".join(["abc"] * 9)
    editor, few = PromptEditor(slots[:2]), prompt_space(slots[:2])
    assert editor.throughout("{s0} {s1}") == editor([Wording("{s0} {s1}", ())] * 25, few.grid)
