"""What the page Label says where nothing lies before a person."""

from __future__ import annotations

from datetime import UTC, datetime

from faded.labeling.admission import Admission
from faded.labeling.queue import Progress
from faded.store import proposals
from faded.store.campaigns import Round, RoundState
from faded.store.engine import Db
from faded.ui.words import count, plural


def why_empty(db: Db, found: Round, now: Progress, admitted: Admission) -> dict[str, str]:
    """Say why nothing lies before a person, and what to do: a head, and a text that is no HTML."""
    if admitted.pause is not None:
        pause = admitted.pause
        text = f"{pause.who} paused it on {moment(pause.since)}: {pause.reason}"
        return {"head": "Labeling is paused", "text": f"{text} What you have sent already counts."}
    if admitted.room == 0:
        text = (
            f"You have given {plural(admitted.given, 'verdict', 'verdicts')} today, and the campaign's rules ask for "
        )
        text += (
            f"no more than {count(admitted.quota)} from one person a day. It goes on at {moment(admitted.opens_at)}."
        )
        return {"head": "Enough for today", "text": text}
    if found.state is not RoundState.OPEN:
        done = found.state.value.replace("_", " ")
        return {"head": f"Round {found.number} was {done}", "text": "Start another round on the Run page to go on."}
    if proposals.count(db, found.id) == 0:
        text = "Exploring has found no failures yet. They appear here by themselves; the Run page shows how far it is."
        return {"head": "No proposals yet", "text": text}
    if now.confirmed:
        text = (
            f"{plural(now.confirmed, 'mode is', 'modes are')} confirmed, and no open mode has proposals left. "
            "Start the repair on the Repair page."
        )
        return {"head": "Everything is labeled", "text": text}
    text = "No proposals are left, and no mode is confirmed. Explore with more queries, or with a lower bound."
    return {"head": "Everything is labeled", "text": text}


def moment(seconds: float) -> str:
    """Return a moment in words that are the same everywhere: "27 Nov 2026, 00:00 UTC"."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%d %b %Y, %H:%M UTC")
