"""Measures beside people: the figures of `benchmarks.judges` on tables small enough to work out by hand."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from benchmarks import judges, judges_pyramid, judges_votes
from benchmarks.judges_pyramid import Pyramid
from benchmarks.judges_statistics import interval90, partial_spearman, spearman
from benchmarks.judges_votes import Vote
from faded.discrepancies.text import rouge_l

REFERENCE = "a b c d e f g h"
SUMMARIES = [
    ("one", "s1", "a b c d", 0.9),  # rouge_l 0, 4 words
    ("one", "s2", "a b c x y", 0.5),  # 0.4
    ("one", "s3", "a x y z u v", 0.1),  # 5/6
    ("two", "s1", "a b c x", 0.2),  # 0.25
    ("two", "s2", "a b c x", 0.4),
    ("two", "s3", "a b c d", 0.1),  # 0
    ("three", "s1", "a b", 0.3),  # 0.5, all alike
    ("three", "s2", "a b", 0.2),
    ("three", "s3", "a b", 0.1),
]
TWO = -np.sqrt(3) / 2
"""Of the ranks 1.5, 1.5, 3 with 2, 3, 1."""


def ballot(article: str, writer: str, model: str, answer: str) -> dict[str, str]:
    return {
        "article_text": article,
        "writer_summary": writer,
        "text-davinci-002_summary": model,
        "overall_writer_better": answer,
    }


BALLOTS = [
    ballot("a b c d", "a b c d", "a b y z", "True"),
    ballot("a b c d", "a b c d", "a b y z", "True"),
    ballot("a b c d", "a b c d", "a b y z", "False"),
    ballot("a b c d", "c d u v", "a b y z", "False"),
    ballot("a b c d", "c d u v", "a b y z", "Equally Good"),
    ballot("k l m n", "x y", "k l m n", "True"),
]


@pytest.fixture
def assets(tmp_path: Path) -> Path:
    (tmp_path / "text").mkdir()
    rows = [
        {
            "doc": doc,
            "kind": "abs",
            "system": system,
            "summary": summary,
            "human_litepyramid_recall": score,
            "rouge1": score,
            "document": REFERENCE,
            "reference": REFERENCE,
        }
        for doc, system, summary, score in SUMMARIES
    ]
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / judges_pyramid.FILE)
    pq.write_table(pa.Table.from_pylist(BALLOTS), tmp_path / judges_votes.FILE)
    return tmp_path


@pytest.fixture
def run(assets: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    """Run the benchmark as it is run from the command line; return its last line, read."""

    def made() -> tuple[dict, str]:
        monkeypatch.setenv("FADED_ASSETS", "")
        monkeypatch.setattr(sys, "argv", ["judges", "--assets", str(assets), "--json", "-"])
        judges.main()
        said = capsys.readouterr()
        return json.loads(said.out.splitlines()[-1]), said.err

    return made


def test_a_rank_correlation_shares_ranks_among_the_alike_and_is_zero_where_nothing_differs() -> None:
    up = np.array([1.0, 2.0, 3.0])
    assert spearman(up, up**3) == pytest.approx(1)
    assert spearman(np.array([1.0, 1.0, 0.0]), up) == pytest.approx(TWO)
    assert spearman(np.array([0.0, 0.0, 0.0]), up) == 0


def test_a_measure_that_only_counts_words_says_nothing_at_equal_length() -> None:
    length, score = np.array([1.0, 2.0, 3.0, 4.0]), np.array([1.0, 3.0, 2.0, 4.0])
    assert partial_spearman(length, score, length) == 0
    other = np.array([2.0, 1.0, 4.0, 3.0])  # 0.6 with length, 0 with the score, which has 0.8 with length
    assert partial_spearman(other, score, length) == pytest.approx(-0.6 * 0.8 / np.sqrt(0.64 * 0.36))


def test_correlations_within_articles_over_all_and_between_systems(assets: Path) -> None:
    table = Pyramid.read(assets / judges_pyramid.FILE)
    figures, beside = judges_pyramid.compare({"rouge_l": table.good(rouge_l), "score": table.score}, table)
    assert figures["rouge_l_pyramid_spearman"] == round((1 + TWO + 0) / 3, 3)
    assert figures["score_pyramid_spearman"] == 1
    assert figures["rouge_l_pyramid_systems_spearman"] == 1
    good, score = [8.5, 5, 1, 6.5, 6.5, 8.5, 3, 3, 3], [9, 8, 2, 4.5, 7, 2, 6, 4.5, 2]  # the ranks over all
    assert figures["rouge_l_pyramid_pooled_spearman"] == round(np.corrcoef(good, score)[0, 1], 3)
    assert beside["articles_put_all_alike"] == {"rouge_l": 1, "score": 0}
    assert (beside["articles"], beside["summaries"]) == (3, 9)
    low, high = beside["difference_interval90"]["rouge_l - score"]
    assert -2 < low < high <= 0


def test_agreement_counts_half_where_both_are_alike_and_leaves_out_the_undecided(assets: Path) -> None:
    votes = judges_votes.read(assets / judges_votes.FILE)
    figures, beside = judges_votes.compare({"rouge_l": rouge_l}, votes)
    # by the article: the writer twice right and once wrong, both alike once, the model once and wrong
    assert figures["rouge_l_votes_agreement"] == 2.5 / 5
    # by the other writer: c d u v has two words of a b c d, a b y z has two of it and none of c d u v
    assert figures["rouge_l_votes_agreement_by_other_writers"] == 2.5 / 4
    assert figures["people_votes_agreement"] == round((0.5 + 0.5 + 0) / 3, 3)
    assert figures["baseline_model_votes_agreement"] == 2 / 5
    assert beside["equally_good_left_out"] == 1
    assert (beside["votes"], beside["decided"], beside["decided_with_other_writers"]) == (6, 5, 4)
    assert beside["decided_alone"] == 2
    assert beside["put_alike"]["rouge_l_votes_agreement"] == 1
    low, high = beside["difference_interval90"]["rouge_l - baseline_model, votes_agreement"]
    assert low < 0.1 < high


def test_of_several_writers_the_mean_counts() -> None:
    vote = Vote("", "a b", "c d", ("a b c d", "a b x y"), True)
    writer, model = judges_votes.apart(rouge_l, [vote], [vote.others])
    assert (writer.tolist(), model.tolist()) == ([0.0], [0.5])


def test_an_answer_that_is_not_known_is_no_vote(tmp_path: Path) -> None:
    pq.write_table(pa.Table.from_pylist([ballot("a", "a", "a", "Perhaps")]), tmp_path / "votes.parquet")
    with pytest.raises(KeyError, match="Perhaps"):
        judges_votes.read(tmp_path / "votes.parquet")


def test_intervals_draw_articles_and_not_votes() -> None:
    value = np.repeat([0.0, 1.0], 500)
    assert interval90(value, np.repeat([0, 1], 500)) == (0, 1)
    low, high = interval90(value, np.arange(1000))
    assert 0.45 < low < 0.5 < high < 0.55


def test_the_benchmark_prints_a_figure_for_every_measure(run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(judges, "encoder_folder", lambda: None)
    found, progress = run()
    assert "embedding_distance is left out" in progress
    assert found["figures"]["rouge_l_votes_agreement"] == 0.5
    assert found["figures"]["unsupported_pyramid_spearman"] == 0
    for name in ("rouge_l", "bleu", "unsupported", "baseline_length"):
        assert {f"{name}_pyramid_spearman", f"{name}_votes_agreement"} <= set(found["figures"])
    assert all(isinstance(value, int | float) for value in found["figures"].values())
    assert not any(name.startswith("embedding") for name in found["figures"])


def test_an_encoder_that_is_there_is_measured(run, monkeypatch: pytest.MonkeyPatch) -> None:
    def encode(texts):
        return np.array([[text.count(letter) for letter in "abcdefghijklmnopqrstuvwxyz"] for text in texts])

    monkeypatch.setattr(judges, "encoder_folder", lambda: Path())
    monkeypatch.setattr(judges, "load_encoder", lambda _folder: encode)
    found, _ = run()
    assert found["figures"]["embedding_distance_pyramid_spearman"] == round((1 + TWO + 0) / 3, 3)
    assert found["figures"]["embedding_distance_votes_agreement"] == 0.5
