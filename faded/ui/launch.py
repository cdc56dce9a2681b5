"""Starts the web process: the pages on loopback, and a worker beside them. The only place that calls `launch()`."""

from __future__ import annotations

import os
import signal
import threading
import webbrowser
from collections.abc import Callable
from pathlib import Path
from types import FrameType

os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"  # before Gradio is imported: the pages send nothing anywhere

import gradio as gr
from starlette.middleware import Middleware
from starlette.routing import Route

from faded import log
from faded.domain import FadedError
from faded.hub import Hub, open_dataset
from faded.settings import check_sign_in, space
from faded.store import accounts
from faded.store.engine import Store, open_store
from faded.store.sender import Sender
from faded.ui import opening, sign_in_pages, team_files
from faded.ui.accounts_door import AccountsDoor
from faded.ui.address import taken
from faded.ui.auth import check_host
from faded.ui.bounds import ON_A_SPACE, POLICY, Bounds
from faded.ui.build import build
from faded.ui.door import MembersOnly
from faded.ui.export_zip import export_route
from faded.ui.health import health_route
from faded.ui.keeper import WorkerKeeper
from faded.ui.theme import ASSETS, asset, theme
from faded.ui.traffic import Requests, Traffic

MOST_THREADS = 16
"""Handlers at once; each takes milliseconds, and verdicts wait for each other in the store anyway."""

MOST_WAITING = 64
"""Events that may wait. Handlers are not queued; what Gradio queues by itself, such as the sign-in button, is short."""

DRAIN_S = 10.0
"""How long requests that are under way may take in the end; they take milliseconds, an export some seconds."""

MAX_UPLOAD = "1mb"
"""Nothing is uploaded: the smallest useful limit for an endpoint that exists all the same."""

PROJECT = Path(__file__).resolve().parents[2]
"""The program's own folder, in which `faded/` lies."""

NO_WORDS = str
"""Nothing is wrong with a mirror that is not there."""

HEAD = (
    "<meta name='color-scheme' content='light dark'>"
    f"<script>{asset('frame.js')}\n{asset('consent.js')}</script><script>{asset('controls.js')}</script>"
)


def serve(
    workspace: Path,
    host: str,
    port: int,
    log_style: str = log.PLAIN,
    open_browser: bool = False,
    open_hub: Callable[[str], Hub] = open_dataset,
) -> None:
    """Serve the pages until the process is told to end, and what is under way then is done.

    Args:
        workspace: Where everything is kept; outside the program's own folder.
        host: Address to listen on; without accounts only loopback, on a Space all.
        port: Port to listen on.
        log_style: How events are written.
        open_browser: Whether to show the first page.
        open_hub: Opens the dataset that mirrors a Space.

    Raises:
        FadedError: the host, port or workspace cannot be used.
    """
    check_workspace(workspace)
    there = space()
    if there is not None:
        check_sign_in()
    ending = threading.Event()

    def end(_signal: int, _frame: FrameType | None) -> None:
        ending.set()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    store = open_store(workspace)
    with store.read() as db:
        check_host(host, accounts.any_account(db))
    sender = Sender(store, open_hub(there.mirror)) if there is not None and there.mirror else None
    if sender is not None and not sender.start(ending):
        store.close()
        return
    if there is not None:
        opening.begin(store, PROJECT)
    keeper, traffic = WorkerKeeper(store, log_style), Traffic()
    app = launch(store, keeper, host, port, NO_WORDS if sender is None else sender.words, traffic)
    for library in ("uvicorn", "uvicorn.error"):
        log.adopt(library)
    try:
        address = f"http://{host}:{port}/"
        print(f"Faded is at {address} (workspace {workspace}). Ctrl+C ends it.", flush=True)
        if open_browser:
            webbrowser.open(address)
        keeper.start()
        ending.wait()
    finally:
        keeper.begin_to_end()
        traffic.drain(DRAIN_S)
        app.close(verbose=False)
        keeper.end()
        if sender is not None:
            sender.end()
        store.close()


def launch(
    store: Store,
    keeper: WorkerKeeper,
    host: str,
    port: int,
    mirror_words: Callable[[], str] = NO_WORDS,
    traffic: Traffic | None = None,
) -> gr.Blocks:
    """Start listening and return at once.

    Args:
        store: The open store.
        keeper: The worker's keeper.
        host: Address to listen on.
        port: Port to listen on.
        mirror_words: Says what is wrong with the mirror.
        traffic: Counts the requests, where somebody waits for the last one.

    Raises:
        FadedError: the port is taken.
    """
    app = build(store, keeper.words, mirror_words).queue(max_size=MOST_WAITING, api_open=False)
    try:
        app.launch(
            server_name=host,
            server_port=port,
            prevent_thread_lock=True,
            quiet=True,
            share=False,
            inbrowser=False,
            show_error=False,
            footer_links=[],
            run_history=False,
            enable_monitoring=False,
            mcp_server=False,
            pwa=False,
            ssr_mode=False,
            max_threads=MOST_THREADS,
            max_file_size=MAX_UPLOAD,
            allowed_paths=[],
            blocked_paths=[str(store.workspace), str(Path.cwd())],
            app_kwargs={
                "middleware": _middleware(store, traffic or Traffic()),
                "routes": _routes(store, keeper),
                "docs_url": None,
                "redoc_url": None,
            },
            theme=theme(),
            css=asset("theme.css")
            + asset("marks.css")
            + asset("heatmap.css")
            + asset("landscape.css")
            + asset("try.css")
            + asset("outcome.css")
            + asset("sets.css")
            + asset("team.css"),
            head=HEAD,
            favicon_path=ASSETS / "favicon.svg",
        )
    except OSError as error:  # taken since it was asked for
        raise FadedError(taken(host, port)) from error
    return app


def _routes(store: Store, keeper: WorkerKeeper) -> list[Route]:
    """Return the addresses beside Gradio's own."""
    own = [export_route(store), *team_files.routes(store), health_route(store, lambda: keeper.pid is not None)]
    return own if space() is not None else [*own, *sign_in_pages.routes(store)]


def _middleware(store: Store, traffic: Traffic) -> list[Middleware]:
    """Return what every request has to pass, from the outside in."""
    there = space()
    door = Middleware(AccountsDoor, store=store) if there is None else Middleware(MembersOnly, there=there)
    bounds = Middleware(Bounds, policy=POLICY if there is None else ON_A_SPACE)
    return [Middleware(Requests, traffic=traffic), bounds, door]


def check_workspace(workspace: Path) -> None:
    """Refuse a workspace inside the program's own folder, where it would mix with code.

    Raises:
        FadedError: it is inside.
    """
    if workspace.resolve().is_relative_to(PROJECT):
        raise FadedError(
            f"The workspace {workspace} lies inside {PROJECT}, the folder of the program itself: name a folder "
            "elsewhere with --workspace or FADED_WORKSPACE."
        )
