"""What a page is to the frame: components, what they show, and what its buttons do."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from html import escape
from typing import Any

import gradio as gr

from faded.store.engine import Store
from faded.ui.auth import User
from faded.ui.facts import Facts
from faded.ui.landscape_view import LandscapeCache, Mapped

NAMES = ("run", "label", "landscape", "repair", "verify")
"""The pages in the order of the work."""

BLANK = "data:image/gif;base64,R0lGODlhAgABAIEAAAAAAAAAAAAAAAAAACH5BAEAAAAALAAAAAACAAEAAAgFAAEACAgAOw=="
"""A transparent picture, twice as wide as high, as most sets are."""

PICTURE = re.compile(r"\bsrc='data:[^']*'")
"""The address of a picture that stands in a page's HTML; what a person wrote is escaped there."""

LONGEST_NUMBER = 18
"""Digits of a number: what a database can hold."""


@dataclass(frozen=True, slots=True)
class Shown:
    """An update of one component, and a digest that says whether it is news."""

    update: Any
    digest: str


def shown_html(value: str) -> Shown:
    """Show HTML in a component."""
    return Shown(value, _digest(value))


def shown(**changes: Any) -> Shown:
    """Change properties of a component."""
    return Shown(gr.update(**changes), _digest(json.dumps(changes, sort_keys=True)))


def _digest(value: str) -> str:
    return hashlib.sha256(value.encode()).hexdigest()[:16]


def without_pictures(found: Shown) -> Shown:
    """Return HTML with a blank in place of every picture; what is no HTML as it is."""
    return shown_html(PICTURE.sub(f"src='{BLANK}'", found.update)) if isinstance(found.update, str) else found


@dataclass(frozen=True)
class View:
    """What a page is drawn from: one snapshot of the store, and what the person has chosen.

    Attributes:
        store: The open store, for what only one page needs.
        user: Who looks.
        facts: The round, None where there is none.
        choice: Values of the page's own choosers, by the names of its outputs; None before they were drawn.
        cache: Landscapes already computed.
    """

    store: Store
    user: User
    facts: Facts | None
    choice: Mapping[str, Any]
    cache: LandscapeCache

    def landscape(self) -> Mapped | None:
        """Return the round's landscape; None before its exploration has said what it explores."""
        return None if self.facts is None else self.cache.get(self.facts.round.id, self.facts.counts.last_query)


@dataclass(frozen=True)
class Deed:
    """Who acts, on what.

    Attributes:
        store: The open store.
        user: Who acts.
        round_id: The round that is shown; None where there is none.
        values: Values of the components that the action takes, in their order.
    """

    store: Store
    user: User
    round_id: int | None
    values: tuple[Any, ...]


Work = Callable[[Deed], int | None]
"""Does what a button says; returns the round to show from now on, None for the same. Raises FadedError in words."""


@dataclass(frozen=True)
class Action:
    """A button and what it does.

    Attributes:
        button: The button.
        work: What it does.
        takes: Components whose values it is given.
    """

    button: Any
    work: Work
    takes: tuple[Any, ...] = ()


@dataclass(frozen=True)
class Page:
    """A page as it was laid out.

    Attributes:
        name: One of `NAMES`.
        outputs: The components that change, by name.
        draw: What they show.
        choosers: Names of outputs that the person sets and that decide what is drawn.
        choosers_move: Whether a choice moves values of the page's other choosers.
        actions: Its buttons.
        managers_only: Names of outputs that only managers are shown.
    """

    name: str
    outputs: Mapping[str, Any]
    draw: Callable[[View], Mapping[str, Shown]]
    choosers: tuple[str, ...] = ()
    choosers_move: bool = False
    actions: tuple[Action, ...] = ()
    managers_only: tuple[str, ...] = ()


def whole_number(given: Any) -> int | None:
    """Return the number that a page names, such as a round's; None where it is none. An address may name anything."""
    text = str(given if given is not None else "")
    return int(text) if text.isdecimal() and len(text) <= LONGEST_NUMBER else None


def note(message: str, look: str = "bad") -> str:
    """Return a message as HTML; empty where there is none."""
    role = "alert" if look == "bad" else "status"
    return f"<div class='f-note {look}' role='{role}'><p>{escape(message)}</p></div>" if message else ""


def empty(head: str, text: str) -> str:
    """Return what an empty page says: what is missing, and what to do next (`text` is HTML)."""
    return f"<div class='f-empty'><p><b>{escape(head)}</b></p><p class='f-quiet'>{text}</p></div>"


BLIND = empty("For managers to see", "Which modes others confirm is not shown to who labels, for it could sway them.")
"""What stands instead of people's verdicts for who may not see them."""
