"""Which settings matter most: severity x frequency of the modes, setting by setting."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np

from faded.domain import ModeKey
from faded.landscape.posterior import BoolArray, Landscape, Posterior

MOST = 2000
"""Settings told apart: in the largest spaces every one of many thousand is a mode somewhere."""


@dataclass(frozen=True, slots=True)
class Impact:
    """A setting with the strata in which it is a mode.

    Attributes:
        cell: Number of its cell.
        severity: Estimated induced rate over the pictures of these strata.
        low: Mean of the 90% intervals' lower ends, weighted alike: as if all errors went together.
        high: The same of the upper ends.
        frequency: Share of the pictures that belong to these strata.
        strata: Their numbers.
    """

    cell: int
    severity: float
    low: float
    high: float
    frequency: float
    strata: tuple[int, ...]

    @property
    def harm(self) -> float:
        """Severity x frequency: the share of all pictures that fail under this setting, in its modes."""
        return self.severity * self.frequency


def impacts(
    landscape: Landscape,
    found: Posterior,
    is_mode: BoolArray,
    shares: Mapping[str, float],
    refused: Collection[ModeKey],
) -> list[Impact]:
    """Return up to `MOST` settings that are a mode somewhere, by severity x frequency, the greatest first.

    Nothing here says how often a setting occurs where the target is used, so all settings count alike.

    Args:
        landscape: Trials and the space.
        found: Its posterior.
        is_mode: Which (stratum, cell) are modes, established or suspected.
        shares: How large a share of the pictures each stratum has.
        refused: Modes that people have refused; they count in neither severity nor frequency.
    """
    counts = is_mode.copy()
    row = {name: i for i, name in enumerate(landscape.strata)}
    for key in refused:
        counts[row[key.stratum], landscape.cells.find(landscape.space.index(key.cell))] = False
    cells = np.flatnonzero(counts.any(axis=0))
    counts = counts[:, cells]
    weight = counts * np.array([shares.get(name, 0.0) for name in landscape.strata])[:, None]
    frequency = weight.sum(axis=0)
    weight = weight / np.maximum(frequency, 1e-12)
    rate, low, high = ((weight * t[:, cells]).sum(axis=0) for t in (found.mean, found.low90, found.high90))
    order = np.argsort(-rate * frequency, kind="stable")[:MOST]
    return [
        Impact(
            int(landscape.cells.numbers[cells[i]]), float(rate[i]), float(low[i]), float(high[i]), float(frequency[i]),
            tuple(int(s) for s in np.flatnonzero(counts[:, i])),
        )
        for i in order
    ]  # fmt: skip
