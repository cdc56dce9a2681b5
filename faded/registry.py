"""Names for things that can be chosen by name: targets, concepts, spaces, discrepancies, agents.

A module registers what it defines with a decorator; `faded.builtins` imports the modules that come with the project,
`faded.plugins` those of installed packages.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from difflib import get_close_matches
from types import FrameType
from typing import Generic, TypeVar

from faded.domain import FadedError

T = TypeVar("T")


def did_you_mean(given: object, known: Iterable[str]) -> str:
    """Return " (did you mean steps?)" with the known name that is nearest to what was given; empty where none is."""
    near = get_close_matches(str(given), list(known), n=1)
    return f" (did you mean {near[0]}?)" if near else ""


class Registry(Generic[T]):
    """A table from name to thing, with errors that say what the names are.

    Args:
        kind: What is registered, as it should read in an error message ("concept").
    """

    def __init__(self, kind: str) -> None:
        self._kind = kind
        self._items: dict[str, T] = {}
        self._modules: dict[str, str] = {}

    def register(self, name: str) -> Callable[[T], T]:
        """Return a decorator that files its argument under `name`.

        Raises:
            FadedError: the name is taken; the message says by which module.
        """

        def file(item: T) -> T:
            if name in self._items:
                raise FadedError(
                    f"The {self._kind} {name!r} is registered already, by the module {self._modules[name]}: register "
                    "the other one under another name."
                )
            self._items[name], self._modules[name] = item, _running_module()
            return item

        return file

    def get(self, name: str) -> T:
        """Return what is filed under `name`.

        Raises:
            FadedError: there is nothing under that name; the message lists the names.
        """
        try:
            return self._items[name]
        except KeyError:
            known = ", ".join(self.names()) or "none"
            nearest = did_you_mean(name, self._items)
            raise FadedError(f"There is no {self._kind} named {name!r}{nearest}. Known: {known}.") from None

    def names(self) -> list[str]:
        """Return the registered names in order."""
        return sorted(self._items)


def _running_module() -> str:
    """Return the name of the module whose import is under way: it is the one that registers."""
    frame: FrameType | None = sys._getframe()
    while frame is not None and frame.f_code.co_name != "<module>":
        frame = frame.f_back
    return "?" if frame is None else str(frame.f_globals["__name__"])
