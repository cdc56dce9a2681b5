"""What all commands share: exit codes, the workspace, and the printed record."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from faded.domain import FadedError
from faded.settings import settings

OK, OTHER, BAD_INPUT, GATE_FAILED = 0, 1, 2, 3
"""Exit codes."""

Commands = Any
"""What `ArgumentParser.add_subparsers` returns: argparse does not export its type."""


def workspace_of(arguments: argparse.Namespace) -> Path:
    """Return the workspace that was given, or that of the environment."""
    given: Path | None = arguments.workspace
    return given.expanduser().resolve() if given is not None else settings().workspace


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
