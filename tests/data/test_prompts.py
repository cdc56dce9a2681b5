"""Prompts from a file: samples whose seeds are fixed, and what is wrong with a file is said."""

from pathlib import Path

import pytest

from faded.data.prompts import ALL, Prompts, load_prompts
from faded.domain import FadedError

WHOLE = """
wordings:
  people: ["a {job}", "a picture of a {job}"]
  things: "a {job} with a lamp"
sets: 3
pictures: 4
steps: 7
guidance: 2
open:
  attribute: hair
  shares: {short: 0.25, long: 0.75}
  words: {short: with short hair, long: with long hair}
phrases:
  hair: {short: a person with short hair, long: a person with long hair}
expected: short hair in one of four
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "prompts.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_every_wording_has_sets_of_its_own_seeds(tmp_path: Path) -> None:
    prompts = load_prompts(written(tmp_path, WHOLE))
    assert (prompts.steps, prompts.guidance) == (7, 2.0)
    assert prompts.open is not None and prompts.open.shares == {"short": 0.25, "long": 0.75}
    samples = prompts.samples(0)
    assert len({s.id for s in samples}) == 9
    assert [s.stratum for s in samples] == ["people"] * 6 + ["things"] * 3
    assert {len(s.payload.seeds) for s in samples} == {4}
    assert len({seed for s in samples for seed in s.payload.seeds}) == 36
    assert {s.reference for s in samples} == {"short hair in one of four"}


def test_seeds_follow_from_the_campaigns_seed_and_the_wording() -> None:
    few, more = (Prompts({ALL: ["a {job}"]}, sets=sets).samples(5) for sets in (2, 4))
    assert more[:2] == few
    assert Prompts({ALL: ["a {job}"]}, sets=2).samples(6)[0].payload.seeds != few[0].payload.seeds
    both = Prompts({ALL: ["another {job}", "a {job}"]}, sets=2).samples(5)
    assert both[2:] == few


def test_a_single_template_is_one_stratum(tmp_path: Path) -> None:
    prompts = load_prompts(written(tmp_path, "wordings: a {job}\nsets: 2\n"))
    assert [s.stratum for s in prompts.samples(0)] == [ALL, ALL]
    assert prompts.open is None and prompts.pictures == 8


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("sets: 3", "must hold wordings"),
        ("wordings: a {job}\ncolour: red", "it holds colour"),
        ("wordings: a {job}\nguidence: 3", r"it holds guidence \(did you mean guidance\?\)\."),
        ("wording: a {job}", r"must hold wordings .* it holds wording \(did you mean wordings\?\)"),
        ("wordings: a {job}\nopen: {atribute: hair}", r"holds atribute: it may hold .* \(did you mean attribute\?\)"),
        ("- a {job}", "must hold wordings"),
        ("wordings: {people: []}", "wordings of 'people' .* are \\[\\]"),
        ("wordings: {a: ['a {job}', 'one {job}', 'a {job}']}", "'a {job}' of 'a' stands twice .* leave one"),
        ("wordings: {a: 'a {job}', b: ['one {job}', 'a {job}']}", "'a {job}' of 'a' and of 'b' stands twice"),
        ("wordings: a {job}\npictures: 1", "pictures .* is 1: give a whole number from 2 to 64"),
        ("wordings: a {job}\nsteps: many", "steps .* is 'many'"),
        ("wordings: a {job}\nguidance: -1", "guidance .* is -1"),
        ("wordings: a {job}\nopen: hair", "open in .* is 'hair': give an attribute"),
        (
            "wordings: a {job}\nopen: {attribute: hair, shares: {a: 0.5, b: 0.5}, word: {a: with a, b: with b}}",
            "open in .* holds word: it may hold attribute, shares, words",
        ),
        ("wordings: a {job}\nopen: {attribute: hair, shares: {a: most, b: 1}}", "A share in .* is 'most'"),
        (
            "wordings: a {job}\nopen: {attribute: hair, shares: {a: 0.5, b: 0.5}, words: {a: with a}}",
            "words for a and shares of a, b",
        ),
        ("wordings: a {job}\nphrases: {hair: {short: short hair}}", "two values or more"),
        ("wordings: [", "cannot be read"),
    ],
)
def test_what_is_wrong_with_a_file_is_said(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(FadedError, match=said):
        load_prompts(written(tmp_path, text))


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(FadedError, match=r"There is no file .*nowhere\.yaml"):
        load_prompts(tmp_path / "nowhere.yaml")
