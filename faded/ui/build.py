"""Assembles the app: one document with the frame and a section for each page."""

from __future__ import annotations

from collections.abc import Callable

import gradio as gr

from faded.labeling.standings import StandingsCache
from faded.store.engine import Store
from faded.ui import account, frame, label_page, landscape_page, new_page, repair_page, run_page, team_page, verify_page
from faded.ui.page import Page
from faded.ui.theme import html

TITLE = "Faded"


def build(store: Store, worker_words: Callable[[], str], mirror_words: Callable[[], str]) -> gr.Blocks:
    """Return the app.

    Args:
        store: The open store.
        worker_words: Says how the worker is.
        mirror_words: Says what is wrong with the mirror; empty where nothing is.
    """
    standings = StandingsCache()
    layouts: dict[str, Callable[[], Page]] = {
        "run": lambda: run_page.layout(store),
        "label": lambda: label_page.layout(store, standings),
        "landscape": lambda: landscape_page.layout(store, worker_words),
        "repair": repair_page.layout,
        "verify": lambda: verify_page.layout(store),
        "new": lambda: new_page.layout(store),
        "team": lambda: team_page.layout(store, standings),
    }
    pages, sign_in = [], account.sign_in()
    with gr.Blocks(title=TITLE, analytics_enabled=False) as app:
        head = frame.layout()
        if sign_in is not None:
            sign_in.render()
        for name, layout in layouts.items():
            with gr.Column(elem_id=f"page-{name}", elem_classes="f-page"):
                html(f"<h1 class='f-hidden' tabindex='-1'>{name.capitalize()}</h1>")
                pages.append(layout())
        frame.Wiring(store, head, pages, worker_words, mirror_words, standings).connect(app)
    return app
