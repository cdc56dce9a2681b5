"""The landscape of a round from what the store keeps of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from faded.concepts.spec import ConceptSpace
from faded.domain import ModeKey
from faded.landscape.modes import established_table
from faded.landscape.posterior import Landscape

REFIT_STEPS = 12
"""Newton steps from nothing: the fit has long settled by then."""

Tally = tuple[str, int, int, int]
"""Stratum, number of the cell, trials, failures."""


def rebuild(summary: Mapping[str, Any], tallies: Iterable[Tally]) -> Landscape:
    """Return the landscape.

    Args:
        summary: The round's summary as the explore stage wrote it.
        tallies: Counted trials by stratum and cell.
    """
    space = ConceptSpace.from_json(summary["space"])
    strata = tuple(summary["strata"])
    invalid = np.asarray(summary["known_invalid"], dtype=np.int64)

    def known_invalid(numbers: NDArray[np.int64]) -> NDArray[np.bool_]:
        return np.isin(np.arange(len(strata))[:, None] * space.n_cells + numbers, invalid)

    landscape = Landscape(space, strata, float(summary["bound"]), known_invalid)
    row = {name: i for i, name in enumerate(strata)}
    told = list(tallies)
    columns = landscape.consider([cell for _, cell, _, _ in told])
    for (stratum, _, trials, failures), column in zip(told, columns.tolist(), strict=True):
        landscape.trials[row[stratum], column] = trials
        landscape.failures[row[stratum], column] = failures
    landscape.refit(REFIT_STEPS)
    return landscape


def established_modes(landscape: Landscape) -> list[ModeKey]:
    """Return the established modes by stratum and cell."""
    table, cells = np.argwhere(established_table(landscape)), landscape.cells.numbers
    return [ModeKey(landscape.space.cell(int(cells[c])), landscape.strata[int(s)]) for s, c in table]
