"""How far is safe along each concept, as sentences and a strip of levels."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from faded.concepts.spec import ConceptSpec
from faded.domain import Kind
from faded.landscape.posterior import SURE
from faded.landscape.safe import LevelRate, Reach, SafeRange, Standing
from faded.ui.words import named, plural

LOOK = {
    Standing.NEUTRAL: "neutral",
    Standing.SAFE: "safe",
    Standing.DOUBT: "doubt",
    Standing.FAILS: "fails",
    Standing.UNKNOWN: "thin",
    Standing.LEFT_OUT: "out",
}
LEGEND = ((Standing.NEUTRAL, "neutral, changes nothing"), (Standing.SAFE, "safe"),
          (Standing.DOUBT, "may reach the bound"), (Standing.FAILS, "fails"),
          (Standing.UNKNOWN, "cannot tell"), (Standing.LEFT_OUT, "left out"))  # fmt: skip


def render(found: Sequence[SafeRange], bound: float, stratum: str | None) -> str:
    """Return every concept with its levels.

    Args:
        found: What is safe.
        bound: The registered bound.
        stratum: One stratum, or None for the mean over all.
    """
    whom = "the mean over all strata" if stratum is None else f"the stratum {escape(stratum)}"
    intro = (
        f"<p class='f-quiet'>A level is safe when, for {whom}, the upper end of the failure rate's 90% interval is "
        f"below the bound of {bound:.0%}, and so for every level before it. It fails here when the whole interval "
        "is at the bound or above. <i>Reading the map</i> asks for less, a probability of at least "
        f"{SURE:.0%} to be above: what <i>may reach the bound</i> here may count as failing there.</p>"
    )
    legend = "".join(f"<li><i class='reach-{LOOK[s]}'></i>{words}</li>" for s, words in LEGEND)
    return f"{intro}{''.join(_concept(one, bound) for one in found)}<ul class='heat-legend'>{legend}</ul>"


def _concept(one: SafeRange, bound: float) -> str:
    boxes = "".join(_box(one.spec, level) for level in one.levels)
    said = "".join(f"<li>{escape(words)}</li>" for words in sentences(one, bound))
    return (
        f"<section class='reach'><h3>{escape(named(one.spec.name))} <small>{escape(held(one))}</small></h3>"
        f"<div class='reach-strip' aria-hidden='true'>{boxes}</div><ul class='reach-said'>{said}</ul></section>"
    )


def held(one: SafeRange) -> str:
    """Say what the other concepts do, as text."""
    parts = []
    if one.pinned:
        parts.append(f"{' and '.join(map(named, one.pinned))} unchanged")
    if one.averaged:
        parts.append(f"averaged over {' and '.join(map(named, one.averaged))}")
    return ", ".join(parts)


def _box(spec: ConceptSpec, level: LevelRate) -> str:
    tip = escape(f"{_named(spec, level)}: {_known(level)}", quote=True)
    mark = escape(spec.mark(level.value))
    return f"<span data-tip='{tip}'><i class='reach-{LOOK[level.standing]}'>{_inside(level)}</i>{mark}</span>"


def _inside(level: LevelRate) -> str:
    known = level.standing in (Standing.SAFE, Standing.DOUBT, Standing.FAILS)
    return f"{100 * level.rate:.0f}" if known else ""


def _known(level: LevelRate) -> str:
    if level.standing is Standing.NEUTRAL:
        return "changes nothing"
    if level.standing is Standing.LEFT_OUT:
        return "left out, the edit hides the input or changes its answer"
    if level.standing is Standing.UNKNOWN:
        return f"not enough data, {plural(level.trials, 'trial', 'trials')}"
    return f"{level.rate:.0%}, 90% interval {_interval(level)}, {plural(level.trials, 'trial', 'trials')}"


def _interval(level: LevelRate) -> str:
    return f"{level.low:.0%} to {level.high:.0%}"


def _at_most(level: LevelRate) -> str:
    return f"{level.rate:.0%} fail, {level.high:.0%} at most (upper end of the 90% interval)"


def _named(spec: ConceptSpec, level: LevelRate) -> str:
    words = spec.describe(level.value) or "unchanged"
    return f"{words[0].upper()}{words[1:]}"


def sentences(one: SafeRange, bound: float) -> list[str]:
    """Say in sentences how far is safe, with the figures: one per direction; a nominal concept has one per level."""
    if one.spec.kind is Kind.NOMINAL:
        shown = [level for level in one.levels if level.standing is not Standing.NEUTRAL]
        return [f"{_stop(one.spec, level, bound, first=True)}" for level in shown]
    return [_sentence(one.spec, way, bound) for way in one.reaches]


def _sentence(spec: ConceptSpec, way: Reach, bound: float) -> str:
    if way.safe is None:
        return _stop(spec, way.stop, bound, first=True) if way.stop is not None else ""
    safe = f"{_named(spec, way.safe)} is still safe: {_at_most(way.safe)}"
    if way.stop is None:
        return f"{safe}. It is the farthest level there is."
    return f"{safe}. {_stop(spec, way.stop, bound, first=False)}"


def _stop(spec: ConceptSpec, level: LevelRate, bound: float, first: bool) -> str:
    """Say what stands in the way at a level: the first that is not safe."""
    name, figures = _named(spec, level), f"{level.rate:.0%}, 90% interval {_interval(level)}"
    if level.standing is Standing.SAFE:
        return f"{name} is safe: {_at_most(level)}."
    if level.standing is Standing.FAILS:
        return f"{name} {'already ' if first else ''}fails: {figures}."
    if level.standing is Standing.DOUBT:
        return f"{name} {'already ' if first else ''}may reach the bound of {bound:.0%}: {figures}."
    why = "there is not enough data" if level.standing is Standing.UNKNOWN else "that setting is left out"
    return f"Cannot tell {'for' if first else 'beyond, for'} {name[0].lower()}{name[1:]}: {why}."
