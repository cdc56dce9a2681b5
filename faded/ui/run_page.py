"""The page *Run*: start a round, watch it explore, compare it with the rounds before."""

from __future__ import annotations

from collections.abc import Mapping

import gradio as gr

from faded.config import DEFAULT_BOUND, DEFAULT_QUERIES
from faded.ui import run_actions
from faded.ui.cards import explore, finds, rounds, taught
from faded.ui.page import Action, Page, Shown, View, shown, shown_html
from faded.ui.theme import html


def layout() -> Page:
    """Lay out the page in the current Blocks context."""
    with gr.Row(elem_classes="f-columns"):
        with gr.Column(scale=5, min_width=320):
            with gr.Column(elem_classes="f-card"):
                progress = html(elem_id="run-explore")
            with gr.Column(elem_classes="f-card"), gr.Accordion("Start a round on the demo", open=True) as form:
                start = _form()
            with gr.Column(elem_classes="f-card"):
                lessons = html(elem_id="run-taught")
        with gr.Column(scale=7, min_width=320):
            with gr.Column(elem_classes="f-card"):
                curves = html(elem_id="run-curves")
            with gr.Column(elem_classes="f-card"):
                newest = html(elem_id="run-finds")
    with gr.Column(elem_classes="f-card"):
        table = html(elem_id="run-rounds")
    outputs = {"explore": progress, "form": form, "curves": curves, "finds": newest, "taught": lessons, "rounds": table}
    return Page("run", outputs, draw, actions=(start,))


def draw(view: View) -> Mapping[str, Shown]:
    """Draw every part."""
    facts = view.facts
    with view.store.read() as db:
        found = finds.read(db, view.store.workspace, facts)
        lines = rounds.read(db)
    return {
        "explore": shown_html(explore.render(facts)),
        "form": shown(open=facts is None or not facts.open),
        "curves": shown_html(explore.render_curves(facts)),
        "finds": shown_html(finds.render(found, facts)),
        "taught": shown_html(taught.render(facts)),
        "rounds": shown_html(rounds.render(lines, None if facts is None else facts.round.id)),
    }


def _form() -> Action:
    html(
        "<p class='f-quiet'>The demo tests a small network that reads drawn traffic signs, under rotation, "
        "darkness and faded colour.</p>"
    )
    with gr.Row(elem_classes="f-pickers"):
        queries = gr.Number(DEFAULT_QUERIES, label="Queries", precision=0, elem_id="form-queries", min_width=90)
        seed = gr.Number(0, label="Seed", precision=0, elem_id="form-seed", min_width=90)
        bound = gr.Number(DEFAULT_BOUND, label="Bound", step=0.05, elem_id="form-bound", min_width=90)
    html(
        "<p class='f-quiet'>Queries are the budget of exploring. A failure mode is a setting under which more than "
        "the bound of the pictures fail that were right before. The seed draws the signs.</p>"
    )
    start = gr.Button("Start round", variant="primary", elem_id="form-start")
    return Action(start, run_actions.start_demo, (queries, seed, bound))
