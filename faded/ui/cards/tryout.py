"""The card Try a setting: inputs to choose from, a slider for each concept, the original beside the edited one."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from html import escape
from itertools import pairwise
from pathlib import Path
from typing import Any

from faded.concepts.spec import ConceptSpace, ConceptSpec
from faded.domain import Kind
from faded.store.campaigns import ELSEWHERE
from faded.ui import evidence
from faded.ui.articles import article, opening
from faded.ui.page import empty
from faded.ui.thumbs import LARGEST, LARGEST_SET, thumb
from faded.ui.words import named

FINE = 10
"""Steps of a slider from one level to the next: a tenth is less than the eye tells apart in most edits."""

FEW = 4
"""Sliders that stand one below the other; more stand in two columns, so that ten fit beside the pictures."""

OPENING = 160
"""Letters of an article in the list: more than a line holds, which the style sheet cuts."""

MOST_MARKS = 9
"""Levels that are lettered below a slider; of more, the first, the last and the neutral are."""

LEAD = (
    "Choose {a} and move the sliders: the target answers at once, as it was when this round began. {between}Nothing is "
    "recorded, and no rate changes."
)
BETWEEN = "A value may lie between the levels. "


def stops(spec: ConceptSpec) -> list[float]:
    """Return the levels with the neutral among them, which may be off the grid, in ascending order."""
    return sorted({*spec.levels, spec.neutral})


def positions(spec: ConceptSpec) -> list[tuple[float, str]]:
    """Return each position of a concept's slider: its value, and the value in words.

    Levels lie equally far apart, as in the map, with `FINE` steps between two of them. A nominal concept has nothing
    between its levels.
    """
    marks = stops(spec)
    values = marks[:1]
    for low, high in pairwise(marks):
        if spec.kind is not Kind.NOMINAL:
            values += [float(f"{low + (high - low) * step / FINE:.6g}") for step in range(1, FINE)]
        values.append(high)
    return [(value, spec.describe(value) or "unchanged") for value in values]


def render(round_id: int, summary: Mapping[str, Any], workspace: Path) -> str:
    """Return the card's content.

    Args:
        round_id: The round.
        summary: Its summary, with its space.
        workspace: Where the evidence is.
    """
    words, offered = evidence.of(summary), summary.get("previews")
    if summary.get(ELSEWHERE):
        return empty("Not here", "This round is explored elsewhere: settings are tried there, where its target is.")
    if not offered:
        return empty(
            f"No {words.many} to try yet",
            f"A round offers {words.many} once it has begun to explore: they appear here by themselves. "
            "<a href='#run'>See how far it is</a>.",
        )
    specs = ConceptSpace.from_json(summary["space"]).specs
    sliders = "".join(_slider(spec, i) for i, spec in enumerate(specs))
    choice, figures = (_texts if words.is_text else _pictures)(offered, summary, workspace)
    lead = LEAD.format(a=words.a, between="" if words.is_drawn else BETWEEN)
    zoom = "" if words.is_text else "<button type='button' data-act='zoom' aria-pressed='false'>Zoom</button>"
    return (
        f"<div class='try{words.look}' data-t='card' data-round='{round_id}'>"
        f"<p class='try-lead f-quiet'>{lead}</p>{words.unseen}{choice}<div class='try-body' data-t='item'>{figures}"
        f"<div class='try-controls'><div class='try-sliders{' few' if len(specs) <= FEW else ''}'>{sliders}</div>"
        f"<div class='try-actions'><button type='button' data-act='reset'>Reset to unchanged</button>{zoom}</div>"
        f"<p class='try-status' data-t='status'>Move a slider, or choose another {words.one}, and the target answers."
        "</p></div></div><p class='f-hidden' data-t='live' aria-live='polite'></p></div>"
    )


def _pictures(offered: Sequence[Mapping[str, Any]], summary: Mapping[str, Any], workspace: Path) -> tuple[str, str]:
    """Return the pictures to choose from, and the original beside the edited one."""
    one = evidence.of(summary).one.capitalize()
    samples = "".join(_sample(item, i, summary, workspace) for i, item in enumerate(offered))
    first = _thumb(offered[0], summary, workspace)
    return (
        f"<fieldset class='try-samples'><legend class='f-hidden'>{one}</legend>{samples}</fieldset>",
        f"<div class='try-pictures'>{_figure('original', 'Original', first)}{_figure('edited', 'Edited', first)}</div>",
    )


def _sample(item: Mapping[str, Any], i: int, summary: Mapping[str, Any], workspace: Path) -> str:
    known, one = summary.get("labelled", True), evidence.of(summary).one.capitalize()
    words = escape(item["stratum"] if known else f"answered {item['stratum']!r} unedited", quote=True)
    picture = f"<img src='{_thumb(item, summary, workspace)}' alt='{one} {i + 1}: {words}'>"
    return f"<label title='{words}'>{_radio(item, i)}{picture}</label>"


def _thumb(item: Mapping[str, Any], summary: Mapping[str, Any], workspace: Path) -> str:
    return thumb(workspace, item["original"], LARGEST_SET if evidence.of(summary).is_drawn else LARGEST)


def _radio(item: Mapping[str, Any], i: int) -> str:
    checked = " checked" if i == 0 else ""
    return f"<input type='radio' name='try-sample' value='{escape(item['sample'], quote=True)}'{checked}>"


def _figure(name: str, caption: str, source: str) -> str:
    return (
        f"<figure><figcaption>{caption}</figcaption><div class='try-frame' data-t='frame-{name}'>"
        f"<img data-t='{name}' src='{source}' alt='{caption} picture' draggable='false'></div>"
        f"<div class='try-said'><p class='try-answer'><b data-t='answer-{name}'>\N{EN DASH}</b>"
        f"<span data-t='sure-{name}'></span></p><p class='try-pill'><span class='f-pill' data-t='pill-{name}'>"
        f"not asked</span></p><p class='try-note' data-t='note-{name}'></p></div></figure>"
    )


def _texts(offered: Sequence[Mapping[str, Any]], summary: Mapping[str, Any], workspace: Path) -> tuple[str, str]:
    """Return the articles to choose from by their first words, and the original beside the edited one."""
    rows = "".join(
        f"<label>{_radio(item, i)}<b>{escape(item['stratum'])}</b>"
        f"<span>{escape(opening(workspace, item['original'], OPENING))}</span></label>"
        for i, item in enumerate(offered)
    )
    first = escape(article(workspace, offered[0]["original"]))
    return (
        f"<fieldset class='try-articles'><legend class='f-hidden'>Article</legend>{rows}</fieldset>",
        f"<div class='try-pictures'>{_text('original', 'Original', first)}{_text('edited', 'Edited', first)}"
        "<p class='try-expected' data-t='expected'></p></div>",
    )


def _text(name: str, caption: str, words: str) -> str:
    return (
        f"<figure class='{name}'><figcaption>{caption}</figcaption><div class='try-article f-marked' data-t='{name}' "
        f"tabindex='0' role='region' aria-label='{caption} article'>{words}</div><div class='try-said'>"
        f"<p class='try-pill'><span class='f-pill' data-t='pill-{name}'>not asked</span>"
        f"<span data-t='sure-{name}'></span></p><div class='try-summary f-marked' tabindex='0' role='region' "
        f"aria-label='Summary of the {caption.lower()} article' data-t='answer-{name}'>\N{EN DASH}</div>"
        f"<p class='try-note' data-t='note-{name}'></p></div></figure>"
    )


def _slider(spec: ConceptSpec, i: int) -> str:
    places = positions(spec)
    values = [value for value, _ in places]
    neutral, last = values.index(spec.neutral), len(places) - 1
    data = escape(json.dumps(places), quote=True)
    longest = escape(max((words for _, words in places), key=len), quote=True)
    levels = " ".join(str(values.index(value)) for value in stops(spec))
    return (
        f"<div class='try-slider'><label for='try-{i}'>{escape(named(spec.name))}</label>"
        f"<output for='try-{i}' data-longest='{longest}'><span>unchanged</span></output>"
        f"<input type='range' id='try-{i}' min='0' max='{last}' step='1' value='{neutral}' aria-valuetext='unchanged' "
        f"autocomplete='off' data-name='{escape(spec.name, quote=True)}' data-neutral='{neutral}' "
        f"data-levels='{levels}' data-values='{data}'>"
        f"<div class='try-marks' aria-hidden='true'>{_marks(spec, values)}</div></div>"
    )


def _marks(spec: ConceptSpec, values: list[float]) -> str:
    marks = stops(spec)
    shown = marks if len(marks) <= MOST_MARKS else [marks[0], spec.neutral, marks[-1]]
    last = len(values) - 1

    def mark(value: float) -> str:
        look = " class='neutral'" if value == spec.neutral else ""
        return f"<span style='--at:{values.index(value) / last:.4f}'{look}>{escape(spec.mark(value))}</span>"

    return "".join(mark(value) for value in sorted(set(shown)))
