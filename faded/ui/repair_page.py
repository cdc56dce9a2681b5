"""The page *Repair*: what would be learned, the repair while it runs, and what it costs."""

from __future__ import annotations

from collections.abc import Mapping

import gradio as gr

from faded.ui import run_actions
from faded.ui.cards import repair
from faded.ui.page import Action, Page, Shown, View, shown, shown_html
from faded.ui.theme import html
from faded.ui.words import plural


def layout() -> Page:
    """Lay out the page in the current Blocks context."""
    with gr.Column(elem_classes="f-card"):
        progress = html(elem_id="repair-progress")
        start = gr.Button("Start repair", variant="primary", interactive=False, elem_id="repair-start")
    outputs = {"progress": progress, "start": start}
    return Page("repair", outputs, draw, actions=(Action(start, run_actions.start_repair),))


def draw(view: View) -> Mapping[str, Shown]:
    """Draw every part."""
    facts = view.facts
    ready = facts is not None and not facts.missing_for_repair()
    again = facts is not None and facts.repair is not None
    modes = plural(0 if facts is None else facts.labels.confirmed, "mode", "modes")
    name = f"Repair {modes} again" if again else f"Start repair of {modes}" if ready else "Start repair"
    return {
        "progress": shown_html(repair.render(facts)),
        "start": shown(value=name, interactive=ready, variant="secondary" if again else "primary"),
    }
