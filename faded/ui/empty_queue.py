"""What the page Label says of how far labeling is, of a qualification, and where nothing lies before a person."""

from __future__ import annotations

from datetime import UTC, datetime

from faded.labeling.admission import Admission
from faded.labeling.queue import Progress
from faded.stages import EXPLORE
from faded.store import jobs, proposals
from faded.store.campaigns import Round, RoundState
from faded.store.engine import Db
from faded.store.leases import LEASE_SECONDS
from faded.store.qualifying import Outcome
from faded.ui.facts import BUSY
from faded.ui.words import count, plural


def progress_line(now: Progress, admitted: Admission) -> list[list[str]]:
    """Return how far labeling is, or the qualification: numbers, each with what it counts."""
    state = admitted.qualification
    if state is not None and state.ended.outcome is Outcome.FAILED:
        return [[f"{count(state.ended.right)} of {count(state.ended.answers)}", "qualification items right"]]
    if state is not None and not state.ended.is_in:
        return [[f"{count(min(state.answers, state.asked))} of {count(state.asked)}", "qualification items answered"]]
    return [
        [count(now.mine), "verdict by me" if now.mine == 1 else "verdicts by me"],
        [count(now.everybody), "in all"],
        [count(now.confirmed), "mode confirmed" if now.confirmed == 1 else "modes confirmed"],
        [count(now.left), "waiting"],
    ]


def notice(now: Progress, admitted: Admission) -> str:
    """Return what is said above the item: that it belongs to a qualification, or that it was passed; else nothing.

    That it was passed is said until the first verdict that counts.
    """
    state = admitted.qualification
    if state is None or admitted.pause is not None:
        return ""
    if state.is_open and not state.short:
        left = plural(state.left, "qualification item is", "qualification items are")
        return (
            f"{left} left. Their answers are known, and what you say to them counts for nothing else: "
            f"{state.percent}% have to be right before the items that count come."
        )
    if state.ended.outcome is Outcome.PASSED and (state.now or not now.mine):
        right = f"{count(state.ended.right)} of {count(state.ended.answers)}"
        return f"You have passed the qualification: {right} were right. From here on verdicts count."
    return ""


def why_empty(db: Db, found: Round, now: Progress, admitted: Admission, runs: bool) -> dict[str, str]:
    """Say why nothing lies before a person, and what to do: a head, and a text that is no HTML.

    Args:
        db: A transaction.
        found: The round.
        now: How far labeling is.
        admitted: What stands between the person and the queue.
        runs: Whether the person may run the round's stages.
    """
    if admitted.pause is not None:
        pause = admitted.pause
        text = f"{pause.who} paused it on {moment(pause.since)}. What you have sent already counts. The reason: "
        return {"head": "Labeling is paused", "text": f"{text}{pause.reason}"}
    state = admitted.qualification
    if state is not None and state.ended.outcome is Outcome.FAILED:
        right = f"{count(state.ended.right)} of {plural(state.ended.answers, 'answer was', 'answers were')} right"
        text = f"{right}, and {state.percent}% have to be. Read the guidelines below, and practise; a manager can give "
        return {"head": "The qualification is not passed", "text": f"{text}you a new attempt, or let you in."}
    if admitted.room == 0:
        text = (
            f"You have given {plural(admitted.given, 'verdict', 'verdicts')} today, and the campaign's rules ask for "
        )
        text += (
            f"no more than {count(admitted.quota)} from one person a day. It goes on at {moment(admitted.opens_at)}."
        )
        return {"head": "Enough for today", "text": text}
    if state is not None and state.short:
        there = f"there {'is' if len(state.items) == 1 else 'are'} {count(len(state.items))}"
        text = (
            f"It asks for {plural(state.left, 'known answer', 'known answers')} more, and for you {there}, as nobody "
            "is asked what they have judged or made known themselves: ask a manager to make "
            f"{count(state.short)} more known, or to let you in."
        )
        return {"head": "The qualification cannot begin yet", "text": text}
    if found.state is not RoundState.OPEN:
        done = found.state.value.replace("_", " ")
        text = "Start another round on the Run page to go on." if runs else "It takes no more verdicts."
        return {"head": f"Round {found.number} was {done}", "text": text}
    if proposals.count(db, found.id) == 0:
        text = "Exploring has found no failures yet. They appear here by themselves; the Run page shows how far it is."
        return {
            "head": "No proposals yet",
            "text": text if _explores(db, found) else "Exploring has found no failures so far.",
        }
    if now.left:
        text = (
            f"{plural(now.left, 'item waits', 'items wait')}, and for now {'it lies' if now.left == 1 else 'they lie'} "
        )
        text += f"before others. What they leave comes here {round(LEASE_SECONDS / 60)} minutes after they last looked."
        return {"head": "Nothing for you at the moment", "text": text}
    if not runs:
        text = "Nothing is left for you to judge in this round."
        later = " What is found later comes here by itself." if _explores(db, found) else ""
        return {"head": "Everything is labeled", "text": f"{text}{later}"}
    if now.confirmed:
        text = (
            f"{plural(now.confirmed, 'mode is', 'modes are')} confirmed, and no open mode has proposals left. "
            "Start the repair on the Repair page."
        )
        return {"head": "Everything is labeled", "text": text}
    text = "No proposals are left, and no mode is confirmed. Explore with more queries, or with a lower bound."
    return {"head": "Everything is labeled", "text": text}


def _explores(db: Db, found: Round) -> bool:
    return any(job.kind == EXPLORE and job.state in BUSY for job in jobs.list_for_round(db, found.id))


def moment(seconds: float) -> str:
    """Return a moment in words that are the same everywhere: "27 Nov 2026, 00:00 UTC"."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%d %b %Y, %H:%M UTC")
