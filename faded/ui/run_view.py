"""What every part of the page *Run* shows, drawn from one snapshot of the store."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any

import gradio as gr

from faded.store import campaigns
from faded.store.engine import Db, Store
from faded.store.jobs import JobState
from faded.ui import heatmap, status
from faded.ui.auth import User
from faded.ui.cards import explore, repair, verification
from faded.ui.facts import BUSY, Facts, read_facts
from faded.ui.landscape_view import LandscapeCache, Mapped
from faded.ui.words import plural

OUTPUTS = (
    "head", "worker", "explore", "stop", "resume", "form", "campaign", "across", "down", "stratum", "landscape",
    "repairing", "repair", "verification", "accept", "roll_back", "modes",
)  # fmt: skip
"""Names of the parts, in the order of the handlers' outputs."""

ALL_STRATA = ""
"""The stratum picker's value for the mean over all."""

NO_LANDSCAPE = (
    "<div class='f-empty'><p>No landscape yet.</p><p class='f-quiet'>Once a round explores, this map shows how often "
    "each pair of settings makes the target fail.</p></div>"
)


@dataclass(frozen=True, slots=True)
class Choice:
    """What the person has chosen on the page; None where the page has not been drawn yet."""

    campaign: int | None
    across: str | None
    down: str | None
    stratum: str | None


@dataclass(frozen=True, slots=True)
class Shown:
    """An update of one component, and a digest that says whether it is news."""

    update: Any
    digest: str


def _html(value: str) -> Shown:
    return Shown(value, hashlib.sha256(value.encode()).hexdigest())


def _set(**changes: Any) -> Shown:
    return Shown(gr.update(**changes), json.dumps(changes, sort_keys=True))


def draw(store: Store, cache: LandscapeCache, user: User, choice: Choice, worker: str) -> dict[str, Shown]:
    """Draw every part.

    Args:
        store: The open store.
        cache: Landscapes already computed.
        user: Who looks.
        choice: What they have chosen.
        worker: How the worker is, in words.
    """
    with store.read() as db:
        facts = read_facts(db, choice.campaign, user.name)
        picker = _campaign_picker(db, facts)
    mapped = None if facts is None else cache.get(facts.round.id, facts.counts.last_query)
    return {
        "head": _html(status.render(facts)),
        "worker": _html(f"<p class='f-worker' id='worker-words'>{worker}</p>"),
        "explore": _html(explore.render(facts)),
        "form": _set(open=facts is None or not facts.open),
        "campaign": picker,
        "repairing": _html(repair.render(facts)),
        "verification": _html(verification.render(facts)),
        "modes": _html(verification.render_modes(facts)),
        **_landscape(mapped, choice),
        **_buttons(facts),
    }


def _campaign_picker(db: Db, facts: Facts | None) -> Shown:
    choices = [(c.name, c.id) for c in reversed(campaigns.list_campaigns(db))]
    return _set(choices=choices, value=None if facts is None else facts.campaign.id)


def _buttons(facts: Facts | None) -> dict[str, Shown]:
    job = None if facts is None else facts.current
    is_open = facts is not None and facts.open
    busy = job is not None and job.state in BUSY
    stage = "" if job is None else status.STAGE_WORDS[job.kind].lower()
    halted = is_open and job is not None and job.state in (JobState.STOPPED, JobState.FAILED)
    ready = facts is not None and not facts.missing_for_repair()
    again = facts is not None and facts.repair is not None
    decide = is_open and not busy and facts is not None and facts.result is not None
    count = 0 if facts is None else facts.labels.confirmed
    modes = plural(count, "mode", "modes")
    name = f"Repair {modes} again" if again else f"Start repair of {modes}" if ready else "Start repair"
    return {
        "stop": _set(value=f"Stop {stage}", visible=busy, interactive=job is not None and not job.stop_requested),
        "resume": _set(value=f"Resume {stage}", visible=halted),
        "repair": _set(value=name, interactive=ready, variant="secondary" if again else "primary"),
        "accept": _set(visible=decide),
        "roll_back": _set(visible=decide),
    }


def _landscape(mapped: Mapped | None, choice: Choice) -> dict[str, Shown]:
    if mapped is None:
        nothing = _set(choices=[], value=None)
        return {"across": nothing, "down": nothing, "stratum": nothing, "landscape": _html(NO_LANDSCAPE)}
    names = [s.name for s in mapped.landscape.space.specs]
    strata = mapped.landscape.strata
    across = choice.across if choice.across in names else names[0]
    others = [n for n in names if n != across]
    down = choice.down if choice.down in others else (others[0] if others else across)
    stratum = choice.stratum if choice.stratum in strata else None
    picker = [("all, averaged", ALL_STRATA), *((s, s) for s in strata)]
    return {
        "across": _set(choices=names, value=across),
        "down": _set(choices=others or names, value=down),
        "stratum": _set(choices=picker, value=stratum or ALL_STRATA),
        "landscape": _html(
            heatmap.render(heatmap.heat_grid(mapped.landscape, mapped.posterior, across, down, stratum))
        ),
    }
