"""The page *Label*: server functions that the card calls. Each checks who asks, and answers with JSON values."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Mapping
from typing import Any

import gradio as gr

from faded.concepts.spec import ConceptSpace
from faded.demo.practice import practice
from faded.demo.practice_sets import ASKED_HINT, LEFT_OPEN_HINT, practice_asked, practice_sets
from faded.demo.practice_texts import practice_texts
from faded.domain import NO_RATINGS, FadedError, Proposal, Ratings, Verdict
from faded.labeling import admission
from faded.labeling.standings import StandingsCache
from faded.store import campaigns, events, proposals, remarks, trials, verdicts
from faded.store.campaigns import Round, RoundState
from faded.store.engine import Db, Store
from faded.targets.sets import counted
from faded.ui import auth, evidence, team_guidelines
from faded.ui.cards import drawn, labeling, picture, text
from faded.ui.empty_queue import notice, progress_line, why_empty
from faded.ui.evidence import DRAWN, WRITTEN, Evidence
from faded.ui.guarded import Answer, guarded, of_pages, unexpected
from faded.ui.page import Page, whole_number
from faded.ui.policy import Permission, may
from faded.ui.team_guidelines import LONGEST_VERSION
from faded.ui.words import percent

MOST_ITEMS = 64
"""The most that a page may hold at once: eight shown ahead, and as many as wait to be acknowledged."""

MOST_EVENTS = 32
"""The most events that the card sends at once (`outbox.js` says the same): one commit and one look at the queue for
all that a fast hand did while the commit before was on its way."""

LONGEST_LOOK_MS = 86_400_000
"""A day: a longer look at one item is a clock that jumped."""


def layout(store: Store, cache: StandingsCache) -> Page:
    """Lay out the page in the current Blocks context. The card asks for itself, so the frame draws nothing here."""
    gr.HTML(
        html_template=labeling.html(),
        css_template=labeling.CSS,
        js_on_load=labeling.SCRIPT,
        server_functions=of_pages(server_functions(store, cache)),
        apply_default_css=False,
        elem_id="label-card",
    )
    return Page("label", {}, lambda _view: {})


def server_functions(store: Store, cache: StandingsCache) -> list[Callable[..., Answer]]:
    """Return the functions of the card, bound to a store."""

    def label_next(asked: dict[str, Any], request: gr.Request) -> Answer:
        """Lay items before the person who asks."""
        return guarded(request, Permission.LABEL, lambda user: _next(store, cache, user, asked))

    def label_send(sent: dict[str, Any], request: gr.Request) -> Answer:
        """Write events in their order; the answer acknowledges each, and is given after the commit."""
        return guarded(request, Permission.LABEL, lambda user: _send(store, cache, user, sent))

    def label_practice(asked: dict[str, Any], request: gr.Request) -> Answer:
        """Return the items to practise on; nothing of it is kept."""
        return guarded(request, Permission.LABEL, lambda user: {"items": _practice(asked.get("guide"))})

    return [label_next, label_send, label_practice]


def _practice(guide: object) -> list[Answer]:
    if guide == WRITTEN:
        return [text.practice_payload(item, i) for i, item in enumerate(practice_texts(), 1)]
    if guide in (DRAWN, labeling.ASKED):
        sets, hint = (practice_sets(), LEFT_OPEN_HINT) if guide == DRAWN else (practice_asked(), ASKED_HINT)
        return [drawn.practice_payload(item, i, hint) for i, item in enumerate(sets, 1)]
    return [picture.practice_payload(item, i) for i, item in enumerate(practice(), 1)]


def _next(store: Store, cache: StandingsCache, user: auth.User, asked: Mapping[str, Any]) -> Answer:
    with store.write() as db:
        found = _round(db, asked.get("round"))
        if found is None:
            who = "Start one on the Run page" if may(user.role, Permission.RUN) else "A manager starts one"
            nothing = f"{who}: proposals appear here as soon as exploring finds failures."
            empty = {"head": "No round yet", "text": nothing}
            return {"workspace": _workspace(store, user), "round": None, "items": [], "progress": [], "empty": empty}
        labels = [] if found.summary.get("labelled", True) else found.summary["labels"]
        kind, config = _words(db, found).kind, campaigns.get_campaign(db, found.campaign_id).config
        about = {"evidence": kind, "guide": labeling.guide(kind, config.get("discrepancy")), "labels": labels}
        queued = _queue(db, store, cache, user, found, asked)
        queued |= team_guidelines.told(db, found, user.name, queued["guidelines"], queued["notice"])
        return {"workspace": _workspace(store, user), **about, **queued}


def _send(store: Store, cache: StandingsCache, user: auth.User, sent: Mapping[str, Any]) -> Answer:
    events = sent.get("events")
    if not isinstance(events, list) or len(events) > MOST_EVENTS or not all(isinstance(e, dict) for e in events):
        raise FadedError(f"The page did not send a list of up to {MOST_EVENTS} events: reload it.")
    with auth.acting(store, user) as db:
        acknowledged = [_written(db, store, user, event) for event in events]
    judged = [e for e, a in zip(events, acknowledged, strict=True) if a["ok"] and e.get("kind") == "verdict"]
    return {"events": acknowledged, **_after(store, cache, user, sent, str(judged[-1]["proposal"]) if judged else None)}


def _after(store: Store, cache: StandingsCache, user: auth.User, sent: Mapping[str, Any], judged: str | None) -> Answer:
    """Return what lies before the person, once the events are committed: nothing that goes wrong here undoes them."""
    try:
        with store.write() as db:
            found = _round(db, sent.get("round"))
            if found is None:
                return {"last": None}
            queued = _queue(db, store, cache, user, found, sent)
            return {**queued, "last": None if judged is None else _revealed(db, judged, queued["order"])}
    except FadedError as error:
        return {"last": None, "message": str(error)}
    except Exception as error:
        return {"last": None, "message": unexpected(error)}


def _written(db: Db, store: Store, user: auth.User, event: Mapping[str, Any]) -> Answer:
    """Write one event; what a person can mend is said in words, and the other events stand."""
    try:
        with db.begin_nested():
            return {"ok": True, **_write(db, store, user, event)}
    except FadedError as error:
        return {"ok": False, "message": str(error)}


def _write(db: Db, store: Store, user: auth.User, event: Mapping[str, Any]) -> Answer:
    kind, key, now = str(event.get("kind")), str(event.get("key") or ""), time.time()
    if not key:
        raise FadedError("The event came without a key: reload the page.")
    if kind == "undo":
        found, voids = _round(db, event.get("round")), event.get("voids")
        if found is None:
            return {"item": None}
        words = _words(db, found)
        if words.is_drawn and event.get("consent") is not True:
            raise FadedError("Show generated pictures to undo a verdict on them.")
        again = verdicts.undo(db, found.id, user.name, key, now, None if voids is None else str(voids))
        if again is None:
            return {"item": None}
        return {"item": _card(store, words, again, _own_flags(db, found, user).get(again.id))}
    proposal = str(event.get("proposal"))
    said = _said(kind, event) | {"guidelines": str(event.get("guidelines") or "")[:LONGEST_VERSION] or None}
    exempt = may(user.role, Permission.SET_RULES)
    first = kind == "verdict" and not events.known(db, [key])
    if first and not admission.may_judge(db, user.name, proposal, exempt, now):
        raise FadedError(f"Proposal {proposal!r} is for those who have qualified: reload the page, and qualify first.")
    verdicts.submit(db, proposal, user.name, key, now=now, visible_ms=_look(event), **said)
    return {"item": None}


def _revealed(db: Db, proposal_id: str, before: list[str]) -> str:
    """Say what is hidden until the verdict: how sure the target was or what was counted, and how often it fails there.

    The second waits until nothing of its mode lies before the person: there it would be a hint.
    """
    item, found = proposals.get(db, proposal_id), campaigns.get_round(db, proposals.round_of(db, proposal_id))
    words = _words(db, found)
    confidence = item.details.get("confidence")
    of = "its words" if words.is_text else repr(item.answer)
    sure = "" if confidence is None else f"the target was {percent(float(confidence), 0)} sure of {of}. "
    if words.is_drawn:
        sure = f"a program counted {item.answer}. " if counted(item.answer) else ""
    if any(other.key == item.key for other in proposals.get_many(db, before)):
        return f"Your last item: {sure}".rstrip() if sure else ""
    space = ConceptSpace.from_json(found.summary["space"])
    tally = trials.of_cell(db, found.id, item.key.stratum, space.index(item.key.cell))
    if not tally.trials:  # they stay where the round was explored
        return f"Your last item: {sure}".rstrip() if sure else ""
    tried = words.count(tally.trials)
    return f"Your last item: {sure}Under its setting {tally.failures} of {tried} of {item.key.stratum!r} failed so far."


def _said(kind: str, event: Mapping[str, Any]) -> dict[str, Any]:
    """Return what an event says, as `verdicts.submit` takes it."""
    if kind == "skip":
        return {}
    if kind == "flag":
        return {"flag": str(event.get("reason") or "")}
    given = event.get("verdict")
    if kind == "verdict" and isinstance(given, str) and given in set(Verdict):
        answer = event.get("answer")
        stated = None if answer is None else str(answer)
        return {"verdict": Verdict(given), "answer": stated, "ratings": _ratings(event.get("ratings"))}
    raise FadedError(f"The page sent {kind!r} with the verdict {given!r}: reload it.")


def _ratings(given: object) -> Ratings:
    if given is None:
        return NO_RATINGS
    if not isinstance(given, dict) or not set(given) <= set(Ratings.__dataclass_fields__):
        raise FadedError(f"The page sent the ratings {given!r}: reload it.")
    for name, rating in given.items():
        if rating is not None and (isinstance(rating, bool) or not isinstance(rating, int)):
            raise FadedError(f"The page sent {rating!r} for {name}, which is no whole number: reload it.")
    return Ratings(**given)


def _look(event: Mapping[str, Any]) -> int | None:
    ms = event.get("visible_ms")
    return min(max(int(ms), 0), LONGEST_LOOK_MS) if isinstance(ms, int | float) else None


def _queue(
    db: Db, store: Store, cache: StandingsCache, user: auth.User, found: Round, asked: Mapping[str, Any]
) -> Answer:
    """Return the items that lie before a person, and how far labeling is. The page says what it holds already.

    Sets of pictures lie before nobody who has not said that they may be shown.
    """
    auth.check_in(db, user)
    want = asked.get("want")
    n = min(max(int(want), 1), MOST_ITEMS) if isinstance(want, int) else 1
    given, words = asked.get("have"), _words(db, found)
    have = {str(name) for name in given} if isinstance(given, list) else set()
    gated = words.is_drawn and asked.get("consent") is not True
    exempt = may(user.role, Permission.SET_RULES)
    laid = admission.lay(db, found, user.name, exempt, n, time.time(), cache, shown=not gated)
    now = laid.progress
    new = [proposal for proposal in laid.items if proposal.id not in have]
    flags = _own_flags(db, found, user) if new else {}
    items, unreadable, message = [], set(), ""
    for proposal in new:
        try:
            items.append(_card(store, words, proposal, flags.get(proposal.id)))
        except FadedError as error:  # the others can be judged all the same
            unreadable.add(proposal.id)
            message = f"An item is left out: {error}"
    return {
        "round": found.id,
        "message": message,
        "order": [proposal.id for proposal in laid.items if proposal.id not in unreadable],
        "items": items,
        "gated": gated and found.state is RoundState.OPEN and now.left > 0 and laid.admission.most(n) > 0,
        "progress": progress_line(now, laid.admission),
        "guidelines": team_guidelines.version(db, found, words.kind),
        "notice": notice(now, laid.admission),
        "empty": why_empty(db, found, now, laid.admission, may(user.role, Permission.RUN)),
    }


def _own_flags(db: Db, found: Round, user: auth.User) -> dict[str, str]:
    """Return a person's own flags by proposal: what others say of an item could sway them, and is told to managers."""
    return {flag.proposal_id: flag.reason for flag in remarks.flags(db, found.id) if flag.annotator == user.name}


def _words(db: Db, found: Round) -> Evidence:
    return evidence.of(found.summary, campaigns.get_campaign(db, found.campaign_id).config)


def _card(store: Store, words: Evidence, proposal: Proposal, flag: str | None) -> Answer:
    if words.is_text:
        return text.payload(store.workspace, proposal, flag)
    if words.is_drawn:
        return drawn.payload(store.workspace, proposal, flag)
    return {**picture.payload(store.workspace, proposal, flag)}


def _round(db: Db, asked: object) -> Round | None:
    """Return the round that the page names, else the newest one."""
    if asked is None or asked == "":
        return campaigns.latest_round(db)
    number = whole_number(asked)
    if number is None:
        raise FadedError(f"The address names the round {asked!r}: open this page from the Run page.")
    return campaigns.get_round(db, number)


def _workspace(store: Store, user: auth.User) -> str:
    """Return a name for workspace and person under which a browser keeps what is not saved yet.

    Two people who share a browser do not send each other's verdicts.
    """
    return hashlib.sha256(f"{store.workspace} {user.name}".encode()).hexdigest()[:12]
