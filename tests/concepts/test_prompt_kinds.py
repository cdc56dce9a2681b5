"""Counts, colours, negations, paraphrases and orders of prompts: what they do, and nothing where they are neutral."""

import numpy as np
import pytest

from faded.briefs import Brief, Wording
from faded.concepts.presets import prompt_presets
from faded.concepts.prompt import PromptEditor, check_template, filled, prompt_slots, prompt_space, worded
from faded.concepts.prompt_words import plural_phrase
from faded.concepts.spec import ConceptSpace
from faded.domain import FadedError

THING = {"name": "thing", "levels": ["lamp", "street lamp", "box of tea"], "attribute": "thing"}
COUNT = {"name": "count", "kind": "count", "levels": ["a", "one", "three", "several"]}
COLOUR = {"name": "tint", "kind": "colour"}
NOT = {
    "name": "without",
    "kind": "negation",
    "levels": ["", "without a shade", "with no shade and no plug"],
    "attribute": "part",
    "denies": ["", "shade", "plug"],
}
OTHERWISE = {"name": "said", "kind": "paraphrase", "levels": ["", "at night, {without}, {count} {tint} {thing}"]}
TURNED = {"name": "order", "kind": "order"}
TEMPLATE = "{count} {tint} {thing}, in a hall, {without}."


def ask(items: list[dict[str, object]], template: str, *levels: int) -> Brief:
    slots = prompt_slots(items)
    check_template(template, slots)
    return PromptEditor(slots)([Wording(template, (5,))], np.array([levels], dtype=float))[0]


@pytest.mark.parametrize(
    ("count", "tint", "thing", "said"),
    [
        (0, 0, 0, "a lamp"),
        (0, 8, 0, "an orange lamp"),
        (1, 3, 1, "one red street lamp"),
        (2, 0, 0, "three lamps"),
        (2, 3, 1, "three red street lamps"),
        (3, 0, 2, "several boxes of tea"),
    ],
)
def test_a_count_puts_the_noun_behind_it_into_the_plural(count: int, tint: int, thing: int, said: str) -> None:
    found = ask([THING, COUNT, COLOUR], "{count} {tint} {thing}", thing, count, tint)
    assert found.prompt == said
    assert found.asked[0] == ("thing", THING["levels"][thing])  # what is asked for is read by its own name


def test_a_count_may_name_its_noun() -> None:
    size = {"name": "size", "levels": ["small", "large"]}
    counted = COUNT | {"noun": "thing", "attribute": "number", "shows": ["", "1", "3", ""]}
    found = ask([counted, size, THING], "{count} {size} {thing}", 2, 1, 0)
    assert found.prompt == "three large lamps" and found.asked == (("number", "3"), ("thing", "lamp"))
    assert ask([counted, size, THING], "{thing} and {size} {count}", 2, 0, 0).prompt == "lamps and small three"


@pytest.mark.parametrize(
    ("one", "many"),
    [
        ("person", "people"),
        ("child", "children"),
        ("sheep", "sheep"),
        ("Dalmatian", "Dalmatians"),
        ("woman in a hat", "women in a hat"),
    ],
)
def test_plurals_are_those_of_the_dictionary(one: str, many: str) -> None:
    assert plural_phrase(one) == many


@pytest.mark.parametrize(
    ("words", "said"), [("cyborg", "no plural of 'cyborg'"), ("a lamp", "leave out the article"), ("", "no plural")]
)
def test_what_cannot_be_counted_is_said_before_anything_is_drawn(words: str, said: str) -> None:
    slots = prompt_slots([COUNT, {"name": "thing", "levels": ["lamp", words]}])
    with pytest.raises(FadedError, match=said):
        check_template("{count} {thing}", slots)


@pytest.mark.parametrize(
    ("template", "said"),
    [
        ("{thing} {tint} {count}", "has no slot of what 'count' counts"),
        ("{count} {tint} lamps, no {thing}", None),
        ("an {count} {tint} {thing}", "has an article before {count}"),
    ],
)
def test_a_count_needs_a_noun_behind_it_and_no_article_before(template: str, said: str | None) -> None:
    slots = prompt_slots([COUNT, COLOUR, THING])
    if said is None:
        check_template(template, slots)
        return
    with pytest.raises(FadedError, match=said):
        check_template(template, slots)


def test_colours_are_the_basic_ones_unless_others_are_given() -> None:
    (colour,) = prompt_slots([COLOUR])
    assert len(colour.words) == 12 and colour.words[0] == "" and colour.shows == colour.words
    assert ask([COLOUR], "a {tint} lamp", 11).asked == (("colour", "grey"),)
    own = COLOUR | {"levels": ["", "teal"], "attribute": "tone", "shows": ["", "blue"]}
    assert ask([own], "a {tint} lamp", 1) == Brief("a teal lamp", (5,), (("tone", "blue"),))
    assert ask([COLOUR | {"attribute": ""}], "a {tint} lamp", 1).asked == ()


def test_what_is_denied_is_told() -> None:
    found = [ask([NOT], "a lamp {without}", level) for level in range(3)]
    assert [brief.denied for brief in found] == [(), (("part", "shade"),), (("part", "plug"),)]
    assert [brief.asked for brief in found] == [()] * 3
    assert found[1].prompt == "a lamp without a shade"


def test_a_setting_never_asks_for_what_it_denies() -> None:
    with pytest.raises(FadedError, match="'tint' asks for 'red' of 'colour', which 'not_red' denies"):
        prompt_slots(
            [
                COLOUR,
                {
                    "name": "not_red",
                    "kind": "negation",
                    "levels": ["", "not red"],
                    "attribute": "colour",
                    "denies": ["", "red"],
                },
            ]
        )


@pytest.mark.parametrize(
    ("level", "said"),
    [
        (0, "a lamp, in a hall, at 1,000 lumens, by night."),
        (1, "by night, at 1,000 lumens, in a hall, a lamp."),
        (2, "by night, a lamp, in a hall, at 1,000 lumens."),
    ],
)
def test_clauses_are_put_in_order(level: int, said: str) -> None:
    assert ask([TURNED], "a lamp, in a hall, at 1,000 lumens, by night.", level).prompt == said


def test_clauses_are_those_of_the_filled_wording() -> None:
    items = [{"name": "place", "levels": ["", "in a hall, upstairs"]}, TURNED]
    assert ask(items, "a lamp, {place}, by night", 1, 1).prompt == "by night, upstairs, in a hall, a lamp"
    assert ask(items, "a lamp, {place}, by night", 0, 1).prompt == "by night, a lamp"


@pytest.mark.parametrize(("template", "levels", "needed"), [("a lamp, by night", 3, 3), ("a lamp by night", 2, 2)])
def test_an_order_needs_clauses_that_differ_under_it(template: str, levels: int, needed: int) -> None:
    orders = ["as written", "reversed", "last first"][:levels]
    with pytest.raises(FadedError, match=rf"has {needed - 1} of {needed} clauses that 'order' puts in order"):
        check_template(template, prompt_slots([TURNED | {"levels": orders}]))
    check_template("a lamp, by night", prompt_slots([TURNED | {"levels": orders[:2]}]))


def test_a_paraphrase_takes_the_place_of_the_wording() -> None:
    items = [OTHERWISE, COUNT, COLOUR, THING, NOT]
    assert ask(items, TEMPLATE, 0, 2, 3, 0, 1).prompt == "three red lamps, in a hall, without a shade."
    assert ask(items, TEMPLATE, 1, 2, 3, 0, 1).prompt == "at night, without a shade, three red lamps"
    assert worded(TEMPLATE, prompt_slots(items), (1, 2, 3, 0, 1)) == (
        OTHERWISE["levels"][1],
        {"count": "three", "tint": "red", "thing": "lamps", "without": "without a shade"},
    )


def test_a_paraphrase_has_every_slot_too() -> None:
    with pytest.raises(FadedError, match=r"'a \{thing\}' has the slots thing, and there are words for thing, tint"):
        prompt_slots([THING, COLOUR, {"name": "said", "kind": "paraphrase", "levels": ["", "a {thing}"]}])


def test_the_neutral_of_every_kind_is_the_filled_wording() -> None:
    items = [TURNED, OTHERWISE, COUNT, COLOUR, THING, NOT]
    space = prompt_space(prompt_slots(items))
    assert space.shape == (3, 2, 4, 12, 3, 3) and space.control == (0.0,) * 6
    words = {"count": "a", "tint": "", "thing": "lamp", "without": ""}
    assert ask(items, TEMPLATE, *[0] * 6) == Brief(filled(TEMPLATE, words), (5,), (("thing", "lamp"),))
    assert ask(items, TEMPLATE, *[0] * 6).prompt == "a lamp, in a hall."


def test_levels_have_names_and_a_space_is_read_back() -> None:
    space = prompt_space(prompt_slots([TURNED, OTHERWISE, COUNT, COLOUR, THING, NOT]))
    assert space.describe((1, 1, 2, 3, 1, 1)) == (
        "Order: reversed, said: at night, {without}, {count} {tint} {thing}, count: three, tint: red, "
        "thing: street lamp, without: without a shade."
    )
    assert [spec.mark(0.0) for spec in space.specs] == ["as written", "as written", "a", "nothing", "lamp", "nothing"]
    assert ConceptSpace.from_json(space.to_json()) == space


def test_the_same_setting_gives_the_same_prompt_whatever_stands_beside_it() -> None:
    items = [TURNED, OTHERWISE, COUNT, COLOUR, THING, NOT]
    slots = prompt_slots(items)
    values = prompt_space(slots).grid[::97]
    together = PromptEditor(slots)([Wording(TEMPLATE, (1,))] * len(values), values)
    alone = [PromptEditor(slots)([Wording(TEMPLATE, (1,))], row[None])[0] for row in values]
    assert together == alone and len({brief.prompt for brief in together}) > len(values) // 2


@pytest.mark.parametrize(
    ("items", "said"),
    [
        ([{"name": "a", "kind": "verb", "levels": ["x", "y"]}], "the kind 'verb': give one of slot, colour, count"),
        ([COUNT | {"levels": ["two", "three"]}], "begins with 'two', which puts a noun into the plural"),
        ([COUNT | {"denies": ["", "", "", ""]}], "The count .* may have attribute, shows and noun"),
        ([NOT | {"denies": ["", "shade"]}], "3 levels and denies 2 values of part"),
        ([NOT | {"attribute": ""}], "of no attribute"),
        ([NOT | {"denies": ["shade", "", "plug"]}], "let its first level deny nothing"),
        ([NOT | {"denies": ["", "", ""]}], "and another a value"),
        ([NOT | {"shows": ["", "a", "b"]}], "The negation .* may have attribute and denies"),
        ([OTHERWISE | {"levels": ["a lamp", "one lamp"]}], "begins with 'a lamp': begin with an empty text"),
        ([OTHERWISE | {"attribute": "a"}], "The paraphrase .* may have no more"),
        ([TURNED | {"levels": ["reversed", "as written"]}], "begin with 'as written' and give one or both"),
        ([TURNED | {"levels": ["as written", "shuffled"]}], "begin with 'as written' and give one or both"),
        ([TURNED, TURNED | {"name": "again"}], "The concepts order, again are of one kind, order: leave one"),
        ([COLOUR | {"shows": ["red"]}], "12 levels and shows 1 values of colour"),
    ],
)
def test_a_concept_that_cannot_be_used_is_named(items: list[dict[str, object]], said: str) -> None:
    with pytest.raises(FadedError, match=said):
        prompt_slots(items)


PAPER = "a photo of a {description} {profession} {setting}"


def test_every_setting_of_the_papers_space_is_another_prompt() -> None:
    slots = prompt_slots(prompt_presets.get("paper"))
    check_template(PAPER, slots)
    space = prompt_space(slots)
    briefs = PromptEditor(slots)([Wording(PAPER, (1,))] * space.n_cells, space.grid)
    assert len({brief.prompt for brief in briefs}) == space.n_cells


def test_the_papers_space_holds_its_27_cells_and_a_clean_control() -> None:
    slots = prompt_slots(prompt_presets.get("paper"))
    assert prompt_space(slots).shape == (4, 4, 4)
    prompts = [
        PromptEditor(slots)([Wording(PAPER, (1,))], np.array([row], dtype=float))[0].prompt
        for row in ((0, 0, 0), (1, 1, 2), (3, 2, 0))
    ]
    assert prompts == [
        "a photo of a person",
        "a photo of a unique scientist in a research center",
        "a photo of a cool artist",
    ]
