"""What the page Team tells beside people, disputes and rules: how labeling goes, and what is seldom looked at."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

import gradio as gr

from faded.labeling import pace
from faded.labeling.standings import StandingsCache
from faded.store import labeling_rules, over_time
from faded.store.engine import Store
from faded.ui.cards import confirmation
from faded.ui.cards import over_time as over_time_card
from faded.ui.cards import pace as pace_card
from faded.ui.cards.over_time import OverTimeCache
from faded.ui.cards.pace import Going
from faded.ui.page import Shown, View, shown_html
from faded.ui.theme import asset, html

PARTS = ("contents", "pace", "confirmation", "over_time")

CONTENTS = (
    ("pace", "Progress"),
    ("people", "People"),
    ("agreement", "Agreement"),
    ("confirmation", "Modes"),
    ("disputes", "Disputes"),
    ("rules", "Rules"),
)
"""The parts of the page that can be gone to, in their order."""


class Caches:
    """What is kept between two drawings of the page.

    Args:
        standings: How rounds stand, which other pages keep too.
    """

    def __init__(self, standings: StandingsCache) -> None:
        self.standings, self.over_time = standings, OverTimeCache()


def lay_first() -> dict[str, Any]:
    """Lay out what stands before all else."""
    outputs: dict[str, Any] = {"contents": html(elem_id="team-contents")}
    with gr.Column(elem_classes="f-card"):
        outputs["pace"] = html(elem_id="team-pace")
    return outputs


def lay_middle() -> dict[str, Any]:
    """Lay out what follows agreement."""
    outputs: dict[str, Any] = {}
    with gr.Column(elem_classes="f-card"):
        outputs["over_time"] = html(elem_id="team-over_time")
    with gr.Column(elem_classes="f-card"):
        outputs["confirmation"] = html(elem_id="team-confirmation")
    return outputs


def lay_last(store: Store) -> dict[str, Any]:
    """Lay out what is seldom looked at."""
    gr.HTML("", elem_id="team-goes", apply_default_css=False, js_on_load=asset("team-goes.js"))
    return {}


def draw(view: View, caches: Caches) -> Mapping[str, Shown]:
    """Draw these parts for a manager."""
    facts, now = view.facts, time.time()
    counted = None if facts is None else caches.over_time.get(view.store, facts)
    going, standings = None, None
    if facts is not None:
        with view.store.read() as db:
            standings = caches.standings.get(db, facts.round.id)
            rules = labeling_rules.that_hold(db, facts.round)
            left = pace.left(standings, over_time.begun(db, facts.round.id), rules.opinions)
        bins = None if counted is None else counted.bins
        going = Going(bins, left, pace.outlook(bins or (), left, now))
    return {
        "contents": shown_html(_contents()),
        "pace": shown_html(pace_card.render(facts, going, now)),
        "confirmation": shown_html(confirmation.render(facts, standings)),
        "over_time": shown_html(over_time_card.render(facts, counted)),
    }


def _contents() -> str:
    links = "".join(
        f"<li><button type='button' data-goto='team-{part}'>{name}</button></li>" for part, name in CONTENTS
    )
    return f"<nav aria-label='On this page'><ul class='t-contents'>{links}</ul></nav>"
