"""Explore, tune and verify: disjoint by hash of the sample, so the same picture always falls on the same side."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from faded.domain import FadedError, Sample

P = TypeVar("P")

EXPLORE_SHARE = 0.4
TUNE_SHARE = 0.3
"""The rest is for the verify folds. Exploring needs distinct samples most, see docs/exploration.md."""

MORE = "Give more data"
"""What to do where there are too few samples."""


@dataclass(frozen=True)
class Splits(Generic[P]):
    """The samples of a campaign.

    Attributes:
        explore: Where failures are looked for.
        tune: What repair trains on.
        verify: Folds for verification, one unused fold per round.
    """

    explore: list[Sample[P]]
    tune: list[Sample[P]]
    verify: list[list[Sample[P]]]


def position(sample_id: str, salt: str) -> float:
    """Return where a sample falls in [0, 1): even over samples, fixed for a sample and a salt."""
    digest = hashlib.sha256(f"{salt}:{sample_id}".encode()).digest()
    return int.from_bytes(digest[:8], "big") / 2**64


def folds(samples: Sequence[Sample[P]], count: int, salt: str) -> list[list[Sample[P]]]:
    """Split samples into disjoint folds by hash."""
    split: list[list[Sample[P]]] = [[] for _ in range(count)]
    for sample in samples:
        split[int(position(sample.id, salt) * count)].append(sample)
    return split


def split_one(samples: Sequence[Sample[P]], verify_folds: int, more: str = MORE) -> Splits[P]:
    """Split one source into explore, tune and verify folds."""
    explore: list[Sample[P]] = []
    tune: list[Sample[P]] = []
    rest: list[Sample[P]] = []
    for sample in samples:
        at = position(sample.id, "stage")
        side = explore if at < EXPLORE_SHARE else tune if at < EXPLORE_SHARE + TUNE_SHARE else rest
        side.append(sample)
    return checked(Splits(explore, tune, folds(rest, verify_folds, "fold")), more)


def split_given(
    explore: Sequence[Sample[P]],
    tune: Sequence[Sample[P]],
    verify: Sequence[Sample[P]],
    verify_folds: int,
    more: str = MORE,
) -> Splits[P]:
    """Use separate sources; a sample that stands in two of them is kept for verify first, then for tune.

    What verification sees must be seen nowhere else, so the overlap is taken from the other side.
    """
    held = {s.id for s in verify}
    kept_tune = [s for s in tune if s.id not in held]
    held |= {s.id for s in kept_tune}
    kept_explore = [s for s in explore if s.id not in held]
    return checked(Splits(kept_explore, kept_tune, folds(verify, verify_folds, "fold")), more)


def split_sources(
    read: Callable[[str], list[Sample[P]]],
    data: str,
    tune: str,
    verify: str,
    verify_folds: int,
    more: str = MORE,
) -> Splits[P]:
    """Read and split what a campaign names: separate sources to tune and verify on, or one source for everything.

    Args:
        read: Reads one source.
        data: The source to explore on, and for everything where the two below are empty.
        tune: A separate source to tune on, or empty.
        verify: A separate source to verify on, or empty.
        verify_folds: Folds for verification.
        more: What to do where there are too few samples, a sentence without its end.
    """
    if tune:
        return split_given(read(data), read(tune), read(verify), verify_folds, more)
    return split_one(read(data), verify_folds, more)


def checked(splits: Splits[P], more: str = MORE) -> Splits[P]:
    """Return the splits.

    Args:
        splits: The splits.
        more: What to do where there are too few samples, a sentence without its end.

    Raises:
        FadedError: one of them is empty.
    """
    sizes = {"explore": len(splits.explore), "tune": len(splits.tune)}
    sizes |= {f"verify fold {i + 1}": len(fold) for i, fold in enumerate(splits.verify)}
    empty = [name for name, size in sizes.items() if size == 0]
    if empty:
        fewer = f", or fewer folds than {len(splits.verify)} with --verify-folds" if len(splits.verify) > 1 else ""
        said = ", ".join(f"{name} {size}" for name, size in sizes.items())
        raise FadedError(f"No sample is left for {', '.join(empty)} (there are: {said}). {more}{fewer}.")
    return splits


def samples_hash(samples: Sequence[Sample[P]]) -> str:
    """Return a hash over ids and references, in any order; 16 hexadecimal digits."""
    lines = sorted(f"{s.id} {s.reference}" for s in samples)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]
