"""Days or hours of work: what figures over time are told by."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from datetime import datetime, timedelta

HOUR, DAY = 3600.0, 86400.0

SHORT_SECONDS = 2 * DAY
"""Work that took no longer is told by hours."""


@dataclass(frozen=True, slots=True)
class Units:
    """The days or hours from the first to the last moment, those without work too, in local time.

    Attributes:
        hourly: Whether they are hours.
        starts: When each begins, in order, seconds since 1970.
    """

    hourly: bool
    starts: tuple[float, ...]

    @property
    def word(self) -> str:
        """What one is called."""
        return "hour" if self.hourly else "day"

    def place(self, moment: float) -> int:
        """Return the place of the unit that a moment is in, from 0."""
        return max(0, bisect_right(self.starts, moment) - 1)

    def name(self, place: int) -> str:
        """Return what a unit is called: "27 Nov 2026", or "27 Nov, 14:00" of an hour."""
        return datetime.fromtimestamp(self.starts[place]).strftime("%d %b, %H:%M" if self.hourly else "%d %b %Y")


def units(first: float, last: float) -> Units:
    """Return the units between two moments: hours where little time lies between them, else days."""
    hourly = last - first <= SHORT_SECONDS
    begin = datetime.fromtimestamp(first).replace(minute=0, second=0, microsecond=0)
    if not hourly:
        begin = begin.replace(hour=0)
    starts, at = [], begin
    while at.timestamp() <= last:
        starts.append(at.timestamp())
        at = datetime.fromtimestamp(at.timestamp() + HOUR) if hourly else at + timedelta(days=1)
    return Units(hourly, tuple(starts))
