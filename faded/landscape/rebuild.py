"""The landscape of a round from what the store keeps of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

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
    invalid = np.zeros((len(strata), space.n_cells), dtype=np.bool_)
    invalid.reshape(-1)[summary["known_invalid"]] = True
    landscape = Landscape(space, strata, float(summary["bound"]), invalid)
    row = {name: i for i, name in enumerate(strata)}
    for stratum, cell, trials, failures in tallies:
        landscape.trials[row[stratum], cell] = trials
        landscape.failures[row[stratum], cell] = failures
    landscape.refit(REFIT_STEPS)
    return landscape


def established_modes(landscape: Landscape) -> list[ModeKey]:
    """Return the established modes by stratum and cell."""
    table = np.argwhere(established_table(landscape))
    return [ModeKey(landscape.space.cell(int(c)), landscape.strata[int(s)]) for s, c in table]
