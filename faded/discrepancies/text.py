"""Discrepancies of written answers: against what is expected of them, and against the article they are about.

Length alone raises none of them. Sentences added to an answer take nothing from what it says: it is measured by its
best run of sentences. And an answer that says half of what is expected is not wrong for being short: it is measured by
what it says. Only below half (`SHORTEST`) does shortness count.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import prod
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from sacrebleu.metrics import BLEU

from faded.discrepancies.base import MOST_APART, Discrepancy, Measures, by_expected
from faded.discrepancies.text_facts import unsupported
from faded.discrepancies.text_words import SHORTEST, runs, stretch, words
from faded.domain import FadedError

FloatArray = NDArray[np.float64]


class Written(Protocol):
    """What written answers must offer to be measured."""

    @property
    def texts(self) -> list[str]:
        """One text per input."""
        ...


TextDiscrepancy = Discrepancy[Written, str]

text_discrepancies: Measures[TextDiscrepancy] = Measures("discrepancy of texts")

Encode = Callable[[Sequence[str]], NDArray[np.floating]]
"""Texts to embeddings, shape (n, n_features): a sentence encoder."""

_BLEU = BLEU(tokenize="none", smooth_method="exp", effective_order=True)
"""Of our own words, so that marks and capitals do not count and every script has words."""


@text_discrepancies.register("rouge_l", most=1.0)
@by_expected
def rouge_l(answers: Written, expected: Sequence[str | None]) -> FloatArray:
    """Return 1 - ROUGE-L; unit: share of words, 0 to 1.

    ROUGE-L (Lin 2004) counts the longest common subsequence of words. Of its precision (over the answer's words) and
    recall (over the expected ones) the larger one counts, not their mean F, which falls with length either way.
    """
    return _apart(answers, expected, lambda part, whole: common_subsequence(part, whole) / len(part))


@text_discrepancies.register("bleu", most=1.0)
@by_expected
def bleu(answers: Written, expected: Sequence[str | None]) -> FloatArray:
    """Return 1 - BLEU of single texts; unit: share, 0 to 1.

    The geometric mean of the shares of 1- to 4-word sequences in common, by sacrebleu, with its exponential smoothing
    and only the orders that the text has. The brevity penalty is left out; shares of the answer's sequences and of the
    expected text's are taken, and the larger mean counts.
    """
    return _apart(answers, expected, _sequences_kept)


@text_discrepancies.register("unsupported")
def unsupported_facts(answers: Written, expected: Sequence[str | None], originals: Sequence[str], /) -> FloatArray:
    """Return how many different names and numbers of the answer the unedited article lacks; unit: one, 0 upwards.

    A count and no share of the answer's names: a share would fall with every right name that is added and rise with
    every one that is cut. What is expected does not matter.
    """
    pairs = zip(answers.texts, originals, strict=True)
    return np.array([float(len(unsupported(text, article))) for text, article in pairs])


def embedding_distance(encode: Encode) -> TextDiscrepancy:
    """Return the measure 1 - cosine of embeddings of answer and expected text by an encoder; 0 to 2.

    The best of the answer's runs of sentences counts, each compared with the whole expected text and with the stretch
    of it that is as long as the run and shares most words with it. An answer without words is 1 from any text.
    """

    @by_expected
    def measured(answers: Written, expected: Sequence[str | None]) -> FloatArray:
        asked = [_compared(text, want) for text, want in zip(answers.texts, _given(expected), strict=True)]
        texts = sorted({text for pairs in asked for pair in pairs for text in pair})
        if not texts:
            return np.ones(len(asked))
        vectors = np.asarray(encode(texts), dtype=np.float64)
        vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), np.finfo(np.float64).tiny)
        at = {text: vector for text, vector in zip(texts, vectors, strict=True)}
        closest = [max((float(at[a] @ at[b]) for a, b in pairs), default=0.0) for pairs in asked]
        return np.clip(1.0 - np.array(closest), 0.0, MOST_APART)

    return measured


def _compared(answer: str, expected: str) -> list[tuple[str, str]]:
    """Return the pairs of texts whose nearness is looked at."""
    said = runs(answer, len(words(expected)))
    return [(run, text) for run in said for text in {expected, stretch(expected, words(run))}]


def _given(expected: Sequence[str | None]) -> list[str]:
    """Return the expected texts.

    Raises:
        FadedError: one is missing.
    """
    missing = [i for i, text in enumerate(expected) if text is None]
    if missing:
        raise FadedError(
            f"Input {missing[0]} of {len(expected)} has neither a reference nor a clean answer: give references, "
            "or let the target answer the unedited articles first."
        )
    return [text for text in expected if text is not None]


def _apart(
    answers: Written, expected: Sequence[str | None], kept: Callable[[Sequence[str], Sequence[str]], float]
) -> FloatArray:
    """Return 1 - the overlap of each answer with its expected text; `kept`: what share of one's words the other has."""
    pairs = zip(answers.texts, _given(expected), strict=True)
    return np.array([1.0 - _overlap(text, want, kept) for text, want in pairs]).clip(0.0, 1.0)


def _overlap(answer: str, expected: str, kept: Callable[[Sequence[str], Sequence[str]], float]) -> float:
    said, want = words(answer), words(expected)
    if not said or not want:
        return float(said == want)
    found = [kept(want, said)]
    for run in runs(answer, len(want)):
        part = words(run)
        if len(part) <= len(want):  # of a longer one the first share is larger
            found.append(kept(part, want) * min(1.0, len(part) / (SHORTEST * len(want))))
    return max(found)


def common_subsequence(first: Sequence[str], second: Sequence[str]) -> int:
    """Return the length of the longest common subsequence, a row of the table at a time as the bits of one number.

    Source: Hyyro, "Bit-parallel LCS-length computation revisited" (2004).
    """
    places: dict[str, int] = {}
    for i, word in enumerate(first):
        places[word] = places.get(word, 0) | 1 << i
    full = (1 << len(first)) - 1
    row = full
    for word in second:
        met = row & places.get(word, 0)
        row = ((row + met) | (row - met)) & full
    return len(first) - row.bit_count()


def _sequences_kept(part: Sequence[str], whole: Sequence[str]) -> float:
    found = _BLEU.sentence_score(" ".join(part), [" ".join(whole)])
    shares = [share / 100 for share, total in zip(found.precisions, found.totals, strict=True) if total]
    return float(prod(shares) ** (1 / len(shares)))
