"""Names for things that can be chosen by name: concepts, discrepancies, annotators.

A module registers what it defines with a decorator; `faded.builtins` imports the modules that come with the project.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from difflib import get_close_matches
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

    def register(self, name: str) -> Callable[[T], T]:
        """Return a decorator that files its argument under `name`.

        Raises:
            ValueError: the name is taken.
        """

        def file(item: T) -> T:
            if name in self._items:
                raise ValueError(f"{self._kind} {name!r} is registered twice")
            self._items[name] = item
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
