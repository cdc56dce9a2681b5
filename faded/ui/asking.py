"""How every event of the frame is wired, and what the browser sends with it."""

from __future__ import annotations

from typing import Any

ASK = (
    "(page, round, consent, has, ...rest) => [window.faded.page(), window.faded.round(), "
    "window.faded.generated.allowed(), window.faded.has(has), ...window.faded.chosen(rest)]"
)
"""Runs in the browser before every event: says which page and which round are looked at, whether pictures that a model
drew may be shown, what was drawn already, and what is chosen."""

PICK = ASK.replace("faded.round()", "faded.pick(round)")
"""The same where a person has picked a round."""

CHOOSE = ASK.replace("faded.chosen(rest)", "faded.choose(rest, %s)")
"""The same where a person has chosen something: of the choosers with these places, that is what is chosen from now on,
whatever an answer that comes late sets them to."""

QUIET: dict[str, Any] = {
    "js": ASK,
    "show_progress": "hidden",
    "queue": False,
    "concurrency_limit": None,
    "api_visibility": "private",
    "preprocess": False,
}
"""How every event is wired: short, never queued behind anything, without an overlay. Values come as the browser has
them, and handlers check them: a choice that was just replaced by another must not fail the whole event."""
