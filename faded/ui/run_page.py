"""The page *Run*: start a round, watch it, repair, decide. One slow timer polls the store."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from typing import Any

import gradio as gr

from faded.config import DEFAULT_BOUND, DEFAULT_QUERIES
from faded.domain import FadedError
from faded.store.campaigns import RoundState
from faded.store.engine import Store
from faded.ui import auth, run_actions
from faded.ui.landscape_view import LandscapeCache
from faded.ui.run_view import OUTPUTS, Choice, draw
from faded.ui.theme import asset, html

POLL_S = 2.0
"""Seconds between two looks at the store: a person sees progress move, and the worker does not notice."""

QUIET = {"show_progress": "hidden", "queue": False, "concurrency_limit": None, "api_visibility": "private"}
"""How every event of the page is wired: short, never queued behind anything, without an overlay."""

Handler = Callable[..., list[Any]]


@dataclass(frozen=True)
class Parts:
    """The components that change, by the names that `run_view` draws under."""

    outputs: dict[str, Any]
    seen: gr.State
    message: gr.HTML

    @property
    def choice(self) -> list[Any]:
        """What the person has chosen: the inputs of every handler."""
        return [self.outputs[name] for name in ("campaign", "across", "down", "stratum")]

    @property
    def all(self) -> list[Any]:
        """Every output in order."""
        return [*(self.outputs[name] for name in OUTPUTS), self.seen, self.message]


def build(app: gr.Blocks, store: Store, worker_words: Callable[[], str]) -> None:
    """Lay out the page in the current Blocks context.

    Args:
        app: The app that the page belongs to.
        store: The open store.
        worker_words: Says how the worker is.
    """
    parts, form, buttons = _layout()
    cache = LandscapeCache(store)

    def shown(user: auth.User, choice: Choice, seen: dict[str, str], message: str) -> list[Any]:
        drawn = draw(store, cache, user, choice, worker_words())
        changed = {name: s for name, s in drawn.items() if seen.get(name) != s.digest}
        updates = [changed[name].update if name in changed else gr.skip() for name in OUTPUTS]
        return [*updates, {**seen, **{n: s.digest for n, s in changed.items()}}, _note(message)]

    def poll(
        campaign: Any, across: Any, down: Any, stratum: Any, seen: dict[str, str], request: gr.Request
    ) -> list[Any]:
        user = auth.authorise(request)
        updates = shown(user, Choice(campaign, across, down, stratum), seen, "")
        return [*updates[:-1], gr.skip()]

    def act(work: Callable[[auth.User, Any], None]) -> Handler:
        def handler(
            campaign: Any, across: Any, down: Any, stratum: Any, seen: dict[str, str], request: gr.Request
        ) -> list[Any]:
            user = auth.authorise(request)
            message = ""
            try:
                work(user, campaign)
            except FadedError as error:
                message = str(error)
            return shown(user, Choice(campaign, across, down, stratum), seen, message)

        return handler

    def start(queries: Any, seed: Any, bound: Any, seen: dict[str, str], request: gr.Request) -> list[Any]:
        user = auth.authorise(request)
        try:
            campaign = run_actions.start_demo(store, user, run_actions.demo_config(queries, seed, bound))
        except FadedError as error:
            return [*(gr.skip() for _ in OUTPUTS), gr.skip(), gr.skip(), _note(str(error))]
        return [*shown(user, Choice(campaign, None, None, None), seen, ""), ""]

    given = [*parts.choice, parts.seen]
    actions: dict[str, Callable[[auth.User, Any], None]] = {
        "stop": lambda user, campaign: run_actions.stop(store, user, campaign),
        "resume": lambda user, campaign: run_actions.resume(store, user, campaign),
        "repair": lambda user, campaign: run_actions.start_repair(store, user, campaign),
        "accept": lambda user, campaign: run_actions.decide(store, user, campaign, RoundState.ACCEPTED),
        "roll_back": lambda user, campaign: run_actions.decide(store, user, campaign, RoundState.ROLLED_BACK),
    }
    for name, work in actions.items():
        parts.outputs[name].click(act(work), given, parts.all, **QUIET)
    buttons["start"].click(start, [*form, parts.seen], [*parts.all, buttons["form_message"]], **QUIET)
    for name in ("campaign", "across", "down", "stratum"):
        parts.outputs[name].input(poll, given, parts.all, **QUIET)
    gr.Timer(POLL_S).tick(poll, given, parts.all, **QUIET)
    app.load(poll, given, parts.all, **QUIET)


def _note(message: str) -> str:
    return f"<div class='f-note bad' role='alert'><p>{escape(message)}</p></div>" if message else ""


def _layout() -> tuple[Parts, list[Any], dict[str, Any]]:
    """Lay the components out; return those that change, the form's fields, and what belongs to the form."""
    made: dict[str, Any] = {}
    with gr.Row(elem_classes="f-line"):
        made["campaign"] = gr.Dropdown([], label="Campaign", elem_id="run-campaign", filterable=False, container=False)
        made["worker"] = html(elem_id="run-worker")
    made["head"] = html(elem_id="run-head")
    with gr.Row(elem_classes="f-job"):
        made["stop"] = gr.Button("Stop", visible=False, elem_id="run-stop")
        made["resume"] = gr.Button("Resume", visible=False, variant="primary", elem_id="run-resume")
    message = html(elem_id="run-message")
    with gr.Row(elem_classes="f-columns"):
        with gr.Column(scale=5, min_width=320):
            with gr.Column(elem_classes="f-card"):
                made["explore"] = html(elem_id="run-explore")
            form, buttons, made["form"] = _form()
        with gr.Column(scale=7, min_width=320, elem_classes="f-card"):
            html("<h2>Failure landscape</h2>")
            with gr.Row(elem_classes="f-pickers"):
                for name, label in (("across", "Across"), ("down", "Down"), ("stratum", "Stratum")):
                    made[name] = gr.Dropdown([], label=label, elem_id=f"run-{name}", filterable=False, min_width=110)
            made["landscape"] = html(elem_id="run-landscape", js=asset("heatmap.js"))
    with gr.Row(elem_classes="f-columns"):
        with gr.Column(scale=5, min_width=320, elem_classes="f-card"):
            made["repairing"] = html(elem_id="run-repairing")
            made["repair"] = gr.Button("Start repair", variant="primary", interactive=False, elem_id="run-repair")
        with gr.Column(scale=7, min_width=320, elem_classes="f-card"):
            made["verification"] = html(elem_id="run-verification")
            with gr.Row(elem_classes="f-actions"):
                made["accept"] = gr.Button("Accept repair", visible=False, variant="primary", elem_id="run-accept")
                made["roll_back"] = gr.Button("Roll back", visible=False, elem_id="run-roll-back")
            made["modes"] = html(elem_id="run-modes")
    return Parts(made, gr.State({}), message), form, buttons


def _form() -> tuple[list[Any], dict[str, Any], Any]:
    with gr.Column(elem_classes="f-card"), gr.Accordion("Start a round on the demo", open=True) as fold:
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
        form_message = html(elem_id="form-message")
        start = gr.Button("Start round", variant="primary", elem_id="form-start")
    return [queries, seed, bound], {"start": start, "form_message": form_message}, fold
