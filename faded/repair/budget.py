"""What a repair is given: steps, and what they are spent on. Nothing heavy, for pages tell it beforehand."""

from __future__ import annotations

from faded.domain import FadedError

STEPS = 300
"""Optimiser steps unless somebody chooses otherwise; `docs/repair.md` says what that rests on."""
EVALUATE_EVERY = 50
"""Steps between evaluations on the held-out part."""
PATIENCE = 6
"""Evaluations without a better score after which it stops."""
LEAST_STEPS = EVALUATE_EVERY
"""Fewer would end before the first evaluation of most targets: nothing could be chosen between."""
MOST_STEPS = 10_000
"""A bound against slips of the hand: hours on two cores. Patience ends most repairs long before."""

BATCH = 128
"""Rows per step that push the chosen answer."""
PAIR_SHARE = 0.125
"""Share of them drawn from the verdict pairs."""
ANCHOR_BATCH = 128
"""Clean rows per step that are held to the original's answers."""
KEEP_BATCH = 64
"""Edited rows outside the modes per step that are held to the original's answers."""

TEXT_BATCH = 32
"""Rows per step that push the chosen text, of a target that writes; each has a rejected text beside it."""
TEXT_ANCHOR_BATCH = 32
"""Clean rows per step whose texts are held."""

RANKED_SHARE = 0.25
"""Share of a step's rows of sets that people ranked, of a target that draws."""


def check_steps(steps: float | None) -> int:
    """Return a number of steps as a whole number.

    Raises:
        FadedError: it is missing, no whole number, or out of range.
    """
    if not isinstance(steps, int | float) or not LEAST_STEPS <= steps <= MOST_STEPS or steps != int(steps):
        said = f"{steps:,.10g}" if isinstance(steps, int | float) else "empty" if steps is None else "no number"
        raise FadedError(f"Steps is {said}: give a whole number from {LEAST_STEPS:,} to {MOST_STEPS:,}.")
    return int(steps)


def from_pairs(batch: int, share: float, pairs: int, modes: int) -> int:
    """Return how many rows of a step are drawn from the verdict pairs, at least one; the others are re-applied modes.

    Args:
        batch: Rows per step that push the chosen answer.
        share: Share of them meant for the pairs.
        pairs: Verdict pairs there are.
        modes: Modes there are to re-apply; without any, pairs are all there is.
    """
    if not pairs:
        return 0
    return max(1, round(batch * share)) if modes else batch
