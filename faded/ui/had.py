"""What a browser has of the pages already, as it says itself, so that only what has changed is sent.

The browser keeps it, for nobody else knows in which order answers reach it: two events at a time may be answered one
way round and arrive the other, and a page that is told "nothing new" then shows what is past. Every event has a number,
every answer tells the number that it is for. Where the answer drawn last is not the one to the event just before, or an
older one may still come and overdraw it, what the browser has is not known, and everything is drawn.
"""

from __future__ import annotations

import json
from collections.abc import Container, Mapping
from typing import Any


def read(said: Any, names: Container[str]) -> tuple[int, dict[str, str]]:
    """Return the number of an event and the digests of what the browser has, by component; of nonsense, nothing.

    Args:
        said: JSON: `turn`, the event's number, and `last`, what `write` returned with the answer drawn last; empty
            while an older answer may still come.
        names: The components that there are.
    """
    asked = _mapping(said)
    last = _mapping(asked.get("last"))
    turn, parts = asked.get("turn"), last.get("parts")
    if type(turn) is not int:
        return 0, {}
    if not isinstance(parts, dict) or last.get("turn") != turn - 1:
        return turn, {}
    return turn, {name: digest for name, digest in parts.items() if name in names and isinstance(digest, str)}


def write(turn: int, parts: Mapping[str, str]) -> str:
    """Return what the browser keeps with the answer to an event: what it then has."""
    return json.dumps({"turn": turn, "parts": parts})


def _mapping(said: Any) -> dict[str, Any]:
    """Read a JSON object; anything else is an empty one."""
    try:
        found = json.loads(said)
    except (TypeError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
