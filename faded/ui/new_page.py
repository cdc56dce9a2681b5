"""The page *New*: a campaign on a model and data of one's own, described in four steps that answer while one types.

The form is kept as typed, whatever is wrong with it. What it names is looked at by the worker; each answer stays on the
page until what it depends on is changed.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import gradio as gr

from faded.campaign_file import parse_campaign, write_campaign
from faded.config import CampaignConfig
from faded.domain import FadedError
from faded.files import parse_yaml
from faded.stages import CANDIDATE, CONCEPTS, DATA, MEASURE, TARGET
from faded.store import drafts, rounds
from faded.store.drafts import Inquiry, InquiryState
from faded.store.engine import Db, Store
from faded.tasks import TASKS
from faded.ui import auth, draft, places
from faded.ui.draft import Draft
from faded.ui.guarded import Answer, guarded, of_pages
from faded.ui.page import Page
from faded.ui.policy import Permission, may
from faded.ui.theme import asset

SCRIPT = "\n".join([*map(asset, ("new-found.js", "new-fields.js", "new.js")), "mountNew(element, server);"])
LONGEST_FILE = 200_000
"""Characters of a campaign's file."""


def layout(store: Store) -> Page:
    """Lay out the page in the current Blocks context. The form asks for itself, so the frame draws nothing here."""
    gr.HTML(
        html_template=asset("new.html"),
        css_template=asset("new.css"),
        js_on_load=SCRIPT,
        server_functions=of_pages(server_functions(store)),
        apply_default_css=False,
        elem_id="new-form",
    )
    return Page("new", {}, lambda _view: {})


def server_functions(store: Store) -> list[Callable[..., Answer]]:
    """Return the functions of the form, bound to a store."""

    def new_load(asked: dict[str, Any], request: gr.Request) -> Answer:
        """Return the draft of the person who asks, and what is found about it."""
        return guarded(request, Permission.BEGIN, lambda user: _load(store, user))

    def new_save(sent: dict[str, Any], request: gr.Request) -> Answer:
        """Keep what is typed, ask what it needs to have asked, and return what is found so far."""
        return guarded(request, Permission.BEGIN, lambda user: _save(store, user, sent))

    def new_again(sent: dict[str, Any], request: gr.Request) -> Answer:
        """Look at everything once more: files may have changed."""
        return guarded(request, Permission.BEGIN, lambda user: _again(store, user, sent))

    def new_discard(asked: dict[str, Any], request: gr.Request) -> Answer:
        """Forget the draft."""
        return guarded(request, Permission.BEGIN, lambda user: _discard(store, user))

    def new_file(sent: dict[str, Any], request: gr.Request) -> Answer:
        """Return the campaign as a file."""
        return guarded(request, Permission.BEGIN, lambda user: _file(store, user, sent))

    def new_open(sent: dict[str, Any], request: gr.Request) -> Answer:
        """Take a campaign's file for the draft."""
        return guarded(request, Permission.BEGIN, lambda user: _open(store, user, sent))

    def new_begin(sent: dict[str, Any], request: gr.Request) -> Answer:
        """Register the campaign, and let its first round explore."""
        return guarded(request, Permission.BEGIN, lambda user: _begin(store, user, sent))

    return [new_load, new_save, new_again, new_discard, new_file, new_open, new_begin]


def _load(store: Store, user: auth.User) -> Answer:
    with auth.acting(store, user) as db:
        kept = drafts.find(db, user.name)
        typed = draft.empty_draft() if kept is None else draft.as_draft(kept)
        return {"fields": typed.to_json(), **_found(db, user, typed)}


def _save(store: Store, user: auth.User, sent: dict[str, Any]) -> Answer:
    typed = draft.as_draft(sent.get("fields"))
    with auth.acting(store, user) as db:
        drafts.save(db, user.name, typed.to_json(), time.time())
        return _found(db, user, typed)


def _again(store: Store, user: auth.User, sent: dict[str, Any]) -> Answer:
    with auth.acting(store, user) as db:
        drafts.again(db, user.name)
    return _save(store, user, sent)


def _discard(store: Store, user: auth.User) -> Answer:
    with auth.acting(store, user) as db:
        drafts.discard(db, user.name)
    return _load(store, user)


def _file(store: Store, user: auth.User, sent: dict[str, Any]) -> Answer:
    config = _config(store, user, sent)
    return {"name": f"{config.stem}.yaml", "text": write_campaign(config)}


def _open(store: Store, user: auth.User, sent: dict[str, Any]) -> Answer:
    text = str(sent.get("text") or "")
    if len(text) > LONGEST_FILE:
        raise FadedError(f"The file has {len(text):,} characters: a campaign has at most {LONGEST_FILE:,}.")
    values = parse_yaml(text, "The file cannot be read")
    barred = places.barred(values) if not may(user.role, Permission.NAME_PLACES) and isinstance(values, dict) else {}
    if barred:  # before anything is looked for
        raise FadedError(f"The file cannot be used: {' '.join(barred.values())}")
    typed = draft.from_config(parse_campaign(values, str(sent.get("name") or "The file"), Path.cwd()))
    with auth.acting(store, user) as db:
        drafts.save(db, user.name, typed.to_json(), time.time())
        return {"fields": typed.to_json(), **_found(db, user, typed)}


def _begin(store: Store, user: auth.User, sent: dict[str, Any]) -> Answer:
    config = _config(store, user, sent)
    with auth.acting(store, user) as db:
        _, found = rounds.begin_campaign(db, config, time.time(), user.name)
        drafts.discard(db, user.name)
    return {"round": found.id}


def _config(store: Store, user: auth.User, sent: dict[str, Any]) -> CampaignConfig:
    """Return the campaign that is typed.

    Raises:
        FadedError: something is wrong with it, or what it names cannot be used.
    """
    typed = draft.as_draft(sent.get("fields"))
    with auth.acting(store, user) as db:
        drafts.save(db, user.name, typed.to_json(), time.time())
        found = _found(db, user, typed)
    failed = [step["error"] for step in found["steps"].values() if step["error"]]
    if found["problems"] or failed:
        raise FadedError(" ".join([*found["problems"].values(), *failed]))
    if MEASURE not in found["steps"] or any(step["waiting"] for step in found["steps"].values()):
        raise FadedError("What the form names is still being looked at: wait a moment, then press again.")
    config, _ = draft.read(typed, found["task"])
    assert config is not None  # noqa: S101 - there are no problems
    return config


def _found(db: Db, user: auth.User, typed: Draft) -> Answer:
    """Return what is wrong with a draft and what is found about it, asking what is not asked yet."""
    now = time.time()
    steps: dict[str, Answer] = {}

    def ask(kind: str, params: dict[str, Any] | None) -> Answer | None:
        if params is None:
            return None
        inquiry = drafts.ask(db, user.name, kind, params, now)
        steps[kind] = _told(inquiry)
        return inquiry.result

    barred = {} if may(user.role, Permission.NAME_PLACES) else places.barred(typed.texts)
    about = None if "target" in barred else ask(TARGET, draft.asked(typed, "", TARGET))
    task = typed["task"] or (about or {}).get("task", "")
    config, problems = draft.read(typed, task)
    problems |= barred
    if about is not None and task in TASKS and not barred:
        data = ask(DATA, draft.asked(typed, task, DATA))
        problems |= {} if data is None else _open_of(data)
        usable = data is not None and not {"columns", "label_map"} & set(problems)
        concepts = ask(CONCEPTS, draft.asked(typed, task, CONCEPTS)) if usable else None
        if concepts is not None and config is not None:
            measured = ask(MEASURE, draft.measured(config))
            problems |= {} if measured is None else _hopeless(measured, config)
            other = ask(CANDIDATE, draft.asked(typed, task, CANDIDATE))
            problems |= {} if other is None else _unlike(about, other)
    _at_its_field(steps, config)
    return {"task": task, "problems": problems, "steps": steps}


def _at_its_field(steps: dict[str, Answer], config: CampaignConfig | None) -> None:
    """Put what only measuring found of the data to the step of the data."""
    said = steps.get(MEASURE, {}).get("error")
    if not said or config is None:
        return
    of_data = any(place and place in said for place in (config.data, config.tune_data, config.verify_data))
    if of_data or "verify fold" in said or "label_map" in said:
        steps[DATA]["error"], steps[MEASURE]["error"] = said, None


def _open_of(data: Answer) -> dict[str, str]:
    """Return what a person has to say of the data yet, by the field to say it in."""
    if data.get("missing"):
        missing, columns = " or ".join(data["missing"]), ", ".join(data["columns"])
        return {"columns": f"The data have no column {missing}. They have: {columns}. Choose which are meant."}
    unknown = data.get("unknown") or []
    if unknown:
        some = ", ".join(unknown[:8]) + (" …" if len(unknown) > 8 else "")
        return {"label_map": f"Labels that are none of the target's: {some}. Choose what each means, or leave it out."}
    return {}


def _hopeless(measured: Answer, config: CampaignConfig) -> dict[str, str]:
    """Return what is wrong where nothing can fail, or no unedited input passes."""
    try:
        config.check_can_fail(math.inf if measured["most"] is None else measured["most"])
    except FadedError as error:
        return {"threshold": str(error)}
    if measured["clean"][0] <= config.limit:
        return {}
    return {
        "threshold": f"All {len(measured['clean'])} unedited inputs fail at the threshold {config.limit:g}, so no edit "
        "could make one fail: check what the labels mean, or raise it."
    }


def _unlike(target: Answer, candidate: Answer) -> dict[str, str]:
    """Return what is wrong where a candidate cannot be asked what the target can."""
    other = sorted(set(target["classes"]) ^ set(candidate["classes"]))
    if not other:
        return {}
    return {
        "candidate": f"The candidate has other classes than the target; not both have: {', '.join(other[:8])}. Give a "
        "checkpoint with the same classes."
    }


def _told(inquiry: Inquiry) -> Answer:
    waiting = inquiry.state in (InquiryState.QUEUED, InquiryState.RUNNING)
    return {"waiting": waiting, "result": inquiry.result, "error": inquiry.error}
