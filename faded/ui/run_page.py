"""The page *Run*: start a round, watch it explore, compare it with the rounds before."""

from __future__ import annotations

import json
from collections.abc import Mapping
from html import escape
from typing import Any

import gradio as gr

from faded.config import DEFAULT_BOUND
from faded.store.engine import Store
from faded.ui import report_button, run_actions
from faded.ui.cards import explore, finds, rounds, taught
from faded.ui.demos import DEMOS
from faded.ui.page import Action, Page, Shown, View, shown, shown_html
from faded.ui.theme import html

OWN = "<p>Or bring <a href='#new'>a model and data of your own</a>.</p>"
"""Stands below the form, open or not."""


def layout(store: Store) -> Page:
    """Lay out the page in the current Blocks context."""
    with gr.Row(elem_classes="f-columns"):
        with gr.Column(scale=5, min_width=320):
            with gr.Column(elem_classes="f-card"):
                progress = html(elem_id="run-explore")
                report = report_button.layout(store, "run-report")
            with gr.Column(elem_classes=["f-card", "f-form"]):
                with gr.Accordion("Start a round on a demo", open=True) as form:
                    fields, wrong, start = _form()
                own = html(OWN, elem_id="run-own")
            with gr.Column(elem_classes="f-card"):
                lessons = html(elem_id="run-taught")
        with gr.Column(scale=7, min_width=320):
            with gr.Column(elem_classes="f-card"):
                curves = html(elem_id="run-curves")
            with gr.Column(elem_classes="f-card"):
                newest = html(elem_id="run-finds")
    with gr.Column(elem_classes="f-card"):
        table = html(elem_id="run-rounds")
    outputs = {"explore": progress, "report": report, "form": form, "curves": curves, "finds": newest}
    outputs |= {"taught": lessons, "rounds": table, "own": own}
    return Page(
        "run",
        {**outputs, **fields, "wrong": wrong},
        draw,
        choosers=tuple(fields),
        actions=(start,),
        managers_only=("form", "own", "report", "taught"),
    )


def draw(view: View) -> Mapping[str, Shown]:
    """Draw every part."""
    facts = view.facts
    with view.store.read() as db:
        found = finds.read(db, view.store.workspace, facts)
        lines = rounds.read(db)
    return {
        "explore": shown_html(explore.render(facts)),
        "report": shown_html(report_button.draw(facts)),
        "form": shown(open=facts is None or not facts.open),
        "own": shown_html(OWN),
        "wrong": shown_html(_wrong(run_actions.wrong_in_form(**view.choice))),
        "curves": shown_html(explore.render_curves(facts)),
        "finds": shown_html(finds.render(found, facts)),
        "taught": shown_html(taught.render(facts)),
        "rounds": shown_html(rounds.render(lines, None if facts is None else facts.round.id)),
    }


QUERIES_INFO = f"{run_actions.LEAST_QUERIES:,} to {run_actions.MOST_QUERIES:,}"
SEED_INFO = f"0 to {run_actions.MOST_SEED:,}"
"""What the fields take, said below them."""

USUAL = """(demo, queries) => {
  const usual = %s;
  return Object.values(usual).includes(Number(queries)) ? usual[demo] : queries;
}"""
"""Runs in the browser when a demo is chosen: a budget that nobody has changed becomes the demo's usual one."""


def _wrong(words: str) -> str:
    return f"<p class='o-wrong' role='alert'>{escape(words)}</p>" if words else ""


def _form() -> tuple[dict[str, Any], Any, Action]:
    """Lay out the form; return its numbers by name, where it is said what is wrong with them, and its button."""
    first = next(iter(DEMOS))
    demo = gr.Radio([(d.title, name) for name, d in DEMOS.items()], value=first, label="Demo", elem_id="form-demo")
    about = "".join(f"<li><b>{escape(d.title)}.</b> {escape(d.about)}</li>" for d in DEMOS.values())
    html(f"<ul class='f-about f-quiet'>{about}</ul>")
    with gr.Row(elem_classes="f-pickers"):
        fields = {
            "queries": _number(DEMOS[first].queries, "Queries", QUERIES_INFO, precision=0),
            "seed": _number(0, "Seed", SEED_INFO, precision=0),
            "bound": _number(DEFAULT_BOUND, "Bound", "between 0 and 1", step=0.05),
        }
    wrong = html(elem_id="form-wrong")
    queries = fields["queries"]
    usual = json.dumps({name: d.queries for name, d in DEMOS.items()})
    demo.input(None, [demo, queries], [queries], js=USUAL % usual)
    html(
        "<p class='f-quiet'>Queries are the budget of exploring. A failure mode is a setting under which more than "
        "the bound of the inputs fail that do not fail unedited. The seed decides what the demo draws, "
        "writes or asks for.</p>"
    )
    start = gr.Button("Start round", variant="primary", elem_id="form-start")
    return fields, wrong, Action(start, run_actions.start_demo, (demo, *fields.values()))


def _number(value: float, label: str, info: str, **more: Any) -> gr.Number:
    return gr.Number(value, label=label, info=info, elem_id=f"form-{label.lower()}", min_width=90, **more)
