"""Cuts through the landscape: rates over the levels of some concepts, the others pinned to a level or averaged over."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from faded.concepts.spec import ConceptSpace
from faded.landscape.beta import Z90
from faded.landscape.cells import ABSENT
from faded.landscape.posterior import BoolArray, FloatArray, IntArray, Landscape, Posterior

Entry = TypeVar("Entry", bound=np.generic)

LEAST_DRAWN, DRAWN, PLACES = 32, 128, 2048
"""Settings of the concepts that are averaged over that stand for all where the space is not listed: behind a place at
least and at most, and about so many behind all places together. Every level is drawn equally often."""

MOSTLY = 0.5
"""A place of a cut counts as known when at least this share of the settings behind it is."""


@dataclass(frozen=True)
class Cut:
    """Rates over the levels of the concepts that were asked for; every array has the shape of their levels.

    Attributes:
        rate: Mean induced rate of the strata and settings behind a place; zero where there are none.
        low: Mean of their 90% intervals' lower ends: as if all errors went together, so never too narrow; less where
            settings were drawn, by how much their mean may be off.
        high: The same of the upper ends.
        trials: Trials behind it.
        enough: Whether there is enough data to say anything.
        left_out: Whether every setting behind it is known to be invalid, or is the clean control.
        control: Whether it is left out because it is the clean control.
    """

    rate: FloatArray
    low: FloatArray
    high: FloatArray
    trials: IntArray
    enough: BoolArray
    left_out: BoolArray
    control: BoolArray


def cut(
    landscape: Landscape, found: Posterior, axes: Sequence[str], pins: Mapping[str, int], stratum: str | None
) -> Cut:
    """Cut through the landscape.

    Args:
        landscape: Trials and the space.
        found: Its posterior.
        axes: Names of the concepts whose levels are kept, in the order of the arrays' axes.
        pins: Level of each concept that is held at one; the remaining concepts are averaged over, levels alike.
        stratum: One stratum, or None for the mean over all.
    """
    return cut_of(Behind.of(landscape, found, axes, pins, stratum), axes, pins)


def cut_of(behind: Behind, axes: Sequence[str], pins: Mapping[str, int]) -> Cut:
    """Cut through the landscape, once it is known which settings are behind every place."""
    landscape, found = behind.landscape, behind.found
    use = behind.fold(~landscape.excluded)
    count = use.sum(axis=-1)

    def mean(table: NDArray[np.generic]) -> FloatArray:
        return np.asarray(np.where(use, behind.fold(table), 0).sum(axis=-1) / np.maximum(count, 1), dtype=np.float64)

    is_control = (behind.numbers == landscape.space.control_index).any(axis=-1)
    off = Z90 * behind.error(np.where(use, behind.fold(found.mean), 0))
    return Cut(
        rate=mean(found.mean),
        low=np.maximum(mean(found.low90) - off, 0),
        high=np.minimum(mean(found.high90) + off, 1),
        trials=behind.trials(axes, pins),
        enough=(count > 0) & (mean(found.enough) >= MOSTLY),
        left_out=count == 0,
        control=(count == 0) & is_control,
    )


@dataclass(frozen=True)
class Behind:
    """The settings behind every place of a cut.

    Of a listed space they are all settings. Of a larger one settings of the concepts that are averaged over are drawn,
    the same behind every place and at every drawing.

    Attributes:
        whole: The landscape with all trials.
        landscape: One that looks at the settings behind the places.
        found: Its posterior.
        numbers: Numbers of the settings, shape (*levels of the axes, settings behind a place).
        rows: Rows of the strata.
    """

    whole: Landscape
    landscape: Landscape
    found: Posterior
    numbers: IntArray
    rows: IntArray

    @classmethod
    def of(
        cls, landscape: Landscape, found: Posterior, axes: Sequence[str], pins: Mapping[str, int], stratum: str | None
    ) -> Behind:
        """Find them; the arguments are those of `cut`."""
        numbers = numbers_behind(landscape.space, axes, pins)
        whole = landscape
        if (landscape.cells.find(numbers) == ABSENT).any():
            landscape = landscape.of_cells(np.unique(numbers))
            found = landscape.posterior()
        rows = range(len(landscape.strata)) if stratum is None else [landscape.strata.index(stratum)]
        return cls(whole, landscape, found, numbers, np.array(rows, dtype=np.int64))

    def fold(self, table: NDArray[Entry]) -> NDArray[Entry]:
        """Bring a table of the landscape into the shape of the axes, and all that is averaged over behind them."""
        columns = self.landscape.cells.find(self.numbers)
        return np.moveaxis(table[self.rows][:, columns], 0, -2).reshape(*columns.shape[:-1], -1)

    def error(self, rates: FloatArray) -> FloatArray:
        """Return by how much means may be off because settings were drawn, in standard deviations; 0 where all stand.

        Args:
            rates: From `fold`.
        """
        if self.landscape.cells.all or self.numbers.shape[-1] < LEAST_DRAWN:
            return np.zeros(rates.shape[:-1])
        by_setting = rates.reshape(*rates.shape[:-1], len(self.rows), -1).mean(axis=-2)
        return np.asarray(by_setting.std(axis=-1) / np.sqrt(by_setting.shape[-1]))

    def trials(self, axes: Sequence[str], pins: Mapping[str, int]) -> IntArray:
        """Return the trials behind every place, those under settings that were not drawn among them."""
        landscape, names = self.whole, [spec.name for spec in self.whole.space.specs]
        counted = np.where(landscape.excluded, 0, landscape.trials)[self.rows].sum(axis=0)
        levels = landscape.cells.levels
        held = [levels[:, names.index(name)] == level for name, level in pins.items() if name not in axes]
        there = np.flatnonzero(np.all([counted > 0, *held], axis=0))
        found = np.zeros(self.numbers.shape[:-1], dtype=np.int64)
        places = tuple(levels[there, names.index(name)] for name in axes)
        np.add.at(found, places, counted[there].astype(np.int64))
        return found


def numbers_behind(space: ConceptSpace, axes: Sequence[str], pins: Mapping[str, int]) -> IntArray:
    """Return the numbers of the settings behind every place, shape (*levels of the axes, settings behind a place)."""
    names = [spec.name for spec in space.specs]
    order = [names.index(name) for name in axes]
    averaged = [k for k, name in enumerate(names) if name not in axes and name not in pins]
    places = math.prod(space.shape[k] for k in order)
    drawn = min(DRAWN, max(LEAST_DRAWN, PLACES // places))
    if space.listed or math.prod(space.shape[k] for k in averaged) <= drawn:
        every = list(itertools.product(*(range(space.shape[k]) for k in averaged)))
        others = np.array(every, dtype=np.int64).reshape(len(every), len(averaged))
    else:
        rng = np.random.default_rng(0)
        each = (np.resize(rng.permutation(space.shape[k]), drawn) for k in averaged)
        others = np.stack([rng.permutation(levels) for levels in each], axis=1)
    levels = np.empty((*(space.shape[k] for k in order), len(others), len(names)), dtype=np.int64)
    for axis, k in enumerate(order):
        levels[..., k] = np.arange(space.shape[k]).reshape([-1 if i == axis else 1 for i in range(len(order) + 1)])
    for k, name in enumerate(names):
        if name in pins and name not in axes:
            levels[..., k] = pins[name]
    levels[..., averaged] = others
    return space.indices(levels.reshape(-1, len(names))).reshape(levels.shape[:-1])
