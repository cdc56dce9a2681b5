"""The page *Landscape*: how often each setting makes the target fail, and how sure that is."""

from __future__ import annotations

from collections.abc import Mapping

import gradio as gr

from faded.ui import heatmap
from faded.ui.page import Page, Shown, View, empty, shown, shown_html
from faded.ui.theme import asset, html

ALL_STRATA = ""
"""The stratum picker's value for the mean over all."""

NOTHING = empty(
    "No landscape yet",
    "Once a round explores, this map shows how often each pair of settings makes the target fail. "
    "<a href='#run'>Start a round</a>.",
)

PICKERS = (("across", "Across"), ("down", "Down"), ("stratum", "Stratum"))


def layout() -> Page:
    """Lay out the page in the current Blocks context."""
    outputs = {}
    with gr.Column(elem_classes="f-card"):
        html("<h2>Failure landscape</h2>")
        with gr.Row(elem_classes="f-pickers"):
            for name, label in PICKERS:
                outputs[name] = gr.Dropdown([], label=label, elem_id=f"map-{name}", filterable=False, min_width=110)
        outputs["map"] = html(elem_id="map-heat", js=asset("heatmap.js"))
    return Page("landscape", outputs, draw, choosers=("across", "down", "stratum"))


def draw(view: View) -> Mapping[str, Shown]:
    """Draw every part."""
    mapped = view.landscape()
    if mapped is None:
        nothing = shown(choices=[], value=None)
        return {"across": nothing, "down": nothing, "stratum": nothing, "map": shown_html(NOTHING)}
    names = [s.name for s in mapped.landscape.space.specs]
    strata = mapped.landscape.strata
    across = view.choice["across"] if view.choice["across"] in names else names[0]
    others = [n for n in names if n != across]
    down = view.choice["down"] if view.choice["down"] in others else (others[0] if others else across)
    stratum = view.choice["stratum"] if view.choice["stratum"] in strata else None
    picker = [("all, averaged", ALL_STRATA), *((s, s) for s in strata)]
    grid = heatmap.heat_grid(mapped.landscape, mapped.posterior, across, down, stratum)
    return {
        "across": shown(choices=names, value=across),
        "down": shown(choices=others or names, value=down),
        "stratum": shown(choices=picker, value=stratum or ALL_STRATA),
        "map": shown_html(heatmap.render(grid)),
    }
