"""The repair as HTML: what it would work on, its progress, its losses."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

from faded.ui.cards import job
from faded.ui.cards.explore import figures
from faded.ui.facts import Facts
from faded.ui.words import count, percent, plural

WIDTH, HEIGHT = 560, 90
"""Size of the curve, in its own units."""

LEAST_POINTS = 3
"""Fewer do not make a curve."""

FIGURES = (
    ("loss", "preference loss", "{:.3f}"),
    ("anchor", "anchor to the original", "{:.4f}"),
)


def render(facts: Facts | None) -> str:
    """Return the card's content."""
    if facts is None:
        return "<h2>Repair</h2><p class='f-quiet'>A repair needs a round with confirmed modes.</p>"
    labels = facts.labels
    parts = ["<h2>Repair</h2>"]
    if facts.repair is None:
        parts.append(
            f"<p>{plural(labels.confirmed, 'mode', 'modes')} confirmed, {count(labels.refused)} refused, "
            f"{count(labels.open)} open, after {plural(labels.everybody, 'verdict', 'verdicts')}.</p>"
        )
        missing = facts.missing_for_repair()
        if missing:
            parts.append(f"<p class='f-quiet'>{escape(missing)}</p>")
        return "".join(parts)
    parts.append(job.render(facts.repair))
    parts.append(_series(facts.repairing))
    if facts.verify is not None and facts.verify.id > facts.repair.id and facts.result is None:
        parts.append(f"<h3>Verification</h3>{job.render(facts.verify)}")
    return "".join(parts)


def _series(points: tuple[tuple[int, Mapping[str, float]], ...]) -> str:
    if not points:
        return ""
    step, last = points[-1]
    shown = [("optimiser steps", count(last.get("step", step)))]
    shown += [(words, form.format(last[name])) for name, words, form in FIGURES if name in last]
    for name, words in (("clean", "clean accuracy, held-out tune"), ("mode_rate", "induced rate, held-out tune")):
        if name in last:
            shown.append((words, percent(last[name])))
    return figures(shown) + _curve([(p[0], p[1]["mode_rate"]) for p in points if "mode_rate" in p[1]])


def _curve(points: list[tuple[int, float]]) -> str:
    """Draw the induced rate over the steps, as inline SVG."""
    if len(points) < LEAST_POINTS:
        return ""
    first, last = points[0][0], points[-1][0]
    top = max(max(rate for _, rate in points), 0.01)
    path = " ".join(
        f"{WIDTH * (x - first) / (last - first):.1f},{HEIGHT - 4 - (HEIGHT - 8) * y / top:.1f}" for x, y in points
    )
    words = f"Induced rate on held-out tune pictures from {percent(points[0][1])} to {percent(points[-1][1])}"
    return (
        f"<figure class='f-curve'><svg viewBox='0 0 {WIDTH} {HEIGHT}' preserveAspectRatio='none' role='img'"
        f" aria-label='{words}'><polyline points='{path}'/></svg>"
        f"<figcaption class='f-quiet'>{words}.</figcaption></figure>"
    )
