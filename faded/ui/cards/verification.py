"""What verification found, as HTML: headline figures in plain words, the gate, the modes before and after."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from faded.ui.cards.explore import figures
from faded.ui.facts import Facts
from faded.ui.words import clock, count, percent, plural, points

LOOK = {"fixed": "good", "newly broken": "bad", "cannot tell": "warn"}
"""How a mode's status is coloured; the word itself is always there."""

UNKNOWN = "not known"


def render(facts: Facts | None) -> str:
    """Return the card's content but for the table."""
    found = None if facts is None else facts.result
    if facts is None or found is None:
        return "<h2>Verification</h2><p class='f-quiet'>What a repair changed appears here after it.</p>"
    return f"<h2>Verification</h2>{_gate(found)}{_headline(found)}{_figures(found)}{_decision(facts)}"


def render_modes(facts: Facts | None) -> str:
    """Return the table of modes before and after: what decides first, the rest folded; empty before there is one."""
    found = None if facts is None else facts.result
    modes = () if found is None else tuple(found.get("modes", ()))
    first = [m for m in modes if "confirmed" in m.get("roles", ()) or _status(m) == "newly broken"]
    rest = [m for m in modes if m not in first]
    parts = [f"<h3>Confirmed modes, and whatever is newly broken</h3>{_table(first)}"] if first else []
    if rest:
        words = plural(len(rest), "other established mode", "other established modes")
        parts.append(f"<details class='f-more'><summary>{words}</summary>{_table(rest)}</details>")
    return "".join(parts)


def share(value: float | None) -> str:
    """Return a share as a percentage, or say that it is not known."""
    return UNKNOWN if value is None else percent(value)


def _headline(found: Mapping[str, Any]) -> str:
    drop, interval = found.get("relative_drop"), found.get("interval90")
    if drop is None or interval is None:
        return "<p>No confirmed mode could be verified, so nothing can be said of the drop.</p>"
    change = found["clean_after"] - found["clean_before"]
    before, after = percent(found["induced_rate_before"]), percent(found["induced_rate_after"])
    return (
        f"<p class='f-lead'>The confirmed failures fell by <b>{percent(drop)}</b> "
        f"(90% interval {percent(interval[0])} to {percent(interval[1])}): before the repair "
        f"{before} of the pictures failed under these settings, now {after}. "
        f"Accuracy on unedited pictures went from {percent(found['clean_before'])} to {percent(found['clean_after'])} "
        f"({points(change)}). Measured on {count(found['inputs'])} pictures that no other stage has used.</p>"
    )


def _figures(found: Mapping[str, Any]) -> str:
    return figures(
        [
            ("relative drop, confirmed modes", share(found.get("relative_drop"))),
            ("relative drop, all established modes", share(found.get("all_modes_relative_drop"))),
            ("relative drop, half-way settings", share(found.get("interpolated_relative_drop"))),
            ("clean pictures that turned wrong", share(found.get("negative_flip_rate"))),
            ("settings newly broken", count(found.get("newly_broken", 0))),
            ("smallest rise one setting could have shown", share(found.get("smallest_detectable_change"))),
        ]
    )


def _gate(found: Mapping[str, Any]) -> str:
    gate = found["gate"]
    word, look = ("The gate passed", "good") if gate["passed"] else ("The gate did not pass", "bad")
    reasons = "".join(f"<li>{escape(str(reason))}</li>" for reason in gate["reasons"])
    return f"<div class='f-note {look}'><p><b>{word}</b></p><ul class='f-reasons'>{reasons}</ul></div>"


def _table(modes: Sequence[Mapping[str, Any]]) -> str:
    rows = "".join(_mode(mode) for mode in modes)
    return (
        "<div class='f-table-scroll' tabindex='0' role='region' aria-label='Modes before and after'>"
        "<table class='f-table'><thead><tr><th scope='col'>Stratum</th><th scope='col'>Setting</th>"
        "<th scope='col' class='f-num'>Pictures</th><th scope='col' class='f-num'>Before</th>"
        "<th scope='col' class='f-num'>After</th><th scope='col'>Status</th></tr></thead>"
        f"<tbody>{rows}</tbody></table></div>"
    )


def _status(mode: Mapping[str, Any]) -> str:
    return str(mode["change"])


def _mode(mode: Mapping[str, Any]) -> str:
    status = _status(mode)
    pill = f"<span class='f-pill {LOOK.get(status, '')}'>{escape(status)}</span>"
    return (
        f"<tr><th scope='row'>{escape(str(mode['stratum']))}</th><td>{escape(str(mode['setting']))}</td>"
        f"<td class='f-num'>{count(mode['n'])}</td><td class='f-num'>{share(mode['before'])}</td>"
        f"<td class='f-num'>{share(mode['after'])}</td><td>{pill}</td></tr>"
    )


def _decision(facts: Facts) -> str:
    done = facts.round
    if facts.open:
        return ""
    word = done.state.value.replace("_", " ").capitalize()
    look = "good" if done.state.value == "accepted" else "warn"
    by = escape(done.decided_by or "")
    return f"<div class='f-note {look}'><p><b>{word}</b> by {by} on {clock(done.decided_at)}.</p></div>"
