"""The page *Verify*: what the repair changed on data that nothing else has seen, and the decision.

Of a campaign that compares two checkpoints: what is different of the candidate.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import gradio as gr

from faded.store.engine import Store
from faded.ui import report_button, run_actions
from faded.ui.cards import changes, decide, flow, matrix, verification
from faded.ui.export_zip import render_data
from faded.ui.facts import BUSY
from faded.ui.page import BLIND, Action, Page, Shown, View, shown, shown_html
from faded.ui.policy import Permission, may
from faded.ui.theme import asset, html

SURE = (
    "<div class='f-note warn o-sure' role='group' aria-labelledby='verify-asked' tabindex='-1' hidden>"
    "<p id='verify-asked'></p><p><button type='button' data-sure></button>"
    "<button type='button' data-unsure>Cancel</button></p></div>"
)
"""Asks once more before a decision, which stands; filled in by `assets/sure.js`."""


def layout(store: Store) -> Page:
    """Lay out the page in the current Blocks context."""
    outputs = {}
    script = f"{asset('save.js')}\n{asset('outcome.js')}"
    with gr.Row(elem_classes="o-columns"):
        with gr.Column(elem_classes="f-card"):
            outputs["result"] = html(elem_id="verify-result")
            outputs["report"] = report_button.layout(store, "verify-report")
        with gr.Column(elem_classes=["f-card", "o-maybe"]):
            outputs["decide"] = html(elem_id="verify-decide")
            with gr.Row(elem_classes="f-actions"):
                accept = gr.Button("Accept repair", visible=False, variant="primary", elem_id="verify-accept")
                roll_back = gr.Button("Roll back", visible=False, elem_id="verify-roll-back")
            html(SURE, elem_id="verify-sure", js=asset("sure.js"))
            outputs["folder"] = html(elem_id="verify-folder", js=script)
    with gr.Column(elem_classes=["f-card", "o-shown"]):
        html("<h2>Every mode</h2>")
        outputs["rows"] = gr.Dropdown([], label="One row for each", elem_id="verify-rows", filterable=False)
        outputs["matrix"] = html(elem_id="verify-matrix", js=script)
    with gr.Column(elem_classes=["f-card", "o-shown"]):
        html("<h2>What became of the modes</h2>")
        outputs["group"] = gr.Radio([], label="Show the modes that are", elem_id="verify-group")
        outputs["modes"] = html(elem_id="verify-modes")
    with gr.Row(elem_classes="o-columns"):
        with gr.Column(elem_classes=["f-card", "o-maybe"]):
            outputs["flow"] = html(elem_id="verify-flow")
        with gr.Column(elem_classes=["f-card", "o-maybe"]):
            outputs["untold"] = html(elem_id="verify-untold")
    with gr.Column(elem_classes=["f-card", "o-maybe"]):
        outputs["data"] = html(elem_id="verify-data")
    outputs |= {"accept": accept, "roll_back": roll_back}
    actions = (Action(accept, run_actions.accept), Action(roll_back, run_actions.roll_back))
    hidden = ("accept", "roll_back", "report", "data")
    return Page("verify", outputs, draw, choosers=("rows", "group"), actions=actions, managers_only=hidden)


def draw(view: View) -> Mapping[str, Shown]:
    """Draw every part; while people may still judge, only for who may see what others confirm."""
    open_ = view.facts is not None and view.facts.open
    if open_ and not may(view.user.role, Permission.SEE_TEAM):
        return {**_draw(replace(view, facts=None)), "result": shown_html(f"<h2>What changed</h2>{BLIND}")}
    return _draw(view)


def _draw(view: View) -> Mapping[str, Shown]:
    facts, workspace = view.facts, view.store.workspace
    job = None if facts is None else facts.current
    busy = job is not None and job.state in BUSY
    undecided = facts is not None and not facts.compares and facts.open and not busy and facts.result is not None
    passed = facts is not None and facts.result is not None and facts.result["gate"]["passed"]
    rows, groups = matrix.choices(facts), changes.choices(facts)
    by = view.choice["rows"] if view.choice["rows"] in [value for _, value in rows] else matrix.STRATA
    offered = [value for _, value in groups]
    group = view.choice["group"] if view.choice["group"] in offered else changes.first(facts)
    return {
        "result": shown_html(verification.render(facts)),
        "report": shown_html(report_button.draw(facts)),
        "decide": shown_html(decide.render(facts)),
        "accept": shown(
            value="Accept repair" if passed else "Accept although the gate did not pass",
            visible=undecided,
            variant="primary" if passed else "secondary",
        ),
        "roll_back": shown(visible=undecided, variant="secondary" if passed else "primary"),
        "folder": shown_html(decide.render_folder(facts, workspace)),
        "rows": shown(choices=rows, value=by),
        "matrix": shown_html(matrix.render(facts, by)),
        "group": shown(choices=groups, value=group if groups else None),
        "modes": shown_html(changes.render(facts, group, workspace)),
        "flow": shown_html(flow.render(facts)),
        "untold": shown_html(verification.render_untold(facts)),
        "data": shown_html(render_data(facts)),
    }
