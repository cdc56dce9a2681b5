"""All settings judged: rate, interval and P(rate > bound) of each, of one stratum or of the mean over all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import betaincc

from faded.concepts.spec import ConceptSpec
from faded.landscape.modes import LEAST_TRIALS
from faded.landscape.posterior import SURE, BoolArray, FloatArray, IntArray, Landscape, Posterior
from faded.landscape.slices import Behind, cut_of


@dataclass(frozen=True)
class Judged:
    """Settings of some concepts, the others averaged over or held; every array has the shape of the concepts' levels.

    Attributes:
        specs: The concepts.
        numbers: Numbers of the settings behind each, with an axis more.
        rate: Mean induced rate of what is behind a setting.
        low: Lower end of its 90% interval; of a mean the mean of the ends, never too narrow.
        high: Upper end of it.
        chance: P(rate > bound); 0 where a setting is left out.
        trials: Trials behind it.
        known: Whether there is enough data to say anything; never where it is left out.
        left_out: Whether it is known to be invalid, or is the clean control.
        fails: Where P(rate > bound) >= `SURE`.
        established: Where own trials alone say the same, at least `LEAST_TRIALS` in every stratum and cell behind it.
        safe: Where the upper end of the interval is below the bound; the clean control is safe by definition.
    """

    specs: tuple[ConceptSpec, ...]
    numbers: IntArray
    rate: FloatArray
    low: FloatArray
    high: FloatArray
    chance: FloatArray
    trials: IntArray
    known: BoolArray
    left_out: BoolArray
    fails: BoolArray
    established: BoolArray
    safe: BoolArray


def judge(
    landscape: Landscape,
    found: Posterior,
    concepts: Sequence[str],
    stratum: str | None,
    pins: Mapping[str, int] | None = None,
) -> Judged:
    """Judge every setting of some concepts.

    Args:
        landscape: Trials, the space and the bound.
        found: Its posterior.
        concepts: Names of the concepts in the order of the space.
        stratum: One stratum, or None for the mean over all, each counting alike.
        pins: Level of each concept that is held at one; the others are averaged over.
    """
    space = landscape.space
    behind = Behind.of(landscape, found, concepts, pins or {}, stratum)
    rates = cut_of(behind, concepts, pins or {})
    landscape, fold = behind.landscape, behind.fold
    use = fold(~landscape.excluded)
    chance = chance_above(fold(landscape.alpha), fold(landscape.beta), use, landscape.bound)
    known = rates.enough & ~rates.left_out
    return Judged(
        specs=tuple(spec for spec in space.specs if spec.name in concepts),
        numbers=behind.numbers,
        rate=rates.rate,
        low=rates.low,
        high=rates.high,
        chance=chance,
        trials=rates.trials,
        known=known,
        left_out=rates.left_out,
        fails=known & (chance >= SURE),
        established=known & own_trials_say(fold(landscape.failures), fold(landscape.trials), use, landscape.bound),
        safe=(known & (rates.high < landscape.bound)) | rates.control,
    )


def chance_above(a: FloatArray, b: FloatArray, use: BoolArray, bound: float) -> FloatArray:
    """Return P(mean of rates > bound) over the last axis; 0 where nothing is used.

    Rates borrow from the same trials, so their errors go together. How much is not known; the mean is given the mean
    of their standard deviations, as if all errors were one: never too sure. Of a single rate it is its own Beta.

    Args:
        a: First parameters of the rates' Betas.
        b: Second parameters.
        use: Which of them count, each alike.
        bound: The registered bound.
    """
    count = np.maximum(use.sum(axis=-1), 1)
    rate = a / (a + b)
    mean = np.where(use, rate, 0).sum(axis=-1) / count
    spread = np.where(use, np.sqrt(rate * (1 - rate) / (a + b + 1)), 0).sum(axis=-1) / count
    some = use.any(axis=-1)
    mean, spread = np.where(some, mean, 0.5), np.where(some, spread, 0.25)
    counts = mean * (1 - mean) / spread**2 - 1
    return np.where(some, betaincc(mean * counts, (1 - mean) * counts, bound), 0.0)


def own_trials_say(failures: FloatArray, trials: FloatArray, use: BoolArray, bound: float) -> BoolArray:
    """Say where own trials alone establish that a mean of rates fails: as `modes.established` does of a single one.

    Args:
        failures: Failed trials, the settings behind a mean along the last axis.
        trials: Trials, the same shape; `LEAST_TRIALS` of each that counts.
        use: Which of them count.
        bound: The registered bound.
    """
    chance = chance_above(1 + failures, 1 + trials - failures, use, bound)
    return np.asarray((chance >= SURE) & (~use | (trials >= LEAST_TRIALS)).all(axis=-1))
