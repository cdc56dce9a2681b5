"""The landscape of a round from what the store keeps of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from faded.concepts.spec import ConceptSpace
from faded.domain import ModeKey
from faded.landscape.cells import Invalid, from_table
from faded.landscape.modes import established_table
from faded.landscape.posterior import Landscape
from faded.landscape.samples import SampleEffects

REFIT_STEPS = 12
"""Newton steps from nothing: the fit has long settled by then."""

Trial = tuple[str, str, int, bool]
"""Id of the sample, stratum, number of the cell, whether it failed."""

KNOWN_INVALID, PAIRS = "known_invalid", "pairs"
"""Where a round's summary keeps which settings are left out, and which concepts have effects together."""


def looked_at(landscape: Landscape) -> dict[str, Any]:
    """Return what a round's summary keeps of a landscape of a space that is not listed; nothing of a listed one."""
    if landscape.cells.all:
        return {}
    numbers = landscape.cells.numbers.tolist()
    invalid = [[s, numbers[c]] for s, c in np.argwhere(landscape.known_invalid).tolist()]
    return {KNOWN_INVALID: invalid, PAIRS: [list(pair) for pair in landscape.fit.design.pairs]}


def left_out(summary: Mapping[str, Any], space: ConceptSpace, stratum: int, cell: int) -> bool:
    """Say whether a setting is known to be invalid; of a space that is not listed, as far as exploring came by it."""
    place = stratum * space.n_cells + cell if space.listed else [stratum, cell]
    return place in summary[KNOWN_INVALID]


def rebuild(summary: Mapping[str, Any], trials: Iterable[Trial]) -> Landscape:
    """Return the landscape.

    Args:
        summary: The round's summary as the explore stage wrote it.
        trials: The counted trials.
    """
    space = ConceptSpace.from_json(summary["space"])
    strata = tuple(summary["strata"])
    told = list(trials)
    row = {name: i for i, name in enumerate(strata)}
    place: dict[str, int] = {}
    stratum_of: list[int] = []
    for sample_id, stratum, _, _ in told:
        if place.setdefault(sample_id, len(place)) == len(stratum_of):
            stratum_of.append(row[stratum])
    asked = np.bincount(np.array(stratum_of, dtype=np.int64), minlength=len(strata))
    eligible = np.asarray(summary.get("eligible", asked))  # older rounds do not say
    members = np.concatenate([stratum_of, np.repeat(np.arange(len(strata)), np.maximum(eligible - asked, 0))])
    samples = SampleEffects(members.astype(np.int64), np.ones(len(members), dtype=np.bool_))
    landscape = Landscape(space, strata, float(summary["bound"]), _invalid(summary, space, len(strata)), samples)
    if not space.listed:
        landscape.let_pairs((int(i), int(j)) for i, j in summary.get(PAIRS, ()))
    landscape.add(
        [row[t[1]] for t in told],
        [t[2] for t in told],
        [t[3] for t in told],
        np.array([place[t[0]] for t in told], dtype=np.int64),
    )
    landscape.refit(REFIT_STEPS)
    return landscape


def _invalid(summary: Mapping[str, Any], space: ConceptSpace, n_strata: int) -> Invalid:
    """Return what says which settings are known to be invalid."""
    if space.listed:
        table = np.zeros((n_strata, space.n_cells), dtype=np.bool_)
        table.reshape(-1)[summary[KNOWN_INVALID]] = True
        return from_table(table)
    places = np.array(summary[KNOWN_INVALID], dtype=np.int64).reshape(-1, 2)
    return lambda numbers: np.stack([np.isin(numbers, places[places[:, 0] == s, 1]) for s in range(n_strata)])


def established_modes(landscape: Landscape) -> list[ModeKey]:
    """Return the established modes by stratum and cell."""
    table, cells = np.argwhere(established_table(landscape)), landscape.cells.numbers
    return [ModeKey(landscape.space.cell(int(cells[c])), landscape.strata[int(s)]) for s, c in table]
