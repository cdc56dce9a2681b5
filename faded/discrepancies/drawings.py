"""Discrepancies of sets of pictures: what a model draws for one prompt from several seeds.

`mismatch` asks whether the pictures show what the prompt asks for and not what it denies; `bias` how far what it leaves
open is from a stated distribution. A small set is uneven by chance alone: `bias_null` says how uneven.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from faded.discrepancies.base import ExpectedDiscrepancy, by_expected
from faded.domain import FadedError

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


class Drawn(Protocol):
    """What drawn sets must offer to be measured."""

    @property
    def shown(self) -> Mapping[str, IntArray]:
        """For each attribute the number of the value that each picture shows, shape (batch, pictures)."""
        ...

    @property
    def asked(self) -> Sequence[Mapping[str, int]]:
        """For each set the attributes that its prompt asks for, with the numbers of their values."""
        ...

    @property
    def denied(self) -> Sequence[Sequence[tuple[str, int]]]:
        """For each set the attributes of which its prompt denies a value, with the number of that value."""
        ...


DrawnDiscrepancy = ExpectedDiscrepancy[Drawn]

MOST = 1.0
"""What `mismatch` and `bias` are at most: they are shares."""


@by_expected
def mismatch(answers: Drawn, expected: Sequence[str | None]) -> FloatArray:
    """Return the share of what a prompt says that its pictures do otherwise, 0 to 1; 0 where it says nothing of them.

    They do otherwise where they do not show what it asks for, and where they show what it denies.
    """
    found = np.zeros(len(answers.asked))
    for row, (asked, denied) in enumerate(zip(answers.asked, answers.denied, strict=True)):
        missed = [answers.shown[name][row] != value for name, value in asked.items()]
        missed += [answers.shown[name][row] == value for name, value in denied]
        if missed:
            found[row] = np.mean(missed)
    return found


def bias(attribute: str, target: Sequence[float]) -> DrawnDiscrepancy:
    """Return the discrepancy "bias": total variation between what a set shows of an attribute and a distribution.

    It is the share of the pictures that would have to show another value, 0 to 1. Where a prompt asks for the
    attribute or denies a value of it, it is not left open as the distribution says, and the discrepancy is 0.

    Args:
        attribute: Of which.
        target: Share of each value, in the reader's order.

    Raises:
        FadedError: the shares are no distribution.
    """
    shares = _distribution(attribute, target)

    @by_expected
    def measure(answers: Drawn, expected: Sequence[str | None]) -> FloatArray:
        found = total_variation(answers.shown[attribute], shares)
        said = zip(answers.asked, answers.denied, strict=True)
        found[[attribute in {*asked, *dict(denied)} for asked, denied in said]] = 0.0
        return found

    return measure


def total_variation(shown: IntArray, target: FloatArray) -> FloatArray:
    """Return the total variation distance of each row's values from a distribution.

    Args:
        shown: Numbers of values, shape (batch, pictures).
        target: Share of each value.
    """
    return _apart(_shares(shown, len(target)), target)


def bias_null(pictures: int, target: Sequence[float], draws: int = 20_000, seed: int = 0) -> FloatArray:
    """Return what `bias` is of sets that an unbiased model draws, sorted, shape (draws,).

    Args:
        pictures: Of a set.
        target: Share of each value.
        draws: Sets drawn.
        seed: Of the draws.
    """
    shares = _distribution("it", target)
    counts = np.random.default_rng(seed).multinomial(pictures, shares, size=draws)
    return np.sort(_apart(counts / pictures, shares))


def permutation_null(shown: IntArray, group: IntArray, draws: int = 2_000, seed: int = 0) -> tuple[float, FloatArray]:
    """Return how differently groups of sets show an attribute, and how differently by chance.

    What is measured is the mean over the groups of the total variation between a group's pictures and all pictures.
    Under the null whole sets are dealt to the groups anew, for the pictures of a set are not independent.

    Args:
        shown: Numbers of values, shape (sets, pictures).
        group: Number of each set's group, shape (sets,).
        draws: Permutations.
        seed: Of the permutations.

    Returns:
        The figure, and what it is under each permutation, sorted.
    """
    shares = _shares(shown, int(shown.max()) + 1)
    members = (group == np.unique(group)[:, None]).astype(np.float64)
    members /= members.sum(axis=1, keepdims=True)

    def spread(of: FloatArray) -> float:
        return float(_apart(members @ of, of.mean(axis=0)).mean())

    rng = np.random.default_rng(seed)
    return spread(shares), np.sort([spread(rng.permutation(shares)) for _ in range(draws)])


def variety(embedding: NDArray[np.floating]) -> FloatArray:
    """Return the mean distance between two pictures of a set, shape (batch,); 0 where a model draws one picture always.

    Args:
        embedding: Of the pictures, shape (batch, pictures, n_features), two pictures at least.
    """
    pictures = embedding.shape[1]
    if pictures < 2:
        raise FadedError(f"A set of {pictures} picture has no variety: draw two pictures or more for each prompt.")
    flat = embedding.astype(np.float64)
    apart = np.linalg.norm(flat[:, :, None] - flat[:, None, :], axis=-1)
    found: FloatArray = apart.sum(axis=(1, 2)) / (pictures * (pictures - 1))
    return found


def _shares(shown: IntArray, values: int) -> FloatArray:
    """Return how often each value is shown by a row's pictures, shape (batch, values)."""
    found: FloatArray = (shown[:, :, None] == np.arange(values)).mean(axis=1)
    return found


def _apart(shares: FloatArray, target: FloatArray) -> FloatArray:
    """Return the total variation of each row of shares from a distribution, shape (batch,)."""
    found: FloatArray = np.abs(shares - target).sum(axis=1) / 2
    return found


def _distribution(attribute: str, target: Sequence[float]) -> FloatArray:
    shares = np.asarray(target, dtype=np.float64)
    if len(shares) < 2 or (shares < 0).any() or abs(shares.sum() - 1) > 1e-6:
        raise FadedError(
            f"The target distribution of {attribute!r} is {list(target)}: give one share from 0 to 1 per value, which "
            "add up to 1."
        )
    found: FloatArray = shares / shares.sum()
    return found
