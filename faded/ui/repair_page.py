"""The page *Repair*: what would be learned and what it takes, the repair while it runs, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import gradio as gr

from faded.domain import FadedError
from faded.repair import budget
from faded.stages import STEPS
from faded.ui import run_actions
from faded.ui.cards import cost, lessons, repair
from faded.ui.facts import Facts
from faded.ui.page import BLIND, Action, Page, Shown, View, shown, shown_html
from faded.ui.policy import Permission, may
from faded.ui.theme import html
from faded.ui.words import plural


def layout() -> Page:
    """Lay out the page in the current Blocks context."""
    with gr.Row(elem_classes="f-columns"):
        with gr.Column(elem_classes="f-card"):
            progress = html(elem_id="repair-progress")
            steps = gr.Number(
                budget.STEPS, label="Steps at most", precision=0, step=50, elem_id="repair-steps", min_width=90
            )
            budgeted = html(elem_id="repair-budget")
            start = gr.Button("Start repair", variant="primary", interactive=False, elem_id="repair-start")
        with gr.Column(elem_classes=["f-card", "o-maybe"]):
            curves = html(elem_id="repair-curves")
        with gr.Column(elem_classes="f-card"):
            modes = html(elem_id="repair-modes")
    with gr.Column(elem_classes=["f-card", "o-maybe"]):
        pairs = html(elem_id="repair-pairs")
    outputs = {
        "progress": progress,
        "steps": steps,
        "budget": budgeted,
        "start": start,
        "curves": curves,
        "modes": modes,
        "pairs": pairs,
    }
    actions = (Action(start, run_actions.start_repair, (steps,)),)
    return Page(
        "repair", outputs, draw, choosers=("steps",), actions=actions, managers_only=("steps", "start", "pairs")
    )


def draw(view: View) -> Mapping[str, Shown]:
    """Draw every part."""
    facts = view.facts
    with view.store.read() as db:
        found = lessons.read(db, view.store.workspace, facts)
        expected = None if facts is None else cost.expected(db, facts)
    steps = view.choice["steps"]
    count = 0 if found is None else len(found.modes)
    ready = facts is not None and not facts.missing_for_repair() and count > 0
    again = facts is not None and facts.repair is not None
    modes = plural(count, "mode", "modes")
    name = f"Repair {modes} again" if again else f"Start repair of {modes}"
    return {
        "progress": shown_html(repair.render(facts)),
        "steps": shown(visible=ready),
        "budget": shown_html(repair.render_budget(facts, found, expected, steps)),
        "start": shown(
            value=name if ready else "Start repair",
            interactive=ready,
            visible=ready or not again,
            variant="secondary" if again else "primary",
        ),
        "curves": shown_html(repair.render_curves(facts)),
        "modes": shown_html(
            lessons.render_modes(found, None if facts is None else facts.evidence)
            if may(view.user.role, Permission.SEE_TEAM)
            else f"<h2>Modes to fade</h2>{BLIND}"
        ),
        "pairs": shown_html(lessons.render_pairs(found, _steps(facts, steps))),
    }


def _steps(facts: Facts | None, chosen: Any) -> int:
    """Return the steps that the repair under way was given, else those that are chosen, else the usual number."""
    if facts is not None and facts.repair is not None and facts.missing_for_repair():
        return int(facts.repair.params.get(STEPS, budget.STEPS))
    try:
        return budget.check_steps(chosen)
    except FadedError:
        return budget.STEPS
