"""How the events of the frame are wired, and what the browser sends with them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


def _asking(round_: str, rest: str) -> str:
    """Return what runs in the browser before an event.

    It says which page and which round are looked at, whether pictures that a model drew may be shown, what was drawn
    already, and what is chosen.
    """
    return (
        f"(page, round, consent, has, ...rest) => [window.faded.page(), window.faded.{round_}, "
        f"window.faded.generated.allowed(), window.faded.has(has), ...window.faded.{rest}]"
    )


def choosing(place: int, together: Sequence[int]) -> dict[str, Any]:
    """Return how the event of a chooser is wired: what was chosen goes with every event from now on.

    So it does whatever an answer that comes late sets the chooser to.

    Args:
        place: The chooser's place among all.
        together: Places of those whose values move with it.
    """
    return QUIET | AT_ONCE | {"js": _asking("round()", f"choose(rest, {place}, {list(together)})")}


QUIET: dict[str, Any] = {
    "js": _asking("round()", "chosen(rest)"),
    "show_progress": "hidden",
    "queue": False,
    "concurrency_limit": None,
    "api_visibility": "private",
    "preprocess": False,
}
"""How every event is wired: short, never queued behind anything, without an overlay. Values come as the browser has
them, and handlers check them: a choice that was just replaced by another must not fail the whole event."""

AT_ONCE = {"trigger_mode": "multiple"}
"""For events that must be sent though the one before is not answered: Gradio drops a second one else."""

PICK = QUIET | AT_ONCE | {"js": _asking("pick(round)", "chosen(rest)")}
"""The same where a person has picked a round."""
