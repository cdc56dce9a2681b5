"""What the page Team tells beside people, disputes and rules: how labeling goes, and what is seldom looked at."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

import gradio as gr

from faded.domain import FadedError
from faded.labeling import pace
from faded.labeling.standings import StandingsCache
from faded.store import former, labeling_rules, lineage, over_time
from faded.store.engine import Store
from faded.ui.auth import User
from faded.ui.cards import audit, confirmation, data
from faded.ui.cards import lineage as lineage_card
from faded.ui.cards import over_time as over_time_card
from faded.ui.cards import pace as pace_card
from faded.ui.cards.agreement import AgreementCache
from faded.ui.cards.over_time import OverTimeCache
from faded.ui.cards.pace import Going
from faded.ui.guarded import Answer, guarded, of_pages
from faded.ui.page import Shown, View, shown_html
from faded.ui.policy import Permission
from faded.ui.round_cache import COUNTING
from faded.ui.theme import asset, html

PARTS = ("contents", "pace", "confirmation", "over_time", "lineage", "data", "audit")

CONTENTS = (
    ("pace", "Progress"),
    ("people", "People"),
    ("agreement", "Agreement"),
    ("confirmation", "Modes"),
    ("disputes", "Disputes"),
    ("flags", "Flags"),
    ("gold", "Known answers"),
    ("qualify", "Qualification"),
    ("rules", "Rules"),
    ("guidelines", "Guidelines"),
    ("accounts", "Accounts"),
    ("lineage", "Lineage"),
    ("data", "Data"),
    ("audit", "Audit log"),
)
"""The parts of the page that can be gone to, in their order; the page hides the way to one that is empty."""


class Caches:
    """What is kept between two drawings of the page.

    Args:
        standings: How rounds stand, which other pages keep too.
    """

    def __init__(self, standings: StandingsCache) -> None:
        self.standings, self.over_time, self.agreement = standings, OverTimeCache(), AgreementCache()


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
    outputs: dict[str, Any] = {}
    for part in ("lineage", "data", "audit"):
        with gr.Column(elem_classes="f-card"):
            outputs[part] = html(elem_id=f"team-{part}")
    gr.HTML(
        "",
        elem_id="team-goes",
        apply_default_css=False,
        js_on_load=asset("team-goes.js"),
        server_functions=of_pages(server_functions(store)),
    )
    return outputs


def server_functions(store: Store) -> list[Callable[..., Answer]]:
    """Return the functions of these parts, bound to a store."""

    def team_audit(asked: dict[str, Any], request: gr.Request) -> Answer:
        """Look for words in the audit log."""
        return guarded(request, Permission.SEE_TEAM, lambda user: look_up(store, asked))

    def team_lineage(asked: dict[str, Any], request: gr.Request) -> Answer:
        """Trace a proposal or weights."""
        return guarded(request, Permission.SEE_TEAM, lambda user: trace(store, asked))

    def team_delete(asked: dict[str, Any], request: gr.Request) -> Answer:
        """Delete a person whose name was typed."""
        return guarded(request, Permission.MANAGE_PEOPLE, lambda user: delete(store, user, asked))

    return [team_audit, team_lineage, team_delete]


def look_up(store: Store, asked: Mapping[str, Any]) -> Answer:
    """Return the entries of the audit log that hold some words, as texts for the page to lay out."""
    with store.read() as db:
        return audit.found(audit.read(db, str(asked.get("words") or "").strip()))


def trace(store: Store, asked: Mapping[str, Any]) -> Answer:
    """Return the repairs that a proposal's verdicts went into, or that made weights, as texts for the page to lay out.

    Raises:
        FadedError: there is neither.
    """
    with store.read() as db:
        return lineage_card.found_texts(lineage.trace(db, str(asked.get("named") or "").strip(), lineage_card.TRACED))


def delete(store: Store, user: User, asked: Mapping[str, Any]) -> Answer:
    """Delete a person.

    Raises:
        FadedError: the name that was typed is another, or the person cannot be deleted.
    """
    name = str(asked.get("name") or "")
    if str(asked.get("typed") or "").strip() != name:
        raise FadedError(f"The name {asked.get('typed')!r} was typed: type {name} to delete that person.")
    return {"called": former.remove(store, name, user.name, time.time()).called}


def draw(view: View, caches: Caches) -> Mapping[str, Shown]:
    """Draw these parts for a manager."""
    facts, now = view.facts, time.time()
    counted = None if facts is None else caches.over_time.get(view.store, facts)
    missing = COUNTING if facts is None else caches.over_time.missing(facts)
    going, standings = None, None
    with view.store.read() as db:
        log = audit.read(db)
        repairs = [] if facts is None else lineage_card.read(db, facts.round.id)
    if facts is not None:
        with view.store.read() as db:
            standings = caches.standings.get(db, facts.round.id)
            rules = labeling_rules.that_hold(db, facts.round)
            left = pace.left(standings, over_time.begun(db, facts.round.id), rules.opinions)
        bins = None if counted is None else counted.bins
        going = Going(bins, left, pace.outlook(bins or (), left, now))
    return {
        "contents": shown_html(_contents()),
        "pace": shown_html(pace_card.render(facts, going, now, missing)),
        "confirmation": shown_html(confirmation.render(facts, standings)),
        "over_time": shown_html(over_time_card.render(facts, counted, missing)),
        "lineage": shown_html(lineage_card.render(facts, repairs)),
        "data": shown_html(data.render(facts)),
        "audit": shown_html(audit.render(log)),
    }


def _contents() -> str:
    links = "".join(
        f"<li><button type='button' data-goto='team-{part}'>{name}</button></li>" for part, name in CONTENTS
    )
    return f"<nav aria-label='On this page'><ul class='t-contents'>{links}</ul></nav>"
