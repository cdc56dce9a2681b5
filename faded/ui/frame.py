"""The frame around every page: the way through the round, which round it is, and where it stands.

All pages are one document, so that switching is instant and nothing of what a person was doing is lost. One slow timer
polls the store; only the page that is looked at is drawn, and only what has changed is sent.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import gradio as gr

from faded.domain import FadedError
from faded.labeling.standings import StandingsCache
from faded.store import campaigns, room
from faded.store.engine import Db, Store
from faded.store.jobs import JobState
from faded.ui import account, auth, had, run_actions, status
from faded.ui.asking import AT_ONCE, PICK, QUIET, choosing
from faded.ui.facts import BUSY, Facts, read_facts
from faded.ui.guarded import unexpected
from faded.ui.landscape_view import LandscapeCache
from faded.ui.page import Action, Deed, Page, Shown, View, note, shown, shown_html, whole_number, without_pictures
from faded.ui.policy import Permission, may
from faded.ui.theme import html

POLL_S = 2.0
"""Seconds between two looks at the store: a person sees progress move, and the worker does not notice."""

MARK = (
    "<svg viewBox='0 0 92 28' aria-hidden='true'>"
    + "".join(
        f"<rect x='{24 * i}' y='4' width='20' height='20' rx='4' fill='currentColor' opacity='{o}'/>"
        for i, o in enumerate((1, 0.6, 0.3, 0.12))
    )
    + "</svg>"
)
"""Four squares that fade."""


MANAGERS_ONLY = ("stop", "resume", "go_on")
"""Parts of the head that only managers are shown."""


@dataclass(frozen=True)
class Head:
    """The components above the pages.

    Attributes:
        page: Name of the page that is looked at; filled in by the browser.
        consent: Whether pictures that a model drew may be shown; filled in by the browser.
        has: What was drawn already, see `had`.
        picker: Which round is shown.
        nav: The way through the round.
        now: Where the round stands.
        worker: How the worker is.
        room: How little room there is, where it is little.
        message: What went wrong with the last click.
        stop: Stops the running job.
        resume: Resumes the stopped or failed one.
        go_on: Begins the next round.
        refresh: Pressed by the browser when a page is turned to.
    """

    page: Any
    consent: Any
    has: Any
    picker: Any
    nav: Any
    now: Any
    worker: Any
    room: Any
    message: Any
    stop: Any
    resume: Any
    go_on: Any
    refresh: Any

    @property
    def outputs(self) -> dict[str, Any]:
        """What is drawn whatever page is looked at."""
        names = ("picker", "nav", "now", "worker", "room", *MANAGERS_ONLY)
        return {name: getattr(self, name) for name in names}


def layout() -> Head:
    """Lay out the head in the current Blocks context."""
    page = gr.Textbox("run", visible="hidden", elem_id="f-page")
    consent = gr.Checkbox(False, visible="hidden", elem_id="f-consent")
    has = gr.Textbox("", visible="hidden", elem_id="f-has")
    refresh = gr.Button("Refresh", visible="hidden", elem_id="f-refresh")
    with gr.Row(elem_classes="f-top"):
        html(f"<a class='f-brand' href='#run'>{MARK}Faded</a>")
        picker = gr.Dropdown([], label="Round", elem_id="f-round", filterable=False, container=False, min_width=160)
        worker = html(elem_id="f-worker")
    little = html(elem_id="f-room")
    nav = html(status.nav(None, ""), elem_id="f-nav")
    with gr.Row(elem_classes="f-line"):
        now = html("<p class='f-quiet'>Loading…</p>", elem_id="f-now")
        stop = gr.Button("Stop", visible=False, elem_id="run-stop", scale=0)
        resume = gr.Button("Resume", visible=False, variant="primary", elem_id="run-resume", scale=0)
        go_on = gr.Button("Explore on", visible=False, elem_id="run-go-on", scale=0)
    message = html(elem_id="f-message")
    return Head(page, consent, has, picker, nav, now, worker, little, message, stop, resume, go_on, refresh)


def draw(
    db: Db, facts: Facts | None, page: str, worker: str, runs: bool, asked: int | None, moved: bool = False
) -> dict[str, Shown]:
    """Draw the head from the same snapshot as the page below it; `status.render` says what the last three are."""
    job = None if facts is None else facts.current
    busy = job is not None and job.state in BUSY
    newest = facts is not None and facts.open and facts.followed_by is None
    halted = newest and job is not None and job.state in (JobState.STOPPED, JobState.FAILED)
    stage = "" if job is None else status.STAGE_WORDS[job.kind].lower()
    stopping = "" if facts is None or job is None else status.stop_words(facts, job)
    return {
        "picker": _picker(db, facts),
        "nav": shown_html(status.nav(facts, page)),
        "now": shown_html(status.render(facts, runs, asked, moved)),
        "worker": shown_html(worker),
        "stop": shown(value=stopping, visible=busy, interactive=job is not None and not job.stop_requested),
        "resume": shown(value=f"Resume {stage}", visible=halted),
        "go_on": _go_on(facts),
    }


def _go_on(facts: Facts | None) -> Shown:
    may = facts is not None and facts.may_go_on
    decided = facts is not None and not facts.open
    number = 0 if facts is None else facts.round.number + 1
    return shown(value=f"Start round {number}" if decided else "Explore on", visible=may)


def _picker(db: Db, facts: Facts | None) -> Shown:
    choices = [
        (f"{campaign.name}, round {found.number}", found.id)
        for campaign in reversed(campaigns.list_campaigns(db))
        for found in reversed(campaigns.list_rounds(db, campaign.id))
    ]
    return shown(choices=choices, value=None if facts is None else facts.round.id, visible=bool(choices))


class Wiring:
    """Joins the head, the pages and the store: handlers that all draw the same way.

    Args:
        store: The open store.
        head: The head's components.
        pages: The pages as laid out.
        worker_words: Says how the worker is.
        mirror_words: Says what is wrong with the mirror.
        standings: How rounds stand, kept between two looks.

    Attributes:
        choosers: Names of what persons choose on the pages, in the order in which their values come.
    """

    def __init__(
        self,
        store: Store,
        head: Head,
        pages: Sequence[Page],
        worker_words: Callable[[], str],
        mirror_words: Callable[[], str],
        standings: StandingsCache,
    ) -> None:
        self._store, self._head, self._worker_words, self._mirror_words = store, head, worker_words, mirror_words
        self._pages = {page.name: page for page in pages}
        self._cache, self._standings = LandscapeCache(store), standings
        self._outputs = {f"head.{name}": part for name, part in head.outputs.items()}
        self._outputs |= {f"{p.name}.{name}": part for p in pages for name, part in p.outputs.items()}
        self.choosers = [f"{p.name}.{name}" for p in pages for name in p.choosers]
        self._managers_only = {f"head.{name}" for name in MANAGERS_ONLY}
        self._managers_only |= {f"{p.name}.{name}" for p in pages for name in p.managers_only}

    def connect(self, app: gr.Blocks) -> None:
        """Wire every event."""
        given = [
            self._head.page,
            self._head.picker,
            self._head.consent,
            self._head.has,
            *(self._outputs[n] for n in self.choosers),
        ]
        drawn = [*self._outputs.values(), self._head.has]
        for event in (
            gr.Timer(POLL_S).tick,
            app.load,
        ):
            event(self._poll, given, drawn, **QUIET)
        self._head.refresh.click(self._poll, given, drawn, **QUIET | AT_ONCE)
        self._head.has.change(None, [self._head.has], None, js="(has) => { window.faded.drew(has); }")
        self._head.picker.input(self._poll, given, drawn, **PICK)
        for place, name in enumerate(self.choosers):
            chooser = self._outputs[name]
            typed = isinstance(chooser, gr.Number)  # the server never sets it
            how = QUIET | AT_ONCE if typed else choosing(place, self._together(name))
            chooser.input(self._poll, given, drawn, **how)
        actions = [action for page in self._pages.values() for action in page.actions]
        for action in (
            *actions,
            Action(self._head.stop, run_actions.stop),
            Action(self._head.resume, run_actions.resume),
            Action(self._head.go_on, run_actions.go_on),
        ):
            action.button.click(self._act(action), [*given, *action.takes], [*drawn, self._head.message], **QUIET)

    def _together(self, name: str) -> list[int]:
        """Return the places of the choosers whose values move with one, its own among them."""
        page = self._pages[name.partition(".")[0]]
        names = {f"{page.name}.{other}" for other in page.choosers} if page.choosers_move else {name}
        return [place for place, other in enumerate(self.choosers) if other in names]

    def _poll(self, request: gr.Request, page: Any, round_id: Any, consent: Any, has: Any, *chosen: Any) -> list[Any]:
        user = auth.authorise(request.request, Permission.LOOK)
        return self.draw(user, page, whole_number(round_id), consent, has, chosen)

    def _act(self, action: Action) -> Callable[..., list[Any]]:
        count = len(self.choosers)

        def handler(request: gr.Request, page: Any, round_id: Any, consent: Any, has: Any, *rest: Any) -> list[Any]:
            user = auth.authorise(request.request, Permission.LOOK)
            deed = Deed(self._store, user, whole_number(round_id), rest[count:])
            message, show = "", deed.round_id
            try:
                auth.authorise(request.request, Permission.RUN)
                show = action.work(deed) or show
            except FadedError as error:
                message = str(error)
            except Exception as error:
                message = unexpected(error)
            moved = show != deed.round_id
            return [*self.draw(user, page, show, consent, has, rest[:count], moved), note(message)]

        return handler

    def _beside(self, user: auth.User) -> str:
        """Return how the worker is, who is signed in and, for managers, what is wrong with the mirror, as HTML."""
        worker = f"<p class='f-worker' id='worker-words'>{self._worker_words()}</p>"
        mirror = note(self._mirror_words()) if may(user.role, Permission.RUN) else ""
        return f"{worker}{account.words(user)}{mirror}"

    def draw(
        self,
        user: auth.User,
        page: Any,
        round_id: int | None,
        consent: Any,
        has: Any,
        chosen: Sequence[Any],
        moved: bool = False,
    ) -> list[Any]:
        """Return updates of what has changed on the page that is looked at, and what the browser has now.

        Where an action has gone on to another round, all pages are drawn: none may tell of the one before when it is
        turned to.

        Pictures that a model drew are left out unless `consent` is True. That changes the digest, so they follow once
        somebody says that they may be shown.

        Args:
            user: Who looks.
            page: The page's name, as the browser says it.
            round_id: The round to show.
            consent: What the browser says of pictures that a model drew.
            has: What the browser says that it has, see `had`.
            chosen: Values of the choosers.
            moved: See `status.render`.
        """
        choices = dict(zip(self.choosers, chosen, strict=True))
        turn, seen = had.read(has, self._outputs)
        looked_at = self._pages.get(str(page)) or self._pages["run"]
        runs = may(user.role, Permission.RUN)
        with self._store.read() as db:
            facts = read_facts(db, round_id, user.name, self._standings)
            head = draw(db, facts, looked_at.name, self._beside(user), runs, round_id, moved)
        head["room"] = shown_html(note(room.look(self._store.workspace).warning))
        drawn = {f"head.{name}": part for name, part in head.items()}
        of_page: dict[str, Shown] = {}
        for drawn_page in self._pages.values() if moved else (looked_at,):
            prefix = f"{drawn_page.name}."
            choice = {name.removeprefix(prefix): v for name, v in choices.items() if name.startswith(prefix)}
            view = View(self._store, user, facts, choice, self._cache)
            of_page |= {f"{prefix}{name}": s for name, s in drawn_page.draw(view).items()}
        if facts is not None and facts.evidence.is_drawn and consent is not True:
            of_page = {name: without_pictures(s) for name, s in of_page.items()}
        drawn |= of_page
        if not runs:
            drawn |= {name: shown(visible=False) for name in self._managers_only & set(drawn)}
        changed = {name: s for name, s in drawn.items() if seen.get(name) != s.digest}
        updates = [changed[name].update if name in changed else gr.skip() for name in self._outputs]
        return [*updates, had.write(turn, {**seen, **{name: s.digest for name, s in changed.items()}})]
