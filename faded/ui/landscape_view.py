"""The landscape as the page draws it, computed anew only when trials have been added, and not too often."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from faded.domain import ModeKey
from faded.landscape.modes import established_table
from faded.landscape.posterior import BoolArray, Landscape, Posterior
from faded.landscape.reader import read_map
from faded.landscape.reading import Reading
from faded.landscape.rebuild import rebuild
from faded.store import campaigns, trials
from faded.store.engine import Store

PATIENCE = 20.0
"""A landscape is kept for so many times what it cost while queries come in: it takes a twentieth of a core at most."""


@dataclass(frozen=True)
class Mapped:
    """A landscape with its posterior.

    Attributes:
        landscape: Trials and the space.
        posterior: What follows from them.
        established: Which (stratum, cell) are established modes.
        shares: Share of each stratum in the pictures that the target is right about unedited.
        last_query: Number of the last query it knows.
        readings: What the map says, by stratum, as far as anybody has looked.
    """

    landscape: Landscape
    posterior: Posterior
    established: BoolArray
    shares: Mapping[str, float]
    last_query: int
    readings: dict[str | None, Reading] = field(default_factory=dict)

    def looking_at(self, keys: Iterable[ModeKey]) -> Mapped:
        """Return it with these modes among its columns, whether or not they have a trial."""
        landscape = self.landscape
        numbers = landscape.cells.missing([landscape.space.index(key.cell) for key in keys])
        if len(numbers) == 0:
            return self
        landscape = landscape.looking_at(numbers)
        posterior, established = landscape.posterior(), established_table(landscape)
        return replace(self, landscape=landscape, posterior=posterior, established=established, readings={})

    def reading(self, stratum: str | None) -> Reading:
        """Read the map of a stratum, or of the mean over all, once."""
        if stratum not in self.readings:
            self.readings[stratum] = read_map(self.landscape, self.posterior, stratum)
        return self.readings[stratum]


class LandscapeCache:
    """The newest landscape of the round looked at last: one person looks at one round.

    Args:
        store: The open store.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._kept: tuple[int, Mapped] | None = None
        self._fresh_until = 0.0

    def get(self, round_id: int, last_query: int) -> Mapped | None:
        """Return the landscape of a round; None before its exploration has said what it explores.

        Args:
            round_id: The round.
            last_query: Number of its last query: the key of what is kept.
        """
        with self._lock:
            began = time.monotonic()
            if self._kept is not None and self._kept[0] == round_id:
                kept = self._kept[1]
                if kept.last_query == last_query or began < self._fresh_until:
                    return kept
            with self._store.read() as db:
                summary = campaigns.get_round(db, round_id).summary
                if "space" not in summary:
                    return None
                counted = trials.counted(db, round_id)
            landscape = rebuild(summary, counted)
            eligible = summary.get("eligible", [1] * len(summary["strata"]))  # older rounds do not say: all alike
            shares = {name: n / sum(eligible) for name, n in zip(summary["strata"], eligible, strict=True)}
            mapped = Mapped(landscape, landscape.posterior(), established_table(landscape), shares, last_query)
            self._kept = (round_id, mapped)
            self._fresh_until = time.monotonic() + PATIENCE * (time.monotonic() - began)
            return mapped
