"""`python -m faded serve` and `python -m faded worker`: the two processes of the app."""

from __future__ import annotations

import argparse
import contextlib
from pathlib import Path

from faded import log
from faded.commands.common import OK, Commands, workspace_of
from faded.flags import DEFAULT_PORT, add_log, add_serve_arguments, add_workspace
from faded.settings import settings, space


def add(commands: Commands) -> None:
    """Add the two commands."""
    worker = commands.add_parser(
        "worker", help="run the jobs of a workspace", description="Run jobs until told to end."
    )
    worker.add_argument("--parent", type=int, metavar="PID", help="end when this process, the parent, is gone")
    worker.add_argument("--ready", type=int, metavar="FD", help="file descriptor to write to once it looks for work")
    add_log(worker)
    add_workspace(worker)
    worker.set_defaults(command=_worker)
    serve = commands.add_parser(
        "serve", help="start the web app and a worker", description="The same as python app.py."
    )
    add_serve_arguments(serve)
    serve.set_defaults(command=_serve)


def _worker(arguments: argparse.Namespace) -> int:
    _use_log(arguments)
    from faded.worker import work

    work(workspace_of(arguments), arguments.parent, arguments.ready)
    return OK


def _serve(arguments: argparse.Namespace) -> int:
    from faded.ui.address import check_address
    from faded.ui.auth import EVERYWHERE, LOOPBACK

    style, there = _use_log(arguments), space()
    host = (LOOPBACK if there is None else EVERYWHERE) if arguments.host is None else arguments.host
    port = (DEFAULT_PORT if there is None else there.port) if arguments.port is None else arguments.port
    workspace = workspace_of(arguments)
    workspace_locked = there is None and host != LOOPBACK and _locked(workspace)
    check_address(host, port, workspace_locked)  # before what takes seconds to load
    from faded.ui.launch import serve

    serve(workspace, host, port, style)
    return OK


def _use_log(arguments: argparse.Namespace) -> str:
    style = str(arguments.log or settings().log)
    log.use(style)
    return style


def _locked(workspace: Path) -> bool:
    """Say whether a workspace has accounts, so that everybody has to sign in."""
    if not workspace.is_dir():
        return False
    from faded.store import accounts
    from faded.store.engine import open_store

    with contextlib.closing(open_store(workspace)) as store, store.read() as db:
        return accounts.any_account(db)
