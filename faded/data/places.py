"""Names of places where data are: paths, and datasets as they are written on the hub, with a split behind them."""

from __future__ import annotations

import re
from pathlib import Path

from faded.files import expanded

HUB_ID = re.compile(r"[\w-][\w.-]*(/[\w.-]+){1,2}")
"""What may name a dataset on the hub."""
WITH_SPLIT = re.compile(r"(.+):(\w[\w.-]*(?:\[[^]/]*\])?)")
"""A place with a split behind it, of which there may be only a part: "train[:500]"."""


def exists(place: str) -> bool:
    """Return whether there is something; a name that is too long for any disk is of nothing."""
    try:
        return expanded(place).exists()
    except OSError:
        return False


def split_of(place: str) -> tuple[str, str | None]:
    """Return a place without the split behind it, and the split; None where there is none."""
    found = None if exists(place) else WITH_SPLIT.fullmatch(place)
    return (place, None) if found is None else (found[1], found[2])


def as_folder(place: str) -> Path | None:
    """Return the folder that a place names, with a split behind it or not; None where there is none."""
    path = Path(split_of(place)[0])
    return path if exists(str(path)) and path.is_dir() else None


def may_be_on_hub(place: str) -> bool:
    """Return whether a place that is not on this machine may name a dataset on the hub."""
    return HUB_ID.fullmatch(split_of(place)[0]) is not None


def is_there(place: str) -> bool:
    """Return whether a place can be looked for: it is on this machine, or may be on the hub."""
    return exists(place) or as_folder(place) is not None or may_be_on_hub(place)
