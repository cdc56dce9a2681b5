"""All modes in one figure: a tile for each, the rate before the repair above the rate now, and its CSV.

Where two checkpoints are compared, the target's rate stands above the candidate's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from faded.concepts.spec import ConceptSpace
from faded.ui import downloads
from faded.ui.evidence import Evidence
from faded.ui.facts import Facts
from faded.ui.heatmap import STEPS
from faded.ui.words import named, percent, plural

STRATA = ""
"""The chooser's value for one row per stratum."""

DENSE = 400
"""More tiles than this are drawn narrow, without figures: they would fill several screens."""

COLUMNS = ("{stratum}", "setting", "roles", "{many}", "{first}", "{second}", "change", "low", "high", "status")
"""Headings of the CSV, with the words of the evidence."""
RATES = {False: ("rate before", "rate after"), True: ("rate of the target", "rate of the candidate")}
"""Headings of the two rates, by whether two checkpoints are compared."""

BESIDE = (
    "<p class='f-quiet'>The rates under a name are means over its modes. A setting that was no mode is shown last in "
    "its row, for it is newly broken; it is in no mean, for only what rose is shown.</p>"
)

Mode = Mapping[str, Any]


def choices(facts: Facts | None) -> list[tuple[str, str]]:
    """Return (words, value) for what the rows may be: the strata, or the levels of a concept."""
    space = _space(facts)
    stratum = "class" if facts is None else facts.evidence.stratum.lower()
    return [(stratum, STRATA), *((named(s.name), s.name) for s in (space.specs if space else ()))]


def rows(modes: Sequence[Mode], space: ConceptSpace, by: str) -> list[tuple[str, list[Mode]]]:
    """Return the rows of the figure: name, and its modes, confirmed ones first, then by their rate before.

    Settings that were no modes, and are here because they are newly broken, come last.

    Args:
        modes: As verification wrote them; those without inputs in the fold are left out.
        space: The concepts.
        by: A concept's name, or `STRATA`.
    """
    names = [s.name for s in space.specs]
    groups: dict[Any, list[Mode]] = {}
    for mode in modes:
        if mode["n"]:
            key = mode["values"][names.index(by)] if by in names else mode["stratum"]
            groups.setdefault(key, []).append(mode)

    def name(key: Any) -> str:
        return space.specs[names.index(by)].describe(float(key)) or "unchanged" if by in names else str(key)

    return [
        (name(key), sorted(groups[key], key=lambda m: (not _is_mode(m), "confirmed" not in m["roles"], -m["before"])))
        for key in sorted(groups)
    ]


def render(facts: Facts | None, by: str) -> str:
    """Return the figure with its legend and its downloads; empty before there is a result."""
    found, space = None if facts is None else facts.result, _space(facts)
    if facts is None or found is None or space is None:
        return ""
    modes = found.get("modes", ())
    drawn = rows(modes, space, by)
    tiles = sum(len(of_row) for _, of_row in drawn)
    if not tiles:
        return f"<p class='f-quiet'>No mode has {facts.evidence.many} in the verify fold.</p>"
    sides = facts.evidence.sides
    body = "".join(_row(name, of_row, sides) for name, of_row in drawn)
    both, called = (
        ("of the target and of the candidate", "target and candidate")
        if facts.compares
        else ("before and after the repair", "before and after")
    )
    others = sum(not _is_mode(mode) for _, of_row in drawn for mode in of_row)
    those = plural(tiles - others, "mode", "modes") + (f" and of {_others(others)}" if others else "")
    said = escape(f"Rates of {those} {both}; the table below lists them")
    dense = " dense" if tiles > DENSE else ""
    stem = f"{facts.campaign.name}, round {facts.round.number} {called}"
    return (
        f"<div class='o-matrix{dense}' role='img' aria-label='{said}' data-name='{downloads.file_name(stem)}'>{body}"
        f"</div>{_legend(facts.compares)}{BESIDE if others else ''}"
        f"<div class='f-saves'>{downloads.link(to_csv(modes, facts.evidence), stem)}"
        "<button type='button' class='f-save' data-png>Save as PNG</button></div>"
    )


def _space(facts: Facts | None) -> ConceptSpace | None:
    if facts is None or "space" not in facts.round.summary:
        return None
    return ConceptSpace.from_json(facts.round.summary["space"])


def _is_mode(mode: Mode) -> bool:
    """Return whether it was chosen before anybody looked at what became of it; the others are here for they rose."""
    return bool({"confirmed", "established"} & set(mode["roles"]))


def _others(number: int) -> str:
    return plural(number, "setting beside them that rose", "settings beside them that rose")


def _row(name: str, of_row: Sequence[Mode], sides: tuple[str, str]) -> str:
    modes = [mode for mode in of_row if _is_mode(mode)]
    said = []
    if modes:
        before, after = (sum(m[side] for m in modes) / len(modes) for side in ("before", "after"))
        said.append(f"{percent(before, 0)} \N{RIGHTWARDS ARROW} {percent(after, 0)}")
    if len(of_row) > len(modes):
        said.append(f"beside: {len(of_row) - len(modes)} newly broken")
    means = "".join(f"<small>{words}</small>" for words in said)
    tiles = "".join(_tile(mode, sides) for mode in of_row)
    return f"<div class='o-row'><span class='o-name'><b>{escape(name)}</b>{means}</span>{tiles}</div>"


def _tile(mode: Mode, sides: tuple[str, str]) -> str:
    frame = " broken" if mode["change"] == "newly broken" else " sure" if "confirmed" in mode["roles"] else ""
    rates = f"{percent(mode['before'], 0)} {sides[0]}, {percent(mode['after'], 0)} {sides[1]}, {mode['change']}"
    words = escape(f"{mode['stratum']}: {mode['setting']} {rates}", quote=True)
    halves = "".join(_half(mode[side]) for side in ("before", "after"))
    return f"<i class='o-tile{frame}' title='{words}'>{halves}</i>"


def _half(rate: float) -> str:
    return f"<b class='heat-{min(int(rate * STEPS), STEPS - 1)}'>{100 * rate:.0f}</b>"


def _legend(compares: bool) -> str:
    halves = "above: the target fails, below: the candidate" if compares else "above: failed before, below: fail now"
    scale = "".join(f"<i class='heat-{i}'></i>" for i in range(STEPS))
    tile = "<b></b><b></b>"
    return (
        f"<ul class='heat-legend'><li>{halves}, in percent</li>"
        f"<li><span>0%</span><span class='heat-scale' aria-hidden='true'>{scale}</span><span>100%</span></li>"
        f"<li><i class='o-tile sure'>{tile}</i>confirmed</li><li><i class='o-tile'>{tile}</i>established</li>"
        f"<li><i class='o-tile broken'>{tile}</i>newly broken</li></ul>"
    )


def to_csv(modes: Sequence[Mode], evidence: Evidence) -> str:
    """Return the modes as CSV."""
    first, second = RATES[evidence.compares]
    words = {"stratum": evidence.stratum.lower(), "many": evidence.many, "first": first, "second": second}
    head = [name.format_map(words) for name in COLUMNS]
    return downloads.csv_text(head, [_fields(mode) for mode in modes])


def _fields(mode: Mode) -> list[downloads.Field]:
    texts = [str(text) for text in (mode["stratum"], mode["setting"], " ".join(mode["roles"]))]
    ends = [mode.get(name) for name in ("difference", "low", "high")]
    return [*texts, mode["n"], mode["before"], mode["after"], *ends, mode["change"]]
