"""Main effects of a screening: for every concept, how much more often the target fails at high than at low.

All other concepts are at low or high in balance meanwhile, so an effect is an average over them. It is the mean over
strata, each alike. Its 90% interval comes from how much the replicates of the design differ, each of which has other
samples and another fraction: the delta method with the replicates as clusters (Särndal, Swensson and Wretman, Model
Assisted Survey Sampling, chapter 5), and Student's t with one degree of freedom less than replicates. What the other
concepts do cancels out within a replicate, so it does not widen the interval, as binomial errors would.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from faded.landscape.reading import DIGITS

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

SCREENING = "screening"
"""Where a round's summary keeps the figures."""

INERT_WITHIN = 0.05
"""A concept is inert where the whole interval of its effect is nearer to 0 than this, a rate: 5 points."""

COVERED = 0.5
"""A higher rate at low is due to the other concepts, which then cover up what this one does: it is not called inert.
At this rate an effect of 5 points is a failure of one in ten of the samples that do not fail anyhow."""

MATTERS, INERT, CANNOT_TELL = "matters", "inert", "cannot tell"

CAVEAT = (
    "Each interval stands by itself: of ten concepts without any effect one comes out as one that matters. Inert is "
    "not harmless: only these levels were compared, the levels between them were not asked, a concept may raise the "
    "rate in one setting or stratum and lower it in another, and what it does may show only with others at levels of "
    "their own."
)
"""What the figures do not say, for the page and the report alike."""


RULE = (
    "Matters: the 90% interval of the effect leaves out 0. Inert: the whole interval is within "
    f"{100 * INERT_WITHIN:.0f} points of 0, and at most half fail with the concept at low. Cannot tell: neither."
)
"""How a concept comes into its state, in words."""


def main_effects(trials: IntArray, failures: IntArray) -> list[dict[str, Any]]:
    """Return what is known of every concept's effect, as JSON values, in rates.

    Args:
        trials: Trials by replicate, stratum, concept and level (low, high), shape (n_replicates, n_strata, n_concepts,
            2).
        failures: Failed ones, the same shape.
    """
    counts = trials.astype(np.float64), failures.astype(np.float64)
    return [_effect(*(count[:, :, i] for count in counts)) for i in range(trials.shape[2])]


def _effect(trials: FloatArray, failures: FloatArray) -> dict[str, Any]:
    """Return an effect over the strata with trials at both levels; arguments of shape (n_replicates, n_strata, 2)."""
    both = (trials.sum(axis=0) > 0).all(axis=1)
    told = {"trials": int(trials[:, both].sum()), "strata": int(both.sum())}
    trials, failures = trials[:, both], failures[:, both]
    replicates = int(trials.any(axis=(1, 2)).sum())
    if replicates < 2:
        figures = dict.fromkeys(("rate_low", "rate_high", "effect", "low90", "high90"))
        return told | figures | {"state": CANNOT_TELL}
    rates = (failures.sum(axis=0) / trials.sum(axis=0)).mean(axis=0)
    effect = float(rates[1] - rates[0])
    reach = float(stdtrit(replicates - 1, 0.95)) * _error(trials, failures, replicates)
    low, high = max(effect - reach, -1.0), min(effect + reach, 1.0)
    values = {"rate_low": rates[0], "rate_high": rates[1], "effect": effect, "low90": low, "high90": high}
    rounded = {name: round(float(value), DIGITS) for name, value in values.items()}
    return told | rounded | {"state": state(low, high, float(rates[0]))}


def _error(trials: FloatArray, failures: FloatArray, replicates: int) -> float:
    """Return the standard error of an effect; arguments as `_effect`'s, and the number of replicates with trials.

    It is never less than the binomial one where nothing failed, with one failure and one pass added to each level, as
    Agresti and Caffo (2000) do, spread evenly over the strata: else an effect of 0 in every replicate would have none.
    """
    n, strata = trials.sum(axis=0), trials.shape[1]
    beyond = (failures - trials * failures.sum(axis=0) / n) / (n * strata)
    pulls = (beyond[..., 1] - beyond[..., 0]).sum(axis=1)
    shrunk = (n / np.maximum(n - 1, 1)).mean()  # shares of the trials themselves are nearer to them than the true ones
    variance = shrunk * (pulls**2).sum() * replicates / (replicates - 1)
    added = 1 / strata
    share = added / (n + 2 * added)
    least = (share * (1 - share) / (n - 1 + 2 * added)).sum() / strata**2
    return float(np.sqrt(max(variance, least)))


def state(low: float, high: float, rate_low: float) -> str:
    """Return what the interval of an effect says; one that is surely not 0 matters, however small it is.

    Args:
        low: Lower end of its 90% interval.
        high: Upper end.
        rate_low: Rate at the low level.
    """
    if low > 0 or high < 0:
        return MATTERS
    if max(-low, high) <= INERT_WITHIN and rate_low <= COVERED:
        return INERT
    return CANNOT_TELL


def sentences(found: Mapping[str, Any]) -> list[str]:
    """Say what was asked, and which concepts are in which state.

    Args:
        found: The figures that a round's summary keeps.
    """
    design = "in every combination" if found["full"] else "in a balanced part of their combinations (resolution IV)"
    counted = "all of them count" if found["trials"] == found["queries"] else f"{found['trials']:,} of them count"
    said = [
        f"Before exploring, {found['queries']:,} of the {found['budget']:,} queries set every concept to low or "
        f"to high, {design}; {counted}.",
        RULE,
    ]
    rows: Sequence[Mapping[str, Any]] = found["concepts"]
    for name, words in ((MATTERS, "Matters"), (INERT, "Inert"), (CANNOT_TELL, "Cannot tell")):
        concepts = [row["concept"].replace("_", " ") for row in rows if row["state"] == name]
        if concepts:
            said.append(f"{words}: {', '.join(concepts)}.")
    if any(row["state"] == CANNOT_TELL and (row["rate_low"] or 0.0) > COVERED for row in rows):
        said.append(
            "Where more than half fail with the concept at low, the others cover up what it does: it is not called "
            "inert, whatever its interval."
        )
    return said
