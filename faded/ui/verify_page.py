"""The page *Verify*: what the repair changed on data that nothing else has seen, and the decision."""

from __future__ import annotations

from collections.abc import Mapping

import gradio as gr

from faded.ui import run_actions
from faded.ui.cards import verification
from faded.ui.facts import BUSY
from faded.ui.page import Action, Page, Shown, View, shown, shown_html
from faded.ui.theme import html


def layout() -> Page:
    """Lay out the page in the current Blocks context."""
    with gr.Column(elem_classes="f-card"):
        found = html(elem_id="verify-result")
        with gr.Row(elem_classes="f-actions"):
            accept = gr.Button("Accept repair", visible=False, variant="primary", elem_id="verify-accept")
            roll_back = gr.Button("Roll back", visible=False, elem_id="verify-roll-back")
        modes = html(elem_id="verify-modes")
    outputs = {"result": found, "accept": accept, "roll_back": roll_back, "modes": modes}
    actions = (Action(accept, run_actions.accept), Action(roll_back, run_actions.roll_back))
    return Page("verify", outputs, draw, actions=actions)


def draw(view: View) -> Mapping[str, Shown]:
    """Draw every part."""
    facts = view.facts
    job = None if facts is None else facts.current
    busy = job is not None and job.state in BUSY
    decide = facts is not None and facts.open and not busy and facts.result is not None
    return {
        "result": shown_html(verification.render(facts)),
        "modes": shown_html(verification.render_modes(facts)),
        "accept": shown(visible=decide),
        "roll_back": shown(visible=decide),
    }
