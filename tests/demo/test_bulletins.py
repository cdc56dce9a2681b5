"""What the demo "bulletins" promises: the same articles for the same seed, and references that must be read for."""

import subprocess
import sys

import numpy as np
import pytest

from faded.concepts.text import TextEditor, meaning_changed, text_space
from faded.data.hashing import text_id
from faded.demo.bulletins import (
    FEWEST_WORDS,
    KINDS,
    MOST_WORDS,
    NONE,
    ROUND_STREAM,
    SPACE,
    TEST_STREAM,
    TRAINING_STREAM,
    Bulletin,
    BulletinTruth,
    draw,
    tells,
)
from faded.discrepancies.text import common_subsequence
from faded.discrepancies.text_facts import unsupported
from faded.discrepancies.text_words import sentences, words
from faded.domain import FadedError


@pytest.fixture(scope="module")
def bulletins() -> list[Bulletin]:
    return draw(0, ROUND_STREAM, 500)


def rouge_l_f(text: str, reference: str) -> float:
    a, b = words(text), words(reference)
    return 2 * common_subsequence(a, b) / (len(a) + len(b))


def test_the_same_seed_gives_the_same_bulletins_and_a_smaller_count_the_first_of_them(bulletins) -> None:
    assert draw(0, ROUND_STREAM, 40) == bulletins[:40]


def test_no_bulletin_is_drawn_twice_in_any_stream_or_seed() -> None:
    drawn = [draw(seed, stream, 200) for seed in (0, 1) for stream in (TRAINING_STREAM, TEST_STREAM, ROUND_STREAM)]
    assert len({b.sample.id for batch in drawn for b in batch}) == 1200


def test_a_sample_is_an_article_of_one_paragraph_with_its_kind_as_stratum(bulletins) -> None:
    for i, bulletin in enumerate(bulletins):
        sample = bulletin.sample
        assert sample.id == text_id(sample.payload)
        assert sample.stratum == list(KINDS)[i % len(KINDS)]
        assert FEWEST_WORDS <= len(sample.payload.split()) <= MOST_WORDS
        assert sample.payload.isascii() and "\n" not in sample.payload and "  " not in sample.payload
        assert not set("{}") & set(sample.payload + sample.reference)
        assert all(s[0].isupper() or s[0].isdigit() for s in sentences(sample.payload))


def test_the_reference_is_one_sentence_of_what_the_article_says(bulletins) -> None:
    for bulletin in bulletins:
        reference = bulletin.sample.reference
        assert len(sentences(reference)) == 1 and reference.endswith(".")
        assert unsupported(reference, bulletin.sample.payload) == set()
        assert tells(reference, bulletin.facts)


def test_a_summary_of_another_bulletin_or_with_one_fact_changed_does_not_tell_it(bulletins) -> None:
    for bulletin, other in zip(bulletins, bulletins[len(KINDS) :], strict=False):
        assert not tells(other.sample.reference, bulletin.facts)
        for fact in bulletin.facts[:4]:
            assert not tells(bulletin.sample.reference.replace(fact, "something"), bulletin.facts)


def test_what_there_was_none_of_may_be_said_in_other_words() -> None:
    facts = ("Mill Road", "Kelford", "Monday", "two", "nobody")
    said = "a crash closed MILL ROAD in kelford for two hours on monday; no one was hurt"
    assert tells(said, facts)
    assert not tells(said.replace("no one was", "three were"), facts)


def test_copying_a_sentence_does_badly(bulletins) -> None:
    pairs = [(sentences(b.sample.payload), b.sample.reference) for b in bulletins]
    first = np.mean([rouge_l_f(told[0], reference) for told, reference in pairs])
    lead = np.mean([rouge_l_f(" ".join(told[:3]), reference) for told, reference in pairs])
    best = np.mean([max(rouge_l_f(s, reference) for s in told) for told, reference in pairs])
    print(f"ROUGE-L of the first sentence {first:.3f}, of the first three {lead:.3f}, of the best one {best:.3f}")
    assert first < 0.25 and lead < 0.35 and best < 0.5


def test_half_of_the_bulletins_say_that_there_was_none(bulletins) -> None:
    assert 0.4 < np.mean([b.facts[-1] in NONE for b in bulletins]) < 0.6


def test_every_sentence_of_the_grammar_is_used() -> None:
    told = " ".join(b.sample.payload for b in draw(3, TRAINING_STREAM, 4000))
    for kind in KINDS.values():
        rest = (*kind.rest.some_told, *kind.rest.none_told)
        for text in [t for part in (*kind.causes, *kind.effects) for t in part.told] + list(rest):
            longest = max(text.replace("{", "}").split("}")[::2], key=len)
            assert longest in told, text


def test_no_setting_of_the_space_changes_what_a_bulletin_says(bulletins) -> None:
    space = text_space(SPACE)
    assert space.control_index is not None
    assert not meaning_changed(space, space.grid).any()
    strongest = np.array([[s.levels[-1] for s in space.specs]] * 20)
    edited = TextEditor(space)([b.sample.payload for b in bulletins[:20]], strongest)
    for text, bulletin in zip(edited, bulletins, strict=False):
        figure = bulletin.facts[3]
        assert not figure.isdigit() or figure in words(text)


def test_the_truth_is_the_reference_under_every_setting_and_every_summary_with_all_facts(bulletins) -> None:
    space = text_space(SPACE)
    truth = BulletinTruth(bulletins, space)
    ids = [b.sample.id for b in bulletins[:5]]
    strongest = np.array([[s.levels[-1] for s in space.specs]] * 5)
    assert truth(ids, strongest) == [b.sample.reference for b in bulletins[:5]]
    for bulletin in bulletins[:5]:
        right = str(bulletin.sample.reference)
        assert truth.accepts(bulletin.sample.id, f"It is said that {right}".lower(), right)
        assert not truth.accepts(bulletin.sample.id, right.replace(bulletin.facts[0], "a road"), right)


def test_nobody_knows_the_truth_where_an_edit_changes_what_a_bulletin_says(bulletins) -> None:
    space = text_space([{"name": "lowercase", "levels": [0, 1]}, {"name": "negation", "levels": [0, 1]}])
    with pytest.raises(FadedError, match="not known under negation"):
        BulletinTruth(bulletins, space)


def test_drawing_loads_no_torch() -> None:
    code = "import sys, faded.demo.bulletins; sys.exit('torch' in sys.modules or 'transformers' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
