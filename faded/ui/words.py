"""Numbers in words, the same on every page."""

from __future__ import annotations

from datetime import datetime


def count(number: float) -> str:
    """Return a whole number with thin thousands: 12,000."""
    return f"{number:,.0f}"


def plural(number: int, one: str, many: str) -> str:
    """Return "1 mode is" or "3 modes are"."""
    return f"{count(number)} {one if number == 1 else many}"


def named(concept: str) -> str:
    """Return a concept's name as a person writes it: "stop words"."""
    return concept.replace("_", " ")


def percent(rate: float, digits: int = 1) -> str:
    """Return a share as a percentage."""
    return f"{100 * rate:.{digits}f}%"


def points(change: float) -> str:
    """Return a difference of shares in percentage points, with its sign."""
    return f"{100 * change:+.1f} points"


def duration(seconds: float) -> str:
    """Return a length of time as a person would say it: "less than a minute", "about 5 min"."""
    if seconds < 60:
        return "less than a minute"
    minutes = round(seconds / 60)
    if minutes < 60:
        return f"about {minutes} min"
    return f"about {minutes // 60} h {minutes % 60} min"


def clock(seconds: float | None) -> str:
    """Return a moment (seconds since 1970) in local time."""
    return "" if seconds is None else datetime.fromtimestamp(seconds).astimezone().strftime("%d %b %Y, %H:%M")


def day(seconds: float) -> str:
    """Return the day of a moment (seconds since 1970) in local time."""
    return datetime.fromtimestamp(seconds).astimezone().strftime("%d %b %Y")
