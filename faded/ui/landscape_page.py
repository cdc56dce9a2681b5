"""The page *Landscape*: how often each setting makes the target fail, how sure that is, and what to fade."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import gradio as gr

from faded.landscape.safe import safe_ranges
from faded.store.engine import Store
from faded.ui import cube, downloads, evidence, heatmap, landscape_choice, mode_facts, preview_actions
from faded.ui.cards import explore, fade, modes, reach, reading, screening, trust, tryout
from faded.ui.guarded import of_pages
from faded.ui.landscape_actions import server_functions
from faded.ui.landscape_choice import CHOOSERS, CUBE, OTHERS, PINS, VIEWS, Choice
from faded.ui.landscape_view import Mapped
from faded.ui.page import BLIND, Page, Shown, View, empty, shown_html
from faded.ui.policy import Permission, may
from faded.ui.theme import asset, html

NOTHING = "As a round explores, this map shows how often each pair of settings makes the target fail."

SCRIPT = f"""{asset("landscape.js")}
{asset("cube.js")}
{asset("save.js")}
{asset("png.js")}
const page = element.closest(".f-page");
mountMap(element); mountCube(element); mountTips(page); mountMemory(page); mountPng(page);"""

LABELS = {"across": "Across", "down": "Down", "depth": "In depth", "stratum": "Stratum"}

TRY_SCRIPT = f"""{asset("zoom.js")}
{asset("try.js")}
mountTry(element, server);"""

ALL_STRATA = "all, averaged"

PARTS = ("map", "safe", "read", "try", "modes", "screening", "trust", "fade")


def layout(store: Store, worker_words: Callable[[], str]) -> Page:
    """Lay out the page in the current Blocks context; `worker_words` says how the worker is."""
    outputs = {}

    def picker(name: str) -> None:
        label = LABELS.get(name, "Held at")
        outputs[name] = gr.Dropdown(
            [], label=label, visible=False, elem_id=f"map-{name}", filterable=False, min_width=120
        )

    with gr.Row(elem_classes="f-land"):
        with gr.Column(elem_classes="f-card"):
            with gr.Row(elem_classes="f-cardhead"):
                html("<h2>Failure landscape</h2>")
                outputs["view"] = _switch(VIEWS, "View", "map-view")
            with gr.Row(elem_classes="f-pickers"):
                for name in ("across", "down", "depth", "stratum", *PINS):
                    picker(name)
            outputs["map"] = html(elem_id="map-heat", js=SCRIPT)
        with gr.Column(elem_classes="f-card"):
            with gr.Row(elem_classes="f-cardhead"):
                html("<h2>How far is safe</h2>")
                outputs["others"] = _switch(OTHERS, "Other concepts", "map-others")
            outputs["safe"] = html(elem_id="map-safe")
    with gr.Column(elem_classes="f-card"):
        html("<h2>Reading the map</h2>")
        outputs["read"] = html(elem_id="map-read", js=f"{asset('landscape.js')}\nmountTries(element);")
    with gr.Column(elem_classes="f-card"):
        html("<h2>Try a setting</h2>")
        outputs["try"] = gr.HTML(
            elem_id="map-try",
            apply_default_css=False,
            js_on_load=TRY_SCRIPT,
            server_functions=of_pages(preview_actions.server_functions(store, worker_words)),
        )
    with gr.Column(elem_classes="f-card"):
        html("<h2>Failure modes by severity and frequency</h2>")
        outputs["modes"] = html(elem_id="map-modes")
    with gr.Column(elem_classes="f-card"):
        html("<h2>Which concepts matter at all</h2>")
        outputs["screening"] = html(elem_id="map-screening")
    with gr.Column(elem_classes="f-card"):
        html("<h2>Can the map be trusted?</h2>")
        outputs["trust"] = html(elem_id="map-trust")
    with gr.Column(elem_classes="f-card"):
        html("<h2>What to fade</h2>")
        outputs["fade"] = gr.HTML(
            elem_id="map-fade",
            apply_default_css=False,
            js_on_load=f"{asset('landscape.js')}\nmountChoice(element, server);",
            server_functions=of_pages(server_functions(store)),
        )
    return Page("landscape", outputs, draw, choosers=CHOOSERS, choosers_move=True)


def _switch(options: tuple[tuple[str, str], ...], label: str, elem_id: str) -> gr.Radio:
    return gr.Radio(
        list(options),
        value=options[0][1],
        label=label,
        elem_id=elem_id,
        elem_classes="f-switch",
        visible=False,
        scale=0,
    )


def draw(view: View) -> Mapping[str, Shown]:
    """Draw every part."""
    mapped = view.landscape()
    if mapped is None or view.facts is None:
        nothing = empty("No landscape yet", f"{NOTHING} {explore.whereabouts(view.facts)}")
        parts = {part: shown_html(nothing if part == "map" else "") for part in PARTS}
        return {**landscape_choice.nothing(), **parts}
    name = f"{view.facts.campaign.name}, round {view.facts.round.number}"
    choice = landscape_choice.read(view.choice, mapped.landscape)
    known = mode_facts.read(view, mapped)
    summary = view.facts.round.summary
    tried_on = evidence.of(summary).a if summary.get("previews") else ""
    return {
        **landscape_choice.pickers(choice, mapped.landscape),
        "map": shown_html(_map(mapped, choice, name, tried_on)),
        "try": shown_html(tryout.render(view.facts.round.id, summary, view.store.workspace)),
        "safe": shown_html(_safe(mapped, choice, name)),
        "read": shown_html(_read(mapped, choice, name, tried_on)),
        "modes": shown_html(modes.render(known, view.store) + _modes_saves(known, name)),
        "screening": shown_html(screening.render(summary)),
        "trust": shown_html(trust.render(summary)),
        "fade": shown_html(fade.render(known, view.store) if may(view.user.role, Permission.SEE_TEAM) else BLIND),
    }


def _map(mapped: Mapped, choice: Choice, name: str, tried_on: str) -> str:
    specs = {s.name: s for s in mapped.landscape.space.specs}
    axes = [specs[n] for n in reversed(choice.axes)]
    title = f"Induced failure rate in percent: {name}"
    if choice.view == CUBE:
        grids = cube.layers(mapped.landscape, mapped.posterior, choice.axes, choice.stratum, choice.pins)
        cells, drawn, note = cube.cells(grids), cube.render(grids, axes[0]), heatmap.where(grids[0])
    else:
        across, *down = choice.axes
        grid = heatmap.heat_grid(
            mapped.landscape, mapped.posterior, across, down[0] if down else None, choice.stratum, choice.pins
        )
        cells = [cell for row in grid.cells for cell in row]
        drawn, note = heatmap.render(grid, tried_on), heatmap.where(grid)
    table = downloads.rates_csv(axes, cells, _held(mapped, choice))
    file = f"{name} landscape"
    return drawn + _saves(downloads.link(table, file), downloads.picture_button("#map-heat", file, title, note))


def _held(mapped: Mapped, choice: Choice) -> dict[str, float | str]:
    """Return what every place of the map has in common: the stratum, and what the other concepts are held at."""
    held: dict[str, float | str] = {"stratum": choice.stratum or ALL_STRATA}
    for spec in mapped.landscape.space.specs:
        if spec.name not in choice.axes:
            held[spec.name] = spec.levels[choice.pins[spec.name]] if spec.name in choice.pins else "averaged"
    return held


def _safe(mapped: Mapped, choice: Choice, name: str) -> str:
    found = safe_ranges(mapped.landscape, mapped.posterior, choice.stratum, choice.average)
    bound = mapped.landscape.bound
    table = downloads.safe_csv(found, bound, choice.stratum or ALL_STRATA)
    return reach.render(found, bound, choice.stratum) + _saves(downloads.link(table, f"{name} safe"))


def _read(mapped: Mapped, choice: Choice, name: str, tried_on: str) -> str:
    said = mapped.reading(choice.stratum)
    drawn = reading.render(said, len(mapped.landscape.strata), tried_on)
    return drawn + _saves(downloads.json_link(said.to_json(), f"{name} reading"))


def _modes_saves(known: mode_facts.ModeFacts, name: str) -> str:
    if not known.impacts:
        return ""
    title, note = f"Failure modes: {name}", "severity and frequency of each setting, with 90% intervals"
    file = f"{name} modes"
    return _saves(
        downloads.link(modes.table_csv(known), file), downloads.picture_button("#map-modes", file, title, note)
    )


def _saves(*parts: str) -> str:
    return f"<div class='f-saves'>{''.join(parts)}</div>"
