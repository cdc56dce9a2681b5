"""Cuts through the landscape: rates over the levels of some concepts, the others pinned to a level or averaged over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from faded.landscape.posterior import BoolArray, FloatArray, IntArray, Landscape, Posterior

MOSTLY = 0.5
"""A place of a cut counts as known when at least this share of the settings behind it is."""


@dataclass(frozen=True)
class Cut:
    """Rates over the levels of the concepts that were asked for; every array has the shape of their levels.

    Attributes:
        rate: Mean induced rate of the strata and settings behind a place; zero where there are none.
        low: Mean of their 90% intervals' lower ends: as if all errors went together, so never too narrow.
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
    space = landscape.space
    names = [s.name for s in space.specs]
    rows = slice(None) if stratum is None else slice(i := landscape.strata.index(stratum), i + 1)
    held = tuple(pins[name] if name in pins and name not in axes else slice(None) for name in names)
    free = [name for name, at in zip(names, held, strict=True) if isinstance(at, slice)]
    order = [1 + free.index(name) for name in axes]
    shape = tuple(space.shape[names.index(name)] for name in axes)

    def fold(table: NDArray[np.generic]) -> NDArray[np.generic]:
        """Bring a table of (strata, cells) into the shape of the axes, and everything that is averaged behind them."""
        part = table.reshape(-1, *space.shape)[(rows, *held)]
        return np.moveaxis(part, order, range(len(order))).reshape(*shape, -1)

    use = fold(~landscape.excluded)
    count = use.sum(axis=-1)

    def mean(table: NDArray[np.generic]) -> FloatArray:
        return np.asarray(np.where(use, fold(table), 0).sum(axis=-1) / np.maximum(count, 1), dtype=np.float64)

    control = np.zeros((1, space.n_cells), dtype=np.bool_)
    control[0, space.control_index if space.control_index is not None else []] = True
    is_control = fold(np.broadcast_to(control, found.mean.shape)).any(axis=-1)
    return Cut(
        rate=mean(found.mean),
        low=mean(found.low90),
        high=mean(found.high90),
        trials=np.where(use, fold(landscape.trials), 0).sum(axis=-1).astype(np.int64),
        enough=(count > 0) & (mean(found.enough) >= MOSTLY),
        left_out=count == 0,
        control=(count == 0) & is_control,
    )
