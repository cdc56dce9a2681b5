"""Where a round stands and what would help most now, in one sentence, and the way through its five pages."""

from __future__ import annotations

from html import escape

from faded.stages import CLEAN, EXPLORE, REPAIR, VERIFY
from faded.store.campaigns import RoundState
from faded.store.jobs import Job, JobState
from faded.ui.facts import BUSY, Facts
from faded.ui.page import NAMES
from faded.ui.words import clock, count, plural

STAGE_WORDS = {EXPLORE: "Exploring", REPAIR: "The repair", VERIFY: "The verification"}
KEEP_THE_BEST = "Stop the repair, keep the best"
"""What the button that stops a stage says where stopping is not only a pause."""
PAGE_OF = {EXPLORE: "run", REPAIR: "repair", VERIFY: "verify"}
"""The page that shows a stage."""

NO_ROUND = (
    "No round yet. Start one on a demo: first its unedited inputs are answered, then failures appear as they are found."
)


def sentence(facts: Facts | None) -> str:
    """Return where the round stands and what to do next, as HTML."""
    if facts is None:
        return escape(NO_ROUND)
    if not facts.open:
        return _decided(facts)
    if facts.followed_by is not None:
        return (
            f"Round {facts.followed_by} goes on with what this round found; its verdicts count there. Choose it above."
        )
    if facts.round.elsewhere:
        return _elsewhere(facts)
    job = facts.current
    if job is not None and job.state is JobState.FAILED:
        where = _link(PAGE_OF[job.kind], "Read its message")
        return f"{STAGE_WORDS[job.kind]} failed. {where}, mend its cause, then resume."
    if job is not None and job.state is JobState.STOPPED:
        return f"{STAGE_WORDS[job.kind]} is stopped at {job.progress:.0%}. {_after_stop(facts, job)}"
    if job is not None and job.state in BUSY:
        return _busy(facts, job)
    if facts.result is not None and facts.compares:
        said = "passed" if facts.result["gate"]["passed"] else "did not pass"
        return f"The candidate is compared and the gate {said}. {_link('verify', 'Look at what is different')}."
    if facts.result is not None:
        passed = bool(facts.result["gate"]["passed"])
        look = _link("verify", "Look at what changed")
        advice = f"{look}, then accept it or roll it back." if passed else f"{look}; rolling back is the safe choice."
        return f"The repair is verified and the gate {'passed' if passed else 'did not pass'}. {advice}"
    return _label(facts)


def for_annotators(facts: Facts | None) -> str:
    """Return the same for who labels and runs nothing: whether something waits for them, and else why not, as HTML."""
    if facts is None:
        return "No round yet. Proposals appear here once a manager has started one."
    if not facts.open:
        return f"Round {facts.round.number} is decided, so it takes no more verdicts."
    if facts.followed_by is not None:
        return f"Round {facts.followed_by} goes on with what this round found. Choose it above."
    explore = facts.explore
    runs = explore is not None and explore.state is JobState.RUNNING and not explore.stop_requested
    more = " Exploring goes on and may find more." if runs else ""
    if facts.labels.left:
        waits = plural(facts.labels.left, "proposal waits", "proposals wait")
        where = "" if facts.pause else f", see {_link('label', 'Label')}"
        return f"{waits} for verdicts{where}.{more}"
    if facts.proposals:
        return f"Nothing is left for you to judge.{more}"
    return (
        "Exploring goes on. Proposals appear as soon as failures are found." if runs else "There are no proposals yet."
    )


def _decided(facts: Facts) -> str:
    done = facts.round
    word = "accepted" if done.state is RoundState.ACCEPTED else "rolled back"
    if done.state is RoundState.ACCEPTED and facts.result is not None and not facts.result["gate"]["passed"]:
        word = "accepted, although the gate did not pass,"
    when = f"by {escape(done.decided_by or '')} on {clock(done.decided_at)}"
    weights = "the repaired weights" if done.state is RoundState.ACCEPTED else "the weights as they were"
    if facts.may_go_on:
        return f"The repair was {word} {when}. Round {done.number + 1} would go on with {weights}."
    return f"The repair was {word} {when}. {escape(facts.next_missing)}"


def _after_stop(facts: Facts, job: Job) -> str:
    if job.kind == EXPLORE and facts.proposals:
        return f"Resume it, or {_link('label', 'label what was found')}."
    how = "it goes on from its last checkpoint" if job.checkpoint else "it begins again"
    return f"Resume it when you like: {how}."


def _busy(facts: Facts, job: Job) -> str:
    if job.state is JobState.QUEUED:
        return f"{STAGE_WORDS[job.kind]} waits for the worker."
    if job.stop_requested:
        return f"Stopping after this batch. {_kept(facts, job)}"
    if job.kind == EXPLORE:
        return _exploring(facts, job)
    keeps = "Stopping keeps the best weights so far; verification follows by itself."
    pauses = "No weights are better than those it began with yet: stopped now, it can be resumed."
    if job.kind == REPAIR:
        return f"Repairing confirmed modes. {keeps if facts.best_step else pauses}"
    doing = "Comparing target and candidate" if facts.compares else "Verifying the repair"
    return f"{doing} on {facts.evidence.many} that no stage has used."


def _exploring(facts: Facts, job: Job) -> str:
    if facts.labels.left:
        waiting = plural(facts.labels.left, "proposal waits", "proposals wait")
        return f"Exploring. {waiting} already: {_link('label', 'label them')} while it goes on."
    if job.message.startswith(CLEAN):
        done = escape(job.message.removeprefix(CLEAN))
        return f"First the unedited {facts.evidence.many}: {done}. Proposals appear after them."
    if not facts.counts.queries:
        return f"Exploring begins: first the unedited {facts.evidence.many}, then proposals as failures are found."
    return "Exploring. Proposals appear as soon as failures are found."


def _kept(facts: Facts, job: Job) -> str:
    if job.kind == REPAIR and facts.best_step:
        return "The best weights so far are kept; verification follows by itself."
    return "It can be resumed later."


def _elsewhere(facts: Facts) -> str:
    """Return what there is to do in a round that another workspace explores and repairs."""
    if not facts.labels.left:
        return "Everything is labeled. The round goes on where it was explored."
    waits = plural(facts.labels.left, "proposal waits", "proposals wait")
    return f"{waits} for a verdict. {_link('label', 'Label them')}; the round goes on where it was explored."


def _label(facts: Facts) -> str:
    labels = facts.labels
    if labels.left and facts.confirmed:
        confirmed = plural(facts.confirmed, "mode is", "modes are")
        more = f"{_link('label', 'label more')}{_or_explore(facts)}"
        return f"{confirmed} confirmed. {_link('repair', 'Start the repair')}, or {more}."
    if labels.left:
        waits = plural(labels.left, "proposal waits", "proposals wait")
        return f"{waits} for a verdict. {_link('label', 'Label them')} until a mode is confirmed."
    if facts.confirmed:
        confirmed = plural(facts.confirmed, "mode is", "modes are")
        repair = _link("repair", "Start the repair")
        return f"Everything is labeled, and {confirmed} confirmed. {repair}{_or_explore(facts)}."
    again = _link("run", "Start another round")
    if facts.proposals:
        return f"Everything is labeled and no mode is confirmed: there is nothing to repair. {again}."
    return f"Exploring found no failures above the bound. {again} with more queries or a lower bound."


def _or_explore(facts: Facts) -> str:
    return ", or explore on with what the verdicts taught" if facts.may_go_on else ""


def stop_words(facts: Facts, job: Job) -> str:
    """Return what the button that stops a job says; once it is pressed, that it was heard."""
    if job.stop_requested:
        return "Stopping"
    if job.kind == REPAIR and facts.best_step:
        return KEEP_THE_BEST
    return f"Stop {STAGE_WORDS[job.kind].lower()}"


def _link(page: str, words: str) -> str:
    return f"<a href='#{page}'>{words}</a>"


def steps(facts: Facts | None) -> list[tuple[str, str, str]]:
    """Return (page, state, remark) in the order of the work; the state is `done`, `now`, `failed` or empty."""
    if facts is None:
        return [(name, "", "") for name in NAMES]
    explore, repair, verify = (_state(job) for job in (facts.explore, facts.repair, facts.verify))
    if facts.repair is not None and facts.verify is not None and facts.verify.id < facts.repair.id:
        verify = ""
    labels = facts.labels
    waiting = f"{count(labels.left)} waiting" if labels.left and facts.open else ""
    remarks = (
        plural(facts.counts.queries, "query", "queries"),
        plural(labels.everybody, "verdict", "verdicts") + (f", {waiting}" if waiting else ""),
        plural(int(facts.latest.get("modes", 0)), "mode", "modes"),
        _repaired(facts),
        "" if not verify or facts.verify is None else _verified(facts),
    )
    label = "done" if facts.repair is not None else "now" if facts.proposals else ""
    return list(zip(NAMES, (explore, label, explore, repair, verify), remarks, strict=True))


def _repaired(facts: Facts) -> str:
    if facts.repair is not None:
        return _share(facts.repair)
    return "none: a comparison" if facts.compares else plural(facts.confirmed, "mode confirmed", "modes confirmed")


def _share(job: Job) -> str:
    return "done" if job.state is JobState.DONE else f"{job.progress:.0%}"


def _verified(facts: Facts) -> str:
    if not facts.open:
        return facts.round.state.value.replace("_", " ")
    if facts.result is None:
        return "" if facts.verify is None else _share(facts.verify)
    return "gate passed" if facts.result["gate"]["passed"] else "gate not passed"


def _state(job: Job | None) -> str:
    if job is None:
        return ""
    if job.state is JobState.DONE:
        return "done"
    return "failed" if job.state is JobState.FAILED else "now"


def nav(facts: Facts | None, page: str) -> str:
    """Return the links to the pages, each with how far its part of the round is, as HTML."""
    links = "".join(
        f"<a href='#{name}' class='{state}'{' aria-current=page' if name == page else ''}>"
        f"<b>{name.capitalize()}</b><span>{escape(remark)}&nbsp;</span></a>"
        for name, state, remark in steps(facts)
    )
    return f"<nav class='f-nav' aria-label='Pages'>{links}</nav>"


def render(facts: Facts | None, runs: bool, asked: int | None, moved: bool) -> str:
    """Return the sentence as HTML; a screen reader hears it change. It tells the browser which round is drawn.

    Args:
        facts: The round that is drawn.
        runs: Whether the person who looks may run its stages.
        asked: The round that was asked for, so that the browser can tell an answer that comes too late.
        moved: Whether an action has gone on to another round than the one that was looked at.
    """
    which = "" if facts is None else f" data-round='{facts.round.id}'"
    which += f" data-asked='{'' if asked is None else asked}'" + (" data-moved" if moved else "")
    said = sentence(facts) if runs else for_annotators(facts)
    if facts is not None and facts.open and facts.pause is not None:
        said += f" <b>Labeling is paused</b> by {escape(facts.pause.who)}."
    return f"<div class='f-now'{which}><p class='f-sentence' role='status'>{said}</p></div>"
