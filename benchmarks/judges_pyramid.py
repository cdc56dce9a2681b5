"""Measures beside the human pyramid scores of REALSumm: 100 articles, each summarized by 25 systems."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
from numpy.typing import NDArray

from benchmarks.judges_statistics import FloatArray, Said, interval90, numbered, partial_spearman, spearman
from faded.discrepancies.text import TextDiscrepancy
from faded.discrepancies.text_words import words

FILE = Path("text") / "realsumm_human_pyramid.parquet"


@dataclass(frozen=True)
class Pyramid:
    """Summaries with the scores that people gave.

    Attributes:
        article: Number of the article, shape (n,).
        system: Number of the system, shape (n,).
        score: Share of the reference's facts that people found, shape (n,).
        rouge1: ROUGE-1 as the file has it, shape (n,).
        summaries: The summaries.
        references: The articles' reference summaries, one per summary.
        articles: The articles, one per summary.
    """

    article: NDArray[np.int64]
    system: NDArray[np.int64]
    score: FloatArray
    rouge1: FloatArray
    summaries: list[str]
    references: list[str]
    articles: list[str]

    @classmethod
    def read(cls, file: Path) -> Pyramid:
        """Read REALSumm's table."""
        rows = pq.read_table(file).to_pydict()
        systems = [f"{kind}/{name}" for kind, name in zip(rows["kind"], rows["system"], strict=True)]
        score, rouge1 = (np.array(rows[name], dtype=np.float64) for name in ("human_litepyramid_recall", "rouge1"))
        texts = (rows[name] for name in ("summary", "reference", "document"))
        return cls(numbered(rows["doc"]), numbered(systems), score, rouge1, *texts)

    def good(self, measure: TextDiscrepancy) -> FloatArray:
        """Return how good a measure calls every summary: the discrepancy with a minus, shape (n,)."""
        return -measure(Said(self.summaries), self.references, self.articles)

    def length(self) -> FloatArray:
        """Return the number of words of every summary, shape (n,)."""
        return np.array([float(len(words(text))) for text in self.summaries])

    def by_article(self, measured: Callable[..., float], *values: FloatArray) -> FloatArray:
        """Return what is measured of the values of each article's rows, shape (n_articles,)."""
        groups = [self.article == i for i in range(self.article.max() + 1)]
        return np.array([measured(*(value[rows] for value in values)) for rows in groups])

    def systems(self, value: FloatArray) -> FloatArray:
        """Return each system's mean of a value, shape (n_systems,)."""
        return np.asarray(np.bincount(self.system, weights=value) / np.bincount(self.system))


def compare(good: Mapping[str, FloatArray], table: Pyramid) -> tuple[dict[str, float], dict[str, Any]]:
    """Return figures, and beside them intervals and counts.

    Args:
        good: How good each judge calls every summary, shape (n,).
        table: The summaries and what people say of them.
    """
    score, length = table.score, table.length()
    inside: dict[str, FloatArray] = {}
    figures: dict[str, float] = {}
    beyond: dict[str, tuple[float, float]] = {}
    alike: dict[str, int] = {}
    every = np.arange(table.article.max() + 1)
    for name, value in good.items():
        inside[name] = table.by_article(spearman, value, score)
        left = table.by_article(partial_spearman, value, score, length)
        figures[f"{name}_pyramid_spearman"] = float(inside[name].mean())
        figures[f"{name}_pyramid_spearman_at_equal_length"] = float(left.mean())
        figures[f"{name}_pyramid_pooled_spearman"] = spearman(value, score)
        figures[f"{name}_pyramid_systems_spearman"] = spearman(table.systems(value), table.systems(score))
        beyond[name] = interval90(left, every)
        alike[name] = int((table.by_article(np.ptp, value) == 0).sum())
    return {name: round(value, 3) for name, value in figures.items()}, {
        "articles": len(every),
        "summaries": len(score),
        "interval90": {name: interval90(found, every) for name, found in inside.items()},
        "at_equal_length_interval90": beyond,
        "difference_interval90": {
            f"{a} - {b}": interval90(inside[a] - inside[b], every) for a, b in combinations(inside, 2)
        },
        "articles_put_all_alike": alike,
    }
