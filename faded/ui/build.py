"""Assembles the pages: one Blocks app with a route each, so that every page has its own address."""

from __future__ import annotations

from collections.abc import Callable

import gradio as gr

from faded.store.engine import Store
from faded.ui import label_page, run_page
from faded.ui.theme import html

TITLE = "Faded"

MARK = (
    "<svg viewBox='0 0 92 28' aria-hidden='true'>"
    + "".join(
        f"<rect x='{24 * i}' y='4' width='20' height='20' rx='4' fill='currentColor' opacity='{o}'/>"
        for i, o in enumerate((1, 0.6, 0.3, 0.12))
    )
    + "</svg>"
)
"""Four squares that fade."""


def header(page: str) -> str:
    """Return the head of a page: the name and the way to the other page."""
    links = "".join(
        f"<a href='{path}'{' aria-current=page' if name == page else ''}>{name}</a>"
        for name, path in (("Run", "./"), ("Label", "./label"))
    )
    return (
        f"<header class='f-top'><span class='f-brand'>{MARK}{TITLE}</span>"
        f"<nav class='f-nav' aria-label='Pages'>{links}</nav></header>"
    )


def build(store: Store, worker_words: Callable[[], str]) -> gr.Blocks:
    """Return the app.

    Args:
        store: The open store.
        worker_words: Says how the worker is.
    """
    with gr.Blocks(title=TITLE, analytics_enabled=False) as app:
        gr.Navbar(visible=False)
        html(header("Run"))
        run_page.build(app, store, worker_words)
    with app.route("Label", "/label"):
        gr.Navbar(visible=False)
        html(header("Label"))
        label_page.build(store)
    return app
