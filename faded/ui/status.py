"""Where a round stands and what to do next, in one sentence, and the five steps of a round."""

from __future__ import annotations

from html import escape

from faded.stages import EXPLORE, REPAIR, VERIFY
from faded.store.campaigns import RoundState
from faded.store.jobs import Job, JobState
from faded.ui.facts import BUSY, Facts
from faded.ui.words import clock, count, plural

STAGE_WORDS = {EXPLORE: "Exploring", REPAIR: "The repair", VERIFY: "The verification"}
STEPS = ("Explore", "Label", "Repair", "Verify", "Decide")
NO_ROUND = "No round yet. Start one on the demo below; the first results appear within a minute."


def sentence(facts: Facts | None) -> str:
    """Return where the round stands and what to do next, as HTML."""
    if facts is None:
        return escape(NO_ROUND)
    name = f"{escape(facts.campaign.name)}, round {facts.round.number}: "
    if not facts.open:
        return name + _decided(facts)
    job = facts.current
    if job is not None and job.state is JobState.FAILED:
        return f"{name}{STAGE_WORDS[job.kind].lower()} failed. Read the message below, mend its cause, then resume."
    if job is not None and job.state is JobState.STOPPED:
        return f"{name}{STAGE_WORDS[job.kind].lower()} is stopped at {job.progress:.0%}. {_after_stop(facts, job)}"
    if job is not None and job.state in BUSY:
        return name + _busy(facts, job)
    if facts.result is not None:
        passed = bool(facts.result["gate"]["passed"])
        advice = "Accept it, or roll it back." if passed else "Read the reasons below; rolling back is the safe choice."
        return f"{name}the repair is verified and the gate {'passed' if passed else 'did not pass'}. {advice}"
    return name + _label(facts)


def _decided(facts: Facts) -> str:
    done = facts.round
    word = "accepted" if done.state is RoundState.ACCEPTED else "rolled back"
    return f"{word} by {escape(done.decided_by or '')} on {clock(done.decided_at)}. Start another round when you like."


def _after_stop(facts: Facts, job: Job) -> str:
    if job.kind == EXPLORE and facts.proposals:
        return f"Resume it, or {_link(facts, 'label what was found')}."
    return "Resume it when you like."


def _busy(facts: Facts, job: Job) -> str:
    if job.state is JobState.QUEUED:
        return f"{STAGE_WORDS[job.kind].lower()} waits for the worker."
    if job.kind == EXPLORE and facts.labels.left:
        waiting = plural(facts.labels.left, "proposal waits", "proposals wait")
        return f"exploring. {waiting} already: {_link(facts, 'start labeling')} while it goes on."
    tail = {
        EXPLORE: "exploring. Proposals appear as soon as failures are found.",
        REPAIR: "repairing the confirmed modes. Verification follows by itself.",
        VERIFY: "verifying the repair on pictures that no stage has used.",
    }
    return tail[job.kind]


def _label(facts: Facts) -> str:
    labels = facts.labels
    if labels.left and labels.confirmed:
        confirmed = plural(labels.confirmed, "mode is", "modes are")
        return f"{confirmed} confirmed. {_link(facts, 'Label more')}, or start the repair."
    if labels.left:
        waits = plural(labels.left, "proposal waits", "proposals wait")
        return f"{waits} for a verdict. {_link(facts, 'Label them')} until a mode is confirmed."
    if labels.confirmed:
        return f"everything is labeled, {count(labels.confirmed)} modes are confirmed. Start the repair."
    if facts.proposals:
        return "everything is labeled and no mode is confirmed: there is nothing to repair. Start another round."
    return "exploring found no failures above the bound. Start another round with more queries or a lower bound."


def _link(facts: Facts, words: str) -> str:
    return f"<a href='label?round={facts.round.id}'>{words}</a>"


def steps(facts: Facts | None) -> list[tuple[str, str, str]]:
    """Return (name, state, remark) of the five steps; the state is `done`, `now`, `failed` or empty."""
    if facts is None:
        return [(name, "", "") for name in STEPS]
    explore, repair, verify = (_state(job) for job in (facts.explore, facts.repair, facts.verify))
    if facts.repair is not None and facts.verify is not None and facts.verify.id < facts.repair.id:
        verify = ""
    started = facts.repair is not None
    labels = "done" if started else "now" if facts.proposals else ""
    decided = "" if facts.result is None else "now" if facts.open else "done"
    remarks = (
        f"{count(facts.counts.queries)} queries",
        f"{count(facts.labels.everybody)} verdicts",
        "" if facts.repair is None else f"{facts.repair.progress:.0%}",
        "" if not verify or facts.verify is None else f"{facts.verify.progress:.0%}",
        "" if facts.open else facts.round.state.value.replace("_", " "),
    )
    return list(zip(STEPS, (explore, labels, repair, verify, decided), remarks, strict=True))


def _state(job: Job | None) -> str:
    if job is None:
        return ""
    if job.state is JobState.DONE:
        return "done"
    return "failed" if job.state is JobState.FAILED else "now"


def render(facts: Facts | None) -> str:
    """Return the head of the page as HTML; a screen reader hears it change."""
    items = "".join(
        f"<li class='{state}'{' aria-current=step' if state == 'now' else ''}>"
        f"<b>{name}</b><span>{escape(remark)}&nbsp;</span></li>"
        for name, state, remark in steps(facts)
    )
    return (
        f"<div class='f-now'><p class='f-sentence' role='status'>{sentence(facts)}</p>"
        f"<ol class='f-steps' aria-label='Steps of a round'>{items}</ol></div>"
    )
