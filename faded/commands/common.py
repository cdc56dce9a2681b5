"""What all commands share: exit codes, the workspace, and the printed record."""

from __future__ import annotations

import argparse
import getpass
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from faded.domain import FadedError
from faded.files import NAMED_BY, check_folder
from faded.settings import settings

if TYPE_CHECKING:
    from faded.store.engine import Store

OK, OTHER, BAD_INPUT, GATE_FAILED = 0, 1, 2, 3
"""Exit codes."""

Commands = Any
"""What `ArgumentParser.add_subparsers` returns: argparse does not export its type."""


def workspace_of(arguments: argparse.Namespace) -> Path:
    """Return the workspace that was given, or that of the environment; it need not exist.

    Raises:
        FadedError: it is a file, or lies below one.
    """
    given: Path | None = arguments.workspace
    workspace = given.expanduser().resolve() if given is not None else settings().workspace
    check_folder(workspace, _named_by(arguments))
    return workspace


def existing_store(arguments: argparse.Namespace) -> Store:
    """Return the open store of a workspace that is there; a command that only reads creates none.

    Raises:
        FadedError: there is none, or it cannot be used.
    """
    from faded.store.engine import open_store

    return open_store(existing_workspace(arguments))


def existing_workspace(arguments: argparse.Namespace) -> Path:
    """Return the folder of a workspace that is there; nothing is opened.

    Raises:
        FadedError: there is none.
    """
    from faded.store.engine import DATABASE

    workspace = workspace_of(arguments)
    if not (workspace / DATABASE).is_file():
        raise FadedError(
            f"There is no workspace at {workspace}: {DATABASE} is not in it. Name one that is there with "
            f"{_named_by(arguments)}, or run a round there first (python -m faded run)."
        )
    return workspace


def _named_by(arguments: argparse.Namespace) -> str:
    """Return what the workspace was named with; both ways where it is the usual one, or that of the environment."""
    return "--workspace" if arguments.workspace is not None else NAMED_BY


def by() -> str:
    """Return who acts, as it is written into the audit log."""
    try:
        return f"{getpass.getuser()} on the command line"
    except (OSError, KeyError):
        return "the command line"


def print_record(record: dict[str, Any], where: str | None) -> None:
    """Write a record as one JSON object: to standard output ("-"), to a file, or nowhere (None).

    Raises:
        FadedError: the file cannot be written; the message holds the record.
    """
    text = json.dumps(record, allow_nan=False)
    if where == "-":
        print(text)
    elif where is not None:
        try:
            Path(where).write_text(text + "\n", encoding="utf-8")
        except OSError as error:
            raise FadedError(f"The record cannot be written to {where}: {error}. It was: {text}") from error
