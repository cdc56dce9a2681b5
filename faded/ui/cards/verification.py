"""What verification found, as HTML: the gate, the headline figures with their intervals, what could not be told."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any

from faded.ui import evidence
from faded.ui.cards import job
from faded.ui.evidence import Evidence
from faded.ui.facts import BUSY, Facts
from faded.ui.page import empty
from faded.ui.words import clock, count, percent, plural, points

UNKNOWN = "not known"


def render(facts: Facts | None) -> str:
    """Return how the verification stands, and what it found."""
    head = "<h2>Verification</h2>"
    found = None if facts is None else facts.result
    if facts is None or found is None:
        return head + _before(facts)
    words = facts.evidence
    lead = _compared(found, words) if facts.compares else _headline(found, words)
    return f"{head}{_decision(facts)}{lead}{_figures(found, words)}{_gate(found)}"


def _before(facts: Facts | None) -> str:
    """Say what is missing, or how far the job is."""
    repair, verify = (None, None) if facts is None else (facts.repair, facts.verify)
    if facts is not None and facts.compares:
        text = "The candidate is asked once exploring is done. <a href='#run'>See how far it is</a>."
        return empty("Nothing is compared yet", text) if verify is None else job.render(verify)
    if repair is not None and verify is not None and verify.id > repair.id:
        return job.render(verify)
    if repair is not None and repair.state in BUSY:
        text = "Verification follows by itself. <a href='#repair'>See how far it is</a>."
        return empty("The repair is under way", text)
    text = "What a repair changed appears here after it. <a href='#repair'>Go to the repair</a>."
    return empty("Nothing is verified yet", text)


def share(value: float | None) -> str:
    """Return a share as a percentage, or say that it is not known."""
    return UNKNOWN if value is None else percent(value)


def _headline(found: Mapping[str, Any], words: Evidence) -> str:
    drop, interval = found.get("relative_drop"), found.get("interval90")
    if drop is None or interval is None:
        return "<p>No confirmed mode could be verified, so nothing can be said of the drop.</p>"
    before, after = percent(found["induced_rate_before"]), percent(found["induced_rate_after"])
    return (
        f"<p class='f-lead'>The confirmed failures fell by <b>{percent(drop)}</b> "
        f"(90% interval {percent(interval[0])} to {percent(interval[1])}): before the repair "
        f"{before} of the {words.many} failed under these settings, now {after}. {_clean(found, words)} Measured on "
        f"{words.count(found['inputs'])} that neither exploring nor repairing has used.</p>"
    )


def _compared(found: Mapping[str, Any], words: Evidence) -> str:
    """Say how a candidate does where the target fails."""
    drop, interval = found.get("all_modes_relative_drop"), found.get("all_modes_interval90")
    modes = plural(found["modes_established"], "established mode", "established modes")
    less = (
        "None of the target's modes could be asked again. "
        if drop is None or interval is None
        else f"Under the target's {modes} the candidate fails <b>{_less(drop)}</b> than it "
        f"(90% interval {_less(interval[1])} to {_less(interval[0])}). "
    )
    broken = plural(found["newly_broken"], "setting is", "settings are")
    return (
        f"<p class='f-lead'>{less}{broken} newly broken. {_clean(found, words)} Measured on "
        f"{words.count(found['inputs'])} that exploring has not used.</p>"
    )


def _less(drop: float) -> str:
    return f"{percent(abs(drop))} {'less' if drop >= 0 else 'more'} often"


def _clean(found: Mapping[str, Any], words: Evidence) -> str:
    """Say what became of the unedited inputs."""
    measured = evidence.clean(found, words)
    change = measured.change(found["clean_after"] - found["clean_before"])
    if words.compares:
        target, candidate = measured.value(found["clean_before"]), measured.value(found["clean_after"])
        return (
            f"{measured.name.capitalize()} on unedited {words.many} is {target} by the target and {candidate} by the "
            f"candidate ({change})."
        )
    return f"{measured.name.capitalize()} on unedited {words.many} went from {measured.from_to(found)} ({change})."


def _figures(found: Mapping[str, Any], words: Evidence) -> str:
    measured = evidence.clean(found, words)
    every = _with_interval("drop, all established modes", found, "all_modes_relative_drop", "all_modes_interval90")
    of_a_repair = [
        _with_interval("drop, confirmed modes", found, "relative_drop", "interval90"),
        every,
        _with_interval("drop, modes not repaired", found, "unlabelled_relative_drop", "unlabelled_interval90"),
        _with_interval("drop, half-way settings", found, "interpolated_relative_drop", "interpolated_interval90"),
    ]
    items = [
        *([every] if words.compares else of_a_repair),
        (
            f"{measured.name} on unedited {words.many}",
            measured.change(found["clean_after"] - found["clean_before"]),
            _ends(found.get("clean_change_interval90"), measured.change),
        ),
        _with_interval(
            f"unedited, {words.turned}",
            found,
            "negative_flip_rate",
            "negative_flip_interval90",
        ),
        *(_beside(figure) for figure in found.get("beside") or ()),
    ]
    cells = "".join(f"<div><dt>{name}</dt><dd>{value}<small>{ends}</small></dd></div>" for name, value, ends in items)
    return f"<dl class='f-figures o-figures'>{cells}</dl>"


def _with_interval(name: str, found: Mapping[str, Any], value: str, interval: str) -> tuple[str, str, str]:
    return name, share(found.get(value)), _ends(found.get(interval), percent)


def _beside(figure: Mapping[str, Any]) -> tuple[str, str, str]:
    """Return the change of a figure that no failure shows: in points, or in percent of what it was."""
    before, (low, high) = figure["before"], figure["change_interval90"]
    change = figure["after"] - before
    if not figure["relative"] or before <= 0:
        return figure["name"], points(change), _ends((low, high), points)
    return figure["name"], _signed(change / before), _ends((low / before, high / before), _signed)


def _signed(share: float) -> str:
    return f"{100 * share:+.1f}%"


def _ends(interval: Any, form: Any) -> str:
    """Return an interval in words; a round verified before these were kept has none."""
    return "" if interval is None else f"{form(interval[0])} to {form(interval[1])}".replace(" points to", " to")


def _gate(found: Mapping[str, Any]) -> str:
    gate = found["gate"]
    word, look = ("The gate passed", "good") if gate["passed"] else ("The gate did not pass", "bad")
    reasons = "".join(f"<li>{escape(str(reason))}</li>" for reason in gate["reasons"])
    return f"<div class='f-note {look}'><p><b>{word}</b></p><ul class='f-reasons'>{reasons}</ul></div>"


def _decision(facts: Facts) -> str:
    done = facts.round
    if facts.open:
        return ""
    word = done.state.value.replace("_", " ").capitalize()
    look = "good" if done.state.value == "accepted" else "warn"
    by = escape(done.decided_by or "")
    return f"<div class='f-note {look}'><p><b>{word}</b> by {by} on {clock(done.decided_at)}.</p></div>"


def render_untold(facts: Facts | None) -> str:
    """Return what could not be told, in words; empty before there is a result."""
    found = None if facts is None else facts.result
    if facts is None or found is None:
        return ""
    many = facts.evidence.many
    smallest, margin = found.get("smallest_detectable_change"), found.get("margin", 0.0)
    unknown = found.get("cannot_tell", 0)
    tested = found.get("modes_established", 0) + found.get("watched", 0)
    said = [
        f"Of <b>{count(unknown)}</b> of the {plural(tested, 'setting', 'settings')} tested nothing can be said: "
        f"neither a better rate nor a rise above {100 * margin:.1f} points is certain, nor that there is none."
        if unknown
        else f"Of each of the {plural(tested, 'setting', 'settings')} tested something can be said.",
        f"In most settings the {many} are too few to see even a rise of the rate to one."
        if smallest is None
        else f"The rate of a single setting would have to rise by <b>{100 * smallest:.1f} points</b> to be called "
        "newly broken in four of five such verifications. Smaller damage to single settings goes mostly unseen here; "
        f"more verify {many} would show it.",
        _watched(found.get("watched", 0)),
    ]
    notes = [escape(str(note)) for note in found.get("notes", ())]
    items = "".join(f"<li>{text}</li>" for text in (*said, *notes) if text)
    return f"<h2>What could not be told</h2><ul class='f-reasons'>{items}</ul>"


def _watched(number: int) -> str:
    """Say how common damage must be for one of the watched settings to have it, with a chance of 95%."""
    if not number:
        return ""
    return (
        f"{plural(number, 'setting was', 'settings were')} drawn at random and watched besides the modes. Damage of a "
        f"kind that touches fewer than {percent(1 - 0.05 ** (1 / number))} of all settings can be missed by the draw."
    )
