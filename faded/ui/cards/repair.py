"""The repair as HTML: what is missing or what it would take, its progress, its losses and its scores."""

from __future__ import annotations

from html import escape

from faded.domain import FadedError
from faded.repair import budget
from faded.store.jobs import JobState
from faded.ui import charts
from faded.ui.cards import cost, job
from faded.ui.cards.explore import figures, whereabouts
from faded.ui.cards.lessons import Lessons
from faded.ui.evidence import Evidence
from faded.ui.facts import Facts, Series
from faded.ui.page import empty
from faded.ui.words import count, percent, plural

LEAST_POINTS = 3
"""Fewer do not make a curve."""


def render(facts: Facts | None) -> str:
    """Return how the repair stands."""
    head = "<h2>Repair</h2>"
    if facts is None:
        return head + empty("No round yet", f"A repair needs a round with confirmed modes. {whereabouts(facts)}")
    if facts.repair is None:
        labels = facts.labels
        missing = facts.missing_for_repair()
        said = (
            f"{plural(facts.confirmed, 'mode', 'modes')} confirmed, {count(labels.refused)} refused, "
            f"{count(labels.open)} open, after {plural(labels.everybody, 'verdict', 'verdicts')}."
        )
        look = "" if facts.settled else f" {whereabouts(facts)}"
        return f"{head}<p>{said}</p>" + (f"<p class='f-quiet'>{escape(missing)}{look}</p>" if missing else "")
    bar = job.render(facts.repair)
    verify = facts.verify
    then = ""
    if verify is not None and verify.id > facts.repair.id and facts.result is None:
        then = f"<h3>Verification</h3>{job.render(verify)}"
    return f"{head}{bar}{_kept(facts)}{_figures(facts.repairing, facts.evidence)}{then}"


def render_budget(facts: Facts | None, found: Lessons | None, expected: cost.Cost | None, steps: float | None) -> str:
    """Return what the chosen number of steps costs, or what is wrong with it; empty where nothing can be started."""
    if facts is None or facts.missing_for_repair() or found is None or not found.modes:
        return ""
    try:
        budgeted = budget.check_steps(steps)
    except FadedError as error:
        return f"<p class='o-wrong' role='alert'>{escape(str(error))}</p>"
    return (
        f"<p>{cost.words(expected, budgeted)}</p>"
        f"<p class='f-quiet'>Every {facts.step.evaluate_every} steps the network is scored on {facts.evidence.many} "
        f"held out for that. It ends sooner where {facts.step.patience} scores in a row bring nothing better, and the "
        "best weights are kept, also when you stop it; stopped before there are better ones than now, it can be "
        "resumed.</p>"
    )


def _kept(facts: Facts) -> str:
    """Say which weights are kept, or would be if it were stopped now."""
    assert facts.repair is not None  # noqa: S101 - asked before
    if facts.best_step:
        which = f"those of step {count(facts.best_step)}"
        return (
            f"<p class='f-quiet'>Stopping keeps the best weights so far, {which}. Verification follows by itself.</p>"
        )
    if facts.repair.state is JobState.RUNNING:
        return (
            "<p class='f-quiet'>No weights are better than those it began with yet. Stopped now, it keeps none; "
            "resumed, it goes on from its last step, and before the first one it begins again.</p>"
        )
    result = facts.repair.result
    if facts.repair.state is not JobState.DONE or result is None or "best_step" not in result:
        return ""
    ended = "It was stopped after" if result["stopped"] else "It took"
    best = result["best_step"]
    which = f"the best weights, of step {count(best)}, are kept" if best else "no weights were better than the original"
    over = " It cannot be resumed; starting it again begins with the first step." if result["stopped"] else ""
    return f"<p>{ended} {plural(result['steps'], 'step', 'steps')}; {which}.{over}</p>"


def _figures(points: Series, evidence: Evidence) -> str:
    if not points:
        return ""
    step, last = points[-1]
    shown = [("optimiser steps", count(last.get("step", step)))]
    shown += [
        (words, percent(value))
        for value, words in (
            (last.get("mode_rate"), "fail under the modes, held out"),
            (None if "clean" not in last else 1 - last["clean"], f"unedited, {evidence.turned}, held out"),
        )
        if value is not None
    ]
    return figures(shown)


def render_curves(facts: Facts | None) -> str:
    """Return the losses and the scores over the steps, as HTML; empty before there is a repair."""
    points = () if facts is None else facts.repairing
    if facts is None or facts.repair is None:
        return ""
    head = "<h2>Losses and scores</h2>"
    if len(points) < LEAST_POINTS:
        return head + empty("No curve yet", "Curves appear here with the first steps.")
    upto, many = points[-1][1].get("steps", 0.0), facts.evidence.many
    loss = charts.Line("of each step", "agent", _series(points, "loss"))
    anchor = charts.Line("of each step", "agent", _series(points, "anchor"))
    drawn = [
        (
            charts.render("Preference loss, nats", "steps", [loss], upto=upto),
            "How far the chosen answers are from being given. It should fall.",
        ),
        (
            charts.render("Anchor, nats", "steps", [anchor], upto=upto),
            f"How far the answers to unedited {many} have moved from the original's. It should stay small.",
        ),
    ]
    evaluated = evaluations(points)
    if evaluated:
        rate = charts.Line(f"held-out {many}", "agent", [(x, now["mode_rate"]) for x, now in evaluated], dots=True)
        flips = charts.Line(f"held-out {many}", "agent", [(x, 1 - now["clean"]) for x, now in evaluated], dots=True)
        drawn += [
            (
                charts.render("Fail under the modes", "steps", [rate], share=True, upto=upto),
                f"The failures that are to fade, on {many} not trained on. It should fall.",
            ),
            (
                charts.render(
                    f"Unedited {many} lost" if facts.evidence.passes else "Clean score lost",
                    "steps",
                    [flips],
                    share=True,
                    upto=upto,
                ),
                f"Unedited {many} {facts.evidence.lost}. It should stay near zero.",
            ),
        ]
    figures = "".join(f"<div>{chart}<p class='f-quiet'>{words}</p></div>" for chart, words in drawn)
    return f"{head}<div class='f-charts'>{figures}</div>"


def evaluations(points: Series) -> list[tuple[float, dict[str, float]]]:
    """Return (step, figures) of every evaluation; the points between two of them repeat the earlier one."""
    found = {now["evaluated"]: dict(now) for _, now in points if "evaluated" in now}
    return sorted(found.items())


def _series(points: Series, name: str) -> list[tuple[float, float]]:
    return [(float(step), now[name]) for step, now in points if name in now]
