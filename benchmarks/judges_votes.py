"""Measures beside people's votes between a freelance writer's summary and a model's.

The votes come without a reference. What is taken for one is said by the figure's name: the article itself, or the
summaries that other writers made of the same article.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
from numpy.typing import NDArray

from benchmarks.common import say
from benchmarks.judges_statistics import FloatArray, Said, interval90, numbered
from faded.discrepancies.text import TextDiscrepancy

FILE = Path("text") / "pairwise_writer_vs_davinci_human.parquet"
MODEL = "text-davinci-002_summary"
NO_JUDGE = "baseline_model"
"""Who always prefers the model's summary."""
ANSWERS = {"True": True, "False": False, "Equally Good": None}


@dataclass(frozen=True)
class Vote:
    """One person's word on a pair of summaries.

    Attributes:
        article: The article.
        writer: The writer's summary.
        model: The model's.
        others: Summaries of the article by other writers.
        prefers_writer: Whether the writer's was preferred; None if both were equally good.
    """

    article: str
    writer: str
    model: str
    others: tuple[str, ...]
    prefers_writer: bool | None


def read(file: Path) -> list[Vote]:
    """Read the votes on which summary is better overall."""
    rows = pq.read_table(file).to_pylist()
    written: dict[str, set[str]] = {}
    for row in rows:
        written.setdefault(row["article_text"], set()).add(row["writer_summary"])
    return [
        Vote(
            article=row["article_text"],
            writer=row["writer_summary"],
            model=row[MODEL],
            others=tuple(sorted(written[row["article_text"]] - {row["writer_summary"]})),
            prefers_writer=ANSWERS[row["overall_writer_better"]],
        )
        for row in rows
    ]


def agreement(writer: FloatArray, model: FloatArray, votes: Sequence[Vote]) -> FloatArray:
    """Return, per decided vote, 1 where the preferred summary has the lower discrepancy, 0.5 where both are alike.

    Args:
        writer: Discrepancies of the writers' summaries, shape (n_votes,).
        model: Those of the model's, shape (n_votes,).
        votes: The votes, all decided.
    """
    preferred = np.array([vote.prefers_writer for vote in votes])
    return np.where(writer == model, 0.5, (writer < model) == preferred)


def among_people(votes: Sequence[Vote]) -> list[float | None]:
    """Return, per decided vote, 1 where most others on the same pair agree, 0.5 at a draw, None without others."""
    cast = Counter((vote.writer, vote.model, vote.prefers_writer) for vote in votes)
    found: list[float | None] = []
    for vote in votes:
        agree = cast[vote.writer, vote.model, vote.prefers_writer] - 1
        differ = cast[vote.writer, vote.model, not vote.prefers_writer]
        found.append(0.5 + 0.5 * float(np.sign(agree - differ)) if agree + differ else None)
    return found


def apart(
    measure: TextDiscrepancy, votes: Sequence[Vote], expected: Sequence[Sequence[str]]
) -> tuple[FloatArray, FloatArray]:
    """Return the discrepancies of the writers' and the model's summaries, each the mean over what is expected."""
    rows = [(i, text) for i, texts in enumerate(expected) for text in texts]
    which = [i for i, _ in rows]
    texts, articles = [text for _, text in rows], [votes[i].article for i in which]

    def mean(answers: list[str]) -> FloatArray:
        found = measure(Said(answers), texts, articles)
        return np.asarray(np.bincount(which, weights=found) / np.bincount(which))

    return mean([votes[i].writer for i in which]), mean([votes[i].model for i in which])


def judged(
    measures: Mapping[str, TextDiscrepancy], votes: Sequence[Vote], expected: Sequence[Sequence[str]]
) -> dict[str, FloatArray]:
    """Return how each measure agrees with each vote, and how one does who always prefers the model's summary."""
    found = {name: agreement(*apart(measure, votes, expected), votes) for name, measure in measures.items()}
    return found | {NO_JUDGE: np.array([float(not vote.prefers_writer) for vote in votes])}


def compare(measures: Mapping[str, TextDiscrepancy], votes: Sequence[Vote]) -> tuple[dict[str, float], dict[str, Any]]:
    """Return figures, and beside them intervals and counts."""
    decided = [vote for vote in votes if vote.prefers_writer is not None]
    some = [vote for vote in decided if vote.others]
    people = [(vote, agree) for vote, agree in zip(decided, among_people(decided), strict=True) if agree is not None]
    found = {"people_votes_agreement": (np.array([agree for _, agree in people]), [vote for vote, _ in people])}
    differences: dict[str, tuple[float, float]] = {}
    for name, chosen, expected in (
        ("votes_agreement", decided, [(vote.article,) for vote in decided]),
        ("votes_agreement_by_other_writers", some, [vote.others for vote in some]),
    ):
        say(name)
        agreed = judged(measures, chosen, expected)
        found |= {f"{judge}_{name}": (value, chosen) for judge, value in agreed.items()}
        articles = _articles(chosen)
        for a, b in combinations(agreed, 2):
            differences[f"{a} - {b}, {name}"] = interval90(agreed[a] - agreed[b], articles)
    return {name: round(float(value.mean()), 3) for name, (value, _) in found.items()}, {
        "votes": len(votes),
        "equally_good_left_out": len(votes) - len(decided),
        "decided": len(decided),
        "decided_with_other_writers": len(some),
        "decided_alone": len(decided) - len(people),
        "articles": len({vote.article for vote in decided}),
        "articles_with_other_writers": len({vote.article for vote in some}),
        "interval90": {name: interval90(value, _articles(chosen)) for name, (value, chosen) in found.items()},
        "difference_interval90": differences,
        "put_alike": {name: int((value == 0.5).sum()) for name, (value, _) in found.items()},
    }


def _articles(votes: Sequence[Vote]) -> NDArray[np.int64]:
    return numbered([vote.article for vote in votes])
