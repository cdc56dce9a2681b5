"""What the card Try a setting calls: ask how an input fares under a setting, and look whether the answer is there."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from typing import Any

import gradio as gr

from faded.concepts.spec import ConceptSpace, ConceptSpec
from faded.domain import FadedError, Kind
from faded.store import campaigns, previews
from faded.store.campaigns import Round
from faded.store.engine import Store
from faded.store.jobs import Job, JobState
from faded.ui import evidence, preview_words
from faded.ui.cards.tryout import stops
from faded.ui.guarded import Answer, guarded
from faded.ui.page import whole_number
from faded.ui.policy import Permission

LONGEST_NAME = 64
"""Letters of the name that a page gives itself."""

LONG_SECONDS = 30.0
"""A worker that has not taken a preview up by then is away, or is starting on a machine that is very busy."""


def server_functions(store: Store, worker_words: Callable[[], str]) -> list[Callable[..., Answer]]:
    """Return the functions of the card, bound to a store; `worker_words` says how the worker is."""

    def preview_ask(asked: dict[str, Any], request: gr.Request) -> Answer:
        """Ask for a preview; what the same page asked before is dropped."""
        return guarded(request, Permission.TRY, lambda _user: {"job": ask(store, asked)})

    def preview_look(asked: dict[str, Any], request: gr.Request) -> Answer:
        """Return the answer, or say why it is not there yet."""
        return guarded(request, Permission.TRY, lambda _user: look(store, asked, worker_words()))

    return [preview_ask, preview_look]


def ask(store: Store, asked: Mapping[str, Any]) -> int:
    """Put a preview before the worker; return the job's number.

    Raises:
        FadedError: the round, the sample or the setting is none that the page was offered.
    """
    viewer = _viewer(asked)
    with store.write() as db:
        found = campaigns.get_round(db, _number(asked.get("round"), "round"))
        if found.elsewhere:  # its campaign may name files and functions of that machine
            raise FadedError(f"Round {found.number} is explored elsewhere: try settings there, where its target is.")
        offered = _offered(found, asked.get("sample"))
        values = setting_of(ConceptSpace.from_json(found.summary["space"]), asked.get("values"))
        return previews.ask(db, found.id, offered["sample"], values, viewer, time.time())


def look(store: Store, asked: Mapping[str, Any], worker_words: str) -> Answer:
    """Return how a preview stands: "waiting" with words for the page, "gone", or "done" with what there is to show.

    Raises:
        FadedError: the preview failed, with what its worker says.
    """
    viewer, number = _viewer(asked), _number(asked.get("job"), "job")
    with store.read() as db:
        job = previews.find(db, number, viewer)
        found = None if job is None else campaigns.get_round(db, job.round_id)
    if job is None or found is None:
        return {"state": "gone"}
    if job.state is JobState.FAILED:
        raise FadedError(f"The target could not answer: {job.error}")
    if job.result is None:
        return {"state": "waiting", "words": _waiting(job, worker_words)}
    again, consent = bool(asked.get("original")), asked.get("consent") is True
    shown = preview_words.answer(store.workspace, found.summary, job.result, again, consent)
    return {"state": "done", "setting": job.result["setting"], **shown}


def _waiting(job: Job, worker_words: str) -> str:
    if job.state is JobState.RUNNING:
        return "The worker is at it. The first answer of a round takes longer: the target is loaded for it."
    waited = time.time() - job.created_at
    if waited < LONG_SECONDS:
        return f"Waiting for the worker ({worker_words})."
    return (
        f"No worker has taken this up for {waited:.0f} seconds ({worker_words}). It is answered as soon as one does. "
        "If none comes, look at the terminal that Faded was started in, or start Faded again."
    )


def _viewer(asked: Mapping[str, Any]) -> str:
    viewer = asked.get("viewer")
    if not isinstance(viewer, str) or not 0 < len(viewer) <= LONGEST_NAME:
        raise FadedError(f"The page calls itself {str(viewer)[:LONGEST_NAME]!r}: reload it.")
    return viewer


def _number(given: Any, what: str) -> int:
    number = whole_number(given)
    if number is None:
        raise FadedError(f"The page named the {what} {given!r}: reload it.")
    return number


def _offered(found: Round, sample: Any) -> Mapping[str, Any]:
    words = evidence.of(found.summary)
    offered: list[Mapping[str, Any]] = found.summary.get("previews") or []
    if not offered:
        raise FadedError(f"Round {found.number} offers no {words.many} yet: start exploring on the Run page.")
    for item in offered:
        if item["sample"] == sample:
            return item
    raise FadedError(f"Round {found.number} does not offer the {words.one} {sample!r}: choose one of those shown.")


def setting_of(space: ConceptSpace, given: Any) -> list[float]:
    """Return what the sliders say, checked: one value per concept, within what the round explores.

    Raises:
        FadedError: it is no such setting; the message names the value.
    """
    names = ", ".join(spec.name for spec in space.specs)
    if not isinstance(given, list) or len(given) != len(space.specs):
        raise FadedError(f"The page sent the setting {given!r}: it has to give one value for each of {names}.")
    return [_value(spec, value) for spec, value in zip(space.specs, given, strict=True)]


def _value(spec: ConceptSpec, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise FadedError(f"The value {value!r} of {spec.name} is no number: move its slider.")
    places = stops(spec)
    if spec.kind is Kind.NOMINAL and value not in places:
        levels = ", ".join(f"{place:g}" for place in places)
        raise FadedError(f"{spec.name} has no level {value:g}: choose one of {levels}.")
    if not places[0] <= value <= places[-1]:
        raise FadedError(
            f"The value {value:g} of {spec.name} is out of range: this round explores {places[0]:g} to {places[-1]:g}."
        )
    return float(value)
