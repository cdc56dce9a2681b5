"""How the demo "bulletins" target stands: its clean score, what each edit does to it, what thresholds say of that."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from faded.concepts.text import TextEditor, text_space
from faded.concepts.text_registry import text_concepts
from faded.demo.bulletins import ROUND_STREAM, SPACE, TEST_STREAM, Bulletin, draw, tells
from faded.discrepancies.text import common_subsequence, text_discrepancies
from faded.discrepancies.text_words import sentences, words
from faded.targets.load_text import load_summarizer
from faded.targets.summarizer import Summaries, Summarizer

CLEAN_BULLETINS = 1_000
"""Fresh bulletins for the clean score."""
BULLETINS = 200
"""Fresh bulletins put under every edit, twenty of each kind."""
LEVELS = (0.1, 0.3, 0.5, 1.0)
"""Levels at which each edit is tried alone."""
THRESHOLDS = {"rouge_l": (0.02, 0.04, 0.08, 0.16, 0.24), "bleu": (0.02, 0.05, 0.1, 0.2, 0.4), "unsupported": (0.0, 1.0)}
"""Thresholds that are compared, by measure."""
WEAK = 0.5
"""An induced rate above this makes a pair of kind and cell a weak one."""


def f_measure(answer: str, reference: str) -> float:
    """Return ROUGE-L as it is usually given: the F of precision and recall of the longest common subsequence."""
    said, want = words(answer), words(reference)
    common = common_subsequence(said, want)
    return 2 * common / (len(said) + len(want)) if common else 0.0


def score(answers: Sequence[str], bulletins: Sequence[Bulletin]) -> float:
    """Return the mean ROUGE-L (F) of answers against the references."""
    pairs = zip(answers, bulletins, strict=True)
    return float(np.mean([f_measure(a, str(b.sample.reference)) for a, b in pairs]))


def told(answers: Sequence[str], bulletins: Sequence[Bulletin]) -> NDArray[np.bool_]:
    """Say which answers have all the facts."""
    return np.array([tells(a, b.facts) for a, b in zip(answers, bulletins, strict=True)])


def clean_score(target: Summarizer, seed: int, count: int = CLEAN_BULLETINS) -> dict[str, float]:
    """Return ROUGE-L (F) on fresh bulletins of the test stream, the share with all facts, and what copying scores."""
    bulletins = draw(seed, TEST_STREAM, count)
    articles = [b.sample.payload for b in bulletins]
    answers = target.answer(articles).texts
    return {
        "clean_rouge_l": round(score(answers, bulletins), 4),
        "clean_tells": round(float(told(answers, bulletins).mean()), 4),
        "first_sentence_rouge_l": round(score([sentences(a)[0] for a in articles], bulletins), 4),
    }


def report(folder: Path, seed: int, clean: int = CLEAN_BULLETINS, edited: int = BULLETINS) -> str:
    """Measure the target in `folder` and return the figures as text.

    Args:
        folder: A summarizer in transformers' format.
        seed: Draws the bulletins.
        clean: Fresh bulletins for the clean score.
        edited: Fresh bulletins to put under every edit and every setting.
    """
    target = load_summarizer(str(folder))
    lines = [f"{name}: {value}" for name, value in clean_score(target, seed, clean).items()]
    lines += _alone(target, draw(seed, TEST_STREAM, edited))
    return "\n".join(lines + _space(target, draw(seed, ROUND_STREAM, edited)))


def _alone(target: Summarizer, bulletins: list[Bulletin]) -> list[str]:
    """Return a line per edit: at each level ROUGE-L (F), and in brackets the share with all facts."""
    lines = []
    for name in text_concepts.names():
        editor = TextEditor(text_space([{"name": name, "levels": [0.0, *LEVELS]}]))
        parts = []
        for level in LEVELS:
            articles = editor([b.sample.payload for b in bulletins], np.full((len(bulletins), 1), level))
            answers = target.answer(articles).texts
            parts.append(f"{level:g} {score(answers, bulletins):.3f} ({told(answers, bulletins).mean():.2f})")
        lines.append(f"{name}: {', '.join(parts)}")
    return lines


def _space(target: Summarizer, bulletins: list[Bulletin]) -> list[str]:
    """Return what each measure and threshold calls a failure over the demo's settings, beside the missing facts."""
    space = text_space(SPACE)
    editor = TextEditor(space)
    articles = [b.sample.payload for b in bulletins]
    said = [target.answer(editor(articles, np.tile(row, (len(articles), 1)))) for row in space.grid]
    missing = np.array([~told(answers.texts, bulletins) for answers in said])
    lines = [f"{len(space.grid)} settings, {len(bulletins)} bulletins; facts missing: {missing.mean():.3f} of all"]
    for column, spec in enumerate(space.specs):
        rates = [missing[space.cells[:, column] == level].mean() for level in range(len(spec.levels))]
        shown = ", ".join(f"{value:g} {rate:.3f}" for value, rate in zip(spec.levels, rates, strict=True))
        lines.append(f"facts missing by {spec.name}: {shown}")
    clean = target.answer(articles)
    for name, thresholds in THRESHOLDS.items():
        at_first = _measured(name, clean, bulletins)
        apart = np.array([_measured(name, answers, bulletins) for answers in said])
        for bound in thresholds:
            lines.append(f"{name} > {bound:g}: {_failures(apart > bound, at_first <= bound, missing, bulletins)}")
    return lines


def _measured(name: str, answers: Summaries, bulletins: list[Bulletin]) -> NDArray[np.float64]:
    expected = [b.sample.reference for b in bulletins]
    return text_discrepancies.get(name)(answers, expected, [b.sample.payload for b in bulletins])


def _failures(
    failed: NDArray[np.bool_], right: NDArray[np.bool_], missing: NDArray[np.bool_], bulletins: list[Bulletin]
) -> str:
    """Return what one threshold says of the bulletins that are answered rightly as they are.

    Args:
        failed: Shape (n_cells, n_bulletins).
        right: Whether the clean answer is no failure, shape (n_bulletins,).
        missing: Whether facts are missing, shape (n_cells, n_bulletins).
        bulletins: The bulletins.
    """
    kinds = np.array([b.sample.stratum for b in bulletins])
    rates = np.array([failed[:, right & (kinds == kind)].mean(axis=1) for kind in np.unique(kinds[right])])
    failed, missing = failed[:, right], missing[:, right]
    return (
        f"clean failures {1 - right.mean():.3f}, induced {_share(failed):.3f}, weak pairs of kind and cell "
        f"{_share(rates > WEAK):.3f}; facts missing in {_share(missing[failed]):.3f} of the failures and in "
        f"{_share(missing[~failed]):.3f} of the others"
    )


def _share(found: NDArray[np.bool_]) -> float:
    """Return the share that is true, not a number of none."""
    return float(found.mean()) if found.size else float("nan")
