"""The exploration as HTML: figures, and the agent beside the uniform control as rates per query."""

from __future__ import annotations

from collections.abc import Mapping

from faded.store.jobs import JobState
from faded.ui import charts
from faded.ui.cards import job
from faded.ui.facts import BUSY, Facts, Series
from faded.ui.page import empty
from faded.ui.words import count, percent

LEAST_POINTS = 3
"""Fewer do not make a curve."""


def figures(items: list[tuple[str, str]]) -> str:
    """Return figures with their names as HTML; both are trusted text."""
    return "<dl class='f-figures'>" + "".join(f"<div><dt>{n}</dt><dd>{v}</dd></div>" for n, v in items) + "</dl>"


def render(facts: Facts | None) -> str:
    """Return the card's content."""
    if facts is None or facts.explore is None:
        return "<h2>Exploration</h2>" + empty(
            "Nothing is being explored",
            "Start a round on a demo below, or <a href='#new'>bring a model and data of your own</a>.",
        )
    return f"<h2>Exploration</h2>{job.render(facts.explore)}{_rates(facts.latest)}{_counts(facts)}"


def whereabouts(facts: Facts | None) -> str:
    """Say how exploring is and where to look, or where to start it, as HTML; empty once it is done."""
    if facts is None or facts.explore is None:
        return "<a href='#run'>Start a round</a>."
    state = facts.explore.state
    if state in BUSY:
        return "The round is exploring: <a href='#run'>see on the page Run how far it is</a>."
    words = {JobState.STOPPED: "Exploring is stopped", JobState.FAILED: "Exploring failed"}.get(state)
    return "" if words is None else f"{words}: <a href='#run'>look at it on the page Run</a>."


def render_curves(facts: Facts | None) -> str:
    """Return what was found over the queries spent, the agent's beside the uniform control's, as HTML."""
    head = "<h2>What the queries found</h2>"
    points = () if facts is None else facts.exploring
    if len(points) < LEAST_POINTS:
        return head + empty("Nothing found yet", "Curves appear here once a round explores.")
    agent = charts.Line("the agent", "agent", _own(points, "agent_queries", "agent_failures"))
    control = charts.Line("uniform control", "plain", _own(points, "control_queries", "control_failures"))
    modes = charts.Line("the agent", "agent", _own(points, "agent_queries", "agent_modes"))
    by_chance = charts.Line("uniform control", "plain", _own(points, "control_queries", "control_modes"))
    return (
        f"{head}<div class='f-charts'>"
        f"{charts.render('Induced failures', 'queries of its own', [agent, control])}"
        f"{charts.render('Established modes', 'queries of its own', [modes, by_chance])}</div>"
    )


def _own(points: Series, across: str, up: str) -> list[tuple[float, float]]:
    return [(0.0, 0.0), *((now[across], now[up]) for _, now in points if across in now and up in now)]


def _counts(facts: Facts) -> str:
    now = facts.latest
    budget = facts.round.summary.get("queries", facts.campaign.config.get("queries", 0))
    items = [
        ("queries", f"{count(facts.counts.queries)} <small>of {count(budget)}</small>"),
        ("established modes", count(now.get("modes", 0))),
        ("proposals waiting", count(facts.labels.left)),
    ]
    if "n_updates" in now:
        items.append(("optimiser steps of the agent", count(now["n_updates"])))
    if "entropy" in now:
        items.append(("policy entropy, nats", f"{now['entropy']:.2f}"))
    if "kl_from_uniform" in now:
        items.append(("divergence from uniform, nats", f"{now['kl_from_uniform']:.2f}"))
    return figures(items)


def _rates(now: Mapping[str, float]) -> str:
    if not now.get("agent_queries"):
        return ""
    agent = _row("the agent", now["agent_failures"], now["agent_queries"], "")
    control = _row("uniform control", now["control_failures"], now["control_queries"], "plain")
    return (
        "<table class='f-compare'><caption class='f-hidden'>Induced failures per query</caption>"
        "<thead><tr><th scope='col' colspan='3'>Induced failures per query</th></tr></thead>"
        f"<tbody>{agent}{control}</tbody></table>"
    )


def _row(name: str, failures: float, queries: float, look: str) -> str:
    rate = failures / queries if queries else 0.0
    shown = percent(rate) if queries else "none yet"
    return (
        f"<tr><th scope='row'>{name}</th>"
        f"<td><span class='f-meter {look}'><i style='width:{100 * rate:.1f}%'></i></span></td>"
        f"<td class='f-num'>{shown} <span class='f-quiet'>({count(failures)} of {count(queries)})</span></td></tr>"
    )
