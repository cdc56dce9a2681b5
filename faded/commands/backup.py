"""`python -m faded backup`, `restore`: a workspace as one file, and back."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from faded.commands.common import OK, Commands, by, existing_workspace, workspace_of
from faded.files import megabytes
from faded.flags import add_workspace
from faded.ui.words import plural

if TYPE_CHECKING:
    from faded.store.archive import Manifest

SAY_SECONDS = 2.0
"""How often progress is said."""


def add(commands: Commands) -> None:
    """Add the two commands."""
    backup = commands.add_parser(
        "backup",
        help="copy a workspace into one file",
        description="Copy a workspace into one new file, while the app and its worker run.",
    )
    backup.add_argument("FILE", type=Path, help="a new file outside of the workspace, such as faded.zip")
    add_workspace(backup)
    backup.set_defaults(command=_backup)
    restore = commands.add_parser(
        "restore",
        help="make a workspace of a backup",
        description="Make a workspace of a backup, all of it or none. Everybody has to sign in there anew.",
    )
    restore.add_argument("FILE", type=Path, help="the file that `backup` wrote")
    add_workspace(restore)
    restore.set_defaults(command=_restore)


class _Progress:
    """Says on standard error how far something is, now and then."""

    def __init__(self) -> None:
        self._said_at = time.monotonic()

    def __call__(self, what: str, done: int, total: int) -> None:
        if time.monotonic() - self._said_at >= SAY_SECONDS:
            self._said_at = time.monotonic()
            print(f"{what}: {done / max(total, 1):.0%} of {megabytes(total)}", file=sys.stderr, flush=True)


def _backup(arguments: argparse.Namespace) -> int:
    from faded.store.backup import back_up

    workspace, file = existing_workspace(arguments), arguments.FILE.expanduser()
    done = back_up(workspace, file, _Progress())
    for name in done.manifest.missing:
        print(f"Not in the workspace, so not in the backup: {name}", file=sys.stderr)
    for name in done.damaged:
        print(f"Damaged in the workspace, and so in the backup: {name}", file=sys.stderr)
    if done.manifest.missing or done.damaged:
        print("See what `python -m faded doctor` says of them.", file=sys.stderr)
    print(f"Backed up {workspace} to {file}: {_what(done.manifest)}\nSHA-256 of its manifest: {done.manifest.sha256}")
    return OK


def _restore(arguments: argparse.Namespace) -> int:
    from faded.store.restore import restore

    workspace, file = workspace_of(arguments), arguments.FILE.expanduser()
    manifest = restore(file, workspace, by(), _Progress())
    print(f"Restored {file} to {workspace}: {_what(manifest)}\nSHA-256 of its manifest: {manifest.sha256}")
    return OK


def _what(manifest: Manifest) -> str:
    return f"{plural(len(manifest.files), 'file', 'files')}, {megabytes(manifest.size)}"
