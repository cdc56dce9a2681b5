"""Line charts as inline SVG: the style sheet colours them, so they follow the scheme; readable without colour."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

WIDTH, HEIGHT = 320, 190
LEFT, RIGHT, TOP, BOTTOM = 46, 10, 10, 38
"""Size of a chart and of its margins, in its own units: about as wide as it is drawn, so that text keeps its size."""

MOST_POINTS = 160
"""More than a chart is wide in strokes: longer series are thinned evenly."""

TICKS = 4

LEAST_SHARE = 0.01
"""The axis of shares ends there at the least, so that a curve at zero is not drawn against the whole."""


@dataclass(frozen=True)
class Line:
    """A series.

    Attributes:
        name: What it is, in words.
        look: Class that colours it: agent, plain, good or warn; `plain` is dashed as well.
        points: (x, y) in ascending order of x.
        dots: Whether every point is marked: few points that were measured one by one.
        ranges: Intervals of points that have one: (x, low, high).
    """

    name: str
    look: str
    points: Sequence[tuple[float, float]]
    dots: bool = False
    ranges: Sequence[tuple[float, float, float]] = ()


def render(
    title: str,
    across: str,
    lines: Sequence[Line],
    share: bool = False,
    upto: float = 0.0,
    floor: float = 0.0,
    top: float = 0.0,
) -> str:
    """Return a chart as HTML: title, legend, curves, and the last values in words for those who cannot see them.

    Args:
        title: What is counted upwards.
        across: What is counted to the right.
        lines: The series; to the right all axes begin at 0.
        share: Whether values are shares, told in percent.
        upto: Where the axis to the right ends, where that is known beforehand; 0 where it is not.
        floor: Where the axis upwards begins.
        top: Where it ends, where that is known beforehand; 0 where it is not.
    """
    right = upto or nice(max((p[0] for line in lines for p in line.points), default=1.0))
    highest = max((p[1] for line in lines for p in line.points), default=1.0)
    top = top or nice(max(highest, LEAST_SHARE) if share else highest)
    scale = _Scale(right, floor, top)
    body = _axes(scale, share) + "".join(_curve(line, scale) for line in lines)
    said = "; ".join(
        f"{line.name}: {_number(line.points[-1][1], share)} at {line.points[-1][0]:,.0f}"
        for line in lines
        if line.points
    )
    legend = "".join(f"<li><i class='{line.look}'></i>{escape(line.name)}</li>" for line in lines)
    words = escape(f"{title}. {said}", quote=True)
    unit = f"<text class='axis' x='{WIDTH - RIGHT}' y='{HEIGHT - 4}' text-anchor='end'>{escape(across)}</text>"
    return (
        f"<figure class='f-chart'><figcaption><b>{escape(title)}</b><ul>{legend}</ul></figcaption>"
        f"<svg viewBox='0 0 {WIDTH} {HEIGHT}' role='img' aria-label='{words}'>{body}{unit}</svg></figure>"
    )


def nice(value: float) -> float:
    """Return a round number just above a value that ends an axis well: 1, 2, 4, 6 or 8 times a power of ten."""
    if value <= 0:
        return 1.0
    power: float = 10.0 ** math.floor(math.log10(value))
    return next(step * power for step in (1, 2, 4, 6, 8, 10) if value <= step * power * (1 + 1e-9))


def whole(last: float) -> float:
    """Return where an axis ends whose ticks are whole numbers, at the last value or just after it."""
    return TICKS * max(1.0, math.ceil(last / TICKS))


@dataclass(frozen=True)
class _Scale:
    right: float
    floor: float
    top: float

    def place(self, x: float, y: float) -> tuple[float, float]:
        up = (y - self.floor) / (self.top - self.floor)
        return LEFT + (WIDTH - LEFT - RIGHT) * x / self.right, HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * up


def _curve(line: Line, scale: _Scale) -> str:
    points = list(line.points)
    if len(points) > MOST_POINTS:
        step = (len(points) - 1) / (MOST_POINTS - 1)
        points = [points[round(i * step)] for i in range(MOST_POINTS)]
    places = [scale.place(x, y) for x, y in points]
    dots = "".join(f"<circle class='{line.look}' cx='{x:.1f}' cy='{y:.1f}' r='3.5'/>" for x, y in places if line.dots)
    ranges = "".join(_range(line, scale, *ends) for ends in line.ranges)
    curve = f"<polyline class='{line.look}' points='{' '.join(f'{x:.1f},{y:.1f}' for x, y in places)}'/>"
    return f"{ranges}{curve}{dots}"


def _range(line: Line, scale: _Scale, x: float, low: float, high: float) -> str:
    (at, bottom), (_, top) = scale.place(x, max(low, scale.floor)), scale.place(x, high)
    return f"<line class='range {line.look}' x1='{at:.1f}' x2='{at:.1f}' y1='{top:.1f}' y2='{bottom:.1f}'/>"


def _axes(scale: _Scale, share: bool) -> str:
    parts = []
    for i in range(TICKS + 1):
        right, up = scale.right * i / TICKS, scale.floor + (scale.top - scale.floor) * i / TICKS
        x, y = scale.place(right, up)
        parts.append(f"<line class='grid' x1='{LEFT}' x2='{WIDTH - RIGHT}' y1='{y:.1f}' y2='{y:.1f}'/>")
        parts.append(f"<text x='{LEFT - 8}' y='{y + 4:.1f}' text-anchor='end'>{_number(up, share)}</text>")
        anchor = "start" if i == 0 else "end" if i == TICKS else "middle"
        parts.append(f"<text x='{x:.1f}' y='{HEIGHT - BOTTOM + 18}' text-anchor='{anchor}'>{right:,.0f}</text>")
    return "".join(parts)


def _number(value: float, share: bool) -> str:
    if share:
        return f"{100 * value:.2f}".rstrip("0").rstrip(".") + "%"
    return f"{value:,.0f}" if value == round(value) else f"{value:,.2g}"
