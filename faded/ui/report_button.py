"""The button that saves a round's report as one page. It is made when it is asked for; no file is written or served."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import gradio as gr

from faded.domain import FadedError
from faded.report.collect import report
from faded.report.evidence import Shown as Evidence
from faded.report.render import render
from faded.store.engine import Store
from faded.ui.downloads import file_name
from faded.ui.facts import Facts
from faded.ui.guarded import Answer, guarded, of_pages
from faded.ui.page import whole_number
from faded.ui.policy import Permission
from faded.ui.theme import asset


def layout(store: Store, elem_id: str) -> gr.HTML:
    """Lay out the button in the current Blocks context."""
    return gr.HTML(
        elem_id=elem_id,
        apply_default_css=False,
        js_on_load=asset("report.js"),
        server_functions=of_pages(server_functions(store)),
    )


def draw(facts: Facts | None) -> str:
    """Return the button; empty before exploring has ended."""
    if facts is None or not facts.settled:
        return ""
    return (
        "<p class='f-report'><button type='button' class='f-save' data-report data-key='report'>Report</button> "
        "<span class='f-quiet' role='status' data-said>What the round found, as one page to keep or print.</span></p>"
    )


def server_functions(store: Store) -> list[Callable[..., Answer]]:
    """Return the function of the button, bound to a store."""

    def report_page(asked: dict[str, Any], request: gr.Request) -> Answer:
        """Return the page of a round's report, with the name to save it under."""
        return guarded(request, Permission.REPORT, lambda _user: page(store, asked.get("round")))

    return [report_page]


def page(store: Store, round_id: Any) -> dict[str, str]:
    """Return a report's page and its name.

    Args:
        store: The open store.
        round_id: The round, as the browser names it.

    Raises:
        FadedError: it names none, or one whose exploration has not ended, or evidence is missing.
    """
    number = whole_number(round_id)
    if number is None:
        raise FadedError(f"The page named the round {round_id!r}: reload it.")
    made = report(store, number)
    shown = Evidence(store.workspace, made.values["round"]["evidence"])
    name = f"report-{made.found.campaign.name}-round-{made.found.round.number}"
    return {"name": f"{file_name(name)}.html", "page": render(made.values, shown)}
