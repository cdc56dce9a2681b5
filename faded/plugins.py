"""Plug-ins: installed packages that bring targets, concepts, spaces, discrepancies and agents, see docs/extending.md.

A package names its modules under the entry-point group `faded.plugins`. They register with the same decorators as the
built-ins. What is loaded here may load torch, so the web process never does it.
"""

from __future__ import annotations

from functools import cache
from importlib.metadata import entry_points

from faded.domain import FadedError

GROUP = "faded.plugins"


@cache
def load() -> str:
    """Load every installed plug-in, once in a process, in the order of their names.

    Returns:
        What is wrong with the first that cannot be used, as one message; empty where all can.
    """
    for point in sorted(entry_points(group=GROUP), key=lambda point: (point.name, point.value)):
        try:
            point.load()
        except Exception as error:  # whatever a package does when it is imported
            assert point.dist is not None  # noqa: S101 - `entry_points` gives it to each
            name, version = point.dist.name, point.dist.version
            what = str(error) if isinstance(error, FadedError) else f"{type(error).__name__}: {error}."
            return (
                f"The plug-in {point.name!r} ({point.value}) of the package {name} {version} cannot be loaded. {what} "
                f"Mend the package, install another version of it, or remove it: pip uninstall {name}."
            )
    return ""


def check() -> None:
    """See that every installed plug-in is loaded.

    Raises:
        FadedError: one cannot be; the message names the package, its entry point and the remedy.
    """
    if problem := load():
        raise FadedError(problem)
