"""What a repair is to learn from verdicts: the confirmed modes that a person chose, else all of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from faded.domain import Judgement, ModeKey
from faded.labeling.decided import confirmed_modes
from faded.store.campaigns import CHOSEN


def to_learn(summary: Mapping[str, Any], standing: Sequence[Judgement]) -> tuple[list[ModeKey], list[Judgement]]:
    """Return the confirmed modes that are to be repaired, and the verdicts that pairs are made of.

    A mode that was chosen and is not confirmed (any more) is left out. Verdicts on a confirmed mode that was not chosen
    make no pairs: whoever leaves a mode out wants nothing taught about it.

    Args:
        summary: The round's summary.
        standing: The verdicts that stand.
    """
    confirmed = confirmed_modes(standing)
    chosen = summary.get(CHOSEN)
    if chosen is None:
        return confirmed, list(standing)
    wanted = {ModeKey(tuple(cell), stratum) for cell, stratum in chosen}
    left_out = set(confirmed) - wanted
    return [key for key in confirmed if key in wanted], [j for j in standing if j.key not in left_out]
